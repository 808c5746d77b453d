"""The daemon: mailboxes, engine, outboxes, digest and console, each in threads of its own, until told to stop.

Nothing here holds state that counts: whatever is ended at whatever instruction, the store knows where to go on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, Any, NoReturn

import sqlalchemy
import structlog

from bot.config import Config
from bot.engine.embedded import EmbeddedEngine
from bot.engine.port import Engine
from bot.errors import ConfigurationError, MailboxError, Problem, ShenbaoError, StoreError
from bot.logs import configure_logs
from bot.mailbox import Watcher
from bot.outbox import Outbox
from bot.store import letters
from bot.store.blobs import FileBlobs
from bot.store.store import Store

STOP_SECONDS = 10
_ENGINE_SECONDS = 6.0
_DIGEST_EVERY = 20.0

log: Any = structlog.get_logger("daemon")


class AlreadyRunning(ShenbaoError):
    """Another daemon works on this store."""


def run(config: Config) -> int:
    """The daemon. Returns 0 after SIGTERM or SIGINT, within STOP_SECONDS; raises AlreadyRunning, ConfigurationError, StoreError."""
    configure_logs()
    _needs_a_mailbox(config)
    stop = _stop_on_signals()
    with _only_one(config), ExitStack() as stack:
        store = _open_when_it_answers(config, stop)
        if store is None:
            return 0
        stack.callback(store.close)
        if config.store.embedded and isinstance(store.blobs, FileBlobs):
            store.blobs.tidy()
        if not config.store.embedded:
            sender = _OnlySender(store)
            sender.take()
            _thread("lock", lambda: sender.watch(stop)).start()
        _work(config, store, stop, stack)
    return 0


def _work(config: Config, store: Store, stop: threading.Event, stack: ExitStack) -> None:
    from bot.engine.parts import open_intake

    outboxes = [Outbox(store, mailbox, config) for mailbox in config.mailboxes]

    def wake(mail_id: int) -> None:
        for outbox in outboxes:
            outbox.wake()

    intake = stack.enter_context(open_intake(config, store))
    engine = make_engine(config, store, intake, wake)
    watchers = [Watcher(store, mailbox, config, engine.submit) for mailbox in config.mailboxes]
    threads = [_thread(f"mailbox-{w.mailbox.name}", w.run) for w in watchers]
    threads += [_thread(f"outbox-{o.mailbox.name}", o.run) for o in outboxes]
    threads.append(_thread("digest", lambda: _digests(config, store, intake.programmes, stop)))
    console = _console(config, store, intake)
    engine.start()
    for thread in threads:
        thread.start()
    log.info("running", mailboxes=[m.name for m in config.mailboxes], programmes=sorted(intake.programmes), pid=os.getpid())
    _notify_ready()
    stop.wait()
    until = time.monotonic() + STOP_SECONDS - 1.5
    log.info("stopping")
    for watcher in watchers:
        watcher.stop()
    for outbox in outboxes:
        outbox.stop()
    if console is not None:
        threads.append(threading.Thread(target=console.stop, name="console", daemon=True))
        threads[-1].start()
    ended = engine.stop(_ENGINE_SECONDS)
    for thread in threads:
        thread.join(max(0.1, until - time.monotonic()))
    left = [thread.name for thread in threads if thread.is_alive()] + ([] if ended else ["engine"])
    log.info("stopped", broken_off=left)
    if left:
        _leave_at_once(0)


def _leave_at_once(status: int) -> NoReturn:
    """A server stalls, or a long reading goes on, and the interpreter would wait for it; the store knows where to go on."""
    sys.stderr.flush()
    os._exit(status)


def make_engine(config: Config, store: Store, intake: Any, settled: Callable[[int], None]) -> Engine:
    """The engine that the configured store wants."""
    from bot.engine import keys, parts
    from bot.engine.alone import AloneReader

    if config.store.embedded:
        return EmbeddedEngine(
            store,
            intake,
            parts.lanes(config),
            config.processing,
            keys_of=partial(keys.keys_of, intake),
            early_keys_of=partial(keys.early_keys_of, intake),
            reach_of=partial(keys.reach_of, intake),
            glance=partial(keys.glance, intake),
            read_alone=AloneReader(config),
            settled=settled,
        )
    from bot.engine.cluster import ClusterEngine

    return ClusterEngine(config, store, intake, settled)


def worker(config: Config) -> int:
    """A further machine's worker, where the store is PostgreSQL: it reads and settles, it watches and sends nothing."""
    configure_logs()
    if config.store.embedded:
        what = "a worker needs a store that several machines share"
        raise ConfigurationError(config.file, [Problem("store.database", what, "postgresql+psycopg://USER@HOST/NAME")])
    stop = _stop_on_signals()
    with ExitStack() as stack:
        store = _open_when_it_answers(config, stop)
        if store is None:
            return 0
        stack.callback(store.close)
        from bot.engine.parts import open_intake

        intake = stack.enter_context(open_intake(config, store))
        engine = make_engine(config, store, intake, lambda mail_id: None)
        engine.start()
        log.info("working", pid=os.getpid())
        _notify_ready()
        stop.wait()
        ended = engine.stop(_ENGINE_SECONDS)
        log.info("stopped", broken_off=[] if ended else ["engine"])
        if not ended:
            _leave_at_once(0)
    return 0


