"""Split archives whose parts came together: told by their names, put in order, opened as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("rar", re.compile(r"(?P<stem>.+)\.part0*(?P<number>\d{1,3})\.(?:rar|exe)", re.IGNORECASE)),
    ("rar-old", re.compile(r"(?P<stem>.+)\.r(?P<number>\d{2}|ar)", re.IGNORECASE)),
    ("raw", re.compile(r"(?P<stem>.+\.(?:7z|zip|rar|tar|tgz|gz))\.(?P<number>\d{3})", re.IGNORECASE)),
    ("zip", re.compile(r"(?P<stem>.+)\.z(?P<number>\d{2}|ip)", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class VolumeSet:
    """All parts of one split archive in order. `name` is what the whole is called; kind: rar (parts are volumes with
    headers of their own), raw (one file cut into pieces), zip (split ZIP).
    """

    name: str
    kind: str
    parts: tuple[bytes, ...]


def join_volumes(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes] | VolumeSet]:
    """The files in order, those that are all the parts of one split archive replaced by their set.

    A set with a part missing is left as single files, which say for themselves that they are one of several.
    """
    groups: dict[tuple[str, str], dict[int, int]] = {}
    for index, (name, _) in enumerate(files):
        for kind, pattern in _PATTERNS:
            match = pattern.fullmatch(name)
            if match is not None:
                groups.setdefault((kind, match["stem"].lower()), {}).setdefault(_place(kind, match["number"]), index)
                break
    sets: dict[int, VolumeSet] = {}
    taken: set[int] = set()
    for (kind, _), places in groups.items():
        order = sorted(places)
        if len(order) < 2 or not _complete(kind, order):
            continue
        indexes = [places[place] for place in order]
        first = min(indexes)
        name = files[places[order[-1] if kind == "zip" else order[0]]][0]
        name = name[:-4] if kind == "raw" else name
        sets[first] = VolumeSet(name, "rar" if kind.startswith("rar") else kind, tuple(files[index][1] for index in indexes))
        taken.update(indexes)
    return [sets.get(index, file) for index, file in enumerate(files) if index in sets or index not in taken]


def _place(kind: str, number: str) -> int:
    """A part's place in its set: .rar comes before .r00, .zip after .z99."""
    if number.isdecimal():
        return int(number)
    return -1 if kind == "rar-old" else 1000


def _complete(kind: str, order: Sequence[int]) -> bool:
    if kind == "zip":
        return order[-1] == 1000 and list(order[:-1]) == list(range(1, len(order)))
    first = -1 if kind == "rar-old" else 1
    return list(order) == list(range(first, first + len(order)))
