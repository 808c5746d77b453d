"""Mails as they come: stored with where they lie, found again, and worked through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.store.letters import now
from bot.store.models import Event, FolderState, Location, Mail, MailboxState, MailState
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: the identity under which it was fetched."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fetched mail whose bytes are in the blob store; the header columns are for lists and may be empty."""

    place: Place
    sha256: str
    size: int
    received_at: datetime
    message_id: str = ""
    from_address: str = ""
    from_name: str = ""
    subject: str = ""
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A stored mail as its folder's comparison needs it."""

    mail_id: int
    size: int
    received_at: datetime
    message_id: str


def keep(store: Store, arrivals: Sequence[Arrival], programme: str | None) -> list[int]:
    """Write down arrivals in one transaction and a handful of statements, however many they are; the ids of the mails that are new.

    A mail whose very bytes are stored from this mailbox, or which bears the same Message-ID, sender and INTERNALDATE, is
    the same mail in another place (moved, or its UIDs were dealt anew): only the place is added.
    """
    fresh: list[int] = []
    with store.transaction() as session:
        for mailbox in sorted({arrival.place.mailbox for arrival in arrivals}):
            fresh += _keep(session, mailbox, [arrival for arrival in arrivals if arrival.place.mailbox == mailbox], programme)
    return fresh


def _keep(session: Session, mailbox: str, arrivals: Sequence[Arrival], programme: str | None) -> list[int]:
    ids, letters = _stored(session, mailbox, arrivals)
    new: dict[str, Arrival] = {}
    same: dict[Place, str] = {}
    for arrival in arrivals:
        sha256 = arrival.sha256
        if sha256 not in ids and sha256 not in new and arrival.message_id:
            sha256 = letters.setdefault((arrival.message_id, arrival.from_address, arrival.received_at), sha256)
        if sha256 not in ids:
            new.setdefault(sha256, arrival)
        same[arrival.place] = sha256
    fresh = _insert_mails(session, list(new.values()), programme)
    ids.update(zip(new, fresh, strict=True))
    locate(session, {place: ids[sha256] for place, sha256 in same.items()})
    return fresh


_Letter = tuple[str, str, datetime]
"""Message-ID, sender, INTERNALDATE: by these a mail is known again although its bytes are others (a provider's header lines)."""


def _stored(session: Session, mailbox: str, arrivals: Sequence[Arrival]) -> tuple[dict[str, int], dict[_Letter, str]]:
    """The stored mails that an arrival may be the same as: their ids by content hash, and their content hashes by letter."""
    columns = (col(Mail.id), col(Mail.sha256), col(Mail.message_id), col(Mail.from_address), col(Mail.received_at))
    query = sqlalchemy.select(*columns).where(col(Mail.mailbox) == mailbox).order_by(col(Mail.id).desc())  # the first one counts
    ids: dict[str, int] = {}
    letters: dict[_Letter, str] = {}
    for row in session.connection().execute(query.where(col(Mail.message_id).in_({a.message_id for a in arrivals} - {""}))):
        ids[row.sha256] = row.id
        letters[row.message_id, row.from_address, row.received_at] = row.sha256
    for row in session.connection().execute(query.where(col(Mail.sha256).in_({a.sha256 for a in arrivals}))):
        ids[row.sha256] = row.id
    return ids, letters


_DEFAULTS = {
    name: field.get_default(call_default_factory=True)
    for name, field in Mail.model_fields.items()
    if name != "id" and not field.is_required()
}


def _insert_mails(session: Session, arrivals: Sequence[Arrival], programme: str | None) -> list[int]:
    """Insert new mails; their ids, in the same order."""
    if not arrivals:
        return []
    stored_at = now()
    rows = [
        {
            **_DEFAULTS,
            "mailbox": arrival.place.mailbox,
            "sha256": arrival.sha256,
            "size": arrival.size,
            "message_id": arrival.message_id,
            "received_at": arrival.received_at,
            "stored_at": stored_at,
            "from_address": arrival.from_address,
            "from_name": arrival.from_name,
            "subject": arrival.subject,
            "programme": programme,
            "details": {"too_large": True} if arrival.too_large else {},
        }
        for arrival in arrivals
    ]
    insert = sqlalchemy.insert(Mail).returning(col(Mail.id), sort_by_parameter_order=True)
    return [row.id for row in session.connection().execute(insert, rows)]


def locate(session: Session, places: Mapping[Place, int]) -> None:
    """Write down where mails lie, by their ids. A place that belonged to another mail (UIDs dealt anew) is this one's from now on."""
    seen_at = now()
    rows = [{**asdict(place), "mail_id": mail_id, "seen_at": seen_at} for place, mail_id in places.items()]
    if rows:
        connection = session.connection()
        connection.execute(_locating(connection.dialect.name), rows)


@cache
def _locating(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Location)
    changed = {"mail_id": insert.excluded.mail_id, "seen_at": insert.excluded.seen_at}
    return insert.on_conflict_do_update(index_elements=["mailbox", "folder", "uidvalidity", "uid"], set_=changed)


def known(store: Store, mailbox: str, folder: str, uidvalidity: int) -> dict[int, Known]:
    """The stored mails of a folder by UID."""
    with store.reading() as session:
        rows = session.connection().execute(
            sqlalchemy.select(col(Location.uid), col(Mail.id), col(Mail.size), col(Mail.received_at), col(Mail.message_id))
            .join(Mail, col(Location.mail_id) == col(Mail.id))
            .where(col(Location.mailbox) == mailbox, col(Location.folder) == folder, col(Location.uidvalidity) == uidvalidity)
        )
        return {row[0]: Known(row[1] or 0, row[2], row[3], row[4]) for row in rows}


