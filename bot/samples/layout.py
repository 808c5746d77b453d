"""A document as lines and tables, before it becomes a file. The same layout is written as Word and drawn on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; `level` is a heading's level, 0 for body text; centred where it is the document's title."""

    text: str
    level: int = 0
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A cell: its text, the columns and rows it spans, the field it is the label or the value of ("" for neither).

    `wrap` is how a value is written in Word: "" plainly, "control" in an inline content control, "cell-control" with the
    control around the cell, "inserted" as a tracked insertion beside a deleted older text, "split" over several runs.
    """

    text: str
    across: int = 1
    key: str = ""
    value: bool = False
    wrap: str = ""


Row = tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of boxes; the spans of each row add up to the same number of columns."""

    rows: tuple[Row, ...]


Layout = tuple[Line | Table, ...]


def label(text: str, key: str = "", across: int = 1) -> Box:
    """A label's box."""
    return Box(text, across, key)


def value(text: str, key: str, across: int = 1) -> Box:
    """A value's box."""
    return Box(text, across, key, value=True)


def table(*rows: Iterable[Box]) -> Table:
    """A table of rows."""
    return Table(tuple(tuple(row) for row in rows))
