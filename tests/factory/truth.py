"""What a mail must come to, in the contract's terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.findings import DEFAULT_SEVERITIES, Severity, decide
from bot.findings import Verdict as _Verdict
from bot.samples.package import Package

UNREAD = ("profile", "enterprise_opinion", "recommendation_reason", "serial")
"""Printed on the forms, but prose or decoration: the truth says nothing of them."""
WEIGHTY = (Severity.ERROR, Severity.REVIEW, Severity.REJECT)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected beyond what the package itself says."""

    codes: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    decision: str = ""
    """"" takes what the codes' severities make."""
    kind: str = "submission"
    unread: tuple[str, ...] = ()
    """Field keys of which the truth says nothing in this case (two copies differ, a cell is blank)."""
    channel: str = ""
    """"" takes the package's; "*" where it can't be told."""
    no_documents: bool = False
    no_applications: bool = False
    no_statistics: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """A mail and its truth."""

    raw: bytes
    truth: dict[str, Any]


def decision_of(codes: tuple[str, ...]) -> str:
    """The decision that the codes' default severities make."""
    return decide([_Verdict(code, DEFAULT_SEVERITIES[code], "") for code in codes]).value


def truth_of(package: Package, expected: Expected, style: str) -> dict[str, Any]:
    """The truth about the mail that carries the package."""
    truth: dict[str, Any] = {
        "programme": package.programme,
        "kind": expected.kind,
        "codes": sorted(expected.codes),
        "channel": None if expected.channel == "*" else expected.channel or package.channel,
        "decision": expected.decision or decision_of(expected.codes),
        "applications": [],
        "documents": [],
        "reply": True,
        "codes_optional": sorted(expected.optional),
        "style": style,
        "received": package.received.isoformat(),
    }
    if not expected.no_applications:
        for entry in package.entries:
            fields = {k: v for k, v in entry.fields.items() if v and k not in UNREAD and k not in expected.unread}
            if package.programme == "cmea-2020" and "year" not in expected.unread:
                fields["year"] = "2020"
            if package.programme == "caq-2020":
                fields.pop("recommender", None)
            truth["applications"].append({"fields": fields})
    if not expected.no_documents:
        truth["documents"] = [{"name": p.path, "kind": p.kind, "copy": p.copy} for p in package.pieces() if p.kind != "other"]
    if package.statistics and not expected.no_statistics:
        truth["statistics"] = {k: v for k, v in package.statistics.items() if v}
    return truth
