"""What unpacking may cost, counted while the bytes stream; and what an archive's opener hands over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from parsers.limits import Limits
from parsers.values import Note, Reason, Refusal

CHUNK = 1 << 18
_BOMB_SIZE = 32 << 20
_BOMB_RATIO = 250
"""A member that grows past 32 MiB at more than 250 to 1 is a bomb: blank scans stay below one of the two."""


class Exhausted(Exception):
    """The mail's bounds are used up; unpacking of the outermost archive stops. Holds the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal

    def __str__(self) -> str:
        return self.refusal.detail


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an archive: its decoded name as written there, its bytes, and why it was not taken where it was not."""

    name: str
    data: bytes = b""
    refusal: Refusal | None = None


@dataclass(slots=True)
class Budget:
    """The bounds of one mail, spent by all its archives together."""

    limits: Limits
    bytes_left: int = field(init=False)
    files_left: int = field(init=False)
    deadline: float = field(init=False)
    notes: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bytes_left = self.limits.unpacked_mb << 20
        self.files_left = self.limits.archive_files
        self.deadline = time.monotonic() + self.limits.parse_seconds

    def seconds_left(self) -> float:
        """Seconds until the mail's time is up, never below a tenth."""
        return max(0.1, self.deadline - time.monotonic())

    def file(self) -> None:
        """Count one member; Exhausted when it is one too many."""
        if self.files_left <= 0:
            raise Exhausted(Refusal(Reason.TOO_LARGE, f"more than {self.limits.archive_files} files"))
        self.files_left -= 1

    def spend(self, size: int) -> None:
        """Count unpacked bytes; Exhausted when they are too many or the time is up."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise Exhausted(Refusal(Reason.TOO_LARGE, f"more than {self.limits.unpacked_mb} MiB unpacked"))
        if time.monotonic() > self.deadline:
            raise Exhausted(Refusal(Reason.TOO_LARGE, f"unpacking took more than {self.limits.parse_seconds} s"))

    def collect(self, read: Callable[[int], bytes], packed: int) -> bytes:
        """Everything that `read(size)` yields, counted chunk by chunk against the bounds and against `packed` bytes.

        Exhausted (UNSAFE) where it grows like a bomb. Memory in use: the bytes themselves and one chunk.
        """
        chunks: list[bytes] = []
        size = 0
        while chunk := read(CHUNK):
            size += len(chunk)
            self.spend(len(chunk))
            if size > _BOMB_SIZE and size > _BOMB_RATIO * max(packed, 1):
                raise Exhausted(Refusal(Reason.UNSAFE, f"decompression bomb: {packed} bytes became more than {size}"))
            chunks.append(chunk)
        return b"".join(chunks)


Entries = Iterator[Entry]
