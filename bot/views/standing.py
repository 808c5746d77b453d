"""How each programme stands: counts, days, time left, recommenders not heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.config import Config
from bot.programme.programme import Programme
from bot.rules.units import find_listed
from bot.store.staff.counts import opened_by_day, recommenders_heard
from bot.store.staff.health import Change
from bot.views.paths import cases_path
from bot.views.words import DECISIONS, SHANGHAI, day_words

CHART_DAYS = 14


CHART_AFTER = timedelta(days=7)
"""How long after the deadline a chart of new cases still tells something."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a chart: its label, the number, and its length in percent of the longest."""

    label: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class ProgrammeNews:
    """One programme since the last digest, and as it stands. `standing`: (decision's name, count, console path)."""

    id: str
    title: str
    mails: int
    opened: int
    decisions: tuple[tuple[str, int], ...]
    standing: tuple[tuple[str, int, str], ...]
    time_left: str
    bars: tuple[Bar, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """The recommenders of a programme that have sent nothing yet."""

    programme: str
    names: tuple[str, ...]
    of: int


def standing_of(session: Session, programme: Programme, counts: Mapping[str, int], day: date) -> ProgrammeNews:
    """How one programme stands, without what is new."""
    return news_of(session, programme, None, counts, day)


def news_of(session: Session, programme: Programme, change: Change | None, standing: Mapping[str, int], day: date) -> ProgrammeNews:
    """One programme: what is new, its counts by decision, and new cases by day until a week after the deadline."""
    decided = change.decisions if change else {}
    last = min(day, programme.deadline)
    first = max(programme.opens, last - timedelta(days=CHART_DAYS - 1))
    charted = first <= last and day <= programme.deadline + CHART_AFTER
    by_day = opened_by_day(session, programme.id, first, last, SHANGHAI) if charted else {}
    most = max([1, *by_day.values()])
    bars = tuple(Bar(day_words(d, year=False), count, round(100 * count / most)) for d, count in by_day.items())
    return ProgrammeNews(
        programme.id,
        programme.title,
        change.mails if change else 0,
        change.opened if change else 0,
        tuple((name, decided.get(decision, 0)) for decision, name in DECISIONS.items() if decision != "ignored"),
        tuple(
            (name, standing.get(decision, 0), cases_path(programme=programme.id, decision=decision))
            for decision, name in DECISIONS.items()
            if decision != "ignored"
        ),
        time_left(programme, day),
        bars if any(bar.count for bar in bars) else (),
        sum(standing.values()),
    )


def time_left(programme: Programme, day: date) -> str:
    """How far the deadline is, in words."""
    days = (programme.deadline - day).days
    if days > 0:
        return f"{day_words(programme.deadline)}截止，还有{days}天"
    return "今天截止" if days == 0 else f"已于{day_words(programme.deadline)}截止"


def expected_recommenders(programme: Programme, config: Config) -> tuple[str, ...]:
    """From whom a programme awaits material: the notice's own list and the configuration's."""
    return tuple(dict.fromkeys((*programme.recommenders, *config.programmes.expected.get(programme.id, ()))))


def silent_recommenders(session: Session, programme: Programme, config: Config) -> tuple[str, ...]:
    """The expected that have sent nothing yet. Who wrote its own name a little otherwise is found as on the notice's list."""
    expected = expected_recommenders(programme, config)
    aliases = programme.recommender_aliases.items()
    heard = {find_listed(name, expected, aliases) for name in recommenders_heard(session, programme.id)}
    return tuple(name for name in expected if name not in heard)


def not_heard(session: Session, programme: Programme, config: Config) -> Expected | None:
    """The recommenders that nothing came from, None where none is missing."""
    silent = silent_recommenders(session, programme, config)
    return Expected(programme.title, silent, len(expected_recommenders(programme, config))) if silent else None