def by_message_id(store: Store, mailbox: str, message_ids: Collection[str]) -> dict[str, list[Known]]:
    """The stored mails of a mailbox that bear one of the Message-IDs."""
    found: dict[str, list[Known]] = {}
    wanted = sorted(message_ids)
    with store.reading() as session:
        query = sqlalchemy.select(col(Mail.id), col(Mail.size), col(Mail.received_at), col(Mail.message_id)).where(
            col(Mail.mailbox) == mailbox
        )
        for start in range(0, len(wanted), 500):
            for row in session.connection().execute(query.where(col(Mail.message_id).in_(wanted[start : start + 500]))):
                found.setdefault(row.message_id, []).append(Known(row.id or 0, row.size, row.received_at, row.message_id))
    return found


def folder_state(session: Session, mailbox: str, folder: str) -> FolderState:
    """What is known of a folder; a new row where nothing is."""
    return session.get(FolderState, (mailbox, folder)) or FolderState(mailbox=mailbox, folder=folder)


def change_folder(store: Store, mailbox: str, folder: str, details: dict[str, Any] | None = None, **values: Any) -> None:
    """Change what is known of a folder; `details` are merged, a None in them removes."""
    with store.transaction() as session:
        state = folder_state(session, mailbox, folder)
        for key, value in values.items():
            setattr(state, key, value)
        merged = {**state.details, **(details or {})}
        state.details = {key: value for key, value in merged.items() if value is not None}
        session.add(state)


def contact(store: Store, mailbox: str, *, error: str | None = None, stopped: bool = False) -> None:
    """Write down a contact with a mailbox's server, or what went wrong. A stop is written into the history too."""
    with store.transaction() as session:
        state = session.get(MailboxState, mailbox) or MailboxState(name=mailbox)
        if error is None:
            state.last_contact = now()
        if stopped and not state.stopped:
            event = Event(at=now(), actor="system", action="mailbox-stopped")
            event.details = {"mailbox": mailbox, "error": error}
            session.add(event)
        state.last_error, state.stopped = error, stopped
        session.add(state)


# --- working through them --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored mail that has no outcome yet."""

    id: int
    mailbox: str
    size: int
    received_at: datetime
    stored_at: datetime
    attempts: int
    from_address: str
    reading: str
    keys: dict[str, Any]


def waiting(store: Store, mailboxes: Collection[str] | None = None, until: datetime | None = None) -> list[Waiting]:
    """Mails without an outcome, in order of receipt (the earlier INTERNALDATE, then the earlier stored): those of some mailboxes
    alone, and those received by `until`, where given."""
    columns: list[Any] = [getattr(Mail, column.name) for column in fields(Waiting)]
    query = sqlalchemy.select(*columns).where(col(Mail.state) == MailState.STORED).order_by(col(Mail.received_at), col(Mail.id))
    if mailboxes is not None:
        query = query.where(col(Mail.mailbox).in_(sorted(mailboxes)))
    if until is not None:
        query = query.where(col(Mail.received_at) <= until)
    with store.reading() as session:
        return [Waiting(*row) for row in session.connection().execute(query)]


def count_attempt(store: Store, mail_id: int, most: int) -> bool:
    """Count a reading before it begins. False where the mail ended its workers `most` times: it is set aside for staff."""
    with store.transaction() as session:
        mail = session.get_one(Mail, mail_id)
        if mail.state is not MailState.STORED:
            return False
        if mail.attempts >= most:
            set_aside(session, mail, mail.last_error or "its worker died each time it was read")
            return False
        mail.attempts += 1
        session.add(mail)
    return True


def set_aside(session: Session, mail: Mail, reason: str) -> None:
    """Put a mail before staff; it is kept as it came and holds up no other."""
    mail.state = MailState.SET_ASIDE
    mail.last_error = reason
    session.add(mail)
    event = Event(at=now(), actor="system", action="mail-set-aside", mail_id=mail.id, programme=mail.programme)
    event.details = {"reason": reason, "attempts": mail.attempts}
    session.add(event)


def note_failure(store: Store, mail_id: int, error: str, most: int) -> bool:
    """Reading or settling raised: note it, and set the mail aside after `most` times. True where it may be tried again."""
    with store.transaction() as session:
        mail = session.get_one(Mail, mail_id)
        mail.last_error = error[:2000]
        session.add(mail)
        if mail.state is MailState.STORED and mail.attempts >= most:
            set_aside(session, mail, error[:2000])
        return mail.state is MailState.STORED


def give_back(store: Store, mail_id: int) -> None:
    """A reading that was broken off for no fault of the mail's (the program is leaving, the store was away) does not count."""
    with store.transaction() as session:
        mail = session.get_one(Mail, mail_id)
        if mail.state is MailState.STORED and mail.attempts > 0:
            mail.attempts -= 1
            session.add(mail)


def take_up_again(store: Store, mail_id: int, actor: str) -> bool:
    """Staff want a mail that was set aside to be read once more. False where it is not set aside."""
    with store.transaction() as session:
        mail = session.get(Mail, mail_id)
        if mail is None or mail.state is not MailState.SET_ASIDE:
            return False
        mail.state, mail.attempts, mail.last_error = MailState.STORED, 0, ""
        session.add(mail)
        session.add(Event(at=now(), actor=actor, action="mail-taken-up-again", mail_id=mail_id))
    return True


def count_stuck(session: Session, older_than: timedelta) -> int:
    """Mails without an outcome that were stored longer ago than that, and mails set aside."""
    late = select(func.count(col(Mail.id))).where(Mail.state == MailState.STORED, col(Mail.stored_at) < now() - older_than)
    aside = select(func.count(col(Mail.id))).where(Mail.state == MailState.SET_ASIDE)
    return session.exec(late).one() + session.exec(aside).one()
