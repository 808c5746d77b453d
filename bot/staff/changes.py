"""Staff settle a changed entry that waits: it takes the accepted one's place, or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.staff.records import Rejudge, StaffError, application_of, as_dict, judge_anew, record
from bot.store.columns import D, F
from bot.store.models import Application, Document, Finding
from bot.store.store import Store


def settle_resubmission(
    store: Store, application_id: int, confirm: bool, *, actor: str, now: datetime, rejudge: Rejudge | None = None
) -> int:
    """Take a changed entry's files in place of the accepted ones, or leave those standing. How many files it was about.
    Raises StaffError."""
    with store.transaction() as session:
        return settle_pending(session, application_id, confirm, actor=actor, now=now, rejudge=rejudge)


def settle_pending(session: Session, application_id: int, confirm: bool, *, actor: str, now: datetime, rejudge: Rejudge | None) -> int:
    """`settle_resubmission` within the caller's transaction."""
    application = application_of(session, application_id)
    pending = list(session.scalars(select(Document).where(D.application_id == application_id, D.pending)))
    if not pending:
        raise StaffError("没有等待确认的修改。")
    for document in pending:
        document.pending, document.current = False, confirm
        if confirm:
            _take_place(session, document)
    session.execute(
        update(Finding).where(F.application_id == application_id, F.code == "resubmission-needs-confirmation").values(current=False)
    )
    if confirm:
        _take_fields(application, pending)
    action = "resubmission-confirmed" if confirm else "resubmission-refused"
    record(session, application, actor, now, action, files=[document.path for document in pending])
    judge_anew(session, application, now, rejudge)
    return len(pending)


def _take_place(session: Session, document: Document) -> None:
    """Retire the older ones whose place a confirmed document takes; one that concerns the whole package leaves its application."""
    older = (D.kind == document.kind, D.copy_kind == document.copy_kind, D.id < document.id, D.kind != "other")
    if document.facts.get("of_package"):
        same: tuple[Any, ...] = (*older, D.package_id == document.package_id, D.application_id.is_(None))
        document.application_id = None
    else:
        same = (*older, D.application_id == document.application_id)
    session.execute(update(Document).where(*same).values(current=False))


def _take_fields(application: Application, documents: Iterable[Document]) -> None:
    for document in documents:
        stated = as_dict(document.facts.get("fields"))
        if document.kind == "application_form" and document.copy_kind == "editable":
            corrected = as_dict(application.staff.get("fields"))
            application.fields = {**application.fields, **{k: v for k, v in stated.items() if v}, **corrected}
    for key in ("organisation", "team", "title"):
        setattr(application, key, str(application.fields.get(key, "")))
