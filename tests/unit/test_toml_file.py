"""Each key of a TOML file is found in its line, however it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.toml_file import line_at, lines_of

ROOT = Path(__file__).parents[2]
TEXT = '''# a comment with [brackets] and = signs
top = "a # no comment"
many = [
  { key = "a", list = [1, 2] },  # a comment
  { key = """
two lines, one "quoted" """, other = 'x = [y' },
]

[table.inner]
dotted.key = 2025-06-30
"quoted key" = true
[[box]]
name = "first"
[box.imap]
host = "h"
[[box]]
name = """]]
[no table]"""
imap = { host = "h" }
[[box.rule]]
last = 1.5
'''


def test_every_shape() -> None:
    assert lines_of(TEXT) == {
        ("top",): 2,
        ("many",): 3,
        ("many", 0): 4,
        ("many", 0, "key"): 4,
        ("many", 0, "list"): 4,
        ("many", 0, "list", 0): 4,
        ("many", 0, "list", 1): 4,
        ("many", 1): 5,
        ("many", 1, "key"): 5,
        ("many", 1, "other"): 6,
        ("table", "inner"): 9,
        ("table", "inner", "dotted", "key"): 10,
        ("table", "inner", "quoted key"): 11,
        ("box", 0): 12,
        ("box", 0, "name"): 13,
        ("box", 0, "imap"): 14,
        ("box", 0, "imap", "host"): 15,
        ("box", 1): 16,
        ("box", 1, "name"): 17,
        ("box", 1, "imap"): 19,
        ("box", 1, "imap", "host"): 19,
        ("box", 1, "rule", 0): 20,
        ("box", 1, "rule", 0, "last"): 21,
    }


def test_a_key_that_is_missing_stands_where_its_table_does() -> None:
    lines = lines_of(TEXT)
    assert line_at(lines, ("box", 1, "address")) == 16
    assert line_at(lines, ("nowhere",)) == 0


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of a file's plain values."""
    if not isinstance(value, dict | list):
        yield place
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(inner, (*place, key))


FILES = [ROOT / "config.example.toml", ROOT / "pyproject.toml", *sorted(ROOT.glob("programmes/*.toml")), ROOT / "replies/sentences.toml"]
assert len(FILES) > 3, "no programme was found"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_value_of_our_own_files_is_known(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines, rows, places = lines_of(text), text.splitlines(), list(leaves(tomllib.loads(text)))
    assert len(places) > 20
    for place in places:
        if isinstance(place[-1], str):
            assert place[-1] in rows[lines[place] - 1]
        else:
            assert place in lines
