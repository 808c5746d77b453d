"""The tables. Times are stored in UTC; JSON columns hold plain values. Nothing here is ever deleted by the bot.

mail 1─n location      where a mail lies on its server
mail 1─n document      its files, each with the facts that were read
package 1─n application, document, mail     what one submitter sends for one programme
application 1─n finding (also mail 1─n finding)
mail 1─n reply         the outbox
event                  append-only history
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Enum, Index, TypeDecorator, UniqueConstraint, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

from bot.errors import StoreError


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on every database (SQLite has no time zones of its own)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time can't be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(*, index: bool = False, nullable: bool = False) -> Any:
    return Field(sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


def _uid() -> Any:
    """An IMAP UID or UIDVALIDITY: 32 bits without a sign."""
    return Field(sa_column=Column(BigInteger(), nullable=False), default=0)


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False), default_factory=dict)


def _state(states: type[StrEnum], default: StrEnum) -> Any:
    """A column of names, kept as text, so that a new state needs no new database type."""
    kind = Enum(states, native_enum=False, length=16, values_callable=lambda members: [str(member) for member in members])
    return Field(sa_column=Column(kind, nullable=False, index=True), default=default)


class MailState(StrEnum):
    """stored: kept, nothing else done; settled: its outcome is committed; set-aside: its worker died twice, for staff."""

    STORED = "stored"
    SETTLED = "settled"
    SET_ASIDE = "set-aside"


class ReplyState(StrEnum):
    """The outbox's states (see `bot.post.outbox`)."""

    QUEUED = "queued"
    SENDING = "sending"
    DATA = "data"
    SENT = "sent"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"


class Mail(SQLModel, table=True):
    """A mail as it came: its raw bytes are the blob `sha256`."""

    __tablename__ = "mail"
    # SQLite keeps no statistics: no index may stand on what most rows share (`mailbox`, `current`, `programme`, a number that is
    # mostly NULL), for it would be taken before a better one; and what is asked for by two columns has an index on both.
    __table_args__ = (
        Index("ix_mail_letter", "message_id", "from_address"),
        Index("ix_mail_order", "programme", "state", "received_at", "id"),
        Index("ix_mail_settled", "settled_at", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    sha256: str = Field(index=True)
    size: int
    message_id: str = ""
    received_at: datetime = _time(index=True)
    stored_at: datetime = _time()
    settled_at: datetime | None = _time(nullable=True)
    state: MailState = _state(MailState, MailState.STORED)
    attempts: int = 0
    """How often reading it was begun; counted before it begins, so that a mail that kills its worker is known by it."""
    last_error: str = ""
    reading: str = ""
    """The blob of what was read, between reading and settling (only where several machines share the store)."""
    keys: dict[str, Any] = _json()
    """What a first glance saw: {"identity": [...]} once it is known which other mails it may concern, {} before."""
    from_address: str = Field(default="", index=True)
    from_name: str = ""
    subject: str = ""
    programme: str | None = Field(default=None)
    kind: str | None = Field(default=None, index=True)
    channel: str | None = None
    decision: str | None = Field(default=None, index=True)
    package_id: int | None = Field(default=None, foreign_key="package.id", index=True)
    details: dict[str, Any] = _json()
    """Statistics, salvage notes, cloud links, what staff should look at."""


class Location(SQLModel, table=True):
    """Where a mail lies on its server. The identity of a fetched message is (mailbox, folder, uidvalidity, uid)."""

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),)

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    mailbox: str
    folder: str
    uidvalidity: int = _uid()
    uid: int = _uid()
    seen_at: datetime = _time()


_NUMBERED = text("reference IS NOT NULL")


