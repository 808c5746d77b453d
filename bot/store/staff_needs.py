"""What needs somebody: open enquiries, held and stuck mails, letters of ours in doubt, cloud links. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, inspect, or_, select
from sqlalchemy.orm import Session

from bot.store.models import (
    Application,
    Event,
    Finding,
    Mail,
    MailState,
    Package,
    Reply,
    ReplyState,
)
from bot.store.staff_queries import references_of

_A: Any = inspect(Application).local_table.c
_P: Any = inspect(Package).local_table.c
_M: Any = inspect(Mail).local_table.c
_F: Any = inspect(Finding).local_table.c
_R: Any = inspect(Reply).local_table.c
_E: Any = inspect(Event).local_table.c

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
    _M.id, _M.mailbox, _M.subject, _M.from_address, _M.from_name, _M.received_at, _M.state, _M.kind, _M.programme, _M.decision,
    _M.last_error, _M.package_id,
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
    return ~exists().where(_E.mail_id == _M.id, _E.action == HANDLED)


def open_enquiries(session: Session, *, limit: int = MOST) -> list[MailLine]:
    """Questions that no member of staff has marked as dealt with, the oldest first."""
    return _mail_lines(session, select(*_MAIL).where(_M.kind == "enquiry", _unhandled()).order_by(_M.received_at).limit(limit))


def held_mails(session: Session, *, limit: int = MOST) -> list[MailLine]:
    """Held mails without a case that nobody has dealt with: danger, strangers, what could not be told."""
    with_case = or_(exists().where(_A.package_id == _M.package_id), exists().where(_P.id == _M.package_id, _P.reference.is_not(None)))
    statement = select(*_MAIL).where(_M.decision == "held", or_(_M.kind.is_(None), _M.kind != "enquiry"), ~with_case, _unhandled())
    return _mail_lines(session, statement.order_by(_M.received_at).limit(limit))


def set_aside_mails(session: Session, *, limit: int = MOST) -> list[MailLine]:
    """Mails whose worker died over them, kept for staff."""
    return _mail_lines(session, select(*_MAIL).where(_M.state == MailState.SET_ASIDE, _unhandled()).order_by(_M.received_at).limit(limit))


def stuck_mails(session: Session, before: datetime, *, limit: int = MOST) -> list[MailLine]:
    """Mails stored before a moment that still wait to be processed."""
    return _mail_lines(
        session, select(*_MAIL).where(_M.state == MailState.STORED, _M.stored_at < before).order_by(_M.stored_at).limit(limit)
    )


def find_mails(
    session: Session, *, words: str = "", kind: str = "", state: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[MailLine], bool]:
    """Mails newest first, by a part of subject or sender, and whether there are more."""
    statement = select(*_MAIL)
    if words.strip():
        pattern = "%" + words.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        statement = statement.where(or_(*(c.ilike(pattern, escape="\\") for c in (_M.subject, _M.from_address, _M.from_name))))
    if kind:
        statement = statement.where(_M.kind == kind)
    if state:
        statement = statement.where(_M.state == MailState(state))
    lines = _mail_lines(session, statement.order_by(_M.received_at.desc(), _M.id.desc()).limit(limit + 1).offset(offset))
    return lines[:limit], len(lines) > limit


_REPLY = (
    _R.id,
    _R.mail_id,
    _R.mailbox,
    _R.purpose,
    _R.recipient,
    _R.subject,
    _R.state,
    _R.queued_at,
    _R.sent_at,
    _R.last_answer,
    _R.package_id,
)


def replies_in(session: Session, states: Sequence[ReplyState], *, limit: int = MOST) -> list[ReplyLine]:
    """Our letters in the given states, the oldest first."""
    return _reply_lines(session, select(*_REPLY).where(_R.state.in_(states)).order_by(_R.queued_at).limit(limit))


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
    asks = _M.kind.in_(("submission", "supplement", "enquiry"))
    statement = select(*_MAIL).where(within, asks, ~exists().where(_R.mail_id == _M.id), _unhandled())
    return _mail_lines(session, statement.order_by(_M.received_at).limit(limit))


def open_links(session: Session, *, limit: int = MOST) -> list[LinkLine]:
    """Cloud attachments sent in place of files, as far as the finding still stands, the first to expire first."""
    standing = select(_F.mail_id).where(_F.code == "linked-attachment", func.coalesce(_F.current, False))
    columns = (_M.id, _M.from_address, _M.subject, _M.package_id, _M.details)
    rows = session.execute(select(*columns).where(_M.id.in_(standing), _unhandled()).order_by(_M.id).limit(limit)).all()
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
