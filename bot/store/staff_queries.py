"""What staff ask about cases: lists, search, counts. Reads only.

A *case* is what has a reference number: an application, or a package where the programme counts packages
(`Case.application_id` is None then). Rows come as frozen values without the large JSON columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, String, and_, column, exists, func, inspect, literal, null, or_, select
from sqlalchemy.orm import Session

from bot.store.models import (
    Application,
    Finding,
    Mail,
    Package,
)
from bot.store.search import matching

_A: Any = inspect(Application).local_table.c
_P: Any = inspect(Package).local_table.c
_M: Any = inspect(Mail).local_table.c
_F: Any = inspect(Finding).local_table.c


@dataclass(frozen=True, slots=True)
class Case:
    """One case in a list. `reason_codes`: the current findings that weigh, where they were asked for."""

    reference: str
    programme: str
    decision: str
    channel: str | None
    organisation: str
    team: str
    title: str
    opened_at: datetime
    updated_at: datetime
    sender_address: str
    sender_name: str
    recommender: str
    package_id: int
    application_id: int | None
    reason_codes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Organisation and team, or the recommender where the case is its package."""
        return " ".join(filter(None, (self.organisation, self.team))) or self.recommender or self.sender_name or "（未写明）"


_APPLICATION_CASE = (
    _A.reference.label("reference"), _A.programme, _A.decision, _A.channel, _A.organisation, _A.team, _A.title, _A.opened_at, _A.updated_at,
    _P.sender_address, _P.sender_name, _P.recommender, _A.package_id.label("package_id"), _A.id.label("application_id"),
)  # fmt: skip


def plain(column: Any) -> Any:
    """A column that no index is chosen for: without statistics SQLite takes the wrong one where a better stands beside it."""
    return func.coalesce(column, "")


PACKAGE_IS_CASE = and_(_P.reference > "", ~exists().where(_A.package_id == _P.id, _A.reference == _P.reference))
"""A package is a case where it has a number that none of its applications took over."""
_PACKAGE_CASE = (
    _P.reference.label("reference"), _P.programme, _P.decision, _P.channel, literal("").label("organisation"), literal("").label("team"),
    literal("").label("title"), _P.opened_at, _P.opened_at.label("updated_at"), _P.sender_address, _P.sender_name, _P.recommender,
    _P.id.label("package_id"), null().label("application_id"),
)  # fmt: skip


