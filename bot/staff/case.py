"""What staff may do to a case, each as one transaction with its line of history.

What staff decide is kept in `Application.staff`, where every later judging finds it:
`fields` (key -> corrected value), `waived` (finding code -> who, when, why), `not_duplicate_of` (reference), `duplicate`.
Of a case that is a whole package, `waived` is kept in `Package.state`.
After each action the case is judged again by the given `rejudge`; without one its decision follows from the findings that
still stand.
"""

from __future__ import annotations

from datetime import datetime

from bot.programme.programme import Programme
from bot.staff.records import (
    Rejudge,
    StaffError,
    application_of,
    as_dict,
    judge_anew,
    record,
)
from bot.store.models import Event, Mail
from bot.store.staff.needs import HANDLED
from bot.store.store import Store


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
        application = application_of(session, application_id)
        before = str(application.fields.get(key, ""))
        if before == value:
            return
        application.fields = {**application.fields, key: value}
        application.staff = {**application.staff, "fields": {**as_dict(application.staff.get("fields")), key: value}}
        if key in ("organisation", "team", "title"):
            setattr(application, key, value)
        record(session, application, actor, now, "field-corrected", field=key, before=before, after=value)
        judge_anew(session, application, now, rejudge)


def judge_again(store: Store, application_id: int, *, actor: str, now: datetime, rejudge: Rejudge | None = None) -> str:
    """Judge a case anew by the rules as they are now; its decision."""
    with store.transaction() as session:
        application = application_of(session, application_id)
        before = application.decision
        judge_anew(session, application, now, rejudge)
        record(session, application, actor, now, "judged-again", before=before, after=application.decision)
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
