"""Findings, severities and decisions: what a rule saw, how bad a programme says it is, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum

Fact = str | int | float | tuple[str, ...]


class Severity(StrEnum):
    """How bad a finding is. warning and info never change a decision."""

    REJECT = "reject"
    ERROR = "error"
    REVIEW = "review"
    WARNING = "warning"
    INFO = "info"


class Decision(StrEnum):
    """What becomes of an application or a mail."""

    ACCEPTED = "accepted"
    HELD = "held"
    INCOMPLETE = "incomplete"
    REJECTED = "rejected"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw: a code and the facts of it. Severity is the programme's, the sentence is `replies`'.

    `field` is a field key, `document` a document kind, `path` the file it is about; None where it is about none.
    """

    code: str
    facts: Mapping[str, Fact] = default(default_factory=dict)
    field: str | None = None
    document: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding with the programme's severity and the sentence for the submitter. `waived`: staff let it not weigh."""

    code: str
    severity: Severity
    message: str
    field: str | None = None
    document: str | None = None
    path: str | None = None
    facts: Mapping[str, Fact] = default(default_factory=dict)
    waived: bool = False


DEFAULT_SEVERITIES: Mapping[str, Severity] = {
    "missing-document": Severity.ERROR,
    "missing-field": Severity.ERROR,
    "invalid-field": Severity.ERROR,
    "too-long": Severity.ERROR,
    "too-short": Severity.ERROR,
    "missing-section": Severity.ERROR,
    "title-rule": Severity.ERROR,
    "team-name-rule": Severity.ERROR,
    "inconsistent": Severity.ERROR,
    "seal-missing": Severity.ERROR,
    "seal-mismatch": Severity.REVIEW,
    "wrong-year": Severity.ERROR,
    "file-name-rule": Severity.ERROR,
    "packing-rule": Severity.ERROR,
    "unreadable-document": Severity.ERROR,
    "encrypted-document": Severity.ERROR,
    "linked-attachment": Severity.ERROR,
    "unsafe-document": Severity.REVIEW,
    "late": Severity.REJECT,
    "wrong-channel": Severity.REJECT,
    "unknown-recommender": Severity.REJECT,
    "ineligible": Severity.REJECT,
    "duplicate-channel": Severity.REJECT,
    "probable-duplicate": Severity.REVIEW,
    "resubmission-needs-confirmation": Severity.REVIEW,
    "duplicate-submission": Severity.INFO,
    "superseded": Severity.INFO,
    "count-mismatch": Severity.REVIEW,
    # Beyond the contract: what staff must see.
    "unconverted-document": Severity.REVIEW,
    "unread-document": Severity.REVIEW,
    "internal-error": Severity.REVIEW,
    "unverified-sender": Severity.REVIEW,
    "seal-uncertain": Severity.WARNING,
    "possibly-inconsistent": Severity.WARNING,
}
"""Severity of each code unless a programme overrides it."""

PUBLISHED: Mapping[str, str] = {"probable-duplicate": "duplicate-channel", "unread-document": "unreadable-document"}
"""Codes for staff, with severity review, that are published under a code of the contract; here and in a programme's `[severity]`
they have their own."""

_ORDER = (
    (Severity.REJECT, Decision.REJECTED),
    (Severity.ERROR, Decision.INCOMPLETE),
    (Severity.REVIEW, Decision.HELD),
)


def decide(verdicts: Iterable[Verdict]) -> Decision:
    """The decision that the worst severity among verdicts that weigh makes; accepted when none does."""
    severities = {verdict.severity for verdict in verdicts if not verdict.waived}
    return next((decision for severity, decision in _ORDER if severity in severities), Decision.ACCEPTED)


_WORST = (Decision.REJECTED, Decision.INCOMPLETE, Decision.HELD, Decision.ACCEPTED)


def worst(decisions: Iterable[Decision]) -> Decision:
    """The worst of several decisions; accepted when there is none."""
    seen = set(decisions)
    return next((decision for decision in _WORST if decision in seen), Decision.ACCEPTED)
