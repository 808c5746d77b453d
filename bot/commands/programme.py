"""`shenbao programme list / check FILE / draft NOTICE`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.commands import DONE


def configure(parser: ArgumentParser) -> None:
    """Add the three actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the programmes that are known, with their deadlines")
    listing.add_argument("--config", metavar="FILE", type=Path, help="also those of this configuration's [programmes] folder")
    check = actions.add_parser("check", help="check a programme file; every problem is named")
    check.add_argument("file", metavar="FILE", type=Path)
    draft = actions.add_parser("draft", help="a first draft of a programme from the text of a notice")
    draft.add_argument("notice", metavar="NOTICE", type=Path, help="a text file (UTF-8 or GB18030), or - for standard input")
    draft.add_argument("--output", metavar="FILE", type=Path, help="write the draft here; default: standard output")


def run(args: Namespace) -> int:
    """Do the action."""
    return {"list": _list, "check": _check, "draft": _draft}[args.action](args)


def _list(args: Namespace) -> int:
    from rich.table import Table

    from bot.commands.show import wide_console
    from bot.rules.checked import checked_programmes

    folder = None
    if args.config is not None:
        from bot.config import load_config

        folder = load_config(args.config).programmes.path
    table = Table("编号", "通知", "主办单位", "邮箱", "截止", "材料项", "表单项", box=None, header_style="dim")
    for programme in checked_programmes(folder).values():
        table.add_row(
            programme.id,
            programme.title,
            programme.association,
            programme.mailbox,
            programme.deadline.isoformat(),
            str(len(programme.requirements)),
            str(len(programme.fields)),
        )
    wide_console().print(table)
    return DONE


def _check(args: Namespace) -> int:
    from bot.drafting.draft import TODO
    from bot.rules.checked import checked_programme

    programme = checked_programme(args.file)
    lines = args.file.read_text(encoding="utf-8").splitlines()
    open_lines = [str(number) for number, line in enumerate(lines, 1) if TODO in line]
    if open_lines:
        print(f"{args.file}: still marked `{TODO}`: lines {', '.join(open_lines)}")
    print(
        f"{args.file}: in order: {programme.id}, {programme.title}, until {programme.deadline.isoformat()}, "
        f"{len(programme.documents)} kinds of document, {len(programme.requirements)} requirements, {len(programme.fields)} fields"
    )
    return DONE


def _draft(args: Namespace) -> int:
    from bot.drafting.draft import draft_programme

    data = sys.stdin.buffer.read() if str(args.notice) == "-" else _existing(args.notice).read_bytes()
    draft = draft_programme(_decoded(data, str(args.notice)))
    if args.output is None:
        print(draft, end="")
    else:
        args.output.write_text(draft, encoding="utf-8")
        print(f"{args.output}: a draft; settle each `# TODO check`, then `shenbao programme check {args.output}`", file=sys.stderr)
    return DONE


def _existing(path: Path) -> Path:
    if not path.is_file():
        from bot.errors import ConfigurationError, Problem

        raise ConfigurationError(str(path), [Problem("file", "no such file", "the path of a text file")])
    return path


def _decoded(data: bytes, source: str) -> str:
    from bot.errors import ConfigurationError, Problem

    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:  # a notice saved by an older editor, or no text at all
            continue
    raise ConfigurationError(source, [Problem("file", "no text", "UTF-8 or GB18030; save a Word or PDF notice as plain text first")])
