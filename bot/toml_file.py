"""A TOML file that a person wrote: its text, and what is wrong in it, each problem with its line (tomllib keeps none)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.errors import ConfigurationError, Problem

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(r'''"""(?:[^\\]|\\.)*?"{3,5}|\'{3}.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}#\n]*")
Place = tuple[str | int, ...]


def read_text(file: Path) -> str:
    """The file's text. Raises ConfigurationError where it can't be read or is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:  # no such file, a folder, no permission
        raise ConfigurationError(str(file), [Problem("file", f"can't be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:  # saved as GBK by an editor
        raise ConfigurationError(str(file), [Problem("file", "is not UTF-8", "UTF-8")]) from error


def values_of(text: str, source: str) -> dict[str, Any]:
    """The values of a text. Raises ConfigurationError naming `source` where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, [Problem("syntax", str(error), "TOML 1.0")]) from error


def problems_of(error: ValidationError, text: str) -> list[Problem]:
    """Pydantic's errors over the values of `text`, each with its dotted place and its line."""
    lines = lines_of(text)
    problems = []
    for item in error.errors():
        what = {"extra_forbidden": "unknown key", "missing": "is missing"}.get(item["type"], item["msg"].removeprefix("Value error, "))
        place = tuple(part for part in item["loc"] if part != "[key]")  # pydantic's mark of a table's wrong key
        where = ".".join(str(part) for part in place)
        allowed = str(item.get("ctx", {}).get("allowed", ""))
        problems += [
            Problem(where or "file", one, allowed, line=line_at(lines, place)) for one in (what.split("\n") if not where else [what])
        ]
    return sorted(problems, key=lambda problem: problem.line)


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a problem's sentence that suggests the known name which a wrong one is most like; "" where none is near."""
    plain = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), plain, n=1)
    return f"; did you mean {plain[near[0]]!r}?" if near else ""


def line_at(lines: Mapping[Place, int], place: Sequence[str | int]) -> int:
    """The line of a place, or of what is around it where it stands nowhere itself (a key that is missing); 0 for the whole file."""
    for end in range(len(place), 0, -1):
        if tuple(place[:end]) in lines:
            return lines[tuple(place[:end])]
    return 0


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of each table, key and array item of a text that tomllib accepts."""
    return _Lines(text).found


class _Lines:
    """One walk over a valid text; no value is read, only passed over."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._tables: dict[Place, int] = {}  # an array of tables -> the index of its last one
        self.found: dict[Place, int] = {}
        table: Place = ()
        while self._skip_blank():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)

    def _skip_blank(self) -> bool:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at < len(self._text)

    def _header(self) -> Place:
        several = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if several else 1
        keys = list(self._keys("]"))
        self._at += 2 if several else 1
        place: Place = ()
        for key in keys[:-1]:
            place = self._last(*place, key)
        place = (*place, keys[-1])
        if several:
            self._tables[place] = self._tables.get(place, -1) + 1
            place = self._last(*place)
        self._note(place, start)
        return place

    def _last(self, *place: str | int) -> Place:
        return (*place, self._tables[place]) if place in self._tables else place

    def _pair(self, table: Place) -> None:
        start = self._at
        place = (*table, *self._keys("="))
        self._at += 1
        self._note(place, start)
        self._value(place)

    def _keys(self, end: str) -> Iterator[str]:
        """The parts of a dotted key, up to its `end`."""
        while self._skip_blank() and self._text[self._at] != end:
            match = _KEY.match(self._text, self._at)
            if match is not None:
                yield match[0].strip("\"'")
            self._at = match.end() if match else self._at + 1  # a dot

    def _value(self, place: Place) -> None:
        self._skip_blank()
        opening = self._text[self._at : self._at + 1]
        if opening in ("[", "{"):
            self._at += 1
            number = 0
            while self._skip_blank() and self._text[self._at] not in "]}":
                if self._text[self._at] == ",":
                    self._at += 1
                elif opening == "{":
                    self._pair(place)
                else:
                    self._note((*place, number), self._at)
                    self._value((*place, number))
                    number += 1
            self._at += 1
        else:
            match = _STRING.match(self._text, self._at) or _PLAIN.match(self._text, self._at)
            self._at = match.end() if match else len(self._text)

    def _note(self, place: Place, at: int) -> None:
        self.found.setdefault(place, self._text.count("\n", 0, at) + 1)
