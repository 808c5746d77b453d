"""`shenbao retention`: remove what is over age (`[retention] days`), and say what was removed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands import DONE


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")
    parser.add_argument("--days", metavar="N", type=int, help="instead of retention.days")
    parser.add_argument("--remove", action="store_true", help="remove it; without this the command only says what would go")


def run(args: Namespace) -> int:
    """Say what is over age, and remove it where asked."""
    from bot.config import load_config
    from bot.engine.parts import open_store
    from bot.errors import ConfigurationError, Problem
    from bot.store.letters import now
    from bot.store.retention import remove_over_age

    config = load_config(args.config)
    days = config.retention.days if args.days is None else args.days
    if days < 30:
        problem = Problem(
            "retention.days", f"is {days}: everything is kept" if days == 0 else f"is {days}, which is too few", "30 and more"
        )
        raise ConfigurationError(config.file, [problem])
    with open_store(config) as store:
        removed = remove_over_age(store, days, now=now(), pretend=not args.remove)
    verb = "removed" if args.remove else "would be removed (--remove does it)"
    print(f"last heard of before {removed.before:%Y-%m-%d}, {verb}:")
    print(f"  {len(removed.references)} cases: {', '.join(removed.references) or '-'}")
    print(f"  {removed.mails} mails, {removed.files} files, {removed.letters} letters of ours")
    print(f"  {removed.readings} cached readings, {removed.blobs} blobs")
    return DONE
