"""Earlier cases for the judging core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.facts import Channel, DocumentFacts
from bot.judging.earlier import EarlierApplication, EarlierPackage, EntryKeys
from bot.judging.kinds import Kind
from bot.store import models
from bot.store.facts_json import from_json

_MOST_CANDIDATES = 50


class StoredCases:
    """`bot.judging.earlier.Cases` on an open session."""

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
        table = models.Application
        wanted = (
            (table.organisation_key, keys.organisation),
            (table.uscc_key, keys.uscc),
            (table.title_key, keys.title),
            (table.mobile_key, keys.mobile),
        )
        ids: set[int] = set()
        for column, value in wanted:
            if value:
                query = (
                    select(table.id).where(table.programme == programme, column == value).order_by(col(table.id)).limit(_MOST_CANDIDATES)
                )
                ids |= {id for id in self.session.exec(query) if id is not None}
        if keys.bands:
            band = models.Similarity
            rows = (
                select(band.application_id).where(band.programme == programme, col(band.band).in_(keys.bands)).limit(4 * _MOST_CANDIDATES)
            )
            ids |= set(self.session.exec(rows))
        if not ids:
            return ()
        rows_found = self.session.exec(select(table).where(col(table.id).in_(ids)).order_by(col(table.id))).all()
        packages = {
            p.id: p for p in self.session.exec(select(models.Package).where(col(models.Package.id).in_({r.package_id for r in rows_found})))
        }
        documents = self._documents(models.Document.application_id, [r.id for r in rows_found if r.id is not None])
        return [_application(row, packages[row.package_id], documents.get(row.id or 0, ())) for row in rows_found]

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


def _application(
    row: models.Application, package: models.Package, documents: Sequence[DocumentFacts], *, pending: bool = False
) -> EarlierApplication:
    assert row.id is not None
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
