"""Staff settle whether two entries are one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.findings import Severity
from bot.staff.records import Rejudge, StaffError, application_of, as_dict, judge_anew, record
from bot.store.columns import A
from bot.store.models import Application, Finding
from bot.store.staff.case import findings_of, mails_of
from bot.store.store import Store
from replies.times import written_moment


def settle_duplicate(
    store: Store, application_id: int, other_reference: str, same: bool, *, actor: str, now: datetime, rejudge: Rejudge | None = None
) -> None:
    """Say whether two entries are one. If so, this one (the later) is rejected and the other stands. Raises StaffError."""
    with store.transaction() as session:
        application = application_of(session, application_id)
        other = session.scalars(select(Application).where(A.reference == other_reference)).one_or_none()
        if other is None or other.id is None or other.id == application.id or other.programme != application.programme:
            raise StaffError(f"没有编号为 {other_reference} 的另一件申报。")
        findings = [f for f in findings_of(session, application.package_id, application_id) if f.application_id == application_id]
        facts: dict[str, Any] = next((dict(f.facts) for f in findings if f.code == "duplicate-channel"), {})
        staff = {key: value for key, value in application.staff.items() if key not in ("duplicate", "not_duplicate_of")}
        if same:
            received = written_moment(other.opened_at)
            facts = {"channel": other.channel or "", "received": received, "evidence": [], **facts, "reference": other.reference}
            staff["duplicate"] = {"id": other.id, "reference": other.reference, "likeness": "certain", "evidence": [], "facts": facts}
            application.duplicate_of = other.id
            staff["waived"] = {code: kept for code, kept in as_dict(staff.get("waived")).items() if code not in _DUPLICATES}
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
        record(session, application, actor, now, "duplicate-settled", same=same, other=other.reference)
        session.flush()
        judge_anew(session, application, now, rejudge)


_DUPLICATES = ("duplicate-channel", "probable-duplicate")


def _first_mail(session: Session, package_id: int) -> int:
    mails = mails_of(session, package_id)
    if not mails or mails[0].id is None:
        raise StaffError("这件申报没有来信。")
    return mails[0].id
