"""Settling in order where several workers share the store: one worker at a time settles a lane, under a lock of PostgreSQL.

Every worker sees the same waiting mails with their keys in the mail table and holds its own readings in memory; `order`
decides as it does on one machine. A worker that settled something tells the others (NOTIFY), since their readings may have
waited for it.
"""

from __future__ import annotations

import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import sqlalchemy
import structlog

from bot.crashpoints import crash_point
from bot.engine.leases import Leases
from bot.engine.order import Item, Stage, held_up, may_settle
from bot.engine.port import Glance, ReachOf
from bot.errors import ShenbaoError, StoreError
from bot.store import mails
from bot.store.letters import now
from bot.store.mails import Waiting
from bot.store.models import Mail, MailState
from bot.store.store import Store

_LOOK_SECONDS = 0.3
_GLANCE_AFTER = 0.3
_CHANNEL = "shenbao_settled"
_LOCK_SPACE = 0x5368
_LOCK_MILLISECONDS = 300

log: Any = structlog.get_logger("engine")


@dataclass(slots=True)
class _Held:
    lane: str
    received_at: datetime
    read: Any
    keys: frozenset[str]
    since: float
    shown: float
    not_before: float = 0.0


class Lane:
    """The readings that this process holds, and the settling of them."""

    def __init__(
        self,
        store: Store,
        lanes: Mapping[str, str],
        patience: float,
        leases: Leases,
        *,
        settle: Callable[[Any], None],
        glance: Glance,
        reach_of: ReachOf,
        failed: Callable[[int, str], None],
        settled: Callable[[int], None],
    ) -> None:
        self._store, self._lanes, self._patience, self._leases = store, lanes, patience, leases
        self._settle, self._glance, self._failed, self._settled = settle, glance, failed, settled
        self._reach_of = reach_of
        self._me = uuid.uuid4().hex
        self._held: dict[int, _Held] = {}
        self._glanced: set[int] = set()
        self._changed = threading.Event()

    def holds(self, mail_id: int) -> bool:
        """Whether this process has read the mail and not settled it yet."""
        return mail_id in self._held

    def is_held(self, mail: Waiting) -> bool:
        """Whether some living worker says that it has read the mail and not settled it yet."""
        at = mail.keys.get("held_at")
        return isinstance(at, str) and timedelta(0) <= now() - datetime.fromisoformat(at) < timedelta(seconds=self._leases.held)

    def ready(self, mail: Mail, read: Any, found: frozenset[str]) -> None:
        """A mail was read: it waits for its turn here."""
        assert mail.id is not None
        self._show(mail.id, found, harmless=True)
        moment = time.monotonic()
        self._held[mail.id] = _Held(self._lanes.get(mail.mailbox, mail.mailbox), mail.received_at, read, found, moment, moment)
        self.wake()

    def let_go(self) -> None:
        """We are leaving: others need not wait until they think us dead. Raises StoreError."""
        for mail_id in list(self._held):
            with self._store.transaction() as session:
                mail = session.get_one(Mail, mail_id)
                if mail.state is MailState.STORED and mail.keys.get("held_by") == self._me:
                    mail.keys = {"identity": mail.keys.get("identity", [])}
                    session.add(mail)

    def wake(self) -> None:
        self._changed.set()

    def listen(self, stop: Callable[[], bool]) -> None:
        """Wake whenever another worker has settled something, until told to stop. Raises StoreError."""
        try:
            with self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sqlalchemy.text(f"LISTEN {_CHANNEL}"))
                driver: Any = connection.connection.driver_connection
                while not stop():
                    for _ in driver.notifies(timeout=1.0, stop_after=1):
                        self.wake()
                connection.execute(sqlalchemy.text(f"UNLISTEN {_CHANNEL}"))
        except (sqlalchemy.exc.DBAPIError, psycopg.Error) as error:  # the server went away
            raise StoreError(f"the database does not answer: {error}") from error

    def wait(self) -> None:
        """Wait for the next reading or for what another worker settled, or a moment."""
        self._changed.wait(_LOOK_SECONDS if self._held else 2.0)
        self._changed.clear()

    def _show(self, mail_id: int, found: frozenset[str], *, harmless: bool = False) -> None:
        """Tell the others what the mail may meet and that it is in living hands; `harmless`: the reading just ended well."""
        with self._store.transaction() as session:
            mail = session.get_one(Mail, mail_id)
            if mail.state is MailState.STORED:
                mail.keys = {"identity": sorted(found), "held_at": now().isoformat(), "held_by": self._me}
                mail.attempts = max(0, mail.attempts - harmless)
                session.add(mail)

    # --- settling --------------------------------------------------------------------------------------------------

    def settle_all(self, stop: Callable[[], bool]) -> None:
        """Settle what this process holds and may be settled. Raises StoreError."""
        while self._held and not stop():
            lanes = {held.lane for held in list(self._held.values())}
            done = [self._settle_lane(lane, stop) for lane in sorted(lanes)]
            if not any(done):
                break
        self._keep_shown()

    def _settle_lane(self, lane: str, stop: Callable[[], bool]) -> bool:
        """Settle what may be in one lane; True where something was."""
        with self._locked(lane) as lock:
            if lock is None:
                return False
            held = {mail_id: one.received_at for mail_id, one in list(self._held.items()) if one.lane == lane}
            if not held:
                return False
            items = list(self._items(lane, max(held.values())))
            for mail_id in held.keys() - {item.id for item in items}:  # it has an outcome already
                self._held.pop(mail_id, None)
            verdict = may_settle(items, time.monotonic(), self._patience)
            done = False
            for item in verdict.settle:
                if held_up(item, items, lambda one: self._reach_of(self._held[one.id].read)):
                    continue
                if stop() or not self._settle_one(item):
                    break
                items.remove(item)
                done = True
            if done:  # goes out with the lock's end
                lock.execute(sqlalchemy.text(f"NOTIFY {_CHANNEL}"))
        if done:
            return True
        unknown = next((item for item in verdict.unknown if item.id not in self._glanced and not item.attempts), None)
        moment = time.monotonic()
        if unknown is None or not any(item.stage is Stage.READY and moment - item.since >= _GLANCE_AFTER for item in items):
            return False
        self._look(unknown.id)
        return True

    def _items(self, lane: str, until: datetime) -> Iterator[Item]:
        """The lane's mails without an outcome that were received by `until`: what came after our own can't hold these up."""
        moment = time.monotonic()
        for mail in mails.waiting(self._store, until=until):
            if self._lanes.get(mail.mailbox, mail.mailbox) != lane:
                continue
            item = Item(mail.id, lane, mail.size, mail.received_at, mail.attempts)
            identity = mail.keys.get("identity")
            item.keys = frozenset(identity) if isinstance(identity, list) else None
            if (held := self._held.get(mail.id)) is not None and held.not_before <= moment:
                item.stage, item.keys, item.since = Stage.READY, held.keys, held.since
            yield item

    def _settle_one(self, item: Item) -> bool:
        held = self._held[item.id]
        try:
            crash_point("settling")
            self._settle(held.read)
            crash_point("settled")
        except StoreError:
            held.not_before = time.monotonic() + 2
            raise
        except Exception as error:
            log.exception("settling failed", mail=item.id)
            self._held.pop(item.id, None)
            self._release(item.id)
            self._failed(item.id, f"settling: {type(error).__name__}: {error}")
            return False
        self._held.pop(item.id, None)
        self._glanced.discard(item.id)
        self._settled(item.id)
        return True

    def _release(self, mail_id: int) -> None:
        with self._store.transaction() as session:
            mail = session.get_one(Mail, mail_id)
            mail.keys = {}
            mail.attempts += 1
            session.add(mail)

    def _look(self, mail_id: int) -> None:
        """A quick look at a mail that nobody has read yet and for which others wait."""
        self._glanced.add(mail_id)
        try:
            found = self._glance(mail_id)
        except ShenbaoError:
            self._glanced.discard(mail_id)
            raise
        except Exception as error:  # whatever a hostile mail provokes: the whole reading will name it
            log.warning("a glance failed", mail=mail_id, error=repr(error))
            return
        self.foretell(mail_id, found)

    def foretell(self, mail_id: int, found: frozenset[str] | None) -> None:
        """Tell the others what a mail may meet that is not read to its end yet; None: it can't be told. Raises StoreError."""
        self._glanced.add(mail_id)
        if found is None:
            return
        with self._store.transaction() as session:
            mail = session.get_one(Mail, mail_id)
            if not mail.keys:
                mail.keys = {"identity": sorted(found)}
                session.add(mail)
                session.connection().execute(sqlalchemy.text(f"NOTIFY {_CHANNEL}"))

    def _keep_shown(self) -> None:
        moment = time.monotonic()
        for mail_id, held in list(self._held.items()):
            if moment - held.shown > self._leases.show_again:
                self._show(mail_id, held.keys)
                held.shown = moment

    @contextmanager
    def _locked(self, lane: str) -> Iterator[sqlalchemy.Connection | None]:
        """Hold the lane's lock for as long as the block, by the connection given; None where another worker keeps it too long
        (an attempt that gives up at once would often meet a worker that only looks, and miss its turn)."""
        key = zlib.crc32(lane.encode()) & 0x7FFFFFFF
        try:
            with self._store.engine.connect() as connection:
                connection.execute(sqlalchemy.text(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}"))
                try:
                    connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({_LOCK_SPACE}, {key})"))
                except sqlalchemy.exc.OperationalError as error:
                    if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                        raise
                    yield None
                    return
                yield connection
                connection.commit()
        except sqlalchemy.exc.DBAPIError as error:  # the server went away
            raise StoreError(f"the database does not answer: {error.orig}") from error
