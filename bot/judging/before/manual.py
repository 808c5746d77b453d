"""`python -m bot.judging.before.manual`: docs/same-entry.md from the tables' own rows, so that both never differ."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Any

from bot.judging.before import degrees, same, versions
from bot.judging.before.bonds import BONDS
from bot.judging.before.table import Part, Row, Table

_HEAD = """# The same entry, the same case

Generated from the tables of `bot/judging/before/` by `python -m bot.judging.before.manual`; a test holds both together.

Each table is read from the top: the first row whose every cell fits decides. A cell names the degrees in which its row fits; an empty
cell fits any. `unstated` is no degree of likeness: what an entry does not state speaks neither for nor against it. Every row has its own
case in `tests/data/same_entry.toml`, which without the row comes out otherwise.

Explanations (`why`) name the row that decided, and each part's degree. They are for staff, never for an
answer: they tell of other people's cases.
"""

_CASE = """
## Which case a mail joins

The first of these that finds a package decides (`bonds.py`). What none finds is a new case. The sender may speak for a case that came from
the same address or the same organisation's own domain, or that names the address as a contact.

| row | bond | when |
|---|---|---|
"""

_OWN = """
## The same sender's earlier entry (`versions.py`)

First the notice's identity (row `notices-identity` below): of several that agree, the one of the same team. Else this table is asked
of each earlier entry, and exactly one must be told by it; two are as good as none.
"""

_ANYBODYS = """
## Anybody's earlier entry (`same.py`)

Certain rejects the later of two entries that came different ways; probable is shown to staff.
"""


def manual() -> str:
    """The whole text of docs/same-entry.md."""
    cases = [f"| `{row.name}` | {row.bond} | {_said(row.find)} |\n" for row in BONDS]
    own, anybodys = _written(versions.TABLE), _written(same.TABLE)
    return "".join([_HEAD, _CASE, *cases, _OWN, *own, _ANYBODYS, *anybodys, _LIMITS, *_limits()])


def _written(table: Table[Any, Any]) -> Iterator[str]:
    yield "\n| part | degrees | |\n|---|---|---|\n"
    for part in table.parts:
        yield f"| {part.name} | {', '.join(part.degrees)} | {_said(part.find)} |\n"
    yield f"\n| row | {' | '.join(part.name for part in table.parts)} | then |\n|{'---|' * (len(table.parts) + 2)}\n"
    for row in table.rows:
        yield f"| `{row.name}` | {' | '.join(_cell(part, row) for part in table.parts)} | {_answer(row.answer)} |\n"
    yield "\n"
    for row in table.rows:
        yield f"- `{row.name}`: {row.reason}\n"


def _cell(part: Part[Any], row: Row[Any]) -> str:
    degrees = row.when.get(part.name, ())
    left = [degree for degree in part.degrees if degree not in degrees]
    if len(left) == 1 and len(degrees) > 1:
        return f"not {left[0]}"
    return ", ".join(degrees)


def _answer(answer: object) -> str:
    return answer.value if isinstance(answer, StrEnum) else "the same" if answer else "another"


def _said(find: Any) -> str:
    return " ".join(str(find.__doc__).partition("\n\n")[0].split())


_LIMITS = """
## The limits

All stand in `degrees.py`.

| limit | | |
|---|---|---|
"""


def _limits() -> Iterator[str]:
    """Each limit with the words that stand under it in the source."""
    lines = ast.parse(inspect.getsource(degrees)).body
    for limit, words in pairwise(lines):
        if isinstance(limit, ast.Assign) and isinstance(words, ast.Expr) and isinstance(words.value, ast.Constant):
            name = ast.unparse(limit.targets[0])
            yield f"| `{name}` | {getattr(degrees, name):.0%} | {words.value.value!s} |\n"


if __name__ == "__main__":
    print(manual(), end="")
