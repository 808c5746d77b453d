"""What staff may do to a case, each as one transaction with its line of history.

What staff decide is kept in `Application.staff`, where every later judging finds it:
`fields` (key -> corrected value), `waived` (finding code -> who, when, why), `not_duplicate_of` (reference), `duplicate`.
Of a case that is a whole package, `waived` is kept in `Package.state`.
After each action the case is judged again by the given `rejudge`; without one its decision follows from the findings that
still stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session

from bot.errors import ShenbaoError
from bot.findings import Decision, Severity, Verdict, decide, worst
from bot.programme.programme import Programme
from bot.staff_words import CODES
from bot.store import staff_case
from bot.store.models import Application, Document, Event, Finding, Mail, Package
from bot.store.staff_needs import HANDLED
from bot.store.store import Store
from replies.times import written_moment

Rejudge = Callable[[Session, int], None]
"""Judges the application of that id anew within the transaction: writes its findings and its decision."""

_D: Any = inspect(Document).local_table.c
_F: Any = inspect(Finding).local_table.c


class StaffError(ShenbaoError):
    """An action that can't be done; its words are Chinese, for the console shows them."""


def correct_field(
    store: Store,
    programme: Programme,
    application_id: int,
    key: str,
    value: str,
    *,
    actor: str,
    now: datetime,
    rejudge: Rejudge | None = None,
) -> None:
    """Put a field right that was misread or that the submitter corrected by telephone. Raises StaffError."""
    spec = programme.field(key)
    if spec is None:
        raise StaffError(f"申报表没有“{key}”这一项。")
    value = " ".join(value.split())
    if len(value) > 500:
        raise StaffError("内容过长，最多500字。")
    with store.transaction() as session:
        application = _application(session, application_id)
        before = str(application.fields.get(key, ""))
        if before == value:
            return
        application.fields = {**application.fields, key: value}
        application.staff = {**application.staff, "fields": {**_dict(application.staff.get("fields")), key: value}}
        if key in ("organisation", "team", "title"):
            setattr(application, key, value)
        _record(session, application, actor, now, "field-corrected", field=key, before=before, after=value)
        _judge(session, application, now, rejudge)


def accept_despite(
    store: Store, application_id: int, code: str, reason: str, *, actor: str, now: datetime, rejudge: Rejudge | None = None
) -> None:
    """Let a finding not weigh on this case, for a reason that stays in its history. Raises StaffError."""
    reason = reason.strip()
    if len(reason) < 2:
        raise StaffError("请写明理由。")
    with store.transaction() as session:
        application = _application(session, application_id)
        package_findings = staff_case.findings_of(session, application.package_id, application_id)
        if code not in {finding.code for finding in package_findings}:
            raise StaffError(f"这件申报目前没有“{CODES.get(code, code)}”的问题。")
        kept = {"by": actor, "at": now.isoformat(), "reason": reason}
        application.staff = {**application.staff, "waived": {**_dict(application.staff.get("waived")), code: kept}}
        _record(session, application, actor, now, "accepted-despite", code=code, reason=reason)
        _judge(session, application, now, rejudge)


def insist_again(store: Store, application_id: int, code: str, *, actor: str, now: datetime, rejudge: Rejudge | None = None) -> None:
    """Take an `accept_despite` back."""
    with store.transaction() as session:
        application = _application(session, application_id)
        waived = _dict(application.staff.get("waived"))
        if waived.pop(code, None) is None:
            return
        application.staff = {**application.staff, "waived": waived}
        _record(session, application, actor, now, "insisted-again", code=code)
        _judge(session, application, now, rejudge)


def accept_package_despite(store: Store, package_id: int, code: str, reason: str, *, actor: str, now: datetime) -> None:
    """The same for a case that is a whole package. Raises StaffError."""
    reason = reason.strip()
    if len(reason) < 2:
        raise StaffError("请写明理由。")
    with store.transaction() as session:
        package = _package(session, package_id)
        if code not in {finding.code for finding in _whole(session, package)}:
            raise StaffError(f"这份材料目前没有“{CODES.get(code, code)}”的问题。")
        kept = {"by": actor, "at": now.isoformat(), "reason": reason}
        package.state = {**package.state, "waived": {**package_waived(package), code: kept}}
        _record_package(session, package, actor, now, "accepted-despite", code=code, reason=reason)
        _weigh_package(session, package, now)


def insist_on_package_again(store: Store, package_id: int, code: str, *, actor: str, now: datetime) -> None:
    """Take an `accept_package_despite` back."""
    with store.transaction() as session:
        package = _package(session, package_id)
        waived = package_waived(package)
        if waived.pop(code, None) is None:
            return
        package.state = {**package.state, "waived": waived}
        _record_package(session, package, actor, now, "insisted-again", code=code)
        _weigh_package(session, package, now)


