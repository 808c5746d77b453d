"""A form's blocks and its labels -> fields, in every shape in which people fill forms.

Labels are compared by their `label_core`, so that blanks, stars, colons, units and line breaks do not matter. A label is a whole
cell (its value right of it, or below where the table is built so), the beginning of a cell (邮编：430011), or stands in a
line of text (推荐协会：… 申报年度：2020). The same functions read the cells of Word tables, PDFs, sheets and scans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.forms.label_index import Found, label_index
from parsers.forms.lists import find_heading, find_rows
from parsers.forms.table import Table
from parsers.text.traditional import simplified
from parsers.text.wording import clean_value, even, label_core, visible, without_signature
from parsers.values import Block, Cell, Grid, Paragraph

__all__ = ["Form", "Label", "find_fields", "find_heading", "find_rows"]


@dataclass(frozen=True, slots=True)
class Label:
    """A field's labels. `after`: the key whose label must come before this one in reading order. `line`: the field stands in
    a line of text, where a blank is enough between label and value. `hints`: lines printed in its cell that are no value."""

    key: str
    texts: tuple[str, ...]
    after: str | None = None
    line: bool = False
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a form says. `fields` are the filled ones; `seen` every key whose label was found, filled or not, in order."""

    fields: dict[str, str]
    seen: tuple[str, ...]


def find_fields(blocks: Sequence[Block], labels: Sequence[Label], *, fuzzy: bool = False) -> Form:
    """The fields of a form. Values are as written but trimmed, without printed hints, seal marks and dates below opinions.

    A label that several keys share goes to the key whose `after` label was seen last. The first filled occurrence counts.
    `fuzzy`: the blocks come from OCR: a label with a confused character or in two cells is accepted where no other label is
    nearly as close.
    """
    return _Reader(labels, fuzzy=fuzzy).read(blocks)


class _Reader:
    def __init__(self, labels: Sequence[Label], *, fuzzy: bool) -> None:
        self._labels = {label.key: label for label in labels}
        lines = frozenset(label.key for label in labels if label.line)
        self._index = label_index(tuple((label.key, label.texts) for label in labels), lines, fuzzy)
        self._hints = {label.key: frozenset(label_core(hint) for hint in label.hints) for label in labels}
        self._fields: dict[str, str] = {}
        self._seen: dict[str, int] = {}  # key -> when its label was last seen
        self._clock = 0

    def read(self, blocks: Sequence[Block]) -> Form:
        for number, block in enumerate(blocks):
            if isinstance(block, Grid):
                self._grid(block)
                continue
            following = blocks[number + 1] if number + 1 < len(blocks) else None
            for line in block.text.split("\n"):
                self._line(line, following.text if isinstance(following, Paragraph) else "")
        return Form(dict(self._fields), tuple(self._seen))

    # --- claims ---

    def _claim(self, keys: Iterable[str]) -> str | None:
        """The key to which a label belongs that has just been met; None where none of them may have it yet."""
        best: tuple[int, bool, str] | None = None
        for key in keys:
            after = self._labels[key].after
            if after is not None and after not in self._seen:
                continue
            rank = (-1 if after is None else self._seen[after], key not in self._fields, key)
            if best is None or rank[:2] > best[:2]:
                best = rank
        if best is None:
            return None
        self._clock += 1
        self._seen[best[2]] = self._clock
        return best[2]

    def _put(self, key: str, value: str, *, below: bool = False) -> None:
        if "意见" in value[:8] or "理由" in value[:8] or _SIGNATURE.search(value) or below:
            value = without_signature(value)
        value = clean_value(_without_hints(value, self._hints[key]))
        if value and key not in self._fields:
            self._fields[key] = value

    def _open(self, found: Found) -> bool:
        """Whether any of a label's keys is still without a value: later mentions in running text are no labels."""
        return any(key not in self._fields and key not in self._seen for key in found.keys)

    # --- lines of text ---

    def _line(self, text: str, following: str) -> None:
        text = visible(text)
        spans = self._index.in_line(text)
        if self._index.fuzzy and spans and not clean_value(text[spans[-1].end :]) and _NAMED.fullmatch(even(following)):
            text = f"{text} {following}"  # a wide gap made two lines of one
        self._spans(text, spans)

    def _spans(self, text: str, spans: Sequence[Found]) -> None:
        """Give each label of a line what stands between it and the next."""
        for found, following in zip(spans, [*spans[1:], None]):
            key = self._claim(found.keys)
            if key is None:
                continue
            value = text[found.end : following.start if following else len(text)]
            self._put(key, _before_unknown_label(value), below=_opinion(found.text))

    # --- tables ---

    def _grid(self, grid: Grid) -> None:
        table = Table(grid)
        labels = {id(cell): self._index.whole(cell.text) for cell in grid.cells}
        if self._index.fuzzy:
            self._join_split(table, labels)
        taken: set[int] = set()
        for cell in grid.cells:
            if id(cell) in taken:
                continue
            keys = labels[id(cell)]
            if keys and not _heads_list(table, cell):
                self._labelled(table, cell, keys, labels, taken)
            elif not keys and cell.text.strip():
                self._mixed(cell.text)

    def _labelled(self, table: Table, cell: Cell, keys: tuple[str, ...], labels: dict[int, tuple[str, ...]], taken: set[int]) -> None:
        key = self._claim(keys)
        if key is None:
            return
        values = self._beside(table, cell, labels) or self._under(table, cell, labels)
        text = visible(_joined(values))
        taken.update(id(value) for value in values)
        inner = [found for found in self._index.in_value(text) if self._open(found)]
        self._put(key, text[: inner[0].start] if inner else text, below=_opinion(cell.text))
        self._spans(text, inner)

    def _beside(self, table: Table, cell: Cell, labels: dict[int, tuple[str, ...]]) -> list[Cell]:
        """The value's cells right of a label; [] where the next cell is a label or there is none."""
        right = table.right(cell)
        if right is None or labels[id(right)] or self._begins(right.text):
            return []
        values = [right]
        if len(even(right.text)) <= 1:  # a code with a box for each character
            while (more := table.right(values[-1])) is not None and not labels[id(more)] and len(even(more.text)) <= 1:
                values.append(more)
            if sum(bool(even(value.text)) for value in values) < _BOXES:
                values = values[:1]
        for row in range(right.row + right.rowspan, cell.row + cell.rowspan):  # a tall label beside several rows
            more = table.at(row, right.column)
            if more is not None and more not in values and not labels[id(more)]:
                values.append(more)
        return values

    def _under(self, table: Table, cell: Cell, labels: dict[int, tuple[str, ...]]) -> list[Cell]:
        """The value's cell below a label: where the label fills its row, or stands among labels over a row of values."""
        below = table.at(cell.row + cell.rowspan, cell.column)
        if below is None or below.column != cell.column or labels[id(below)] or self._begins(below.text):
            return []
        row = table.starting_in(cell.row)
        filled = [other for other in row if other.text.strip()]
        alone = len(row) == 1 and below.colspan >= cell.colspan
        among = len(filled) > 1 and all(labels[id(other)] for other in filled) and below.colspan == cell.colspan
        return [below] if alone or among else []

    def _begins(self, text: str) -> bool:
        """Whether a cell begins with a label, so that it is no other label's value. Long text may begin with one seen before."""
        spans = self._index.in_cell(text)
        return bool(spans) and (len(text) < _LONG or self._open(spans[0]))

    def _mixed(self, text: str) -> None:
        """A cell that holds labels and values together."""
        text = visible(text)
        spans = self._index.in_cell(text)
        if not spans and self._index.fuzzy and (colon := _COLON.search(text)) is not None:
            keys = self._index.whole(text[: colon.start()])
            spans = [Found(keys, label_core(text[: colon.start()]), 0, colon.end())] if keys else []
        if spans and (len(text) < _LONG or self._open(spans[0]) or _opinion(spans[0].text)):
            head, *rest = spans
            self._spans(text, [head, *(found for found in rest if self._open(found))])

    def _join_split(self, table: Table, labels: dict[int, tuple[str, ...]]) -> None:
        """Labels that the reading of a scan left in two cells, side by side: the second half is no value."""
        for cell in table.cells:
            right = table.right(cell)
            if labels[id(cell)] or right is None or labels[id(right)] or not 0 < len(label_core(cell.text)) < 8:
                continue
            keys = self._index.whole(cell.text + right.text, exact=True)
            if keys and table.right(right) is not None:
                labels[id(right)] = keys


