"""Numbers for staff: cases by programme, day and decision; who of the recommenders was heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, func, select
from sqlalchemy.orm import Session

from bot.store.columns import A, P
from bot.store.staff.cases import PACKAGE_IS_CASE, CaseFilter, WholeOnly, conditions_of, plain, whole_only


def count_with(session: Session, decision: str, programme: str = "", *, whole: Sequence[WholeOnly] | None = None) -> int:
    """How many cases `cases_with` would list without a limit."""
    wanted = CaseFilter(decision=decision, programme=programme)
    counted = (
        select(A.id).where(*conditions_of(A, wanted)),
        select(P.id).where(PACKAGE_IS_CASE, *conditions_of(P, wanted, numbered=True)),
    )
    counts = [session.scalar(select(func.count()).select_from(chosen.subquery())) or 0 for chosen in counted]
    return sum(counts) + len(whole_only(session, decision, programme) if whole is None else whole)


def case_counts(session: Session) -> dict[str, dict[str, int]]:
    """How many cases stand at each decision, by programme."""
    counts: dict[str, dict[str, int]] = {}
    for programme, decision, count in session.execute(select(A.programme, A.decision, func.count()).group_by(A.programme, A.decision)):
        counts.setdefault(programme, {})[decision] = count
    standing = plain(P.programme), plain(P.decision)
    packages = select(*standing, func.count()).where(PACKAGE_IS_CASE).group_by(*standing)
    for programme, decision, count in session.execute(packages):
        by_decision = counts.setdefault(programme, {})
        by_decision[decision or ""] = by_decision.get(decision or "", 0) + count
    return counts


def opened_by_day(session: Session, programme: str, first: date, last: date, zone: ZoneInfo) -> dict[date, int]:
    """New cases by the day they were received, every day of the span present."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    days = (last - first).days + 1
    counts = {first + timedelta(days=n): 0 for n in range(days)}
    for table, mine, only in ((A, A.programme, ()), (P, plain(P.programme), (PACKAGE_IS_CASE,))):
        day = _day(session, table.opened_at, start)
        within = (mine == programme, table.opened_at >= start, table.opened_at < start + timedelta(days=days))
        for words, count in session.execute(select(day, func.count()).where(*within, *only).group_by(day)):
            counts[date.fromisoformat(str(words))] += count
    return counts


def _day(session: Session, moment: Any, start: datetime) -> Any:
    """The day of a moment in the zone of `start`, counted by the database (SQLite knows no zones: its offset then)."""
    if session.get_bind().dialect.name == "sqlite":
        offset = start.utcoffset() or timedelta(0)
        return func.date(moment, f"{offset.total_seconds():+.0f} seconds", type_=String)
    return func.date(func.timezone(str(start.tzinfo), moment), type_=String)


def recommenders_heard(session: Session, programme: str) -> set[str]:
    """The names under which recommenders have sent something for a programme."""
    rows = session.execute(select(P.recommender, P.sender_name).where(P.programme == programme, P.channel == "recommender").distinct())
    return {name for row in rows for name in row if name}


def references_of(session: Session, packages: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The reference numbers by package: its applications', else its own."""
    wanted = sorted(set(packages))
    if not wanted:
        return {}
    found: dict[int, list[str]] = {}
    for package_id, reference in session.execute(select(A.package_id, A.reference).where(A.package_id.in_(wanted)).order_by(A.id)):
        found.setdefault(package_id, []).append(reference)
    for package_id, reference in session.execute(select(P.id, P.reference).where(P.id.in_(wanted), P.reference.is_not(None))):
        found.setdefault(package_id, []).append(reference)
    return {package_id: tuple(dict.fromkeys(references)) for package_id, references in found.items()}
