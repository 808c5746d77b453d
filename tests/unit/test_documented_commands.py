"""Every command that the documents show is one that the program takes, word for word."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import find_command

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/*.md"))]


def shown() -> Iterator[tuple[str, str]]:
    """(document, command line) of each command in a code block."""
    for document in DOCUMENTS:
        for block in re.findall(r"^```\w*\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for line in re.findall(r"^(?:\S*/)?shenbao (.+)$", block, re.MULTILINE):
                yield document.name, line


@pytest.mark.parametrize(("document", "line"), list(shown()), ids=[f"{document}: {line}" for document, line in shown()])
def test_a_documented_command_is_understood(document: str, line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)
    command = find_command(name)
    assert command is not None, name
    parser = ArgumentParser(prog=f"shenbao {name}", exit_on_error=False)
    command.load()[0](parser)
    parser.parse_args(arguments)


def test_there_are_some() -> None:
    assert len(list(shown())) > 10
