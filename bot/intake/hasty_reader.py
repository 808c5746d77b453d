"""Readers for a quick look at a mail: they look past whatever takes long, OCR and office conversions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from parsers.reader import Reader, ReaderAround
from parsers.values import Letter, Reading, Reason, Refusal, Scan, Unpacked

OLD_OFFICE = (".doc", ".wps", ".rtf", ".xls", ".et", ".ppt", ".dps", ".dot", ".wpt", ".odt", ".ods", ".odp", ".uof", ".uot")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOOKED_PAST = Refusal(Reason.CRASHED, "looked past in a glance")


def is_old_office(name: str, data: bytes) -> bool:
    """Whether reading this file takes an office conversion."""
    return data.startswith(_OLE) or name.lower().endswith(OLD_OFFICE)


class Hasty(ReaderAround):
    """A Reader that looks past what takes long."""

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        quick = [file for file in files if not is_old_office(*file)]
        readings = iter(self._reader.read_many(quick) if quick else ())
        return [LOOKED_PAST if is_old_office(*file) else next(readings) for file in files]

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        return LOOKED_PAST


class Foretelling(Hasty):
    """A Reader of one mail that reads everything, and before the first thing that takes long hands on what it read so far: as a
    Reader that gives the same answers again, in the same order, and looks past the rest."""

    def __init__(self, reader: Reader, tell: Callable[[Reader], None]) -> None:
        super().__init__(reader)
        self._tell: Callable[[Reader], None] | None = tell
        self._letters: list[Letter] = []
        self._unpacked: list[Unpacked] = []
        self._readings: list[list[Reading]] = []

    def letter(self, raw: bytes) -> Letter:
        self._letters.append(super().letter(raw))
        return self._letters[-1]

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        self._unpacked.append(super().unpack(files))
        return self._unpacked[-1]

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        self._readings.append(super().read_many(files))
        found = list(self._readings[-1])
        slow = [index for index, reading in enumerate(found) if reading is LOOKED_PAST]
        if slow:
            self._foretell()
            for index, reading in zip(slow, self._reader.read_many([files[index] for index in slow])):
                found[index] = reading
        return found

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        self._foretell()
        return self._reader.scan(name, data, pages=pages, text=text, seals=seals)

    def _foretell(self) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell(_Told(self._letters, self._unpacked, self._readings))


class _Told(Hasty):
    """Gives the answers that it was given; what was not asked before is looked past."""

    def __init__(self, letters: Sequence[Letter], unpacked: Sequence[Unpacked], readings: Sequence[list[Reading]]) -> None:
        self._letters, self._unpacked, self._readings = iter(letters), iter(unpacked), iter(readings)

    def letter(self, raw: bytes) -> Letter:
        return next(self._letters)

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        return next(self._unpacked, Unpacked(()))

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        return list(next(self._readings, [LOOKED_PAST] * len(files)))
