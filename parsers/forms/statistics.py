"""A statistics form's numbers, ticks and contacts, by fragments of their labels.

The associations' forms word the same line differently (本年度开展质量信得过班组企业数, …建设活动组织数), so a label is
known by the fragments that it must contain, and the best of several lines that contain them wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.forms.label_index import Found, LabelIndex
from parsers.forms.table import Table
from parsers.text.wording import EMPTY_MARKS, TICKED_MARKS, clean_value, even, label_core, visible
from parsers.values import Block, Cell, Grid


@dataclass(frozen=True, slots=True)
class StatisticLabel:
    """A line of the form. `contains`: alternatives, each the fragments that the label must all contain; `excludes`: fragments
    it must not contain. `type`: as a field's ("number" values are sought past the unit's cell). `line`: it stands among other
    labels in one cell or line (联系人：… 手机：…). `after`: the key whose line must come before, for a label that the form
    prints more than once."""

    key: str
    contains: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...] = ()
    type: str = "number"
    line: bool = False
    after: str | None = None


def find_statistics(blocks: Sequence[Block], specs: Sequence[StatisticLabel], *, fuzzy: bool = False) -> dict[str, str]:
    """The filled lines of a statistics form: key -> value as written but trimmed; of ticked options, those ticked.

    The value stands right of the label (past a cell with its unit), after a colon in the label's own cell, in the row below,
    or at the end of a line of text. `fuzzy`: the blocks come from OCR, one character of a longer fragment may be wrong.
    """
    return _Reader(specs, fuzzy=fuzzy).read(blocks)


_UNITS = frozenset(("个", "人次", "人", "万元", "元", "项", "次", "家", "件", "个人", "名", "单位", "数量"))
_HEAD_END = re.compile(f"[:：\n{EMPTY_MARKS}{TICKED_MARKS}]")
_NUMBER_LAST = re.compile(r"(?P<head>.*?\D)[\s:：_＿]*(?P<value>\d[\d.,，]*)\s*(?:个|人次|人|万元|元|项|次|家)?[\s_＿]*")
_LONGEST_LABEL = 80


class _Reader:
    def __init__(self, specs: Sequence[StatisticLabel], *, fuzzy: bool) -> None:
        self._specs = [
            (spec, [tuple(map(label_core, part)) for part in spec.contains], tuple(map(label_core, spec.excludes))) for spec in specs
        ]
        lines = {spec.key: tuple("".join(part) for part in spec.contains) for spec in specs if spec.line}
        self._index = LabelIndex(lines, set(lines), fuzzy=fuzzy)
        self._types = {spec.key: spec.type for spec in specs}
        self._sharing = {spec.key: [other for other in specs if other.contains == spec.contains] for spec in specs}
        self._seen: list[str] = []  # keys in the order in which their labels came
        self._fuzzy = fuzzy
        self._found: dict[str, str] = {}

    def read(self, blocks: Sequence[Block]) -> dict[str, str]:
        for block in blocks:
            if isinstance(block, Grid):
                self._grid(Table(block))
            else:
                for line in block.text.split("\n"):
                    self._line(line)
        return self._found

    def _put(self, key: str, text: str) -> bool:
        value = clean_value(text)
        if value and key not in self._found:
            self._found[key] = value
        return bool(value)

    # --- labels ---

    def _claim(self, key: str) -> str:
        """The key to which a label belongs that has just been met: of those that share it, the one whose `after` came last."""
        places = {seen: place for place, seen in enumerate(self._seen)}
        ready = [(places.get(spec.after or "", -1), spec.key) for spec in self._sharing[key] if spec.after is None or spec.after in places]
        claimed = max(ready)[1] if ready else key
        self._seen.append(claimed)
        return claimed

    def _label(self, text: str, *, lines: bool = True) -> str | None:
        """The key of the spec whose fragments a label contains: the one that says most; None for no label."""
        name = label_core(text)
        if not name or len(name) > _LONGEST_LABEL:
            return None
        found = self._best(name, lines, fuzzy=False)
        return found or (self._best(name, lines, fuzzy=True) if self._fuzzy else None)

    def _best(self, name: str, lines: bool, *, fuzzy: bool) -> str | None:
        """The spec that says most of a name; one whose fragments it contains as they are goes before any that is nearly it."""
        best: tuple[int, str] | None = None
        for spec, parts, excludes in self._specs:
            if (spec.line and not lines) or any(word in name for word in excludes):
                continue
            if spec.line and len(name) > 2 + max(sum(map(len, part)) for part in parts):
                continue  # 联系人 within a longer label
            for part in parts:
                score = self._score(name, part, fuzzy)
                if score and (best is None or score > best[0]):
                    best = score, spec.key
        return best[1] if best else None

    def _score(self, name: str, fragments: Iterable[str], fuzzy: bool) -> int:
        score = 0
        for fragment in fragments:
            if fragment in name:
                score += 4 * len(fragment)
            elif fuzzy and len(fragment) >= 3 and _nearly(name, fragment):
                score += 4 * len(fragment) - 6
            else:
                return 0
        return score

    def _head(self, text: str) -> tuple[str | None, int]:
        """The key of the label with which a cell begins, and where its value begins."""
        end = _HEAD_END.search(text)
        while end is not None and end.start() <= _LONGEST_LABEL:
            key = self._label(text[: end.start()], lines=False)
            if key is not None:
                return key, end.end() if end[0] in ":：\n" else end.start()
            if end[0] != "\n":  # a label broken over lines may go on
                return None, 0
            end = _HEAD_END.search(text, end.end())
        return None, 0

    # --- tables ---

    def _grid(self, table: Table) -> None:
        whole = {id(cell): None if self._two_parts(cell.text) else self._label(cell.text) for cell in table.cells}
        taken: set[int] = set()
        for cell in table.cells:
            if id(cell) in taken or not cell.text.strip():
                continue
            key = whole[id(cell)]
            if key is not None:
                key = self._claim(key)
                value = self._value(table, cell, key, whole)
                if value is not None:
                    taken.add(id(value))
                    self._put_mixed(key, value.text)
            else:
                self._mixed(visible(cell.text), table, cell)

    def _two_parts(self, text: str) -> bool:
        """Whether a cell holds more than a label: something after its colon, or ticks."""
        end = _HEAD_END.search(text.strip())
        if end is None:
            return False
        if end[0] == "\n":
            return self._head(text.strip())[0] is not None and self._label(text) is None
        return bool(text.strip()[end.end() :].strip(" \t\n:：_")) or end[0] not in ":："

    def _value(self, table: Table, cell: Cell, key: str, whole: dict[int, str | None]) -> Cell | None:
        """The cell of a label's value: the next to the right that is neither unit nor label; else the one below."""
        right = table.right(cell)
        while right is not None and (even(right.text) in _UNITS or label_core(right.text) in _UNITS):
            right = table.right(right)
        if right is not None and whole[id(right)] is None:
            if self._types[key] != "number" or re.search(r"\d", right.text):
                return right
            further = table.right(right)  # a merged cell that the writer split again, a unit that OCR misread
            return further if further is not None and re.fullmatch(r"[\d.,]+\D?", even(further.text)) else right
        below = table.at(cell.row + cell.rowspan, cell.column)
        if right is not None or below is None or whole[id(below)] is not None:
            return None
        return None if self._head(below.text)[0] or self._index.in_cell(below.text) else below

    def _mixed(self, text: str, table: Table | None = None, cell: Cell | None = None) -> None:
        """A cell or line that begins with a label and goes on, or holds several labels with colons."""
        key, start = self._head(text)
        spans = self._index.in_cell(text) if key is None else []
        if not spans:
            spans = [found for found in self._index.in_value(text) if found.start >= start]
        if key is not None:
            key = self._claim(key)
            filled = self._put(key, text[start : spans[0].start if spans else len(text)])
            if not filled and not spans and table is not None and cell is not None:
                right = table.right(cell) or table.at(cell.row + cell.rowspan, cell.column)
                if right is not None and self._label(right.text) is None and not self._index.in_cell(right.text):
                    self._put_mixed(key, right.text)
        self._spans(text, spans)

    def _put_mixed(self, key: str, text: str) -> None:
        spans = self._index.in_value(text)
        self._put(key, text[: spans[0].start] if spans else text)
        self._spans(text, spans)

    def _spans(self, text: str, spans: Sequence[Found]) -> None:
        for found, following in zip(spans, [*spans[1:], None]):
            self._put(found.keys[0], text[found.end : following.start if following else len(text)])

    # --- lines ---

    def _line(self, text: str) -> None:
        text = visible(text)
        if len(text) > 400:
            return
        number = _NUMBER_LAST.fullmatch(text.strip())
        if number:
            key = self._label(_UNIT_LAST.sub("", number["head"]), lines=False)
            if key is not None and self._types[key] == "number":
                self._put(key, number["value"])
                return
        self._mixed(text)


_UNIT_LAST = re.compile(r"[\s:：]+(?:个|人次|人|万元|元|项|次|家)\s*[:：]?\s*$")


def _nearly(name: str, fragment: str) -> bool:
    """Whether a fragment is in a name but for one character."""
    from rapidfuzz.distance import Hamming, Levenshtein

    size = len(fragment)
    windows = [name[i : i + size] for i in range(max(1, len(name) - size + 1))]
    return any(Hamming.distance(window, fragment) <= 1 or (size > 4 and Levenshtein.distance(window, fragment) <= 1) for window in windows)
