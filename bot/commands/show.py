"""What a terminal shows: progress on stderr (quiet in a pipe), outcomes as tables. Rich is imported when first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_COLOURS = {"accepted": "green", "incomplete": "yellow", "rejected": "red", "held": "magenta", "ignored": "dim"}
_MARKS = {"reject": ("✗", "red"), "error": ("✗", "yellow"), "review": ("?", "magenta"), "warning": ("!", "cyan"), "info": ("i", "dim")}


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[str], None]]:
    """Yields `advance(what)`, to be called once a step is done. A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[what]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total, what="")
        yield lambda what: bar.update(task, advance=1, what=what)


def wide_console() -> Any:
    """A rich console for standard output: as wide as the terminal, and wide enough for whole names in a pipe."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=200)


def decision_text(decision: str) -> str:
    """A decision as rich markup, in Chinese and in its colour."""
    from bot.views.words import DECISIONS

    return f"[{_COLOURS.get(decision, 'white')}]{DECISIONS.get(decision, decision)}[/]"


def show_outcome(outcome: Mapping[str, Any]) -> None:
    """Print one mail's outcome (the contract's `check --json` object) for a person."""
    from rich.markup import escape
    from rich.table import Table

    from bot.views.words import CHANNELS, KINDS

    console = wide_console()
    message = outcome["message"]
    head = Table.grid(padding=(0, 2))
    for label, value in (
        ("邮件", escape(str(outcome["source"]))),
        ("主题", escape(str(message["subject"]))),
        ("发件人", escape(str(message["from"]))),
        ("收到时间", str(message["received_at"])[:16].replace("T", " ")),
        ("通知", escape(str(outcome["programme"] or "—"))),
        ("类型 / 渠道", f"{KINDS.get(outcome['kind'], outcome['kind'])} / {CHANNELS.get(outcome['channel'], '—')}"),
        ("决定", f"[bold]{decision_text(outcome['decision'])}[/]"),
    ):
        head.add_row(f"[dim]{label}[/]", value)
    console.print(head)
    _show_documents(console, outcome["documents"])
    for application in outcome["applications"]:
        fields = application["fields"]
        name = " · ".join(escape(fields[key]) for key in ("organisation", "team", "title") if fields.get(key))
        console.print(f"  [bold]{escape(application['reference'] or '—')}[/] {decision_text(application['decision'])} {name}")
        _show_findings(console, application["findings"])
    _show_findings(console, outcome["findings"])
    _show_why(console, outcome)
    console.print()


def _show_documents(console: Any, documents: Any) -> None:
    from rich.markup import escape
    from rich.table import Table

    from bot.views.words import COPIES, DOCUMENT_KINDS

    if not documents:
        return
    table = Table("文件", "格式", "种类", "份", "印章", box=None, header_style="dim", pad_edge=True)
    for document in documents:
        seal = document["seal"]
        mark = "" if seal is None else "有" if seal["present"] else "未见"
        kind = DOCUMENT_KINDS.get(document["kind"], document["kind"])
        table.add_row(escape(document["path"]), document["format"], kind, COPIES.get(document["copy"], document["copy"]), mark)
    console.print(table)


def _show_why(console: Any, outcome: Mapping[str, Any]) -> None:
    from rich.markup import escape

    from bot.views.why import why_lines

    for line in why_lines(outcome.get("why", ())):
        console.print(f"  [dim]{escape(line.question)}[/] {escape(line.about)} [bold]{escape(line.answer)}[/]{escape(line.doubt)}")
        for reason in line.reasons:
            console.print(f"      {escape(reason)}")


def _show_findings(console: Any, findings: Any) -> None:
    from rich.markup import escape

    for finding in findings:
        mark, colour = _MARKS.get(finding["severity"], ("·", "white"))
        console.print(f"    [{colour}]{mark} {finding['code']}[/] {escape(finding['message'])}")
