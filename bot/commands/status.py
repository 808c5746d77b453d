"""`shenbao status`: counts of mails by kind and decision, replies by state, mailboxes, anything stuck."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.commands import DONE


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="the configuration (see config.example.toml)")
    parser.add_argument("--json", action="store_true", help="the contract's JSON object")


def run(args: Namespace) -> int:
    """Print the state of the store that the configuration names."""
    from bot.config import load_config
    from bot.health.status import status

    state = status(load_config(args.config))
    if args.json:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # JSON is UTF-8 whatever the locale
        print(json.dumps(state, ensure_ascii=False))
    else:
        show_status(state)
    return DONE


def show_status(state: Mapping[str, Any]) -> None:
    """Print the status as tables for a person."""
    from rich.markup import escape
    from rich.table import Table

    from bot.commands.show import decision_text, wide_console
    from bot.views.words import KINDS, REPLY_STATES

    console = wide_console()
    mails = state["mails"]
    table = Table("邮件", "数量", title=f"邮件共 {mails['total']} 封", title_justify="left", box=None, header_style="dim")
    for kind, count in sorted(mails["by_kind"].items()):
        table.add_row(KINDS.get(kind, str(kind)), str(count))
    for decision, count in sorted(mails["by_decision"].items()):
        table.add_row(decision_text(decision), str(count))
    console.print(table)
    table = Table("答复", "数量", box=None, header_style="dim")
    for name, count in state["replies"].items():
        table.add_row(REPLY_STATES.get(name, name), str(count))
    console.print(table)
    table = Table("邮箱", "最近联系", "最近错误", box=None, header_style="dim")
    for mailbox in state["mailboxes"]:
        table.add_row(escape(mailbox["name"]), str(mailbox["last_contact"] or "从未"), escape(str(mailbox["last_error"] or "—")))
    console.print(table)
    stuck = state["stuck"]
    console.print(f"[red]滞留邮件 {stuck} 封：请运行 shenbao doctor，并查看日志[/]" if stuck else "无滞留邮件")
