"""The outbox's reads and writes: every change of a reply's state, each in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select, update

from bot.errors import StoreError
from bot.store.models import Event, Mail, MailboxState, Reply, ReplyState
from bot.store.store import Store

_FAR = timedelta(days=3)
"""No pause of ours is longer: what lies further ahead was written while the clock was wrong."""

_ANSWERS = 0x416E


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _due(moment: datetime, column: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= moment, column > moment + _FAR)


def is_due(moment: datetime, not_before: datetime | None) -> bool:
    """Whether a pause until `not_before` is over."""
    return not_before is None or not_before <= moment or not_before > moment + _FAR


def recover(store: Store, mailbox: str) -> tuple[int, int]:
    """After a crash: what was about to be sent is queued again, what may have gone out is ambiguous. Their counts."""
    moment = now()
    with store.transaction() as session:
        begun = session.exec(select(Reply).where(Reply.mailbox == mailbox, Reply.state == ReplyState.SENDING)).all()
        for reply in begun:
            reply.state = ReplyState.QUEUED
            session.add(reply)
        open_ = session.exec(select(Reply).where(Reply.mailbox == mailbox, Reply.state == ReplyState.DATA)).all()
        for reply in open_:
            doubt(session, reply, "the program ended while the letter was being sent", moment, moment)
    return len(begun), len(open_)


def doubt(session: Session, reply: Reply, detail: str, moment: datetime, look: datetime) -> None:
    """Nobody knows whether this letter went out: it is for the Sent folder's look-up at `look`, and for staff."""
    reply.state = ReplyState.AMBIGUOUS
    reply.last_answer = detail
    reply.not_before = look
    session.add(reply)
    record(session, reply, "reply-ambiguous", moment, detail=detail)


def record(session: Session, reply: Reply, action: str, moment: datetime, actor: str = "system", **details: Any) -> None:
    """A line of history about a letter."""
    event = Event(at=moment, actor=actor, action=action, mail_id=reply.mail_id, package_id=reply.package_id)
    event.details = {"reply": reply.id, "recipient": reply.recipient, **details}
    session.add(event)


def next_queued(store: Store, mailbox: str) -> Reply | None:
    """The letter to send next: the digest first, then in the order they were queued; None where none is due."""
    with store.reading() as session:
        # only what the index holds is compared; the letters themselves, many and large, are not read
        first = session.exec(
            select(Reply.id)
            .where(Reply.mailbox == mailbox, Reply.state == ReplyState.QUEUED, _due(now(), col(Reply.not_before)))
            .order_by(col(Reply.purpose).startswith("digest:").desc(), col(Reply.queued_at), col(Reply.id))
            .limit(1)
        ).first()
        return None if first is None else session.get(Reply, first)


def queued(store: Store, mailbox: str) -> int:
    """How many letters of an account still have to go out, due or put off."""
    with store.reading() as session:
        return session.exec(select(func.count(col(Reply.id))).where(Reply.mailbox == mailbox, Reply.state == ReplyState.QUEUED)).one()


def claim(store: Store, reply: Reply) -> bool:
    """Queued -> sending; False where someone else was quicker or staff withdrew it."""
    with store.transaction() as session:
        result = session.connection().execute(
            update(Reply)
            .where(col(Reply.id) == reply.id, col(Reply.state) == ReplyState.QUEUED)
            .values(state=ReplyState.SENDING, attempts=Reply.attempts + 1)
        )
        return bool(result.rowcount)


def begin_data(store: Store, reply: Reply) -> None:
    """Sending -> data, for the claim that `reply` stands for (its attempts before). Raises StoreError where it is no
    longer ours: another machine took the account over while this one had lost the database."""
    with store.transaction() as session:
        result = session.connection().execute(
            update(Reply)
            .where(col(Reply.id) == reply.id, col(Reply.state) == ReplyState.SENDING, col(Reply.attempts) == reply.attempts + 1)
            .values(state=ReplyState.DATA, data_at=now())
        )
        if not result.rowcount:
            raise StoreError(f"the letter {reply.id} is no longer ours to send")


