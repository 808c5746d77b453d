"""Earlier cases for the judging core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from bot.facts import Channel, DocumentFacts
from bot.judging.before.cases import EarlierApplication, EarlierPackage, EntryKeys
from bot.judging.letters.kind import Kind
from bot.store import models
from bot.store.facts_json import from_json

_MOST_SHARED = 400
_MOST_CANDIDATES = 25
"""A name can be shared by hundreds (a large company's teams, a favourite title): so many of them are looked at by their names
alone, and so many, those most alike in their other names, are offered for comparison."""


def _of_key(column: Any) -> Any:
    table = models.Application
    wanted = select(table.id, table.organisation_key, table.title_key, table.team_key)
    return wanted.where(table.programme == bindparam("programme"), column == bindparam("value")).limit(_MOST_SHARED)


_OF_KEY = {
    "organisation": _of_key(models.Application.organisation_key),
    "uscc": _of_key(models.Application.uscc_key),
    "title": _of_key(models.Application.title_key),
    "mobile": _of_key(models.Application.mobile_key),
}
_OF_BANDS = (
    select(models.Similarity.application_id)
    .where(models.Similarity.programme == bindparam("programme"), col(models.Similarity.band).in_(bindparam("bands", expanding=True)))
    .limit(_MOST_SHARED)
)
_OF_APPLICATION = "id package_id reference channel decision accepted_at opened_at fields duplicate_of staff"
_COLUMNS: list[Any] = [getattr(models.Application, name) for name in _OF_APPLICATION.split()]
_CANDIDATES: Any = (
    sqlalchemy.select(*_COLUMNS, col(models.Package.sender_address), col(models.Package.recommender))
    .join(models.Package, col(models.Package.id) == models.Application.package_id)
    .where(col(models.Application.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(models.Application.id))
)
"""Columns, not objects, and statements made once: this is asked for every entry, and its cost goes with the candidates."""


class StoredCases:
    """`bot.judging.before.cases.Cases` on an open session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def by_message_ids(self, programme: str, message_ids: Sequence[str]) -> Sequence[EarlierPackage]:
        forms = [form for message_id in message_ids for form in (message_id, f"<{message_id}>")]
        theirs = select(models.Mail.package_id).where(col(models.Mail.message_id).in_(forms), col(models.Mail.package_id).is_not(None))
        ours = select(models.Reply.package_id).where(col(models.Reply.message_id).in_(forms), col(models.Reply.package_id).is_not(None))
        ids = {*self.session.exec(theirs), *self.session.exec(ours)}
        return self._packages(programme, [id for id in ids if id is not None])

    def by_references(self, programme: str, references: Sequence[str]) -> Sequence[EarlierPackage]:
        whole = select(models.Package.id).where(col(models.Package.reference).in_(references))
        one = select(models.Application.package_id).where(col(models.Application.reference).in_(references))
        ids = {*self.session.exec(whole), *self.session.exec(one)}
        return self._packages(programme, [id for id in ids if id is not None])

    def by_sender(self, programme: str, address: str) -> Sequence[EarlierPackage]:
        query = select(models.Package.id).where(models.Package.sender_address == address, models.Package.programme == programme)
        ids = [id for id in self.session.exec(query.order_by(col(models.Package.id).desc()).limit(20)) if id is not None]
        return self._packages(programme, ids)

    def by_recommender(self, programme: str, key: str) -> Sequence[EarlierPackage]:
        query = select(models.Package.id).where(models.Package.recommender_key == key, models.Package.programme == programme)
        ids = [id for id in self.session.exec(query.order_by(col(models.Package.id).desc()).limit(20)) if id is not None]
        return self._packages(programme, ids)

    def candidates(self, programme: str, keys: EntryKeys) -> Sequence[EarlierApplication]:
        ids: set[int] = set()
        for name, statement in _OF_KEY.items():
            value = getattr(keys, name)
            if value:
                rows = self.session.execute(statement, {"programme": programme, "value": value}).all()
                ids.update(_most_alike(keys, {id: "".join(names) for id, *names in rows}))
        if keys.bands:
            ids.update(self.session.scalars(_OF_BANDS, {"programme": programme, "bands": keys.bands}))
        if not ids:
            return ()
        rows = self.session.execute(_CANDIDATES, {"ids": list(ids)}).all()
        documents = self._documents(models.Document.application_id, [row.id for row in rows])
        return [_application(row, row, documents.get(row.id, ())) for row in rows]

    def _waiting(self, ids: Sequence[int]) -> set[int]:
        """Those of these applications of which a changed version waits for confirmation."""
        table = models.Document
        query = select(table.application_id).where(col(table.application_id).in_(ids), col(table.pending)).distinct()
        return {id for id in self.session.exec(query) if id is not None} if ids else set()

    def package(self, id: int) -> EarlierPackage:
        """One package by its id."""
        return self._package(self.session.get_one(models.Package, id))

    def _packages(self, programme: str, ids: Sequence[int]) -> list[EarlierPackage]:
        if not ids:
            return []
        query = select(models.Package).where(col(models.Package.id).in_(ids), models.Package.programme == programme)
        rows = self.session.exec(query.order_by(col(models.Package.id).desc())).all()
        return [self._package(row) for row in rows]

    def _package(self, row: models.Package) -> EarlierPackage:
        assert row.id is not None
        applications = self.session.exec(
            select(models.Application).where(models.Application.package_id == row.id).order_by(col(models.Application.id))
        ).all()
        ids = [a.id for a in applications if a.id is not None]
        of_application, waiting = self._documents(models.Document.application_id, ids), self._waiting(ids)
        whole = self.session.exec(
            select(models.Document).where(
                models.Document.package_id == row.id,
                col(models.Document.application_id).is_(None),
                col(models.Document.current),
                col(models.Document.pending).is_(False),
            )
        ).all()
        facts = [(document.facts.get("unassigned", False), from_json(document.facts)) for document in whole]
        return EarlierPackage(
            id=row.id,
            reference=row.reference,
            channel=Channel(row.channel) if row.channel else None,
            sender=row.sender_address,
            recommender=row.recommender,
            opened_at=row.opened_at,
            decision=row.decision or "",
            documents=tuple(f for loose, f in facts if not loose),
            unassigned=tuple(f for loose, f in facts if loose),
            applications=tuple(_application(a, row, of_application.get(a.id or 0, ()), pending=a.id in waiting) for a in applications),
            archives=tuple((path, kind) for path, kind in row.state.get("archives", ())),
            loose=bool(row.state.get("loose")),
            waived=frozenset(row.state.get("waived") or ()),
            latest_at=self.session.exec(
                select(func.max(models.Mail.received_at)).where(
                    models.Mail.package_id == row.id, col(models.Mail.kind).in_((Kind.SUBMISSION, Kind.SUPPLEMENT))
                )
            ).one(),
        )

    def _documents(self, column: Any, ids: Sequence[int]) -> dict[int, tuple[DocumentFacts, ...]]:
        if not ids:
            return {}
        table = models.Document
        query = select(table).where(column.in_(ids), col(table.current), col(table.pending).is_(False)).order_by(col(table.id))
        found: dict[int, list[DocumentFacts]] = {}
        for row in self.session.exec(query):
            found.setdefault(row.application_id or 0, []).append(from_json(row.facts))
        return {id: tuple(facts) for id, facts in found.items()}


def _most_alike(keys: EntryKeys, names: Mapping[int, str]) -> Iterable[int]:
    """Of the applications with these names those most like an entry's."""
    if len(names) <= _MOST_CANDIDATES:
        return names
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extract

    mine = keys.organisation + keys.title + keys.team
    return [id for _, _, id in extract(mine, names, scorer=ratio, limit=_MOST_CANDIDATES)]


def _application(row: Any, package: Any, documents: Sequence[DocumentFacts], *, pending: bool = False) -> EarlierApplication:
    """From an application's row and its package's, or from one row of `_CANDIDATES` that is both."""
    return EarlierApplication(
        id=row.id,
        package_id=row.package_id,
        reference=row.reference,
        channel=Channel(row.channel) if row.channel else None,
        decision=row.decision,
        accepted=row.accepted_at is not None,
        sender=package.sender_address,
        recommender=package.recommender,
        opened_at=row.opened_at,
        fields={str(k): str(v) for k, v in row.fields.items()},
        documents=tuple(documents),
        duplicate_of=row.duplicate_of,
        pending=pending,
        staff=row.staff,
    )


def next_number(session: Session, programme: str) -> int:
    """The programme's next reference number; each is given out once."""
    counter = session.get(models.Counter, programme, with_for_update=True)
    if counter is None:
        counter = models.Counter(programme=programme, value=0)
    counter.value += 1
    session.add(counter)
    session.flush()
    return counter.value
