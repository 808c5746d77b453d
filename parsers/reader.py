"""The port through which the judging core reads bytes: directly here, or in a sandboxed child (see `sandbox`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from parsers.limits import Limits
from parsers.values import Letter, Reading, Refusal, Scan, Unpacked


class Reader(Protocol):
    """Reads letters, archives and documents. Never raises for what a file contains: it returns a named outcome."""

    def letter(self, raw: bytes) -> Letter: ...

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        """Open all archives among (name, data) files, innermost files out, within the mail's limits."""
        ...

    def read(self, name: str, data: bytes) -> Reading:
        """Text and tables of one document; pages of scans come back with `scanned` set and no blocks."""
        ...

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        """`read` for each, old office formats converted in one batch."""
        ...

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        """Text (OCR) and seals of the pixels of the given pages (from 1; None: all)."""
        ...


class ReaderAround:
    """A Reader around another, which it asks; what a subclass does not answer in its own way is handed on."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def letter(self, raw: bytes) -> Letter:
        return self._reader.letter(raw)

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        return self._reader.unpack(files)

    def read(self, name: str, data: bytes) -> Reading:
        return self.read_many([(name, data)])[0]

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        return self._reader.read_many(files)

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        return self._reader.scan(name, data, pages=pages, text=text, seals=seals)


class DirectReader:
    """A Reader in this very process: for tests and for trusted files. Heavy parsers are imported when first used."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def letter(self, raw: bytes) -> Letter:
        from parsers.letter.letter import parse_letter

        return parse_letter(raw)

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        from parsers.archives.archives import unpack

        return unpack(files, self.limits)

    def read(self, name: str, data: bytes) -> Reading:
        return self.read_many([(name, data)])[0]

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        from parsers.formats import read_many

        return read_many(files, self.limits)

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        from parsers.scan.scan import scan

        return scan(name, data, pages=pages, text=text, seals=seals)