def change(store: Store, reply: Reply, state: ReplyState, *, answer: str = "", **values: Any) -> None:
    """Put a letter that this outbox holds into another state. `sent` and `failed` are written into the history."""
    with store.transaction() as session:
        held = session.get_one(Reply, reply.id)
        held.state = state
        held.last_answer = answer or held.last_answer
        for key, value in values.items():
            setattr(held, key, value)
        session.add(held)
        if state in (ReplyState.SENT, ReplyState.FAILED):
            record(session, held, f"reply-{state}", now(), answer=answer)


def leave_in_doubt(store: Store, reply: Reply, detail: str, look: datetime) -> None:
    """Sending ended without an answer; see `doubt`."""
    with store.transaction() as session:
        doubt(session, session.get_one(Reply, reply.id), detail, now(), look)


def begun_between(store: Store, mailbox: str, start: datetime, end: datetime) -> int:
    """Letters of an account whose bytes began to go out in [start, end): what a wrong clock wrote for later does not count."""
    began = col(Reply.data_at)
    with store.reading() as session:
        return session.exec(select(func.count(col(Reply.id))).where(Reply.mailbox == mailbox, began >= start, began < end)).one()


def begun_to(store: Store, recipient: str, start: datetime, end: datetime) -> Sequence[datetime]:
    """When letters to a recipient began to go out in [start, end], oldest first."""
    began = col(Reply.data_at)
    with store.reading() as session:
        times = session.exec(
            select(Reply.data_at)
            .where(col(Reply.recipient).in_({recipient, recipient.lower()}), began >= start, began <= end)
            .order_by(began)
        )
        return [time for time in times if time is not None]


def answered_before(session: Session, message_id: str, sender: str) -> bool:
    """Whether a mail of that sender with that Message-ID has an answer: delivered twice, to two mailboxes, or copied anew.

    A stranger who uses another's Message-ID silences nobody. On PostgreSQL others who ask the same wait for our commit.
    """
    if not message_id:
        return False
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(select(func.pg_advisory_xact_lock(_ANSWERS, func.hashtext(message_id))))
    query = select(Reply.id).join(Mail, col(Reply.mail_id) == col(Mail.id))
    same = query.where(Mail.message_id == message_id, Mail.from_address == sender, Reply.purpose == "answer")
    return session.exec(same.limit(1)).first() is not None


def account(session: Session, mailbox: str) -> MailboxState:
    """What is known of a mailbox and its account; a new row where nothing is."""
    return session.get(MailboxState, mailbox) or MailboxState(name=mailbox)


def change_account(store: Store, mailbox: str, action: str = "", **values: Any) -> None:
    """Change what is known of an account; `action` is written into the history where given."""
    with store.transaction() as session:
        state = account(session, mailbox)
        for key, value in values.items():
            setattr(state, key, value)
        session.add(state)
        if action:
            event = Event(at=now(), actor="system", action=action)
            event.details = {"mailbox": mailbox, "error": values.get("sending_error") or values.get("last_error")}
            session.add(event)


def due_lookups(store: Store, mailbox: str) -> Sequence[Reply]:
    """Ambiguous letters to be looked for in the Sent folder now."""
    with store.reading() as session:
        return session.exec(
            select(Reply).where(
                Reply.mailbox == mailbox,
                Reply.state == ReplyState.AMBIGUOUS,
                col(Reply.not_before).is_not(None),
                _due(now(), col(Reply.not_before)),
            )
        ).all()


def looked_up(store: Store, reply: Reply, *, found: bool, again: datetime | None, detail: str) -> None:
    """The result of a look into the Sent folder. Found means sent; absent proves nothing and leaves it to staff."""
    with store.transaction() as session:
        held = session.get_one(Reply, reply.id)
        if held.state is not ReplyState.AMBIGUOUS:  # staff settled it meanwhile
            return
        held.lookups += 1
        held.not_before = again
        held.last_answer = detail
        if found:
            held.state, held.sent_at = ReplyState.SENT, held.data_at or now()
        session.add(held)
        if found or again is None:
            record(session, held, "reply-found-sent" if found else "reply-not-found", now(), detail=detail)
