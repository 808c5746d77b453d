"""The daemon: mailboxes, engine, outboxes, digest and console, each in threads of its own, until told to stop.

Nothing here holds state that counts: whatever is ended at whatever instruction, the store knows where to go on.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from bot.config import Config
from bot.daemon.parts import (
    ENGINE_SECONDS,
    leave_at_once,
    log,
    make_engine,
    needs_a_mailbox,
    notify_ready,
    open_when_it_answers,
    stop_on_signals,
)
from bot.daemon.single import OnlySender, only_one
from bot.errors import ShenbaoError, StoreError
from bot.logs import configure_logs
from bot.post.mailbox import Watcher
from bot.post.outbox import Outbox
from bot.store import letters
from bot.store.blobs import FileBlobs
from bot.store.store import Store

STOP_SECONDS = 10
_DIGEST_EVERY = 20.0


def run(config: Config) -> int:
    """The daemon. Returns 0 after SIGTERM or SIGINT, within STOP_SECONDS; raises AlreadyRunning, ConfigurationError, StoreError."""
    configure_logs()
    needs_a_mailbox(config)
    stop = stop_on_signals()
    with only_one(config), ExitStack() as stack:
        store = open_when_it_answers(config, stop)
        if store is None:
            return 0
        stack.callback(store.close)
        if config.store.embedded and isinstance(store.blobs, FileBlobs):
            store.blobs.tidy()
        if not config.store.embedded:
            sender = OnlySender(store)
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
    notify_ready()
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
    ended = engine.stop(ENGINE_SECONDS)
    for thread in threads:
        thread.join(max(0.1, until - time.monotonic()))
    left = [thread.name for thread in threads if thread.is_alive()] + ([] if ended else ["engine"])
    log.info("stopped", broken_off=left)
    if left:
        leave_at_once(0)


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


def _digests(config: Config, store: Store, programmes: Any, stop: threading.Event) -> None:
    from bot.digest.daily import send_digest_if_due

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
    from bot.intake.rejudge import Rejudge

    try:
        handle = serve(config, store, intake.programmes, reader=intake.reader, rejudge=Rejudge(intake.programmes))
    except ShenbaoError as error:  # the port is taken: the work goes on without the console
        log.error("the console can't be served", error=str(error))
        return None
    log.info("console", url=handle.url)
    return handle
