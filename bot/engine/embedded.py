"""The engine of one machine: threads in this process, the store's unfinished mails, and nothing else to run.

One thread conducts: it looks at the store, hands mails out to be read and settles what was read, one after the other, as `order`
allows. Each reading has a thread of its own, which only waits for the sandboxed parsers, processes of their own; more mails are in
hand than there are parsers, so that a mail of text alone is read while others wait for OCR.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from bot.config import ProcessingConfig
from bot.crashpoints import crash_point
from bot.engine.alone import WorkerDied
from bot.engine.order import Item, Stage, held_up, may_settle, next_to_read
from bot.engine.port import EarlyKeysOf, Glance, Intake, KeysOf, ReachOf
from bot.errors import StoreError
from bot.store import mails
from bot.store.models import Mail
from bot.store.store import Store

_REFRESH_SECONDS = 30.0
_MOMENT, _IDLE_SECONDS = 0.25, 2.0
"""How often the engine looks around by itself, with mails on their way and without."""
_STORE_WAIT = 5.0
_GLANCE_AFTER = 0.3
_MOST_READY = 500
_IN_HAND = 16
"""Mails that are read side by side for each worker: most of them wait for OCR."""
_MOST_IN_HAND = 64
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
        early_keys_of: EarlyKeysOf = lambda read: None,
        reach_of: ReachOf = lambda read: frozenset(),
        glance: Glance | None = None,
        read_alone: Callable[[int], Any] | None = None,
        settled: Callable[[int], None] = lambda mail_id: None,
    ) -> None:
        """`read_alone` reads a mail at whose reading a worker died before, in a process of its own; it returns what
        `intake.read` does, or raises WorkerDied."""
        self._store, self._intake, self._lanes, self._settings = store, intake, lanes, settings
        self._keys_of, self._glance, self._read_alone, self._settled = keys_of, glance, read_alone or intake.read, settled
        self._early_keys_of, self._reach_of = early_keys_of, reach_of
        self._large = int(settings.large_mb * 2**20)
        self._items: dict[int, Item] = {}
        self._changed = threading.Condition()
        self._news = threading.Event()
        self._stopping = False
        self._refreshed = -_REFRESH_SECONDS
        self._not_before = 0.0
        self._looking = False
        self._threads: list[threading.Thread] = []

    # --- the port --------------------------------------------------------------------------------------------------

    def submit(self, mail_ids: Sequence[int]) -> None:
        """New mails are stored: look at the store at once."""
        with self._changed:
            self._refreshed = -_REFRESH_SECONDS
        self._news.set()

    def start(self) -> None:
        """Start conducting."""
        self._spawn(self._conduct, "conductor")

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
        self._stopping = True
        self._news.set()
        until = time.monotonic() + seconds
        for thread in (threads := list(self._threads)):
            thread.join(max(0.0, until - time.monotonic()))
        with self._changed:
            left = [item.id for item in self._items.values() if item.stage is not Stage.WAITING]
        for mail_id in left:
            try:
                mails.give_back(self._store, mail_id)
            except StoreError as error:
                log.error("the store does not answer", error=str(error))
                break
        return not any(thread.is_alive() for thread in threads)

    # --- conducting ------------------------------------------------------------------------------------------------

    def _spawn(self, target: Callable[..., None], name: str, *args: Any) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=target, args=args, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _conduct(self) -> None:
        while not self._stopping:
            self._news.clear()
            settled = False
            try:
                self._refresh()
                self._hand_out()
                settled = self._settle_ready()
            except StoreError as error:
                self._store_away(error)
            except Exception:
                log.exception("the engine stumbled over a mistake in the program and goes on")
                time.sleep(1)
            if not settled:
                self._news.wait(_MOMENT if self._items else _IDLE_SECONDS)

    def _store_away(self, error: StoreError) -> None:
        log.error("the store does not answer; waiting", error=str(error))
        self._not_before = time.monotonic() + _STORE_WAIT

    def _hand_out(self) -> None:
        """Begin the readings that there is room for, and a glance at a mail for which another waits."""
        if time.monotonic() < self._not_before:
            return
        while not self._stopping and (item := self._take()) is not None:
            self._spawn(self._read, f"reading-{item.id}", item)
        if self._glance is not None and not self._looking and (blocker := self._blocker()) is not None:
            self._looking = blocker.glanced = True
            self._spawn(self._look, f"glance-{blocker.id}", blocker)

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

    def _take(self) -> Item | None:
        """The mail to be read next, where there is room for it."""
        now = time.monotonic()
        with self._changed:
            items = list(self._items.values())
            if sum(item.stage is Stage.READING for item in items) >= min(_MOST_IN_HAND, self._settings.workers * _IN_HAND):
                return None
            room = self._room(items)
            if sum(item.stage is Stage.READY for item in items) >= _MOST_READY:
                items = [min(items, key=lambda item: item.place)]
            item = next_to_read(items, now, room)
            if item is not None:
                item.stage = Stage.READING
            return item

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

    def _blocker(self) -> Item | None:
        """A mail that nobody reads yet, of which nothing is known and for which a ready one has been waiting for a moment."""
        now = time.monotonic()
        with self._changed:
            items = list(self._items.values())
        if not any(item.stage is Stage.READY and now - item.since >= _GLANCE_AFTER for item in items):
            return None
        for lane in {item.lane for item in items}:
            for item in may_settle((i for i in items if i.lane == lane), now, self._settings.order_seconds).unknown:
                # at which a worker died before, it is read by itself; what is being read foretells its keys
                if item.stage is Stage.WAITING and not item.glanced and item.attempts == 0:
                    return item
        return None

    # --- reading, each in a thread of its own --------------------------------------------------------------------------

    def _look(self, item: Item) -> None:
        assert self._glance is not None
        try:
            keys = self._glance(item.id)
            with self._changed:
                item.keys = item.keys or keys
        except StoreError as error:
            item.glanced = False
            self._store_away(error)
        except Exception as error:  # whatever a hostile mail provokes: the whole reading will name it
            log.warning("a glance failed", mail=item.id, error=repr(error))
        finally:
            self._looking = False
            self._news.set()

    def _read(self, item: Item) -> None:
        try:
            self._read_or_note(item)
        except StoreError as error:
            self._store_failed(item, error)
        finally:
            self._news.set()

    def _read_or_note(self, item: Item) -> None:
        """Read it, or note what came of it. Raises StoreError."""
        try:
            self._read_counted(item)
        except StoreError:
            raise
        except WorkerDied as error:
            log.error("a mail ended its worker again", mail=item.id, error=str(error))
            self._aside(item, str(error))
        except Exception as error:
            log.exception("reading failed", mail=item.id)
            self._failed(item, f"reading: {type(error).__name__}: {error}")

    def _read_counted(self, item: Item) -> None:
        suspect = item.attempts > 0
        most = self._settings.attempts * (_SUSPECTS_PATIENCE if suspect else 1)
        if not mails.count_attempt(self._store, item.id, most):
            self._forget(item)
            return
        crash_point("reading")
        read = self._read_alone(item.id) if suspect else self._intake.read(item.id, partial(self._foretell, item))
        crash_point("read")
        with self._changed:
            item.read, item.keys, item.since = read, self._keys_of(read), time.monotonic()
            item.stage = Stage.READY

    def _foretell(self, item: Item, read: Any) -> None:
        """Its keys are known before OCR: others need not wait for that."""
        keys = self._early_keys_of(read)
        item.glanced = True
        if keys is not None:
            item.keys = keys
            self._news.set()

    def _store_failed(self, item: Item, error: StoreError) -> None:
        """The store, not the mail, was in the way, unless this mail's own bytes are damaged."""
        with self._changed:
            item.stage, item.not_before = Stage.WAITING, time.monotonic() + _STORE_WAIT
        try:
            if self._store.lost_bytes(error):
                self._failed(item, f"reading: {error}")
                return
            mails.give_back(self._store, item.id)
        except StoreError as again:
            error = again
        self._store_away(error)

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

    def _settle_ready(self) -> bool:
        """Settle whoever may be, in order, and fill the places that become free. True where somebody was."""
        done = False
        for item in self._settleable():
            if self._stopping:
                break
            if self._held_up(item):
                continue
            done = True
            if not self._settle(item):
                break  # those behind it may have to wait for it again
            self._hand_out()
        return done

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
