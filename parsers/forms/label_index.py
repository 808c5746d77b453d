"""Where a form's labels stand in a text: whole, at its beginning, or among other labels in a line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parsers.text.traditional import simplified
from parsers.text.wording import label_core, visible


@dataclass(frozen=True, slots=True)
class Found:
    """A label met in a text: the keys that share it, its core, where it starts, and where its value begins."""

    keys: tuple[str, ...]
    text: str
    start: int
    end: int


_ENDINGS = ("号码", "号", "全称", "姓名", "名称")
"""What people add to a label: 手机号码, 班组长姓名."""
_BEGINNINGS = ("申报", "参评", "联系", "单位", "本")
_BETWEEN = r"[\s、,，/／.．·\-]*"
_BRACKET = r"[(（\[【〔][^()（）\[\]【】〔〕]{0,40}[)）\]】〕]"
_MIDDLE = rf"(?:\s*(?:{_BRACKET}|[*＊%％‰]))*"
_OPENING = re.compile(r"(?<=.)[(（\[【]")
_STROKES = "一丨丶丿1IilL7"
"""What a stroke of a seal's beside a label is read as."""
_PARTED = re.compile(r"[\s_＿0-9A-Za-z]|$")
_BLANK = re.compile(r"[\s_＿]|$")
_COLONS = re.compile(r"(?:质协|协会|单位)?\s*[:：]+")
_START = r"(?:^|(?<=[\s、，,。；;：:|/)）】*＊★_]))"
_LEAD = re.compile(r"[\s*＊★☆※●◆■▲•·]*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）、.．]\s*)?[*＊★\s]*")


_ANSWERS = 5000
"""Answers about misread labels that are kept for the next page of the same form."""


