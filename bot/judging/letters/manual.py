"""`python -m bot.judging.letters.manual`: docs/letters.md from the decision tables, so that both never differ."""

from __future__ import annotations

from bot.judging.letters.by_headers import NATURE, SILENCE
from bot.judging.letters.by_material import WITH_MATERIAL, WITHOUT_MATERIAL
from bot.judging.letters.row import Row
from bot.judging.letters.sign import LetterSign
from bot.judging.letters.table import SIGNS

_HEAD = """# What a letter is

Generated from the decision tables by `python -m bot.judging.letters.manual`; a test holds both together.

What a letter is, and whether anybody may be answered, is read off tables. In a table order is meaning: it is read from the top, and
the first row decides whose signs are all there and whose excluded signs are not. The last row takes nothing. Each row's example is
tested: that row decides it, and without the row it would come to something else.

A letter is held against table 1. Where that leaves the kind open, table 2 tells whether its sender may be answered, its files are
read, and table 3 or 4 tells the kind. A later step may call a submission a supplement, when it joins an earlier case.
"""

_SIGNS = """
## The signs

Each tells where it speaks and where it is silent.

| sign | what it is |
|---|---|
"""

_TABLES = (
    ("By headers, sender and standing phrases", "Read before the material is looked at.", NATURE),
    (
        "Whether the sender may be answered",
        "For letters that table 1 leaves open: these rows silence the answer and nothing else.",
        SILENCE,
    ),
    ("Without material", "For letters that table 1 leaves open and that bring no file and no link.", WITHOUT_MATERIAL),
    ("With material", "For letters that table 1 leaves open and that bring files or links, as their documents were read.", WITH_MATERIAL),
)


def manual() -> str:
    """The whole text of docs/letters.md."""
    tables = "".join(_table(number, *table) for number, table in enumerate(_TABLES, 1))
    signs = "".join(f"| `{sign.name}` | {_cell(_page(sign))} |\n" for sign in SIGNS)
    return (
        f"{_HEAD}{tables}\n## The signs\n\nEach tells where it speaks and where it is silent.\n\n| sign | what it is |\n|---|---|\n{signs}"
    )


def _table(number: int, heading: str, about: str, rows: tuple[Row, ...]) -> str:
    lines = [f"\n## {number}. {heading}\n", f"{about}\n"]
    lines += ["| row | takes | is | answered | source | example |", "|---|---|---|---|---|---|"]
    for index, row in enumerate(rows, 1):
        cells = (f"{number}.{index} {row.name}", _signs(row), _kind(row), _answered(row), row.source, _example(row.example))
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _signs(row: Row) -> str:
    takes = " and ".join(f"`{sign.name}`" for sign in row.takes) or "everything else"
    return takes + "".join(f", not `{sign.name}`" for sign in row.without)


def _kind(row: Row) -> str:
    return row.kind or "open"


def _answered(row: Row) -> str:
    if row.silent:
        return f"silent: {row.silent}"
    return "answered" if row in SILENCE else "as table 2 says"


def _example(example: str) -> str:
    head, _, text = example.partition("\n\n")
    return "; ".join(f"`{field}`" for field in head.split("\n")) + f"; {text}"


def _page(sign: LetterSign) -> str:
    return " ".join((sign.find.__doc__ or "").partition("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(manual(), end="")
