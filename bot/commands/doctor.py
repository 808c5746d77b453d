"""`shenbao doctor`: what is missing and how to get it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands import DONE, FAILED

_MARKS = {"fine": "[green]✓[/]", "lack": "[yellow]![/]", "fault": "[red]✗[/]"}


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")


def run(args: Namespace) -> int:
    """Print each diagnosis as it is made; 1 when one of them keeps the job from being done."""
    from rich.markup import escape

    from bot.commands.show import wide_console
    from bot.config import load_config
    from bot.health.doctor import Health, doctor

    console = wide_console()
    faults = lacks = 0
    for diagnosis in doctor(load_config(args.config)):
        console.print(f"{_MARKS[diagnosis.health]} {escape(diagnosis.area)}: {escape(diagnosis.seen)}", soft_wrap=True)
        if diagnosis.advice:
            console.print(f"    → {escape(diagnosis.advice)}", soft_wrap=True)
        faults += diagnosis.health is Health.FAULT
        lacks += diagnosis.health is Health.LACK
    console.print(f"{faults} faults, {lacks} lacks" if faults or lacks else "everything is in order")
    return FAILED if faults else DONE
