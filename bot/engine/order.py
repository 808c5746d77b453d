"""Who may be settled now: mails that may concern the same entry keep their order of receipt, all others need not wait.

Pure: it knows items, their keys and the time, and touches nothing.

A mail's *keys* are what it could meet another mail by: its sender, reference numbers, organisation, credit code, title,
mobile. They are known after reading it, or after a quick glance that leaves out OCR and conversions. A mail waits for every
earlier one that shares a key with it or with a stored case that it meets, and, for `patience` seconds, for earlier ones whose
keys nobody knows yet. Should such a mail then turn out to be the same entry, it is judged as one that surfaced late: staff
decide, nobody is rejected by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    READY = "ready"


@dataclass(slots=True)
class Item:
    """A stored mail on its way. `since`: when it became ready; `not_before`: when it may be tried again (monotonic times)."""

    id: int
    lane: str
    size: int
    received_at: datetime
    attempts: int = 0
    stage: Stage = Stage.WAITING
    keys: frozenset[str] | None = None
    glanced: bool = False
    since: float = 0.0
    not_before: float = 0.0
    read: object = field(default=None, repr=False)

    @property
    def place(self) -> tuple[datetime, int]:
        """Its place in the order of receipt."""
        return self.received_at, self.id


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ready items that may be settled, in order; and the unknown ones for which a ready one waits."""

    settle: tuple[Item, ...]
    unknown: tuple[Item, ...]


def may_settle(items: Iterable[Item], now: float, patience: float) -> Verdict:
    """Who of one lane's items may be settled now."""
    settle: list[Item] = []
    unknown: list[Item] = []
    taken: set[str] = set()
    blocked_by_unknown = False
    for item in sorted(items, key=lambda item: item.place):
        if item.stage is Stage.READY and item.keys is not None:
            free = taken.isdisjoint(item.keys)
            if free and (not unknown or now - item.since >= patience):
                settle.append(item)
                continue
            blocked_by_unknown = blocked_by_unknown or (free and bool(unknown))
        if item.keys is None:
            unknown.append(item)
        else:
            taken |= item.keys
    return Verdict(tuple(settle), tuple(unknown) if blocked_by_unknown else ())


def held_up(item: Item, items: Iterable[Item], reach: Callable[[Item], frozenset[str]]) -> bool:
    """Whether a ready item must wait although it shares nothing with the earlier ones: one of them may add to a stored case that
    this one meets (a supplement that renames an entry, say). `reach`: what the stored cases that an item meets are met by; it is
    asked only where there are earlier ones."""
    earlier = [other.keys for other in items if other.keys is not None and other.place < item.place]
    if not earlier:
        return False
    met = reach(item)
    return any(not met.isdisjoint(keys) for keys in earlier)


def next_to_read(items: Iterable[Item], now: float, may: Callable[[Item], bool]) -> Item | None:
    """The item to read next of those that `may` be: the earliest received, and last those at which a worker died before."""
    free = [item for item in items if item.stage is Stage.WAITING and item.not_before <= now and may(item)]
    return min(free, key=lambda item: (item.attempts > 0, *item.place), default=None)
