"""The engine of one machine: threads in this process, the store's unfinished mails, and nothing else to run.

The threads only wait for the sandboxed parsers, which are processes of their own; there are more threads than parsers, so that a
mail of text alone is read while others wait for OCR. Mails are read side by side and in any order; they are settled one after
the other, as `order` allows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from bot.config import ProcessingConfig
from bot.crashpoints import crash_point
from bot.engine.alone import WorkerDied
from bot.engine.order import Item, Stage, held_up, may_settle, next_to_read
from bot.engine.port import Glance, Intake, KeysOf, ReachOf
from bot.errors import ShenbaoError, StoreError
from bot.store import mails
from bot.store.models import Mail
from bot.store.store import Store

_REFRESH_SECONDS = 30.0
_STORE_WAIT = 5.0
_GLANCE_AFTER = 0.3
_MOST_READY = 500
_IN_HAND = 16
"""Mails that are read side by side for each worker: most of them wait for OCR."""
_MOST_THREADS = 64
_LARGE_IN_HAND = 4
"""How many large mails' worth of memory the small ones in hand may take for each worker."""
_SUSPECTS_PATIENCE = 50
"""A mail that is read by itself can't end this process, so a death of it meanwhile was hardly the mail's fault."""

log: Any = structlog.get_logger("engine")


