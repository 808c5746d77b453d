"""One pass over every mailbox and every letter due, then out."""

from __future__ import annotations

import contextlib
import threading
from contextlib import ExitStack

from bot.config import Config
from bot.daemon.parts import ENGINE_SECONDS, leave_at_once, log, make_engine, needs_a_mailbox, stop_on_signals
from bot.daemon.single import OnlySender, only_one
from bot.engine.port import Engine
from bot.errors import ConfigurationError, MailboxError, StoreError
from bot.logs import configure_logs
from bot.post.mailbox import Watcher
from bot.post.outbox import Outbox
from bot.store import letters
from bot.store.store import Store


def sweep(config: Config) -> int:
    """One pass over every mailbox, everything processed and answered. Returns 1 where some mail, mailbox or letter failed."""
    configure_logs()
    needs_a_mailbox(config)
    stop = stop_on_signals()
    with only_one(config), ExitStack() as stack:
        from bot.engine.parts import open_intake, open_store

        store = open_store(config)
        stack.callback(store.close)
        if not config.store.embedded:
            OnlySender(store).take()
        intake = stack.enter_context(open_intake(config, store))
        engine = make_engine(config, store, intake, lambda mail_id: None)
        engine.start()
        failed = _sweep_mailboxes(config, store, engine, stop)
        engine.drain(stop.is_set)
        if not engine.stop(ENGINE_SECONDS):
            leave_at_once(1)
        for mailbox in config.mailboxes:
            if not stop.is_set():
                failed += _sweep_outbox(Outbox(store, mailbox, config), stop)
        from bot.health.status import status_of

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
