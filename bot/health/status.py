"""`shenbao status`: what the store holds and what needs someone, in the contract's shape."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.config import Config
from bot.store.mails import count_stuck
from bot.store.models import Mail, MailboxState, Reply, ReplyState
from bot.store.store import Store
from replies.times import SHANGHAI

STUCK_AFTER = timedelta(minutes=30)
"""A mail that has had no outcome for so long is stuck."""


def status(config: Config) -> dict[str, Any]:
    """The state of the configured store. Raises StoreError where it does not answer."""
    from bot.engine.parts import open_store

    with open_store(config) as store:
        return status_of(store, config)


def status_of(store: Store, config: Config) -> dict[str, Any]:
    """The state of an open store: the contract's keys, and more. Times are ISO 8601, Asia/Shanghai."""
    with store.reading() as session:
        states = {state.name: state for state in session.exec(select(MailboxState))}
        replies = _counts(session, col(Reply.state))
        return {
            "mails": {
                "total": session.exec(select(func.count(col(Mail.id)))).one(),
                "by_kind": _counts(session, col(Mail.kind)),
                "by_decision": _counts(session, col(Mail.decision)),
                "by_state": _counts(session, col(Mail.state)),
            },
            "replies": {
                "queued": replies.get(ReplyState.QUEUED, 0),
                "sending": replies.get(ReplyState.SENDING, 0) + replies.get(ReplyState.DATA, 0),
                "sent": replies.get(ReplyState.SENT, 0),
                "failed": replies.get(ReplyState.FAILED, 0),
                "ambiguous": replies.get(ReplyState.AMBIGUOUS, 0),
            },
            "mailboxes": [_mailbox(mailbox.name, states.get(mailbox.name)) for mailbox in config.mailboxes],
            "stuck": count_stuck(session, STUCK_AFTER),
        }


def _counts(session: Session, column: Any) -> dict[str, int]:
    rows = session.connection().execute(select(column, func.count()).where(column.is_not(None)).group_by(column))
    return {str(value): int(count) for value, count in rows}


def _mailbox(name: str, state: MailboxState | None) -> dict[str, Any]:
    contact = state.last_contact if state else None
    return {
        "name": name,
        "last_contact": contact.astimezone(SHANGHAI).isoformat(timespec="seconds") if contact else None,
        "last_error": state.last_error if state else None,
        "stopped": bool(state and state.stopped),
        "sending_error": state.sending_error if state else None,
        "sending_stopped": bool(state and state.sending_stopped),
    }