_BOXES = 6
"""Single characters side by side that make a code and not several short values."""
_LONG = 80
"""Characters of a cell that make it text rather than a label with its value."""
_COLON = re.compile(r"(?<=.{2})[:：]+")
_NAMED = re.compile(r"[^:：_。；]{2,40}(?:协会|质协|学会|联合会|公司|集团|中心|省|市|自治区)(?:[(（].{0,8})?")
_SIGNATURE = re.compile(r"盖\s*章|公\s*章|签\s*章|签\s*[字名]|年\s*月\s*日")
_UNKNOWN = re.compile(r"(?:\s{2,}|\t)(?=[\u4e00-\u9fff]{2,8}\s*[:：])|\s{2,}(?=序\s*号)")
_PRINTED = re.compile(r"\s*\d{1,2}\s*[、.．)）]\s*(?:班组|近三年)[^0-9０-９:：“”]{4,48}")


def _heads_list(table: Table, cell: Cell) -> bool:
    """Whether a label heads a column: its row begins with 序号 and goes on with at least two more titles."""
    row = [other for other in table.starting_in(cell.row) if other.text.strip()]
    return len(row) > 2 and row[0] is not cell and label_core(row[0].text) in ("序号", "编号")


def _opinion(label: str) -> bool:
    return any(word in simplified(label) for word in ("意见", "理由"))


def _before_unknown_label(value: str) -> str:
    """A value without the labels of other fields that follow it on its line, and their values."""
    return _UNKNOWN.split(value, maxsplit=1)[0]


def _without_hints(value: str, hints: frozenset[str]) -> str:
    """A value without the numbered lines that the form itself prints in the cell.

    They are those in `hints`; and any four or more lines numbered from 1 that only name topics: all begin with 班组 or 近三年,
    none holds a digit, a colon or a quotation.
    """
    lines = value.split("\n")
    if hints:
        lines = [line for line in lines if label_core(line) not in hints]
    printed = [line for line in lines if _PRINTED.fullmatch(line)]
    if len(printed) >= 4 and {re.sub(r"\D", "", line) for line in printed} >= {"1", "2", "3", "4"}:
        lines = [line for line in lines if line not in printed]
    return "\n".join(lines)


def _joined(values: Sequence[Cell]) -> str:
    if len(values) >= _BOXES and all(len(even(value.text)) <= 1 for value in values):
        return "".join(even(value.text) for value in values)
    return "\n".join(value.text for value in values if value.text.strip())
