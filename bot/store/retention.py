"""Removing what is over age: the only thing in the program that deletes, and only when its command is given.

A case goes as a whole, once its newest mail is older than the limit: mails' bytes, files' facts, fields, findings, letters
and history's details. What stays of a mail is its place on the server and its hash, so that it is not taken in anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.store import search
from bot.store.columns import A, C, D, E, F, M, P, R, S
from bot.store.models import Application, CachedReading, Document, Event, Finding, Mail, MailState, Package, Reply, Similarity
from bot.store.store import Store

_AT_ONCE = 200
REMOVED = "removed"
"""The kind of a mail of which only its place and its hash are left."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, or would be: cases by reference number, and counts."""

    references: tuple[str, ...]
    mails: int
    files: int
    letters: int
    readings: int
    blobs: int
    before: datetime


def remove_over_age(store: Store, days: int, *, now: datetime, pretend: bool = False, actor: str = "system") -> Removed:
    """Remove everything of cases and mails whose newest mail came more than `days` ago; `pretend` only says what would go.

    Raises ValueError for less than 30 days, StoreError where the store does not answer.
    """
    if days < 30:
        raise ValueError(f"{days} days: at least 30, for a case must outlive its answer")
    before = now - timedelta(days=days)
    references: list[str] = []
    counts = dict.fromkeys(("mails", "files", "letters", "readings", "blobs"), 0)
    if not pretend:
        store.blobs.check()  # what can't be removed now would be named by nothing afterwards
    while True:
        with store.transaction() as session:
            packages, mails = _over_age(session, before)
            gone = _references(session, packages)
            found = _count(session, packages, mails)
            readings = list(session.execute(select(C.key, C.blob).where(C.made_at < before).limit(_AT_ONCE)))
            if pretend:
                return _pretended(session, before)
            if not packages and not mails and not readings:
                break
            blobs = _remove(session, packages, mails, now) | {row.blob for row in readings}
            session.execute(delete(CachedReading).where(C.key.in_([row.key for row in readings])))
            session.flush()
            unused = blobs - _used(session, blobs)
        for sha256 in sorted(unused):
            store.blobs.remove(sha256)
        references += gone
        for key, count in (*found.items(), ("readings", len(readings)), ("blobs", len(unused))):
            counts[key] += count
    with store.transaction() as session:
        session.add(Event(at=now, actor=actor, action="retention", details={"days": days, "cases": len(references), **counts}))
    return Removed(tuple(references), before=before, **counts)


def _newest() -> Any:
    return select(func.max(M.received_at)).where(M.package_id == P.id).scalar_subquery()


def _over_age(session: Session, before: datetime, most: int = _AT_ONCE) -> tuple[list[int], list[int]]:
    packages = list(session.scalars(select(P.id).where(_newest() < before).order_by(P.id).limit(most)))
    alone = (M.package_id.is_(None), M.received_at < before, M.state == MailState.SETTLED, or_(M.kind.is_(None), M.kind != REMOVED))
    stray = select(M.id).where(*alone).limit(most)
    mails = list(session.scalars(select(M.id).where(or_(M.package_id.in_(packages), M.id.in_(stray)))))
    return packages, mails


def _references(session: Session, packages: list[int]) -> list[str]:
    own = session.scalars(select(P.reference).where(P.id.in_(packages), P.reference.is_not(None)))
    return sorted({*own, *session.scalars(select(A.reference).where(A.package_id.in_(packages)))})


def _count(session: Session, packages: list[int], mails: list[int]) -> dict[str, int]:
    files = session.scalar(select(func.count()).where(D.mail_id.in_(mails))) or 0
    letters = session.scalar(select(func.count()).where(or_(R.mail_id.in_(mails), R.package_id.in_(packages)))) or 0
    return {"mails": len(mails), "files": files, "letters": letters}


def _pretended(session: Session, before: datetime) -> Removed:
    packages, mails = _over_age(session, before, most=1_000_000)
    readings = session.scalar(select(func.count()).where(C.made_at < before)) or 0
    return Removed(tuple(_references(session, packages)), before=before, readings=readings, blobs=0, **_count(session, packages, mails))


def _remove(session: Session, packages: list[int], mails: list[int], now: datetime) -> set[str]:
    """Remove the rows; the blobs that they named."""
    applications = list(session.scalars(select(A.id).where(A.package_id.in_(packages))))
    letters = or_(R.mail_id.in_(mails), R.package_id.in_(packages))
    blobs = {*session.scalars(select(M.sha256).where(M.id.in_(mails))), *session.scalars(select(R.raw_sha256).where(letters))}
    session.execute(delete(Finding).where(or_(F.mail_id.in_(mails), F.application_id.in_(applications))))
    session.execute(delete(Document).where(or_(D.mail_id.in_(mails), D.package_id.in_(packages))))
    session.execute(delete(Reply).where(letters))
    session.execute(delete(Similarity).where(S.application_id.in_(applications)))
    session.execute(update(Application).where(A.duplicate_of.in_(applications)).values(duplicate_of=None))
    session.execute(delete(Application).where(A.id.in_(applications)))
    about = or_(E.mail_id.in_(mails), E.package_id.in_(packages), E.application_id.in_(applications))
    session.execute(update(Event).where(about).values(details={}))
    session.execute(update(Event).where(about, E.actor.startswith("submitter:")).values(actor="submitter:"))
    tombstone = {
        "package_id": None, "from_address": "", "from_name": "", "subject": "", "last_error": "", "kind": REMOVED,
        "channel": None, "decision": None, "details": {"removed": now.isoformat()},
    }  # fmt: skip
    session.execute(update(Mail).where(M.id.in_(mails)).values(**tombstone))
    session.execute(delete(Package).where(P.id.in_(packages)))
    numbers = [search.case_number(application=one) for one in applications] + [search.case_number(package=one) for one in packages]
    search.forget(session.connection(), numbers)
    return blobs


def _used(session: Session, blobs: set[str]) -> set[str]:
    """Those that something else still names: a mail that is kept, a letter, a dear result."""
    kept = session.scalars(select(M.sha256).where(M.sha256.in_(blobs), or_(M.kind.is_(None), M.kind != REMOVED)))
    letters = session.scalars(select(R.raw_sha256).where(R.raw_sha256.in_(blobs)))
    return {*kept, *letters, *session.scalars(select(C.blob).where(C.blob.in_(blobs)))}
