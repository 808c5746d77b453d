"""`shenbao run`, `shenbao worker` and `shenbao sweep`: the daemon in its three shapes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")


def run(args: Namespace) -> int:
    """Hand over to the daemon; its exit status."""
    from bot.config import load_config
    from bot.daemon import run, sweep, worker

    action = {"run": run.run, "worker": worker.worker, "sweep": sweep.sweep}[args.command]
    return action(load_config(args.config))
