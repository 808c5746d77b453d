"""What needs somebody: open enquiries, held and stuck mails, letters of ours in doubt, cloud links. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from bot.store.columns import A, E, F, M, P, R
from bot.store.models import (
    MailState,
    ReplyState,
)
from bot.store.staff.counts import references_of

HANDLED = "mail-handled"
"""The event that takes a mail off staff's list of things to do."""
MOST = 1000
"""Lines that one list of things to do is read to."""


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail in a list."""

    id: int
    mailbox: str
    subject: str
    from_address: str
    from_name: str
    received_at: datetime
    state: str
    kind: str | None
    programme: str | None
    decision: str | None
    last_error: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """One letter of ours in a list. `references`: the cases it is about."""

    id: int
    mail_id: int | None
    mailbox: str
    purpose: str
    recipient: str
    subject: str
    state: str
    queued_at: datetime
    sent_at: datetime | None
    last_answer: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A cloud attachment that staff may want to fetch before it expires. `url` is never fetched by the bot."""

    mail_id: int
    reference: str
    sender_address: str
    subject: str
    name: str
    provider: str
    expires: datetime | None


_MAIL = (
    M.id, M.mailbox, M.subject, M.from_address, M.from_name, M.received_at, M.state, M.kind, M.programme, M.decision,
    M.last_error, M.package_id,
)  # fmt: skip


def _mail_lines(session: Session, statement: Any) -> list[MailLine]:
    rows = session.execute(statement).all()
    references = references_of(session, [row.package_id for row in rows if row.package_id])
    return [
        MailLine(
            row.id, row.mailbox, row.subject, row.from_address, row.from_name, row.received_at, str(row.state), row.kind, row.programme,
            row.decision, row.last_error, references.get(row.package_id, ()),
        )
        for row in rows
    ]  # fmt: skip


def _unhandled() -> Any:
    return ~exists().where(E.mail_id == M.id, E.action == HANDLED)


def open_enquiries(session: Session, *, limit: int = MOST) -> list[MailLine]:
    """Questions that no member of staff has marked as dealt with, the oldest first."""
    return _mail_lines(session, select(*_MAIL).where(M.kind == "enquiry", _unhandled()).order_by(M.received_at).limit(limit))


def held_mails(session: Session, *, limit: int = MOST) -> list[MailLine]:
    """Held mails without a case that nobody has dealt with: danger, strangers, what could not be told."""
    with_case = or_(exists().where(A.package_id == M.package_id), exists().where(P.id == M.package_id, P.reference.is_not(None)))
    statement = select(*_MAIL).where(M.decision == "held", or_(M.kind.is_(None), M.kind != "enquiry"), ~with_case, _unhandled())
    return _mail_lines(session, statement.order_by(M.received_at).limit(limit))


def set_aside_mails(session: Session, *, limit: int = MOST) -> list[MailLine]:
    """Mails whose worker died over them, kept for staff."""
    return _mail_lines(session, select(*_MAIL).where(M.state == MailState.SET_ASIDE, _unhandled()).order_by(M.received_at).limit(limit))


def stuck_mails(session: Session, before: datetime, *, limit: int = MOST) -> list[MailLine]:
    """Mails stored before a moment that still wait to be processed."""
    return _mail_lines(session, select(*_MAIL).where(M.state == MailState.STORED, M.stored_at < before).order_by(M.stored_at).limit(limit))


def find_mails(
    session: Session, *, words: str = "", kind: str = "", state: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[MailLine], bool]:
    """Mails newest first, by a part of subject or sender, and whether there are more."""
    statement = select(*_MAIL)
    if words.strip():
        pattern = "%" + words.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        statement = statement.where(or_(*(c.ilike(pattern, escape="\\") for c in (M.subject, M.from_address, M.from_name))))
    if kind:
        statement = statement.where(M.kind == kind)
    if state:
        statement = statement.where(M.state == MailState(state))
    lines = _mail_lines(session, statement.order_by(M.received_at.desc(), M.id.desc()).limit(limit + 1).offset(offset))
    return lines[:limit], len(lines) > limit


_REPLY = (
    R.id,
    R.mail_id,
    R.mailbox,
    R.purpose,
    R.recipient,
    R.subject,
    R.state,
    R.queued_at,
    R.sent_at,
    R.last_answer,
    R.package_id,
)


def replies_in(session: Session, states: Sequence[ReplyState], *, limit: int = MOST) -> list[ReplyLine]:
    """Our letters in the given states, the oldest first."""
    return _reply_lines(session, select(*_REPLY).where(R.state.in_(states)).order_by(R.queued_at).limit(limit))


def _reply_lines(session: Session, statement: Any) -> list[ReplyLine]:
    rows = session.execute(statement).all()
    references = references_of(session, [row.package_id for row in rows if row.package_id])
    return [
        ReplyLine(
            row.id, row.mail_id, row.mailbox, row.purpose, row.recipient, row.subject, str(row.state), row.queued_at, row.sent_at,
            row.last_answer, references.get(row.package_id, ()),
        )
        for row in rows
    ]  # fmt: skip


def unanswered_mails(session: Session, within: Any, *, limit: int = MOST) -> list[MailLine]:
    """Mails that ask for an answer and for which none was written; `within` is a condition on mails (`Span.holds`)."""
    asks = M.kind.in_(("submission", "supplement", "enquiry"))
    statement = select(*_MAIL).where(within, asks, ~exists().where(R.mail_id == M.id), _unhandled())
    return _mail_lines(session, statement.order_by(M.received_at).limit(limit))


def open_links(session: Session, *, limit: int = MOST) -> list[LinkLine]:
    """Cloud attachments sent in place of files, as far as the finding still stands, the first to expire first."""
    standing = select(F.mail_id).where(F.code == "linked-attachment", func.coalesce(F.current, False))
    columns = (M.id, M.from_address, M.subject, M.package_id, M.details)
    rows = session.execute(select(*columns).where(M.id.in_(standing), _unhandled()).order_by(M.id).limit(limit)).all()
    references = references_of(session, [row.package_id for row in rows if row.package_id])
    lines = []
    for row in rows:
        reference = (references.get(row.package_id) or ("",))[0]
        for link in row.details.get("links") or [{}]:
            name, provider = str(link.get("name") or ""), str(link.get("provider") or "")
            lines.append(LinkLine(row.id, reference, row.from_address, row.subject, name, provider, moment_of(link.get("expires"))))
    return sorted(lines, key=lambda link: (link.expires is None, link.expires or datetime.max.replace(tzinfo=UTC), link.mail_id))


def moment_of(value: Any) -> datetime | None:
    """The moment that a kept text states; None where it states none."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:  # "无限期", a text that is no time
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