class EmbeddedEngine:
    """See `bot.engine.port.Engine`. `settled` is called after each outcome, to wake the outbox."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        lanes: Mapping[str, str],
        settings: ProcessingConfig,
        *,
        keys_of: KeysOf,
        reach_of: ReachOf = lambda read: frozenset(),
        glance: Glance | None = None,
        read_alone: Callable[[int], Any] | None = None,
        settled: Callable[[int], None] = lambda mail_id: None,
    ) -> None:
        """`read_alone` reads a mail at whose reading a worker died before, in a process of its own; it returns what
        `intake.read` does, or raises WorkerDied."""
        self._store, self._intake, self._lanes, self._settings = store, intake, lanes, settings
        self._keys_of, self._glance, self._read_alone, self._settled = keys_of, glance, read_alone or intake.read, settled
        self._reach_of = reach_of
        self._large = int(settings.large_mb * 2**20)
        self._items: dict[int, Item] = {}
        self._changed = threading.Condition()
        self._settling = threading.Lock()
        self._stopping = False
        self._refreshed = -_REFRESH_SECONDS
        self._threads: list[threading.Thread] = []

    # --- the port --------------------------------------------------------------------------------------------------

    def submit(self, mail_ids: Sequence[int]) -> None:
        """New mails are stored: look at the store at once."""
        with self._changed:
            self._refreshed = -_REFRESH_SECONDS
            self._changed.notify_all()

    def start(self) -> None:
        """Start the workers."""
        for number in range(min(_MOST_THREADS, self._settings.workers * _IN_HAND)):
            thread = threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def drain(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Wait until every stored mail has an outcome or was set aside."""
        while not stop():
            try:
                self._refresh(force=True)
            except StoreError as error:
                log.error("the store does not answer", error=str(error))
                time.sleep(1)
                continue
            with self._changed:
                if not self._items:
                    return
                self._changed.wait(0.5)

    def stop(self, seconds: float) -> bool:
        """Leave; a reading that does not end in time is broken off and not counted."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with self._changed:
            left = [item.id for item in self._items.values() if item.stage is not Stage.WAITING]
        for mail_id in left:
            try:
                mails.give_back(self._store, mail_id)
            except StoreError as error:
                log.error("the store does not answer", error=str(error))
                break
        return not any(thread.is_alive() for thread in self._threads)

    # --- the workers -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stopping:
            try:
                self._refresh()
                self._settle_all()
                item, glance = self._take()
                if item is None:
                    self._pause()
                elif glance:
                    self._look(item)
                else:
                    self._read(item)
            except StoreError as error:
                log.error("the store does not answer; waiting", error=str(error))
                with self._changed:
                    self._changed.wait(_STORE_WAIT)
            except Exception:
                log.exception("a worker stumbled over a mistake in the program and goes on")
                time.sleep(1)

    def _pause(self) -> None:
        with self._changed:
            if not self._stopping:
                self._changed.wait(0.25 if self._items else 2.0)

    def _refresh(self, *, force: bool = False) -> None:
        """Bring the items in line with the mail table."""
        with self._changed:
            if not force and time.monotonic() - self._refreshed < _REFRESH_SECONDS:
                return
            self._refreshed = time.monotonic()
        waiting = mails.waiting(self._store)
        with self._changed:
            for mail in waiting:
                if mail.id not in self._items:
                    lane = self._lanes.get(mail.mailbox, mail.mailbox)
                    self._items[mail.id] = Item(mail.id, lane, mail.size, mail.received_at, mail.attempts)
            open_ids = {mail.id for mail in waiting}
            for mail_id in [i for i, item in self._items.items() if i not in open_ids and item.stage is not Stage.READING]:
                del self._items[mail_id]

    def _take(self) -> tuple[Item | None, bool]:
        """The next thing to do: (item, whether only to glance at it)."""
        now = time.monotonic()
        with self._changed:
            items = list(self._items.values())
            if self._glance is not None and (blocker := self._blocker(items, now)) is not None:
                blocker.glanced = True
                return blocker, True
            if sum(item.stage is Stage.READY for item in items) >= _MOST_READY:
                items = [min(items, key=lambda item: item.place)]
            item = next_to_read(items, now, self._room(items))
            if item is not None:
                item.stage = Stage.READING
            return item, False

    def _room(self, items: Sequence[Item]) -> Callable[[Item], bool]:
        """Which items may be read beside those in hand: those take memory, large and suspect ones (a process of its own) the most."""
        workers = self._settings.workers
        reading = [item for item in items if item.stage is Stage.READING]
        large = sum(item.size >= self._large for item in reading)
        suspects = sum(item.attempts > 0 for item in reading)
        bytes_left = workers * _LARGE_IN_HAND * self._large - sum(item.size for item in reading if item.size < self._large)

        def may(item: Item) -> bool:
            if item.attempts and suspects >= workers:
                return False
            return item.size <= bytes_left if item.size < self._large else large < max(1, workers - 1)

        return may

    def _blocker(self, items: Sequence[Item], now: float) -> Item | None:
        """A mail of which nothing is known yet and for which a ready one has been waiting for a moment."""
        if not any(item.stage is Stage.READY and now - item.since >= _GLANCE_AFTER for item in items):
            return None
        for lane in {item.lane for item in items}:
            for item in may_settle((i for i in items if i.lane == lane), now, self._settings.order_seconds).unknown:
                if not item.glanced and item.attempts == 0:  # at the others a worker died: they are read by themselves
                    return item
        return None

    def _look(self, item: Item) -> None:
        assert self._glance is not None
        try:
            keys = self._glance(item.id)
        except ShenbaoError:
            item.glanced = False
            raise
        except Exception as error:  # whatever a hostile mail provokes: the whole reading will name it
            log.warning("a glance failed", mail=item.id, error=repr(error))
            return
        with self._changed:
            item.keys = item.keys or keys
            self._changed.notify_all()

    def _read(self, item: Item) -> None:
        suspect = item.attempts > 0
        try:
            most = self._settings.attempts * (_SUSPECTS_PATIENCE if suspect else 1)
            if not mails.count_attempt(self._store, item.id, most):
                self._forget(item)
                return
            crash_point("reading")
            read = self._read_alone(item.id) if suspect else self._intake.read(item.id)
            crash_point("read")
        except StoreError as error:
            self._store_failed(item, error)
        except WorkerDied as error:
            log.error("a mail ended its worker again", mail=item.id, error=str(error))
            self._aside(item, str(error))
        except Exception as error:
            log.exception("reading failed", mail=item.id)
            self._failed(item, f"reading: {type(error).__name__}: {error}")
        else:
            with self._changed:
                item.read, item.keys, item.since = read, self._keys_of(read), time.monotonic()
                item.stage = Stage.READY
                self._changed.notify_all()

    def _store_failed(self, item: Item, error: StoreError) -> None:
        """The store, not the mail, was in the way, unless this mail's own bytes are damaged."""
        if self._store.lost_bytes(error):
            self._failed(item, f"reading: {error}")
            return
        with self._changed:
            item.stage, item.not_before = Stage.WAITING, time.monotonic() + _STORE_WAIT
        mails.give_back(self._store, item.id)
        raise error

    def _failed(self, item: Item, error: str) -> None:
        """A mistake in the program met this mail: try once more, then set it aside. While we are leaving nothing counts."""
        if self._stopping:
            return
        again = mails.note_failure(self._store, item.id, error, self._settings.attempts)
        if not again:
            self._forget(item)
            return
        with self._changed:
            item.stage, item.read, item.not_before = Stage.WAITING, None, time.monotonic() + 1
            item.attempts = 0

    def _aside(self, item: Item, reason: str) -> None:
        with self._store.transaction() as session:
            mails.set_aside(session, session.get_one(Mail, item.id), reason)
        self._forget(item)

    def _forget(self, item: Item) -> None:
        with self._changed:
            self._items.pop(item.id, None)
            self._changed.notify_all()

    # --- settling --------------------------------------------------------------------------------------------------

    def _settle_all(self) -> None:
        """Settle whoever may be, in order. One thread does it at a time; the others need not wait for it."""
        while not self._stopping and self._settling.acquire(blocking=False):
            try:
                done = False
                for item in self._settleable():
                    if self._held_up(item):
                        continue
                    done = True
                    if not self._settle(item):
                        break  # those behind it may have to wait for it again
            finally:
                self._settling.release()
            if not done:
                return

    def _settleable(self) -> list[Item]:
        now = time.monotonic()
        with self._changed:
            items = list(self._items.values())
        ready = {item.lane for item in items if item.stage is Stage.READY and item.not_before <= now}
        return [
            item
            for lane in sorted(ready)
            for item in may_settle((i for i in items if i.lane == lane), now, self._settings.order_seconds).settle
            if item.not_before <= now
        ]

    def _held_up(self, item: Item) -> bool:
        with self._changed:
            others = [other for other in self._items.values() if other.lane == item.lane]
        return held_up(item, others, lambda one: self._reach_of(one.read))

    def _settle(self, item: Item) -> bool:
        try:
            crash_point("settling")
            self._intake.settle(item.read)
            crash_point("settled")
        except StoreError:
            item.not_before = time.monotonic() + _STORE_WAIT  # it stays ready; nothing has to be read again
            raise
        except Exception as error:
            log.exception("settling failed", mail=item.id)
            self._failed(item, f"settling: {type(error).__name__}: {error}")
            return False
        self._forget(item)
        self._settled(item.id)
        return True
