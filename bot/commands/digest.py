"""`shenbao digest`: today's digest, or another day's, printed, written or sent."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands import DONE, FAILED


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")
    parser.add_argument("--date", metavar="D", type=_day, help="the day, YYYY-MM-DD; default: today in Asia/Shanghai")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--send", action="store_true", help="send it to [digest] to, once a day")
    where.add_argument("--output", metavar="FILE", type=Path, help="write it: .html for the page, .eml for the whole letter, else the text")


def run(args: Namespace) -> int:
    """Make the digest; 1 when it was sent already or nobody is to get it."""
    from bot.config import load_config
    from bot.digest.daily import make_digest
    from bot.engine.parts import open_store
    from bot.rules.checked import checked_programmes
    from bot.store.letters import now
    from bot.views.words import local

    config = load_config(args.config)
    programmes = checked_programmes(config.programmes.path)
    moment = now()
    day = args.date or local(moment).date()
    with open_store(config) as store:
        if args.send:
            return _send(store, programmes, config, day, moment)
        digest = make_digest(store, programmes, config, day, moment)
        if args.output is None:
            print(digest.text)
        else:
            _write(args.output, digest, config, moment)
    return DONE


def _send(store: Any, programmes: Any, config: Any, day: date, moment: Any) -> int:
    from bot.daemon.single import AlreadyRunning, only_one
    from bot.digest.daily import send_digest
    from bot.post.outbox import Outbox

    if not config.digest.to:
        print(f"shenbao: nobody is to get the digest: add addresses to digest.to in {config.file}", file=sys.stderr)
        return FAILED
    if send_digest(store, programmes, config, day, moment) is None:
        print(f"shenbao: the digest of {day} was sent already; --output writes it to a file", file=sys.stderr)
        return FAILED
    try:
        with only_one(config):
            outbox = Outbox(store, config.digest_mailbox, config)
            try:
                while outbox.send_next():
                    pass
            finally:
                outbox.close()
    except AlreadyRunning:  # the daemon's outbox finds it within seconds
        print(f"the digest of {day} is queued; the running daemon sends it", file=sys.stderr)
    return DONE


def _write(path: Path, digest: Any, config: Any, moment: Any) -> None:
    from bot.errors import ConfigurationError, Problem
    from bot.post.freezing import freeze

    if path.suffix == ".eml":
        if config.digest_mailbox is None:
            raise ConfigurationError(config.file, [Problem("mailbox", "a letter needs a sender: there is no [[mailbox]]")])
        to = config.digest.to[0] if config.digest.to else config.digest_mailbox.address
        _, data = freeze(
            config.digest_mailbox, to, digest.subject, digest.text, digest.html, attachments=digest.attachments, now=moment, answers=False
        )
    else:
        data = (digest.html if path.suffix in (".html", ".htm") else digest.text).encode()
    try:
        path.write_bytes(data)
    except OSError as error:  # no such folder, no permission
        raise ConfigurationError(str(path), [Problem("--output", f"can't be written: {error.strerror}")]) from error


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ArgumentTypeError(f"{value!r} is no date; write 2025-06-10") from error
