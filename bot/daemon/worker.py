"""A further machine: it reads and settles, it watches and sends nothing."""

from __future__ import annotations

import os
from contextlib import ExitStack

from bot.config import Config
from bot.daemon.parts import ENGINE_SECONDS, leave_at_once, log, make_engine, notify_ready, open_when_it_answers, stop_on_signals
from bot.errors import ConfigurationError, Problem
from bot.logs import configure_logs


def worker(config: Config) -> int:
    """A further machine's worker, where the store is PostgreSQL: it reads and settles, it watches and sends nothing."""
    configure_logs()
    if config.store.embedded:
        what = "a worker needs a store that several machines share"
        raise ConfigurationError(config.file, [Problem("store.database", what, "postgresql+psycopg://USER@HOST/NAME")])
    stop = stop_on_signals()
    with ExitStack() as stack:
        store = open_when_it_answers(config, stop)
        if store is None:
            return 0
        stack.callback(store.close)
        from bot.engine.parts import open_intake

        intake = stack.enter_context(open_intake(config, store))
        engine = make_engine(config, store, intake, lambda mail_id: None)
        engine.start()
        log.info("working", pid=os.getpid())
        notify_ready()
        stop.wait()
        ended = engine.stop(ENGINE_SECONDS)
        log.info("stopped", broken_off=[] if ended else ["engine"])
        if not ended:
            leave_at_once(0)
    return 0
