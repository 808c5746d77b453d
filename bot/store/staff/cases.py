"""What staff ask about cases: lists, search, counts. Reads only.

A *case* is what has a reference number: an application, or a package where the programme counts packages
(`Case.application_id` is None then). Rows come as frozen values without the large JSON columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, column, exists, func, inspect, literal, null, or_, select
from sqlalchemy.orm import Session

from bot.store.columns import A, F, M, P
from bot.store.models import (
    Application,
    Finding,
    Mail,
    Package,
)
from bot.store.search import matching


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
    A.reference.label("reference"), A.programme, A.decision, A.channel, A.organisation, A.team, A.title, A.opened_at, A.updated_at,
    P.sender_address, P.sender_name, P.recommender, A.package_id.label("package_id"), A.id.label("application_id"),
)  # fmt: skip


def plain(column: Any) -> Any:
    """A column that no index is chosen for: without statistics SQLite takes the wrong one where a better stands beside it."""
    return func.coalesce(column, "")


PACKAGE_IS_CASE = and_(P.reference > "", ~exists().where(A.package_id == P.id, A.reference == P.reference))
"""A package is a case where it has a number that none of its applications took over."""
_PACKAGE_CASE = (
    P.reference.label("reference"), P.programme, P.decision, P.channel, literal("").label("organisation"), literal("").label("team"),
    literal("").label("title"), P.opened_at, P.opened_at.label("updated_at"), P.sender_address, P.sender_name, P.recommender,
    P.id.label("package_id"), null().label("application_id"),
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
    applications, packages = conditions_of(A, wanted), [PACKAGE_IS_CASE, *conditions_of(P, wanted, numbered=True)]
    if wanted.recommender:
        applications.append(A.package_id.in_(select(P.id).where(P.recommender == wanted.recommender)))
        packages.append(P.recommender == wanted.recommender)
    if wanted.code:
        applications.append(exists().where(F.application_id == A.id, F.current, F.code == wanted.code))
        whole = exists().where(F.mail_id == newest_mail(P.id), F.application_id.is_(None), F.current, F.code == wanted.code)
        packages.append(whole)
    found: list[Case] = []
    for table, conditions, package in ((A, applications, False), (P, packages, True)):
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


def conditions_of(table: Any, wanted: CaseFilter, *, numbered: bool = False) -> list[Any]:
    """What a filter asks of a table. `numbered`: the few packages with a number are found by it, and by nothing else."""
    pairs = ((table.programme, wanted.programme), (table.decision, wanted.decision), (table.channel, wanted.channel))
    return [(plain(place) if numbered else place) == value for place, value in pairs if value]


def _fetch(session: Session, ids: Sequence[int], *, packages: bool) -> list[Case]:
    if not ids:
        return []
    if packages:
        return [_case(row) for row in session.execute(select(*_PACKAGE_CASE).where(P.id.in_(ids)))]
    return [_case(row) for row in session.execute(_joined().where(A.id.in_(ids)))]


def _joined() -> Any:
    return select(*_APPLICATION_CASE).join_from(inspect(Application).local_table, inspect(Package).local_table, A.package_id == P.id)


def _case(row: Any) -> Case:
    values = {**row._mapping, "decision": row.decision or ""}
    return Case(**values)


def _with_codes(session: Session, cases: Sequence[Case]) -> list[Case]:
    """The cases with the codes that weigh on them: their own, then those on the whole of their packages."""
    applications = [line.application_id for line in cases if line.application_id is not None]
    own: dict[int, dict[str, None]] = {}
    for number, code in _weighing(session, F.application_id.in_(applications), F.application_id):
        own.setdefault(number, {})[code] = None
    mails = session.execute(select(M.id, M.package_id, M.kind).where(M.package_id.in_({line.package_id for line in cases}))).all()
    whole: dict[int, dict[str, None]] = {}
    for number, code in _weighing(session, F.mail_id.in_([mail.id for mail in mails]), F.mail_id, whole=True):
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
    columns = (key, F.code, F.severity, F.current, F.application_id, F.facts)
    for number, code, severity, current, application_id, facts in session.execute(select(*columns).where(wanted).order_by(F.id)):
        if current and severity in _WEIGHING and not facts.get("waived") and not (whole and application_id is not None):
            yield number, code


_WEIGHING = frozenset({"reject", "error", "review"})


def cases_by_reference(session: Session, reference: str) -> Case | None:
    """The case of that reference number, or None."""
    row = session.execute(_joined().where(A.reference == reference)).one_or_none()
    row = row or session.execute(select(*_PACKAGE_CASE).where(P.reference == reference)).one_or_none()
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
    for table, conditions, package in ((A, [], False), (P, [PACKAGE_IS_CASE], True)):
        of_codes = [_bears(table, codes)] if codes else []
        chosen = (
            select(table.id)
            .where(*conditions, *conditions_of(table, wanted, numbered=package), *of_codes)
            .order_by(table.opened_at, table.id)
            .limit(limit)
        )
        found += _fetch(session, list(session.scalars(chosen)), packages=package)
    whole = whole_only(session, decision, programme) if whole is None else whole
    if codes and whole:
        bearing = set(session.scalars(select(P.id).where(P.id.in_([one.package_id for one in whole]), _bears(P, codes))))
        whole = [one for one in whole if one.package_id in bearing]
    found += _fetch(session, [one.application_id for one in whole[:limit]], packages=False)
    return _with_codes(session, sorted(found, key=lambda line: (line.opened_at, line.reference))[:limit])


def package_cases(session: Session, programme: str) -> list[Case]:
    """The packages of a programme that have a number of their own, in the order in which they came."""
    chosen = select(P.id).where(PACKAGE_IS_CASE, plain(P.programme) == programme)
    return _with_codes(session, sorted(_fetch(session, list(session.scalars(chosen)), packages=True), key=lambda line: line.opened_at))


def _bears(table: Any, codes: Sequence[str]) -> Any:
    """The condition on applications or packages that a current finding of these codes stands on them. Few findings have
    them, so the database is to begin with those."""
    found = and_(F.code.in_(codes), func.coalesce(F.current, False))
    packages = select(M.package_id).join_from(inspect(Finding).local_table, inspect(Mail).local_table, F.mail_id == M.id).where(found)
    if table is P:
        return P.id.in_(packages)
    whole = packages.where(F.application_id.is_(None), M.package_id.is_not(None))
    return or_(A.id.in_(select(F.application_id).where(found)), A.package_id.in_(whole))


class WholeOnly(NamedTuple):
    """A package that stands at a decision for what concerns the whole of it, while none of its applications does; it is
    shown under its first application's number."""

    package_id: int
    application_id: int


def whole_only(session: Session, decision: str, programme: str = "") -> list[WholeOnly]:
    """The packages without a number that alone stand at a decision, the oldest first. Dear: ask once and hand it on."""
    wanted = CaseFilter(decision=decision, programme=programme)
    theirs = select(A.package_id).where(*conditions_of(A, wanted))
    chosen = select(P.id).where(*conditions_of(P, wanted), plain(P.reference) == "", P.id.not_in(theirs)).order_by(P.opened_at, P.id)
    packages = list(session.scalars(chosen))
    if not packages:
        return []
    first = select(A.package_id, func.min(A.id)).where(A.package_id.in_(packages)).group_by(A.package_id)
    applications = {row[0]: row[1] for row in session.execute(first)}
    return [WholeOnly(package_id, applications[package_id]) for package_id in packages if package_id in applications]