def sweep(config: Config) -> int:
    """One pass over every mailbox, everything processed and answered. Returns 1 where some mail, mailbox or letter failed."""
    configure_logs()
    _needs_a_mailbox(config)
    stop = _stop_on_signals()
    with _only_one(config), ExitStack() as stack:
        from bot.engine.parts import open_intake, open_store

        store = open_store(config)
        stack.callback(store.close)
        if not config.store.embedded:
            _OnlySender(store).take()
        intake = stack.enter_context(open_intake(config, store))
        engine = make_engine(config, store, intake, lambda mail_id: None)
        engine.start()
        failed = _sweep_mailboxes(config, store, engine, stop)
        engine.drain(stop.is_set)
        if not engine.stop(_ENGINE_SECONDS):
            _leave_at_once(1)
        for mailbox in config.mailboxes:
            if not stop.is_set():
                failed += _sweep_outbox(Outbox(store, mailbox, config), stop)
        from bot.status import status_of

        stuck = status_of(store, config)["stuck"]
    return 1 if failed or stuck or stop.is_set() else 0


def _sweep_mailboxes(config: Config, store: Store, engine: Engine, stop: threading.Event) -> int:
    failed: list[str] = []

    def one(watcher: Watcher) -> None:
        from bot.store import mails

        try:
            watcher.pass_once()
        except (MailboxError, ConfigurationError, StoreError) as error:
            log.error("a mailbox could not be read", mailbox=watcher.mailbox.name, error=str(error))
            failed.append(watcher.mailbox.name)
            with contextlib.suppress(StoreError):
                mails.contact(store, watcher.mailbox.name, error=str(error))
        finally:
            watcher.close()

    watchers = [Watcher(store, mailbox, config, engine.submit) for mailbox in config.mailboxes]
    threads = [threading.Thread(target=one, args=(watcher,), daemon=True) for watcher in watchers]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if stop.wait(0.05):
            for watcher in watchers:
                watcher.stop()
            break
    for thread in threads:
        thread.join(5 if stop.is_set() else None)
    return len(failed)


def _sweep_outbox(outbox: Outbox, stop: threading.Event) -> int:
    """Send what is due; the number of letters that did not go out."""
    try:
        outbox.recover()
        while not stop.is_set() and outbox.send_next():
            pass
        return letters.queued(outbox.store, outbox.mailbox.name)
    except StoreError as error:
        log.error("the store does not answer", error=str(error))
        return 1
    finally:
        outbox.close()


# --- parts -------------------------------------------------------------------------------------------------------


def _thread(name: str, target: Callable[[], None]) -> threading.Thread:
    """A thread that outlives every exception of its target: it is logged, and the target starts again."""

    def outlive() -> None:
        while True:
            try:
                target()
                return
            except Exception:
                log.exception("a part stumbled over a mistake in the program and starts again", part=name)
                time.sleep(5)

    return threading.Thread(target=outlive, name=name, daemon=True)


def _needs_a_mailbox(config: Config) -> None:
    if not config.mailboxes:
        raise ConfigurationError(config.file, [Problem("mailbox", "is missing: there is nothing to watch", "one [[mailbox]] or more")])


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def _only_one(config: Config) -> Iterator[None]:
    """Hold the store's lock file: a SQLite store is for one daemon alone. On PostgreSQL see `_OnlySender`."""
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


class _OnlySender:
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


def _open_when_it_answers(config: Config, stop: threading.Event) -> Store | None:
    """The store, as soon as its server is up; None where we are stopped meanwhile. A SQLite file is there or is not."""
    from bot.engine.parts import open_store

    wait = 1.0
    while not stop.is_set():
        try:
            return open_store(config)
        except StoreError as error:
            if config.store.embedded:
                raise
            log.error("the store does not answer; waiting", error=str(error), seconds=wait)
            stop.wait(wait)
            wait = min(wait * 2, 60)
    return None


def _digests(config: Config, store: Store, programmes: Any, stop: threading.Event) -> None:
    from bot.digest import send_digest_if_due

    while not stop.wait(_DIGEST_EVERY):
        try:
            if send_digest_if_due(store, programmes, config, letters.now()) is not None:
                log.info("the digest is queued")
        except StoreError as error:
            log.error("the digest waits for the store", error=str(error))


def _console(config: Config, store: Store, intake: Any) -> Any:
    if not config.console.enabled:
        return None
    from bot.console.serving import serve
    from bot.rejudge import Rejudge

    try:
        handle = serve(config, store, intake.programmes, reader=intake.reader, rejudge=Rejudge(intake.programmes))
    except ShenbaoError as error:  # the port is taken: the work goes on without the console
        log.error("the console can't be served", error=str(error))
        return None
    log.info("console", url=handle.url)
    return handle


def _notify_ready() -> None:
    """Tell systemd (Type=notify), where it started us, that we are up."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    import socket

    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(b"READY=1")
