"""What every action of staff stands on: the stored case by its id, judging it anew, and its line of history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import ShenbaoError
from bot.findings import Decision, Severity, Verdict, decide, worst
from bot.store.models import Application, Event, Finding, Package
from bot.store.staff.case import applications_of, findings_of

Rejudge = Callable[[Session, int], None]
"""Judges the application of that id anew within the transaction: writes its findings and its decision."""


class StaffError(ShenbaoError):
    """An action that can't be done; its words are Chinese, for the console shows them."""


def waived_codes(application: Application) -> dict[str, dict[str, str]]:
    """The codes that staff let not weigh on this case: who, when and why."""
    return {str(code): kept for code, kept in as_dict(application.staff.get("waived")).items() if isinstance(kept, dict)}


def package_waived(package: Package) -> dict[str, dict[str, str]]:
    """The codes that staff let not weigh on a whole package: who, when and why."""
    return {str(code): kept for code, kept in as_dict(package.state.get("waived")).items() if isinstance(kept, dict)}


def settle_from_findings(session: Session, application: Application) -> None:
    """The decision that the findings make which still stand; for a store without a judging core at hand."""
    findings = findings_of(session, application.package_id, application.id)
    bearing = [f for f in findings if f.application_id is not None or f.severity == Severity.REJECT or application.channel != "recommender"]
    waived = waived_codes(application)
    decision = decide(verdict(finding) for finding in bearing if finding.code not in waived)
    application.decision = str(decision)


def judge_anew(session: Session, application: Application, now: datetime, rejudge: Rejudge | None) -> None:
    session.flush()
    before = application.decision
    if rejudge is not None and application.id is not None:
        rejudge(session, application.id)
        session.refresh(application)
    else:
        settle_from_findings(session, application)
        _settle_package(session, application)
    application.updated_at = now
    if application.decision == Decision.ACCEPTED and application.accepted_at is None:
        application.accepted_at = now
    if application.decision != before:
        record(session, application, "system", now, "decided", before=before, decision=application.decision)


def _settle_package(session: Session, application: Application) -> None:
    package = session.get(Package, application.package_id)
    if package is None:
        return
    session.flush()
    whole = [f for f in findings_of(session, application.package_id, None) if f.application_id is None]
    applications = applications_of(session, application.package_id)
    waived = set.intersection(*(set(waived_codes(one)) for one in applications)) if applications else set()
    own = decide(verdict(finding) for finding in whole if finding.code not in waived)
    package.decision = str(worst([own, *(Decision(one.decision) for one in applications if one.decision != Decision.IGNORED)]))


def verdict(finding: Finding) -> Verdict:
    return Verdict(finding.code, Severity(finding.severity), finding.message)


def application_of(session: Session, application_id: int) -> Application:
    application = session.get(Application, application_id, with_for_update=True)
    if application is None:
        raise StaffError("没有这件申报。")
    return application


def package_of(session: Session, package_id: int) -> Package:
    package = session.get(Package, package_id, with_for_update=True)
    if package is None or applications_of(session, package_id):
        raise StaffError("没有这份报送材料。")
    return package


def record_package(session: Session, package: Package, actor: str, now: datetime, action: str, **details: Any) -> None:
    session.add(Event(at=now, actor=actor, action=action, programme=package.programme, package_id=package.id, details=details))


def as_dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def record(session: Session, application: Application, actor: str, now: datetime, action: str, **details: Any) -> None:
    session.add(
        Event(
            at=now, actor=actor, action=action, programme=application.programme, package_id=application.package_id,
            application_id=application.id, details=details,
        )
    )  # fmt: skip