def newest_mail(package_id: Any) -> Any:
    """The mail whose findings on the whole package are the current ones: the newest that brought something, or that the
    package was judged again under."""
    newest, finding = inspect(Mail).local_table.alias(), inspect(Finding).local_table.alias()
    judged = exists().where(finding.c.mail_id == newest.c.id, finding.c.application_id.is_(None), finding.c.current)
    brought = newest.c.kind.in_(("submission", "supplement"))
    return select(func.max(newest.c.id)).where(newest.c.package_id == package_id, or_(brought, judged)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What to look for. `words`: parts of names, references, senders, parted by blanks, all to be found. Empty: any."""

    words: str = ""
    programme: str = ""
    decision: str = ""
    channel: str = ""
    code: str = ""
    recommender: str = ""


def find_cases(session: Session, wanted: CaseFilter, *, limit: int = 50, offset: int = 0) -> tuple[list[Case], bool]:
    """The cases that match, newest first, and whether there are more.

    Rows are chosen by their narrow indexes first and fetched then: a join would have the database sort all of them.
    """
    count = limit + offset + 1
    applications, packages = _conditions(_A, wanted), [PACKAGE_IS_CASE, *_conditions(_P, wanted, numbered=True)]
    if wanted.recommender:
        applications.append(_A.package_id.in_(select(_P.id).where(_P.recommender == wanted.recommender)))
        packages.append(_P.recommender == wanted.recommender)
    if wanted.code:
        applications.append(exists().where(_F.application_id == _A.id, _F.current, _F.code == wanted.code))
        whole = exists().where(_F.mail_id == newest_mail(_P.id), _F.application_id.is_(None), _F.current, _F.code == wanted.code)
        packages.append(whole)
    found: list[Case] = []
    for table, conditions, package in ((_A, applications, False), (_P, packages, True)):
        order: tuple[Any, ...] = (table.opened_at.desc(), table.id.desc())
        if wanted.words.strip():
            alone = len(conditions) == int(package)  # nothing but the words: the newest hits are the answer
            hits = matching(wanted.words, session.get_bind().dialect.name, packages=package, most=count if alone else None)
            if hits is None:
                return [], False
            conditions = [*conditions, table.id.in_(select(hits.columns(column("id", BigInteger)).subquery().c.id))]
            order = (table.id.desc(),)
        ids = list(session.scalars(select(table.id).where(*conditions).order_by(*order).limit(count)))
        found += _fetch(session, ids, packages=package)
    found.sort(key=lambda line: (line.opened_at, line.reference), reverse=True)
    return _with_codes(session, found[offset : offset + limit]), len(found) > offset + limit


def _conditions(table: Any, wanted: CaseFilter, *, numbered: bool = False) -> list[Any]:
    """What a filter asks of a table. `numbered`: the few packages with a number are found by it, and by nothing else."""
    pairs = ((table.programme, wanted.programme), (table.decision, wanted.decision), (table.channel, wanted.channel))
    return [(plain(place) if numbered else place) == value for place, value in pairs if value]


def _fetch(session: Session, ids: Sequence[int], *, packages: bool) -> list[Case]:
    if not ids:
        return []
    if packages:
        return [_case(row) for row in session.execute(select(*_PACKAGE_CASE).where(_P.id.in_(ids)))]
    return [_case(row) for row in session.execute(_joined().where(_A.id.in_(ids)))]


def _joined() -> Any:
    return select(*_APPLICATION_CASE).join_from(inspect(Application).local_table, inspect(Package).local_table, _A.package_id == _P.id)


def _case(row: Any) -> Case:
    values = {**row._mapping, "decision": row.decision or ""}
    return Case(**values)


def _with_codes(session: Session, cases: Sequence[Case]) -> list[Case]:
    """The cases with the codes that weigh on them: their own, then those on the whole of their packages."""
    applications = [line.application_id for line in cases if line.application_id is not None]
    own: dict[int, dict[str, None]] = {}
    for number, code in _weighing(session, _F.application_id.in_(applications), _F.application_id):
        own.setdefault(number, {})[code] = None
    mails = session.execute(select(_M.id, _M.package_id, _M.kind).where(_M.package_id.in_({line.package_id for line in cases}))).all()
    whole: dict[int, dict[str, None]] = {}
    for number, code in _weighing(session, _F.mail_id.in_([mail.id for mail in mails]), _F.mail_id, whole=True):
        whole.setdefault(number, {})[code] = None
    newest: dict[int, int] = {}
    for mail in sorted(mails, key=lambda mail: int(mail.id)):
        if mail.id in whole or mail.kind in ("submission", "supplement"):
            newest[mail.package_id] = mail.id
    packages = {package_id: whole.get(mail_id, {}) for package_id, mail_id in newest.items()}
    return [
        replace(line, reason_codes=tuple({**own.get(line.application_id or 0, {}), **packages.get(line.package_id, {})})) for line in cases
    ]


def _weighing(session: Session, wanted: Any, key: Any, *, whole: bool = False) -> Iterable[tuple[int, str]]:
    """The current findings that weigh: (number, code). Chosen here and not by the database, which would scan them all."""
    columns = (key, _F.code, _F.severity, _F.current, _F.application_id, _F.facts)
    for number, code, severity, current, application_id, facts in session.execute(select(*columns).where(wanted).order_by(_F.id)):
        if current and severity in _WEIGHING and not facts.get("waived") and not (whole and application_id is not None):
            yield number, code


_WEIGHING = frozenset({"reject", "error", "review"})


def cases_by_reference(session: Session, reference: str) -> Case | None:
    """The case of that reference number, or None."""
    row = session.execute(_joined().where(_A.reference == reference)).one_or_none()
    row = row or session.execute(select(*_PACKAGE_CASE).where(_P.reference == reference)).one_or_none()
    return _with_codes(session, [_case(row)])[0] if row is not None else None


def cases_with(
    session: Session,
    decision: str,
    programme: str = "",
    *,
    codes: Sequence[str] = (),
    limit: int = 200,
    whole: Sequence[WholeOnly] | None = None,
) -> list[Case]:
    """The cases that stand at a decision, the oldest first. `codes`: only those on which one of these findings stands.
    `whole`: what `whole_only` found for the same, where it was asked already."""
    wanted = CaseFilter(decision=decision, programme=programme)
    found: list[Case] = []
    for table, conditions, package in ((_A, [], False), (_P, [PACKAGE_IS_CASE], True)):
        of_codes = [_bears(table, codes)] if codes else []
        chosen = (
            select(table.id)
            .where(*conditions, *_conditions(table, wanted, numbered=package), *of_codes)
            .order_by(table.opened_at, table.id)
            .limit(limit)
        )
        found += _fetch(session, list(session.scalars(chosen)), packages=package)
    whole = whole_only(session, decision, programme) if whole is None else whole
    if codes and whole:
        bearing = set(session.scalars(select(_P.id).where(_P.id.in_([one.package_id for one in whole]), _bears(_P, codes))))
        whole = [one for one in whole if one.package_id in bearing]
    found += _fetch(session, [one.application_id for one in whole[:limit]], packages=False)
    return _with_codes(session, sorted(found, key=lambda line: (line.opened_at, line.reference))[:limit])


def package_cases(session: Session, programme: str) -> list[Case]:
    """The packages of a programme that have a number of their own, in the order in which they came."""
    chosen = select(_P.id).where(PACKAGE_IS_CASE, plain(_P.programme) == programme)
    return _with_codes(session, sorted(_fetch(session, list(session.scalars(chosen)), packages=True), key=lambda line: line.opened_at))


def count_with(session: Session, decision: str, programme: str = "", *, whole: Sequence[WholeOnly] | None = None) -> int:
    """How many cases `cases_with` would list without a limit."""
    wanted = CaseFilter(decision=decision, programme=programme)
    counted = (
        select(_A.id).where(*_conditions(_A, wanted)),
        select(_P.id).where(PACKAGE_IS_CASE, *_conditions(_P, wanted, numbered=True)),
    )
    counts = [session.scalar(select(func.count()).select_from(chosen.subquery())) or 0 for chosen in counted]
    return sum(counts) + len(whole_only(session, decision, programme) if whole is None else whole)


def _bears(table: Any, codes: Sequence[str]) -> Any:
    """The condition on applications or packages that a current finding of these codes stands on them. Few findings have
    them, so the database is to begin with those."""
    found = and_(_F.code.in_(codes), func.coalesce(_F.current, False))
    packages = select(_M.package_id).join_from(inspect(Finding).local_table, inspect(Mail).local_table, _F.mail_id == _M.id).where(found)
    if table is _P:
        return _P.id.in_(packages)
    whole = packages.where(_F.application_id.is_(None), _M.package_id.is_not(None))
    return or_(_A.id.in_(select(_F.application_id).where(found)), _A.package_id.in_(whole))


class WholeOnly(NamedTuple):
    """A package that stands at a decision for what concerns the whole of it, while none of its applications does; it is
    shown under its first application's number."""

    package_id: int
    application_id: int


def whole_only(session: Session, decision: str, programme: str = "") -> list[WholeOnly]:
    """The packages without a number that alone stand at a decision, the oldest first. Dear: ask once and hand it on."""
    wanted = CaseFilter(decision=decision, programme=programme)
    theirs = select(_A.package_id).where(*_conditions(_A, wanted))
    chosen = select(_P.id).where(*_conditions(_P, wanted), plain(_P.reference) == "", _P.id.not_in(theirs)).order_by(_P.opened_at, _P.id)
    packages = list(session.scalars(chosen))
    if not packages:
        return []
    first = select(_A.package_id, func.min(_A.id)).where(_A.package_id.in_(packages)).group_by(_A.package_id)
    applications = {row[0]: row[1] for row in session.execute(first)}
    return [WholeOnly(package_id, applications[package_id]) for package_id in packages if package_id in applications]


def case_counts(session: Session) -> dict[str, dict[str, int]]:
    """How many cases stand at each decision, by programme."""
    counts: dict[str, dict[str, int]] = {}
    for programme, decision, count in session.execute(select(_A.programme, _A.decision, func.count()).group_by(_A.programme, _A.decision)):
        counts.setdefault(programme, {})[decision] = count
    standing = plain(_P.programme), plain(_P.decision)
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
    for table, mine, conditions in ((_A, _A.programme, ()), (_P, plain(_P.programme), (PACKAGE_IS_CASE,))):
        day = _day(session, table.opened_at, start)
        within = (mine == programme, table.opened_at >= start, table.opened_at < start + timedelta(days=days))
        for words, count in session.execute(select(day, func.count()).where(*within, *conditions).group_by(day)):
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
    rows = session.execute(select(_P.recommender, _P.sender_name).where(_P.programme == programme, _P.channel == "recommender").distinct())
    return {name for row in rows for name in row if name}


def references_of(session: Session, packages: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The reference numbers by package: its applications', else its own."""
    wanted = sorted(set(packages))
    if not wanted:
        return {}
    found: dict[int, list[str]] = {}
    for package_id, reference in session.execute(select(_A.package_id, _A.reference).where(_A.package_id.in_(wanted)).order_by(_A.id)):
        found.setdefault(package_id, []).append(reference)
    for package_id, reference in session.execute(select(_P.id, _P.reference).where(_P.id.in_(wanted), _P.reference.is_not(None))):
        found.setdefault(package_id, []).append(reference)
    return {package_id: tuple(dict.fromkeys(references)) for package_id, references in found.items()}
