"""A Reader that reads in sandboxed child processes: a hostile document costs itself, never its mail or the worker.

    SandboxReader ─▶ Pool "parse"  ─▶ Child ═ socket ═ child (bubblewrap, limits) ─▶ DirectReader in a fork
                  ├▶ Pool "office"     the same, with room for LibreOffice
                  └▶ Pool "scan"       the same, with OCR models loaded once and no fork

`walls` says what walls a child in, `wire` what is believed of what it says, docs/sandbox.md what all that costs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from parsers.letter.salvage import salvage_letter
from parsers.limits import Limits
from parsers.sandbox import wire
from parsers.sandbox.pool import ChildDied, Pool, Recipe, Spawner
from parsers.sandbox.walls import MIB, Kind, SandboxUnavailable, find_isolation, kinds
from parsers.values import Letter, Member, Note, Reading, Reason, Refusal, Scan, Unpacked

DIRECT = "parsers.reader:DirectReader"
IDLE_SECONDS = 900.0
"""After which a warm child is ended: OCR models keep 0.7 GB, and a quiet mailbox needs them once a day."""
PATIENCE = 4
"""A call's files may together waste so many times `parse_seconds` in children that die; then its other files are not tried."""
SCAN_PAGES = 8
"""Pages of one scan request, so that the bound of time is one of a few pages and not of a thick book."""
BATCH_FILES, BATCH_BYTES = 32, 64 * MIB
"""Read in one request: a fork each would cost 3 ms more a file. What dies with a batch is read again, so it must not be all."""

