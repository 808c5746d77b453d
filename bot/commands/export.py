"""`shenbao export`: the register of a programme as .xlsx."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands import DONE


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")
    parser.add_argument("--programme", metavar="ID", required=True, help="the programme (see `shenbao programme list`)")
    parser.add_argument("--output", metavar="FILE.xlsx", type=Path, required=True, help="the workbook to write")


def run(args: Namespace) -> int:
    """Write the register and the working papers."""
    from bot.config import load_config
    from bot.engine.parts import open_store
    from bot.errors import ConfigurationError, Problem
    from bot.export.register import export_register
    from bot.rules.checked import checked_programmes

    config = load_config(args.config)
    programmes = checked_programmes(config.programmes.path)
    programme = programmes.get(args.programme)
    if programme is None:
        raise ConfigurationError("--programme", [Problem("ID", f"no programme {args.programme!r}", ", ".join(sorted(programmes)))])
    with open_store(config) as store:
        count = export_register(store, programme, args.output)
    print(f"{args.output}: {count} cases of {programme.title}", file=sys.stderr)
    return DONE