class Package(SQLModel, table=True):
    """What one submitter sends for one programme, in one mail or several."""

    __tablename__ = "package"
    __table_args__ = (
        Index("ix_package_decided", "decision", "opened_at"),
        Index("ix_package_sender", "programme", "sender_address"),
        Index("ix_package_recommender", "programme", "recommender_key"),
        Index("ix_package_numbered", "opened_at", sqlite_where=_NUMBERED, postgresql_where=_NUMBERED),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme: str
    channel: str | None = None
    sender_address: str = Field(index=True)
    sender_name: str = ""
    recommender: str = ""
    recommender_key: str = ""
    reference: str | None = Field(default=None, unique=True)
    opened_at: datetime = _time()
    decision: str | None = None
    state: dict[str, Any] = _json()
    """Facts of the whole that no document carries: archives, links, loose files."""


class Application(SQLModel, table=True):
    """One team's application: a case with a reference number. Keys are evened-out forms for finding the same entry."""

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_organisation", "programme", "organisation_key", "title_key", "team_key"),
        Index("ix_application_uscc", "programme", "uscc_key"),
        Index("ix_application_title", "programme", "title_key", "organisation_key", "team_key"),
        Index("ix_application_mobile", "programme", "mobile_key"),
        Index("ix_application_standing", "programme", "decision", "opened_at"),
        Index("ix_application_decided", "decision", "opened_at"),
        Index("ix_application_opened_in", "programme", "opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    package_id: int = Field(foreign_key="package.id", index=True)
    programme: str
    reference: str = Field(unique=True)
    channel: str | None = None
    organisation: str = ""
    team: str = ""
    title: str = ""
    organisation_key: str = ""
    team_key: str = ""
    title_key: str = ""
    uscc_key: str = ""
    mobile_key: str = ""
    opened_at: datetime = _time(index=True)
    updated_at: datetime = _time()
    accepted_at: datetime | None = _time(nullable=True)
    decision: str = Field(index=True)
    fields: dict[str, Any] = _json()
    """As the forms state them, after staff's corrections."""
    staff: dict[str, Any] = _json()
    """What staff decided: corrected fields, findings accepted despite themselves, duplicates settled."""
    duplicate_of: int | None = Field(default=None, foreign_key="application.id", index=True)
    """Set where this entry came by a second channel: the first one's id."""


class Similarity(SQLModel, table=True):
    """One band of a MinHash: applications that share a band may be near-identical in text."""

    __tablename__ = "similarity"
    __table_args__ = (Index("ix_similarity_band", "programme", "band"),)

    id: int | None = Field(default=None, primary_key=True)
    programme: str
    band: int = Field(sa_column=Column(BigInteger(), nullable=False))
    """63 bits."""
    application_id: int = Field(foreign_key="application.id", index=True)


class Document(SQLModel, table=True):
    """A file of a mail at its innermost, with the facts read from it. `current` is false once a newer one took its place."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_of", "package_id", "application_id"),)

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    package_id: int | None = Field(default=None, foreign_key="package.id")
    application_id: int | None = Field(default=None, foreign_key="application.id", index=True)
    path: str
    sha256: str = Field(index=True)
    size: int
    format: str
    kind: str
    copy_kind: str
    current: bool = Field(default=True)
    pending: bool = Field(default=False)
    """True for files of a changed entry that waits for staff's confirmation; the accepted ones stand."""
    facts: dict[str, Any] = _json()


class Finding(SQLModel, table=True):
    """A finding with its severity and sentence. Those of the latest judging are `current`."""

    __tablename__ = "finding"

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id", index=True)
    application_id: int | None = Field(default=None, foreign_key="application.id", index=True)
    code: str = Field(index=True)
    severity: str
    field: str | None = None
    document: str | None = None
    path: str | None = None
    message: str
    facts: dict[str, Any] = _json()
    current: bool = Field(default=True)


class Reply(SQLModel, table=True):
    """One letter of ours. Its bytes and Message-ID are frozen when it is queued; `purpose` keeps one a mail and purpose."""

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("mail_id", "purpose"),
        Index("ix_reply_begun", "mailbox", "data_at"),
        Index("ix_reply_next", "mailbox", "state", "queued_at", "not_before", "purpose"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    package_id: int | None = Field(default=None, foreign_key="package.id", index=True)
    mailbox: str
    purpose: str = "answer"
    """answer; staff:<event id> for a letter that a staff action wrote; digest:<day>."""
    recipient: str = Field(index=True)
    subject: str
    text: str
    html: str = ""
    message_id: str = Field(unique=True)
    raw_sha256: str
    """The blob of the frozen bytes."""
    state: ReplyState = _state(ReplyState, ReplyState.QUEUED)
    attempts: int = 0
    queued_at: datetime = _time()
    not_before: datetime | None = _time(nullable=True)
    data_at: datetime | None = _time(nullable=True)
    """When the last sending reached the letter's bytes."""
    sent_at: datetime | None = _time(nullable=True)
    lookups: int = 0
    """How often an ambiguous letter was looked for in the Sent folder; the next time is `not_before`."""
    last_answer: str = ""
    """The server's last answer, or what went wrong."""


class Event(SQLModel, table=True):
    """History, append-only: who did what, when. `actor` is `system`, `submitter:<address>` or `staff:<name>`."""

    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _time(index=True)
    actor: str
    action: str = Field(index=True)
    programme: str | None = None
    mail_id: int | None = Field(default=None, index=True)
    package_id: int | None = Field(default=None, index=True)
    application_id: int | None = Field(default=None, index=True)
    details: dict[str, Any] = _json()


class Counter(SQLModel, table=True):
    """The last number given out for a programme's references."""

    __tablename__ = "counter"

    programme: str = Field(primary_key=True)
    value: int = 0


class FolderState(SQLModel, table=True):
    """What is known of one folder of one mailbox."""

    __tablename__ = "folder_state"

    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = _uid()
    reconciled_at: datetime | None = _time(nullable=True)
    details: dict[str, Any] = _json()


class MailboxState(SQLModel, table=True):
    """Last contact and last error of one mailbox; `stopped` after a refused log-in. The same of sending, which may also be
    paused until a moment because the provider said so."""

    __tablename__ = "mailbox_state"

    name: str = Field(primary_key=True)
    last_contact: datetime | None = _time(nullable=True)
    last_error: str | None = None
    stopped: bool = False
    sending_error: str | None = None
    sending_stopped: bool = False
    sending_not_before: datetime | None = _time(nullable=True)
    details: dict[str, Any] = _json()


class CachedReading(SQLModel, table=True):
    """A dear result (OCR of pages, an office conversion) by content hash, what was asked, and parser version."""

    __tablename__ = "cached_reading"

    key: str = Field(primary_key=True)
    blob: str
    made_at: datetime = _time()


class Digest(SQLModel, table=True):
    """One day's digest: the row is written before it is sent, so there is never a second one."""

    __tablename__ = "digest"

    day: str = Field(primary_key=True)
    covers_from: datetime = _time()
    covers_until: datetime = _time()
    made_at: datetime = _time()
    reply_ids: dict[str, Any] = _json()


class User(SQLModel, table=True):
    """A member of staff. `password` is an argon2 hash."""

    __tablename__ = "user"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    password: str
    role: str = "staff"
    created_at: datetime = _time()
    disabled: bool = False
    failures: int = 0
    locked_until: datetime | None = _time(nullable=True)


class Session(SQLModel, table=True):
    """A console log-in; `token` is the SHA-256 of the cookie."""

    __tablename__ = "session"

    token: str = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id", index=True)
    csrf: str
    created_at: datetime = _time()
    last_seen: datetime = _time()


@listens_for(Event, "before_update")
def _history_stands(mapper: Mapper[Event], connection: Connection, event: Event) -> None:
    raise StoreError(f"history is append-only: event {event.id} can't be changed")
