"""`shenbao check`: judge mail files in a fresh store that is thrown away."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import datetime
from pathlib import Path

from bot.commands import DONE, FAILED


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="one line of JSON a mail (docs: the contract's schema 1)")
    parser.add_argument("--why", action="store_true", help="also what each guess goes by: letter, papers, whose, from whom, which case")
    parser.add_argument(
        "--programme",
        metavar="ID",
        help="judge as sent to this programme (or to that of this .toml file), whatever address the mail came to",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="also with the programmes of this configuration's folder")
    parser.add_argument("--received-at", metavar="ISO", type=_moment, help="when they were received; default: topmost Received, else Date")
    parser.add_argument("mails", metavar="MAIL", nargs="+", type=_file, help="mail files (.eml), judged in the order given")


def run(args: Namespace) -> int:
    """Print the outcome of every mail; 1 when one of them could not be judged."""
    from bot.commands.show import progress, show_outcome
    from bot.intake.check import check_files

    status = DONE
    if args.json:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # JSON is UTF-8 whatever the locale
    with progress("judging", len(args.mails)) as advance:
        for outcome in check_files(args.mails, args.programme, args.received_at, advance, folder=_folder(args.config), why=args.why):
            if args.json:
                print(json.dumps(outcome, ensure_ascii=False), flush=True)
            else:
                show_outcome(outcome)
            if any(finding["code"] == "internal-error" for finding in outcome["findings"]):
                status = FAILED
    return status


def _folder(config: Path | None) -> Path | None:
    if config is None:
        return None
    from bot.config import load_config

    return load_config(config).programmes.path


def _file(value: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise ArgumentTypeError(f"{value}: no such file; give the path of a saved mail (.eml)")
    return path


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ArgumentTypeError(f"{value!r} is no ISO 8601 time; write 2025-06-10T10:05:00+08:00") from error
    if moment.tzinfo is None:
        from zoneinfo import ZoneInfo

        return moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return moment
