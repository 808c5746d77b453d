"""`shenbao demo`: the whole job on embedded servers, shown as it goes."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from bot.commands import DONE, FAILED


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--dir", metavar="DIR", type=Path, default=Path("demo-output"), help="where everything is written (default: %(default)s)"
    )
    parser.add_argument("--port", metavar="N", type=_port, help="the console's port (default: 8600, or a free one)")
    parser.add_argument("--exit", action="store_true", help="end when all is done; otherwise the console is served until Ctrl-C")


def run(args: Namespace) -> int:
    """Run it; 1 when an answer could not be sent."""
    from bot.commands.show import progress
    from bot.demo.demo import console_port, open_demo
    from bot.health.status import status_of

    folder = args.dir.resolve()
    print(f"demo in {folder}: embedded IMAP and SMTP on loopback, the real daemon, SQLite", file=sys.stderr)
    with open_demo(folder, console_port(args.port), progress) as demo:
        _show(demo, serving=not args.exit)
        state = status_of(demo.store, demo.config)
        failed = state["stuck"] or state["replies"]["failed"] or state["replies"]["ambiguous"]
        if not args.exit:
            _serve(demo)
    return FAILED if failed else DONE


def _show(demo: Any, *, serving: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from bot.commands.show import decision_text, wide_console
    from bot.demo.demo import USER, outcomes
    from bot.views.words import CODES, KINDS

    console = wide_console()
    table = Table("收到时间", "邮件", "通知", "类型", "决定", "问题", header_style="bold", title_justify="left")
    for received, subject, programme, kind, decision, codes in outcomes(demo):
        wrong = "、".join(CODES.get(code, code) for code in codes.split(",") if code)
        table.add_row(received, escape(subject), programme, KINDS.get(kind, kind), decision_text(decision), wrong or "—")
    console.print(table)
    console.print(f"答复 {len(demo.letters)} 封（.eml、.txt、.html）：{demo.folder / 'replies'}", soft_wrap=True)
    console.print(f"日报：{'、'.join(path.name for path in demo.digest)}（{demo.folder}）", soft_wrap=True)
    if serving:
        console.print(f"管理台：{demo.config.console.url}  用户名 {USER}  密码 {escape(demo.password)}", soft_wrap=True)


def _serve(demo: Any) -> None:
    print("the console is served until Ctrl-C", file=sys.stderr)
    try:
        demo.daemon.wait()
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        print("stopping", file=sys.stderr)


def _port(value: str) -> int:
    port = int(value)
    if not 0 < port < 65536:
        raise ValueError(value)
    return port
