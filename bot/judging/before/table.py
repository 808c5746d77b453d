"""Decision tables: rows that a reader checks line by line, of which the first that fits decides.

A table asks parts (how alike the titles are, whether the codes agree), each answered by one small function with one of a few degrees.
It is compiled into a tree once, so that a decision asks no part that cannot change it: an entry is held against hundreds of others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bot.judging.evidence import Evidence

S = TypeVar("S")  # what is decided about: two entries, say
V = TypeVar("V")  # what is decided


class Degree(StrEnum):
    """How two entries agree in one part; what each means for a part is in the part's own words."""

    SAME = "same"
    ALIKE = "alike"
    SLIP = "slip"
    LOOSE = "loose"
    UNSTATED = "unstated"
    OTHER = "other"
    CLASH = "clash"

    __hash__ = str.__hash__  # an enumeration's own is written in Python, and a decision looks up several


class Truth(StrEnum):
    """The degrees of a part that is so or is not."""

    YES = "yes"
    NO = "no"

    __hash__ = str.__hash__


WEIGHTS: Mapping[StrEnum, float] = {
    Degree.SAME: 1.0,
    Degree.ALIKE: 0.5,
    Degree.SLIP: 0.5,
    Degree.LOOSE: 0.25,
    Degree.UNSTATED: 0.0,
    Degree.OTHER: -0.5,
    Degree.CLASH: -1.0,
    Truth.YES: 1.0,
    Truth.NO: 0.0,
}
"""For whom an explanation is shown: what speaks for one entry is above 0. The table itself decides by its rows alone."""


@dataclass(frozen=True, slots=True)
class Part(Generic[S]):
    """A column of a table: the degrees it may have, and how it is told. The first paragraph of `find`'s docstring is its manual."""

    name: str
    degrees: tuple[StrEnum, ...]
    find: Callable[[S], StrEnum]


@dataclass(frozen=True, slots=True)
class Row(Generic[V]):
    """A line of a table. `when`: the degrees in which it fits, of each part that it asks; `reason`: why that is the answer."""

    name: str
    answer: V
    reason: str
    when: Mapping[str, Collection[StrEnum]]


class Table(Generic[S, V]):
    """Rows over parts. The parts stand in the order in which they are asked, the cheap ones first; that order decides nothing.
    The last row asks nothing."""

    def __init__(self, parts: Sequence[Part[S]], rows: Sequence[Row[V]]) -> None:
        self.parts, self.rows = tuple(parts), tuple(rows)
        self._tree = _grown(self.parts, self.rows, {})

    def decide(self, subject: S) -> Row[V]:
        """The first row that fits."""
        node = self._tree
        while type(node) is tuple:
            node = node[1][node[0](subject)]
        found: Row[V] = node
        return found

    def explain(self, subject: S, row: Row[V]) -> tuple[Evidence, ...]:
        """The row that decided, and every part's degree."""
        degrees = [(part.name, part.find(subject)) for part in self.parts]
        return (Evidence(row.name, 1.0), *(Evidence(name, WEIGHTS[degree], degree.value) for name, degree in degrees))


def _grown(parts: tuple[Part[S], ...], rows: tuple[Row[V], ...], grown: dict[Any, Any]) -> Any:
    """The tree of these rows over the parts not asked yet: a row, or how to find a part's degree and the trees of its degrees."""
    open_rows = []
    asked = {part.name for part in parts}
    for row in rows:
        open_rows.append(row)
        if asked.isdisjoint(row.when):
            break
    key = (len(parts), *map(id, open_rows))
    if key not in grown:
        grown[key] = _split(parts, tuple(open_rows), grown)
    return grown[key]


def _split(parts: tuple[Part[S], ...], rows: tuple[Row[V], ...], grown: dict[Any, Any]) -> Any:
    if len(rows) == 1:
        return rows[0]
    part, rest = parts[0], parts[1:]
    trees = {
        degree: _grown(rest, tuple(row for row in rows if degree in row.when.get(part.name, part.degrees)), grown)
        for degree in part.degrees
    }
    first = trees[part.degrees[0]]
    return first if all(tree is first for tree in trees.values()) else (part.find, trees)
