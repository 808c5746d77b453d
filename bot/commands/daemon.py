"""`shenbao run`, `shenbao worker` and `shenbao sweep`: the daemon in its three shapes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")


def run(args: Namespace) -> int:
    """Hand over to the daemon; its exit status."""
    import bot.daemon as daemon
    from bot.config import load_config

    action = {"run": daemon.run, "worker": daemon.worker, "sweep": daemon.sweep}[args.command]
    return int(action(load_config(args.config)) or 0)