OFFICE_STARTS = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis."
OFFICE_SUFFIXES = (
    *(".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".mht", ".mhtml", ".uof", ".uot"),
    *(".xls", ".xlsb", ".et", ".ett", ".ods", ".uos", ".ppt", ".pps", ".dps", ".dpt", ".odp"),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a call came to that brought no value; `deadly` when its child died of it, after so many seconds."""

    detail: str
    deadly: bool
    seconds: float = 0.0


class SandboxReader:
    """Implements `parsers.reader.Reader`; may be called by several threads at once. `close` ends the children.

    `workers` children for text, `scan_workers` for pixels. `isolate`: True demands bubblewrap (SandboxUnavailable where it
    does not work), False does without, None takes it where it works. Children start when first needed and stay warm.

    A call raises only SandboxUnavailable: no child can be started, or the reader was closed. `reader` (`module:class`)
    may be another with the Reader's calls; `shown` are folders to find it in, for tests, which let hostile readers run here.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        workers: int = 1,
        scan_workers: int = 1,
        isolate: bool | None = None,
        *,
        reader: str = DIRECT,
        shown: tuple[str, ...] = (),
    ) -> None:
        self.limits = limits or Limits()
        if isolate is not False:
            isolation = find_isolation()
            if isolate and not isolation.bubblewrap:
                raise SandboxUnavailable(isolation.detail)
            isolate = bool(isolation.bubblewrap)
        self.isolated = isolate
        self._spawner = Spawner(self._on_quiet)
        bounds = wire.Bounds(data=(self.limits.unpacked_mb + self.limits.message_mb) * MIB)

        def pool(kind: Kind, size: int) -> Pool:
            recipe = Recipe(kind, reader, self.limits.parse_seconds, self.isolated, shown, bounds)
            return Pool(recipe, size, self._spawner.start)

        all_kinds = kinds(self.limits)
        self._pools = {
            "parse": pool(all_kinds["parse"], workers),
            "office": pool(all_kinds["office"], 1),
            "scan": pool(all_kinds["scan"], scan_workers),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End all children, also those at work: what they are asked then raises SandboxUnavailable."""
        for pool in self._pools.values():
            pool.close()
        self._spawner.close()

    def warm(self, *names: str) -> None:
        """Start a child of each kind ("parse", "office", "scan") now, so that the first call does not wait for it."""
        for name in names:
            self._pools[name].warm()

    def _on_quiet(self) -> None:
        for pool in self._pools.values():
            pool.close_idle(IDLE_SECONDS)

    # --- the Reader's calls --------------------------------------------------------------------------------------

    def letter(self, raw: bytes) -> Letter:
        """The letter; its header fields alone, with a Note `parser-died`, when its parser dies twice."""
        answer = self._twice("parse", wire.Request("letter", self.limits, (("", raw),)))
        if isinstance(answer, Letter):
            return answer
        return salvage_letter(raw, Note("parser-died", _failure(answer).detail))

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        """All files at their innermost. Where unpacking them dies, each is unpacked alone, and what dies then is refused."""
        given = tuple(files)
        if not given:
            return Unpacked(())
        answer = self._once("parse", wire.Request("unpack", self.limits, given))
        if isinstance(answer, Unpacked):
            return answer
        if isinstance(answer, Failure) and not answer.deadly and len(given) == 1:
            return Unpacked((_crashed_member(given[0], answer),))
        return self._unpack_singly(given, _failure(answer))

    def read(self, name: str, data: bytes) -> Reading:
        return self.read_many([(name, data)])[0]

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        """A reading of each; old office formats by the office child. Where a batch dies, its files are read one by one, and
        what kills its parser twice is CRASHED."""
        given = tuple(files)
        office = {index for index, (name, data) in enumerate(given) if needs_office(name, data)}
        found: dict[int, Reading] = {}
        spent = 0.0
        for kind in ("office", "parse"):
            for batch in _batches([index for index in range(len(given)) if (index in office) == (kind == "office")], given):
                answer = self._read_batch(kind, [given[index] for index in batch], spent)
                if isinstance(answer, wire.Readings):
                    found.update(zip(batch, answer.items))
                    continue
                spent += answer.seconds
                for index in batch:
                    found[index], seconds = self._read_one(kind, given[index], spent)
                    spent += seconds
        return [found[index] for index in range(len(given))]

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        """The scan, many pages in several requests, or a Refusal."""
        parts: list[Scan] = []
        refusal: Refusal | None = None
        for some in _portions(pages):
            answer = self._twice("scan", wire.Request("scan", self.limits, ((name, data),), some, text, seals))
            if isinstance(answer, Scan):
                parts.append(answer)
            elif isinstance(answer, Refusal) and answer.reason is not Reason.CRASHED:  # also where none of these pages is there
                refusal = refusal or answer
                parts.append(Scan((), tuple(Note("page-not-drawn", str(number)) for number in some or ())))
            else:
                return answer if isinstance(answer, Refusal) else _crashed(_failure(answer))
        if refusal is not None and not any(part.pages for part in parts):
            return refusal
        notes = dict.fromkeys(note for part in parts for note in part.notes)
        return Scan(tuple(page for part in parts for page in part.pages), tuple(notes))

    # --- asking --------------------------------------------------------------------------------------------------

    def _once(self, kind: str, request: wire.Request) -> wire.Value | Failure:
        started = time.monotonic()
        try:
            value = self._pools[kind].ask(request).value
        except ChildDied as death:
            return Failure(f"{kind} child {death}", deadly=True, seconds=time.monotonic() - started)
        if isinstance(value, wire.OutOfMemory):
            return Failure(f"{kind} child out of memory", deadly=True, seconds=time.monotonic() - started)
        if isinstance(value, wire.Raised):
            return Failure("".join(character if character.isprintable() else "?" for character in value.detail[:500]), deadly=False)
        return value

    def _twice(self, kind: str, request: wire.Request) -> wire.Value | Failure:
        """A second try in a fresh child where the first died: it may have been the machine's fault, not the file's."""
        value = self._once(kind, request)
        if isinstance(value, Failure) and value.deadly:
            seconds = value.seconds
            value = self._once(kind, request)
            if isinstance(value, Failure):
                return replace(value, seconds=value.seconds + seconds)
        return value

    def _read_batch(self, kind: str, files: Sequence[tuple[str, bytes]], spent: float) -> wire.Readings | Failure:
        if len(files) == 1 or self._out_of_patience(spent):
            return Failure("to be read alone", deadly=False)
        answer = self._once(kind, wire.Request("read_many", self.limits, tuple(files)))
        return answer if isinstance(answer, wire.Readings) and len(answer.items) == len(files) else _failure(answer)

    def _read_one(self, kind: str, file: tuple[str, bytes], spent: float) -> tuple[Reading, float]:
        """One file's reading, and the seconds wasted on it. `spent`: those wasted on the call's other files."""
        if self._out_of_patience(spent):
            return _crashed(Failure("not tried: other files of the mail used up its time", deadly=True)), 0.0
        answer = self._twice(kind, wire.Request("read_many", self.limits, (file,)))
        if isinstance(answer, wire.Readings) and len(answer.items) == 1:
            return answer.items[0], 0.0
        failure = _failure(answer)
        return _crashed(failure), failure.seconds

    def _unpack_singly(self, files: tuple[tuple[str, bytes], ...], failure: Failure) -> Unpacked:
        """Each file unpacked alone, within what the files before it left of the mail's bounds."""
        members: list[Member] = []
        archives: list[tuple[str, str]] = []
        notes: list[Note] = []
        spent = failure.seconds
        for file in files:
            if self._out_of_patience(spent):
                members.append(_crashed_member(file, Failure("not tried: other files of the mail used up its time", deadly=True)))
                continue
            used = math.ceil(sum(len(member.data) for member in members) / MIB)
            rest = replace(
                self.limits,
                unpacked_mb=max(1, self.limits.unpacked_mb - used),
                archive_files=max(1, self.limits.archive_files - len(members)),
            )
            answer = self._once("parse", wire.Request("unpack", rest, (file,)))
            if isinstance(answer, Unpacked):
                members.extend(answer.members)
                archives.extend(answer.archives)
                notes.extend(note for note in answer.notes if note not in notes)
            else:
                died = _failure(answer)
                spent += died.seconds
                members.append(_crashed_member(file, died))
        return Unpacked(tuple(members), tuple(archives), tuple(notes))

    def _out_of_patience(self, spent: float) -> bool:
        return spent > PATIENCE * self.limits.parse_seconds


def needs_office(name: str, data: bytes) -> bool:
    """Whether LibreOffice may have to convert a file: a guess by its first bytes and name, only for the choice of the child."""
    return data.startswith(OFFICE_STARTS) or data[30:60] == OPEN_DOCUMENT or name.lower().endswith(OFFICE_SUFFIXES)


def _batches(indexes: Sequence[int], files: Sequence[tuple[str, bytes]]) -> list[list[int]]:
    """The indexes in batches of at most BATCH_FILES files and, but for a larger single one, BATCH_BYTES."""
    batches: list[list[int]] = []
    size = 0
    for index in indexes:
        size += len(files[index][1])
        if not batches or len(batches[-1]) >= BATCH_FILES or size > BATCH_BYTES:
            batches.append([])
            size = len(files[index][1])
        batches[-1].append(index)
    return batches


def _portions(pages: Sequence[int] | None) -> list[tuple[int, ...] | None]:
    if pages is None or not pages:
        return [None if pages is None else ()]
    return [tuple(pages[start : start + SCAN_PAGES]) for start in range(0, len(pages), SCAN_PAGES)]


def _failure(answer: wire.Value | Failure) -> Failure:
    """The failure that an answer is: a value of another call's kind is one too."""
    return answer if isinstance(answer, Failure) else Failure(f"an answer of another kind: {type(answer).__name__}", deadly=False)


def _crashed(failure: Failure) -> Refusal:
    return Refusal(Reason.CRASHED, failure.detail)


def _crashed_member(file: tuple[str, bytes], failure: Failure) -> Member:
    return Member(file[0], b"", _crashed(failure))
