"""Staff let findings not weigh, on an entry or on the whole, and take that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.findings import decide
from bot.staff.records import (
    Rejudge,
    StaffError,
    application_of,
    as_dict,
    judge_anew,
    package_of,
    package_waived,
    record,
    record_package,
    verdict,
)
from bot.store.models import Finding, Package
from bot.store.staff.case import findings_of
from bot.store.store import Store
from bot.views.words import CODES


def accept_despite(
    store: Store, application_id: int, code: str, reason: str, *, actor: str, now: datetime, rejudge: Rejudge | None = None
) -> None:
    """Let a finding not weigh on this case, for a reason that stays in its history. Raises StaffError."""
    reason = reason.strip()
    if len(reason) < 2:
        raise StaffError("请写明理由。")
    with store.transaction() as session:
        application = application_of(session, application_id)
        package_findings = findings_of(session, application.package_id, application_id)
        if code not in {finding.code for finding in package_findings}:
            raise StaffError(f"这件申报目前没有“{CODES.get(code, code)}”的问题。")
        kept = {"by": actor, "at": now.isoformat(), "reason": reason}
        application.staff = {**application.staff, "waived": {**as_dict(application.staff.get("waived")), code: kept}}
        record(session, application, actor, now, "accepted-despite", code=code, reason=reason)
        judge_anew(session, application, now, rejudge)


def insist_again(store: Store, application_id: int, code: str, *, actor: str, now: datetime, rejudge: Rejudge | None = None) -> None:
    """Take an `accept_despite` back."""
    with store.transaction() as session:
        application = application_of(session, application_id)
        waived = as_dict(application.staff.get("waived"))
        if waived.pop(code, None) is None:
            return
        application.staff = {**application.staff, "waived": waived}
        record(session, application, actor, now, "insisted-again", code=code)
        judge_anew(session, application, now, rejudge)


def accept_package_despite(store: Store, package_id: int, code: str, reason: str, *, actor: str, now: datetime) -> None:
    """The same for a case that is a whole package. Raises StaffError."""
    reason = reason.strip()
    if len(reason) < 2:
        raise StaffError("请写明理由。")
    with store.transaction() as session:
        package = package_of(session, package_id)
        if code not in {finding.code for finding in _whole(session, package)}:
            raise StaffError(f"这份材料目前没有“{CODES.get(code, code)}”的问题。")
        kept = {"by": actor, "at": now.isoformat(), "reason": reason}
        package.state = {**package.state, "waived": {**package_waived(package), code: kept}}
        record_package(session, package, actor, now, "accepted-despite", code=code, reason=reason)
        _weigh_package(session, package, now)


def insist_on_package_again(store: Store, package_id: int, code: str, *, actor: str, now: datetime) -> None:
    """Take an `accept_package_despite` back."""
    with store.transaction() as session:
        package = package_of(session, package_id)
        waived = package_waived(package)
        if waived.pop(code, None) is None:
            return
        package.state = {**package.state, "waived": waived}
        record_package(session, package, actor, now, "insisted-again", code=code)
        _weigh_package(session, package, now)


def _whole(session: Session, package: Package) -> list[Finding]:
    """The current findings on the whole of a package."""
    assert package.id is not None
    return [f for f in findings_of(session, package.id, None) if f.application_id is None]


def _weigh_package(session: Session, package: Package, now: datetime) -> None:
    """A package's decision by the findings that still weigh, marked on them for lists and registers."""
    waived = package_waived(package)
    before = package.decision
    findings = _whole(session, package)
    for finding in findings:
        rest = {key: value for key, value in finding.facts.items() if key != "waived"}
        finding.facts = {**rest, "waived": True} if finding.code in waived else rest
    package.decision = str(decide(verdict(finding) for finding in findings if finding.code not in waived))
    if package.decision != before:
        record_package(session, package, "system", now, "decided", before=before, decision=package.decision)
