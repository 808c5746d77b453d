"""What changed within a time, and how the mailboxes stand. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, exists, func, inspect, or_, select
from sqlalchemy.orm import Session

from bot.store.columns import A, M, P, R
from bot.store.models import (
    Digest,
    FolderState,
    MailboxState,
    ReplyState,
)
from bot.store.staff.cases import PACKAGE_IS_CASE

_SUBMISSIONS = ("submission", "supplement")


@dataclass(frozen=True, slots=True)
class MailboxLine:
    """A mailbox's health. `reconciled_at`: its folders' oldest full comparison with the server; `missing`: mails found then."""

    name: str
    last_contact: datetime | None
    last_error: str | None
    stopped: bool
    reconciled_at: datetime | None
    sent_today: int
    queued: int
    details: Mapping[str, Any]
    sending_stopped: bool = False
    sending_error: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What came and what was decided in one programme within a time: mails, new cases, decisions of judged mails."""

    programme: str
    mails: int
    opened: int
    decisions: Mapping[str, int]


LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The time between two digests: mails whose outcome was committed in [start, end), and not those in `counted`.

    A mail's `settled_at` is taken a little before its commit, so a digest may miss one of its last minutes: the next one
    looks `LATE` behind its start and leaves out the mails that the last one counted there (`tail`). `counted` is None
    where there was no digest before.
    """

    start: datetime
    end: datetime
    counted: tuple[int, ...] | None = None

    def holds(self) -> Any:
        """The condition on mails."""
        if self.counted is None:
            return and_(M.settled_at >= self.start, M.settled_at < self.end)
        return and_(M.settled_at >= self.start - LATE, M.settled_at < self.end, M.id.not_in(self.counted))


def tail(session: Session, end: datetime) -> list[int]:
    """The mails settled within `LATE` before a digest's end, to be remembered with it."""
    return list(session.scalars(select(M.id).where(M.settled_at >= end - LATE, M.settled_at < end).order_by(M.id)))


def changes(session: Session, span: Span) -> dict[str, Change]:
    """By programme, the submissions and supplements settled in a span, and the cases they opened."""
    within = and_(span.holds(), M.kind.in_(_SUBMISSIONS), M.programme.is_not(None))
    decisions: dict[str, dict[str, int]] = {}
    counted = select(M.programme, M.decision, func.count()).where(within).group_by(M.programme, M.decision)
    for programme, decision, count in session.execute(counted):
        decisions.setdefault(programme, {})[decision or ""] = count
    opened: dict[str, int] = {}
    mails = select(M.received_at, M.package_id).where(within).subquery()
    numbered: Any
    for table, package, numbered in ((A, A.package_id, None), (P, P.id, PACKAGE_IS_CASE)):
        came = exists().where(mails.c.package_id == package, mails.c.received_at == table.opened_at)
        query = select(table.programme, func.count()).where(came)
        if numbered is not None:
            query = query.where(numbered)
        for programme, count in session.execute(query.group_by(table.programme)):
            opened[programme] = opened.get(programme, 0) + count
    return {programme: Change(programme, sum(by.values()), opened.get(programme, 0), by) for programme, by in sorted(decisions.items())}


def mail_counts(session: Session, span: Span) -> dict[str, int]:
    """Mails settled in a span, by kind."""
    return {kind or "other": count for kind, count in session.execute(select(M.kind, func.count()).where(span.holds()).group_by(M.kind))}


def mailbox_lines(session: Session, names: Sequence[str], now: datetime, zone: ZoneInfo) -> list[MailboxLine]:
    """Each mailbox's health; a configured one that was never reached has no state yet."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    states = {state.name: state for state in session.scalars(select(MailboxState))}
    reconciled: dict[str, list[datetime | None]] = {}
    for folder in session.scalars(select(FolderState)):
        reconciled.setdefault(folder.mailbox, []).append(folder.reconciled_at)
    sent_or_waiting = case((R.state == ReplyState.SENT, "sent"), else_="waiting")
    counts = {
        (mailbox, what): count
        for mailbox, what, count in session.execute(
            select(R.mailbox, sent_or_waiting, func.count())
            .where(
                or_(
                    and_(R.state == ReplyState.SENT, R.sent_at >= today),
                    R.state.in_((ReplyState.QUEUED, ReplyState.SENDING, ReplyState.DATA)),
                )
            )
            .group_by(R.mailbox, sent_or_waiting)
        )
    }
    lines = []
    for name in dict.fromkeys([*names, *sorted(states)]):
        state = states.get(name)
        moments = reconciled.get(name, [])
        oldest = min((m for m in moments if m is not None), default=None) if moments and None not in moments else None
        lines.append(
            MailboxLine(
                name,
                state.last_contact if state else None,
                state.last_error if state else None,
                bool(state and state.stopped),
                oldest,
                counts.get((name, "sent"), 0),
                counts.get((name, "waiting"), 0),
                state.details if state else {},
                bool(state and state.sending_stopped),
                state.sending_error if state else None,
            )
        )
    return lines


def last_digest(session: Session) -> Digest | None:
    """The newest digest that was made, or None."""
    return session.scalars(select(Digest).order_by(inspect(Digest).local_table.c.covers_until.desc()).limit(1)).one_or_none()
