"""What the shapes of the daemon share: its engine, its signals, its store, its leave."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import structlog

from bot.config import Config
from bot.engine.embedded import EmbeddedEngine
from bot.engine.port import Engine
from bot.errors import ConfigurationError, Problem, StoreError
from bot.store.store import Store

log: Any = structlog.get_logger("daemon")


def leave_at_once(status: int) -> NoReturn:
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


def needs_a_mailbox(config: Config) -> None:
    if not config.mailboxes:
        raise ConfigurationError(config.file, [Problem("mailbox", "is missing: there is nothing to watch", "one [[mailbox]] or more")])


def stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def open_when_it_answers(config: Config, stop: threading.Event) -> Store | None:
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


ENGINE_SECONDS = 6.0


def notify_ready() -> None:
    """Tell systemd (Type=notify), where it started us, that we are up."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    import socket

    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(b"READY=1")
