"""The store: one database for the facts, one blob store for the bytes.

Nothing here judges. `transaction` is the only way to write and `reading` the only way to read; on SQLite a transaction
takes the write lock at its beginning, so that what it reads stays true until it commits.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session, SQLModel, select

from bot.errors import BytesLost, StoreError
from bot.store import cleaning, models, search
from bot.store.blobs import Blobs, FileBlobs, S3Options, open_blobs

_WRITES = "shenbao_writes"
cleaning.install()
BUSY_SECONDS = 30
POSTGRES_OPTIONS: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 40_000,
    "options": "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4",
}
"""A server that is cut off without a word is known to be gone after 40 seconds; and it lets go of our locks as soon."""

POSTGRES_READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Otherwise each statement would see a moment of its own: a mail settled, and not yet the letter that settled it."""


class Store:
    """An open store. Use `Store.open` or `Store.temporary`; `close` when done (or use it as a context manager)."""

    def __init__(self, engine: Engine, blobs: Blobs, folder: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.engine = engine
        self.blobs = blobs
        self._folder = folder
        self._writer = engine.execution_options(**{_WRITES: True})
        self._reader = engine if engine.dialect.name == "sqlite" else engine.execution_options(**POSTGRES_READING)
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None
        """SQLite's own waiting for its write lock is polling; within this process we queue up instead."""

    @classmethod
    def open(cls, database: str, blobs: str, *, s3: S3Options | None = None) -> Self:
        """The store at `database` (an SQLAlchemy URL) and `blobs` (a folder or s3://bucket/prefix), brought to the newest schema.

        Raises StoreError where either does not answer or was written by a newer version.
        """
        from bot.store.migrations import migrate

        engine = make_engine(database)
        try:
            migrate(engine)
        except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:  # no server, a folder without permission, a file that is no database
            engine.dispose()
            raise StoreError(f"the database {engine.url.render_as_string(hide_password=True)} does not answer: {error}") from error
        except StoreError:
            engine.dispose()
            raise
        return cls(engine, open_blobs(blobs, s3, may_begin=lambda: _is_new(engine)))

    @classmethod
    def temporary(cls) -> Self:
        """A fresh store that is thrown away at `close`: no migrations and no flushing to disk."""
        folder = tempfile.TemporaryDirectory(prefix="shenbao-")
        engine = make_engine(f"sqlite:///{folder.name}/check.db", durable=False)
        SQLModel.metadata.create_all(engine)
        return cls(engine, FileBlobs(Path(folder.name) / "blobs", durable=False), folder)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back on any exception.

        Objects stay readable after the commit. Raises StoreError where the database does not answer or stays locked.
        """
        with self._one_writer(), _named(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StoreError("the database does not answer: another transaction of this program holds it")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database and is never committed."""
        with _named(), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    def lost_bytes(self, error: StoreError) -> bool:
        """Whether an error was about one blob, missing or damaged, while the blob store as a whole answers."""
        if not isinstance(error, BytesLost):
            return False
        try:
            self.blobs.check()
        except StoreError:
            return False
        return True

    def close(self) -> None:
        """Let go of the database; a temporary store is removed."""
        self.engine.dispose()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_FAILURES = (
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InternalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)

_TOO_MUCH = "54"
"""PostgreSQL's class of errors for the limits of a program."""


@contextmanager
def _named() -> Iterator[None]:
    """The database's own failures as StoreError; a broken rule of the schema (IntegrityError) stays what it is."""
    try:
        yield
    except _FAILURES as error:
        # "database is locked", "database or disk is full", "disk I/O error", a server that went away
        cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
        if _is_limit(cause):  # it would be so again
            raise
        raise StoreError(f"the database does not answer: {cause}") from error


def _is_limit(cause: BaseException | None) -> bool:
    """Whether what was asked is more than the database takes, of an index or in a statement, though it is there."""
    state = getattr(cause, "sqlstate", None) or ""
    return state.startswith(_TOO_MUCH) or (isinstance(cause, sqlite3.OperationalError) and str(cause).startswith("too many"))


def _is_new(engine: Engine) -> bool:
    """Whether no mail was ever stored, so that no blob can be missed."""
    with _named(), Session(engine) as session:
        return session.exec(select(models.Mail.id).limit(1)).first() is None


def make_engine(database: str, *, durable: bool = True) -> Engine:
    """An engine for the URL; on SQLite in WAL with foreign keys on, flushed at every commit where `durable`."""
    url = sqlalchemy.make_url(database)
    if url.get_backend_name() != "sqlite":
        return sqlalchemy.create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=dict(POSTGRES_OPTIONS))
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:  # a file in the folder's place, no permission, a full disk
            raise StoreError(f"the folder of {url.database} can't be made: {error}") from error
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = sqlalchemy.create_engine(url, pool_size=10, max_overflow=20, connect_args=arguments)

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # sqlite3's own guess at when to begin is off; `begun` does it
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_mode = {'WAL' if durable else 'MEMORY'}")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA cache_size = -2000")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


__all__ = ["Store", "make_engine", "models", "search"]