class LabelIndex:
    """The labels of a form, by core. `lines`: the keys that stand in lines of text."""

    def __init__(self, labels: Mapping[str, Sequence[str]], lines: Collection[str], *, fuzzy: bool) -> None:
        self.fuzzy = fuzzy
        self._lines = frozenset(lines)
        self._keys: dict[str, tuple[str, ...]] = {}
        for key, texts in labels.items():
            for text in texts:
                name = label_core(text)
                if name and key not in self._keys.get(name, ()):
                    self._keys[name] = (*self._keys.get(name, ()), key)
        self._exact = dict(self._keys)
        self._fuzzy_answers: dict[str, tuple[str, ...]] = {}
        for name, keys in self._exact.items():
            for variant in (*(name + ending for ending in _ENDINGS), *(beginning + name for beginning in _BEGINNINGS)):
                self._keys.setdefault(variant, keys)
        names = sorted(self._exact, key=len, reverse=True)
        if names:
            words = "|".join(_BETWEEN.join(map(re.escape, name)) for name in names)
            self._pattern = re.compile(f"{_START}(?P<name>{words}){_MIDDLE}")
            # OCR drops blanks, so that one label's value runs into the next label: 联系人：华明手机：177…
            self._inside = re.compile(f"(?P<name>{words}){_MIDDLE}(?=\\s*[:：])") if fuzzy else self._pattern
        self._longest = max(map(len, self._keys), default=0)

    def whole(self, text: str, *, exact: bool = False) -> tuple[str, ...]:
        """The keys whose label is the whole text; () for none."""
        if not text or len(text) > 160:
            return ()
        name = label_core(text)
        keys = self._keys.get(name)
        if keys is not None or exact or not self.fuzzy or not name:
            return keys or ()
        if len(self._fuzzy_answers) > _ANSWERS:
            self._fuzzy_answers.clear()
        if text not in self._fuzzy_answers:
            # Of a unit's brackets OCR takes one for another or a stroke for one: 质量成本（万元(年).
            self._fuzzy_answers[text] = self._exact.get(label_core(_OPENING.split(text, maxsplit=1)[0]), ()) or self._nearest(name)
        return self._fuzzy_answers[text]

    def _nearest(self, name: str) -> tuple[str, ...]:
        """The keys of the one label that is near: up to one character of seven wrong, and every other label clearly farther."""
        if not 3 <= len(name) <= self._longest + 2:
            return ()
        if len(name) == 3 and (name[0] in _STROKES or name[2] in _STROKES):
            return self._exact.get(name.strip(_STROKES), ())
        from rapidfuzz.distance import Levenshtein

        allowed = 1 if len(name) < 7 else 2
        near = sorted((Levenshtein.distance(name, label, score_cutoff=allowed + 2), label) for label in self._exact)
        best, label = near[0]
        if best > allowed or best > len(label) // 3:
            return ()
        rivals = [other for distance, other in near[1:] if distance - best < 2 and self._exact[other] != self._exact[label]]
        return () if any(_leans(name, label, rival) for rival in rivals) else self._exact[label]

    def in_cell(self, text: str) -> list[Found]:
        """The labels of a cell that begins with one and goes on with its value; [] for any other cell.

        The first may be parted from its value by a colon, blank, line break, underline or (before digits) nothing; those
        after it need a colon.
        """
        text = simplified(visible(text))
        if not self._exact or not text.strip():
            return []
        lead = _LEAD.match(text)
        start = lead.end() if lead else 0
        head = self._match(text, start)
        if head is None:
            head = self._match(text, len(text) - len(text.lstrip()))
        if head is None:
            return []
        colon = self._colon(text, head)
        first = self._found(head, colon)
        if colon == head.end() and not _PARTED.match(text, colon):
            follows = self._lines & set(first.keys) and len(first.text) >= 5 and len(text) - colon <= 40
            if not follows:
                return []
        return [first, *self._after(text, first.end)]

    def in_value(self, text: str) -> list[Found]:
        """Labels with colons inside a value's cell."""
        if ":" not in text and "：" not in text:
            return []
        return self._after(simplified(visible(text)), 0)

    def in_line(self, text: str) -> list[Found]:
        """The labels of a line of running text: with a colon; those of `lines` also with a blank or underline."""
        text = simplified(visible(text))
        if not self._exact or not text.strip() or len(text) > 400:
            return []
        head = self.in_cell(text)
        if head and (set(head[0].keys) & self._lines or self._colon_or_line(text, head[0])):
            found = head
        else:
            found = self._after(text, 0)
            if not found or text[: found[0].start].strip("() （）*＊注\t"):
                return []  # a sentence that mentions a label
        return found

    def _colon_or_line(self, text: str, found: Found) -> bool:
        """Whether a colon, underline or tab parts a label from its value: a blank alone may stand in any sentence."""
        rest = text[found.end :]
        return text[: found.end].rstrip().endswith((":", "：")) or rest.startswith("\t") or rest.lstrip()[:1] in ("_", "＿")

    def _after(self, text: str, start: int) -> list[Found]:
        out: list[Found] = []
        position = start
        while (match := self._inside.search(text, position)) is not None:
            colon = self._colon(text, match)
            name = label_core(match["name"])
            keys = self._exact.get(name, ())
            in_line = bool(self._lines & set(keys)) and text[match.start() - 1 : match.start()].isspace()
            if keys and (colon > match.end() or (in_line and _BLANK.match(text, match.end()))):
                out.append(Found(keys, name, match.start(), colon))
                position = max(colon, match.start() + 1)
            else:
                position = match.start() + 1
        return out

    def _match(self, text: str, start: int) -> re.Match[str] | None:
        return self._pattern.match(text, start) if self._exact else None

    def _colon(self, text: str, match: re.Match[str]) -> int:
        """Where the value begins: after the colons that follow a label, or right after the label."""
        after = _COLONS.match(text, match.end())
        return after.end() if after else match.end()

    def _found(self, match: re.Match[str], end: int) -> Found:
        name = label_core(match["name"])
        return Found(self._exact.get(name, ()), name, match.start(), end)


@lru_cache(maxsize=32)
def label_index(labels: tuple[tuple[str, tuple[str, ...]], ...], lines: frozenset[str], fuzzy: bool) -> LabelIndex:
    """The index of (key, labels) pairs, kept from one form of a programme to the next."""
    return LabelIndex(dict(labels), lines, fuzzy=fuzzy)


def _leans(name: str, label: str, rival: str) -> bool:
    """Whether a misread name may as well be the rival: one character more or less tells nothing, nor does one of the rival's."""
    if len(name) == len(label) != len(rival):
        return len(name) < 4  # 班组入数 has all the length of 班组人数: it is hardly a 班组长
    if not len(name) == len(label) == len(rival):
        return True
    return any(n != wanted and n == other for n, wanted, other in zip(name, label, rival))
