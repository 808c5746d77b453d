"""docs/glossary.md: each word is listed once, and stands in the place that is said to define it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| word", "|---"))
]
WORDS = [word.strip() for row in ROWS for word in row[0].split(",")]


def test_each_word_is_listed_once() -> None:
    assert len(WORDS) > 60
    assert sorted({word for word in WORDS if WORDS.count(word) > 1}) == []


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_word_stands_where_it_is_said_to_be_defined(row: list[str]) -> None:
    places = [ROOT / name for name in re.findall(r"`([^`]+)`", row[-1])]
    assert places
    text = ""
    for place in places:
        assert place.exists(), place
        files = sorted([*place.rglob("*.py"), *place.rglob("*.html")]) if place.is_dir() else [place]
        text += "".join(file.read_text(encoding="utf-8") for file in files).lower()
    word = row[0].split(",")[0].strip()
    assert re.search(re.escape(word).replace(r"\ ", "[ _]"), text), f"{word} does not occur in {row[-1]}"
