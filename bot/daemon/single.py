"""One daemon to a store: a lock file beside SQLite, an advisory lock on PostgreSQL."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import sqlalchemy

from bot.config import Config
from bot.daemon.parts import log
from bot.errors import ShenbaoError, StoreError
from bot.store.store import Store


class AlreadyRunning(ShenbaoError):
    """Another daemon works on this store."""


@contextmanager
def only_one(config: Config) -> Iterator[None]:
    """Hold the store's lock file: a SQLite store is for one daemon alone. On PostgreSQL see `OnlySender`."""
    if not config.store.embedded:
        yield
        return
    path = config.store.database_file.with_suffix(".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file: IO[str] = path.open("a+")
    except OSError as error:  # no permission, a read-only disk
        raise StoreError(f"the lock file {path} can't be opened: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # held by another process
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning(f"another shenbao (process {holder}) works on {config.store.database_file}: stop it first") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class OnlySender:
    """On PostgreSQL: one daemon at a time watches and sends, by a lock that its connection holds. Taken again after the
    server was away; a letter that another daemon took over meanwhile is safe by its own state (`letters.begin_data`)."""

    _KEY = 0x53656E64

    def __init__(self, store: Store) -> None:
        self._engine = store.engine
        self._connection: Any = None

    def take(self) -> None:
        """Raises AlreadyRunning where another daemon has it, StoreError where the server does not answer."""
        try:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            mine = self._connection.execute(sqlalchemy.text(f"SELECT pg_try_advisory_lock({self._KEY})")).scalar()
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise StoreError(f"the database does not answer: {error}") from error
        if not mine:
            self._connection.close()
            raise AlreadyRunning("another shenbao daemon works on this database: stop it first, or start a worker here")

    def watch(self, stop: threading.Event) -> None:
        """See to it that the lock is still ours; leave where another daemon has it."""
        while not stop.wait(2):
            try:
                self._connection.execute(sqlalchemy.text("SELECT 1"))
            except sqlalchemy.exc.SQLAlchemyError:
                with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
                    self._connection.invalidate()
                    self._connection.close()
                try:
                    self.take()
                except StoreError as error:
                    log.error("the store does not answer; waiting", error=str(error))
                except AlreadyRunning:
                    log.critical("another daemon took this database over: leaving")
                    stop.set()