def settle_resubmission(
    store: Store, application_id: int, confirm: bool, *, actor: str, now: datetime, rejudge: Rejudge | None = None
) -> int:
    """Take a changed entry's files in place of the accepted ones, or leave those standing. How many files it was about.
    Raises StaffError."""
    with store.transaction() as session:
        return settle_pending(session, application_id, confirm, actor=actor, now=now, rejudge=rejudge)


def settle_pending(session: Session, application_id: int, confirm: bool, *, actor: str, now: datetime, rejudge: Rejudge | None) -> int:
    """`settle_resubmission` within the caller's transaction."""
    application = _application(session, application_id)
    pending = list(session.scalars(select(Document).where(_D.application_id == application_id, _D.pending)))
    if not pending:
        raise StaffError("没有等待确认的修改。")
    for document in pending:
        document.pending, document.current = False, confirm
        if confirm:
            _take_place(session, document)
    session.execute(
        update(Finding).where(_F.application_id == application_id, _F.code == "resubmission-needs-confirmation").values(current=False)
    )
    if confirm:
        _take_fields(application, pending)
    action = "resubmission-confirmed" if confirm else "resubmission-refused"
    _record(session, application, actor, now, action, files=[document.path for document in pending])
    _judge(session, application, now, rejudge)
    return len(pending)


def settle_duplicate(
    store: Store, application_id: int, other_reference: str, same: bool, *, actor: str, now: datetime, rejudge: Rejudge | None = None
) -> None:
    """Say whether two entries are one. If so, this one (the later) is rejected and the other stands. Raises StaffError."""
    with store.transaction() as session:
        application = _application(session, application_id)
        other = session.scalars(select(Application).where(_columns(Application).reference == other_reference)).one_or_none()
        if other is None or other.id is None or other.id == application.id or other.programme != application.programme:
            raise StaffError(f"没有编号为 {other_reference} 的另一件申报。")
        findings = [
            f for f in staff_case.findings_of(session, application.package_id, application_id) if f.application_id == application_id
        ]
        facts: dict[str, Any] = next((dict(f.facts) for f in findings if f.code == "duplicate-channel"), {})
        staff = {key: value for key, value in application.staff.items() if key not in ("duplicate", "not_duplicate_of")}
        if same:
            received = written_moment(other.opened_at)
            facts = {"channel": other.channel or "", "received": received, "evidence": [], **facts, "reference": other.reference}
            staff["duplicate"] = {"id": other.id, "reference": other.reference, "likeness": "certain", "evidence": [], "facts": facts}
            application.duplicate_of = other.id
            staff["waived"] = {code: kept for code, kept in _dict(staff.get("waived")).items() if code not in _DUPLICATES}
        else:
            staff["not_duplicate_of"] = other.reference
            application.duplicate_of = None
        application.staff = staff
        for finding in findings:
            if finding.code in _DUPLICATES:
                finding.current = False
        if same:
            message = f"本件与已报送的 {other.reference} 为同一申报，不重复受理。"
            mail_id = next((f.mail_id for f in findings), None) or _first_mail(session, application.package_id)
            finding = Finding(
                mail_id=mail_id,
                application_id=application.id,
                code="duplicate-channel",
                severity=Severity.REJECT,
                message=message,
                facts=facts,
            )
            session.add(finding)
        _record(session, application, actor, now, "duplicate-settled", same=same, other=other.reference)
        session.flush()
        _judge(session, application, now, rejudge)


_DUPLICATES = ("duplicate-channel", "probable-duplicate")


def _take_place(session: Session, document: Document) -> None:
    """Retire the older ones whose place a confirmed document takes; one that concerns the whole package leaves its application."""
    older = (_D.kind == document.kind, _D.copy_kind == document.copy_kind, _D.id < document.id, _D.kind != "other")
    if document.facts.get("of_package"):
        same: tuple[Any, ...] = (*older, _D.package_id == document.package_id, _D.application_id.is_(None))
        document.application_id = None
    else:
        same = (*older, _D.application_id == document.application_id)
    session.execute(update(Document).where(*same).values(current=False))


def judge_again(store: Store, application_id: int, *, actor: str, now: datetime, rejudge: Rejudge | None = None) -> str:
    """Judge a case anew by the rules as they are now; its decision."""
    with store.transaction() as session:
        application = _application(session, application_id)
        before = application.decision
        _judge(session, application, now, rejudge)
        _record(session, application, actor, now, "judged-again", before=before, after=application.decision)
        return application.decision


