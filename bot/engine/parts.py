"""An intake with all its parts, from the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.config import Config
from bot.engine.port import lanes_of
from bot.intake.cached_reader import CachedReader
from bot.intake.intake import Intake
from bot.rules.checked import checked_programmes
from bot.store.blobs import S3Options
from bot.store.store import Store


def open_store(config: Config) -> Store:
    """The store that the configuration names. Raises StoreError, and ConfigurationError for keys that are not set."""
    s3 = config.store.s3
    options = S3Options(s3.endpoint, s3.region, os.environ.get(s3.access_key_env, ""), os.environ.get(s3.secret_key_env, ""))
    return Store.open(config.store.database, config.store.blobs, s3=options)


@contextmanager
def open_intake(config: Config, store: Store) -> Iterator[Intake]:
    """An intake whose parsers run in sandboxed processes, which end with the context."""
    from parsers.sandbox.sandbox import SandboxReader

    programmes = checked_programmes(config.programmes.path)
    workers = config.processing.workers
    reader = SandboxReader(config.limits.as_limits(), workers=workers, scan_workers=min(workers, os.cpu_count() or 1))
    try:
        yield Intake(store, programmes, {mailbox.name: mailbox for mailbox in config.mailboxes}, CachedReader(reader, store))
    finally:
        reader.close()


def lanes(config: Config) -> dict[str, str]:
    """The lane of each configured mailbox."""
    return lanes_of([(mailbox.name, mailbox.programmes) for mailbox in config.mailboxes])