def handle_mail(store: Store, mail_id: int, note: str, *, actor: str, now: datetime) -> None:
    """Take a mail off the list of what needs somebody."""
    with store.transaction() as session:
        mail = session.get(Mail, mail_id)
        if mail is None:
            raise StaffError("没有这封来信。")
        session.add(
            Event(
                at=now, actor=actor, action=HANDLED, programme=mail.programme, mail_id=mail.id, package_id=mail.package_id,
                details={"note": note.strip()[:500]},
            )
        )  # fmt: skip


# --- what the actions share --------------------------------------------------------------------------------------


def waived_codes(application: Application) -> dict[str, dict[str, str]]:
    """The codes that staff let not weigh on this case: who, when and why."""
    return {str(code): kept for code, kept in _dict(application.staff.get("waived")).items() if isinstance(kept, dict)}


def package_waived(package: Package) -> dict[str, dict[str, str]]:
    """The codes that staff let not weigh on a whole package: who, when and why."""
    return {str(code): kept for code, kept in _dict(package.state.get("waived")).items() if isinstance(kept, dict)}


def _whole(session: Session, package: Package) -> list[Finding]:
    """The current findings on the whole of a package."""
    assert package.id is not None
    return [f for f in staff_case.findings_of(session, package.id, None) if f.application_id is None]


def _weigh_package(session: Session, package: Package, now: datetime) -> None:
    """A package's decision by the findings that still weigh, marked on them for lists and registers."""
    waived = package_waived(package)
    before = package.decision
    findings = _whole(session, package)
    for finding in findings:
        rest = {key: value for key, value in finding.facts.items() if key != "waived"}
        finding.facts = {**rest, "waived": True} if finding.code in waived else rest
    package.decision = str(decide(_verdict(finding) for finding in findings if finding.code not in waived))
    if package.decision != before:
        _record_package(session, package, "system", now, "decided", before=before, decision=package.decision)


def settle_from_findings(session: Session, application: Application) -> None:
    """The decision that the findings make which still stand; for a store without a judging core at hand."""
    findings = staff_case.findings_of(session, application.package_id, application.id)
    bearing = [f for f in findings if f.application_id is not None or f.severity == Severity.REJECT or application.channel != "recommender"]
    waived = waived_codes(application)
    decision = decide(_verdict(finding) for finding in bearing if finding.code not in waived)
    application.decision = str(decision)


def _judge(session: Session, application: Application, now: datetime, rejudge: Rejudge | None) -> None:
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
        _record(session, application, "system", now, "decided", before=before, decision=application.decision)


def _settle_package(session: Session, application: Application) -> None:
    package = session.get(Package, application.package_id)
    if package is None:
        return
    session.flush()
    whole = [f for f in staff_case.findings_of(session, application.package_id, None) if f.application_id is None]
    applications = staff_case.applications_of(session, application.package_id)
    waived = set.intersection(*(set(waived_codes(one)) for one in applications)) if applications else set()
    own = decide(_verdict(finding) for finding in whole if finding.code not in waived)
    package.decision = str(worst([own, *(Decision(one.decision) for one in applications if one.decision != Decision.IGNORED)]))


def _verdict(finding: Finding) -> Verdict:
    return Verdict(finding.code, Severity(finding.severity), finding.message)


def _take_fields(application: Application, documents: Iterable[Document]) -> None:
    for document in documents:
        stated = _dict(document.facts.get("fields"))
        if document.kind == "application_form" and document.copy_kind == "editable":
            corrected = _dict(application.staff.get("fields"))
            application.fields = {**application.fields, **{k: v for k, v in stated.items() if v}, **corrected}
    for key in ("organisation", "team", "title"):
        setattr(application, key, str(application.fields.get(key, "")))


def _application(session: Session, application_id: int) -> Application:
    application = session.get(Application, application_id, with_for_update=True)
    if application is None:
        raise StaffError("没有这件申报。")
    return application


def _package(session: Session, package_id: int) -> Package:
    package = session.get(Package, package_id, with_for_update=True)
    if package is None or staff_case.applications_of(session, package_id):
        raise StaffError("没有这份报送材料。")
    return package


def _record_package(session: Session, package: Package, actor: str, now: datetime, action: str, **details: Any) -> None:
    session.add(Event(at=now, actor=actor, action=action, programme=package.programme, package_id=package.id, details=details))


def _first_mail(session: Session, package_id: int) -> int:
    mails = staff_case.mails_of(session, package_id)
    if not mails or mails[0].id is None:
        raise StaffError("这件申报没有来信。")
    return mails[0].id


def _columns(table: type[Any]) -> Any:
    return inspect(table).local_table.c


def _dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _record(session: Session, application: Application, actor: str, now: datetime, action: str, **details: Any) -> None:
    session.add(
        Event(
            at=now, actor=actor, action=action, programme=application.programme, package_id=application.package_id,
            application_id=application.id, details=details,
        )
    )  # fmt: skip
