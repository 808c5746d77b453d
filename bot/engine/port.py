"""What an engine is, and what it works with: the one port between the daemon and what carries the work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol


class Intake(Protocol):
    """One mail, start to end (see `bot.intake.intake`)."""

    def read(self, mail_id: int, foretell: Callable[[Any], None] | None = None) -> Any:
        """What a stored mail brings: costly, pure, in any order and in parallel. `foretell` is given what can be told before
        the first thing that takes long, where there is such a thing; what it raises is logged and does not count."""
        ...

    def settle(self, read: Any) -> None:
        """Judge it in its turn and commit its outcome. A mail that is settled already is left alone."""
        ...


class Glance(Protocol):
    """A quick look at a mail, without what takes long."""

    def __call__(self, mail_id: int) -> frozenset[str] | None:
        """The keys of the entries it may concern; None where only the whole reading can tell."""
        ...


KeysOf = Callable[[Any], frozenset[str]]
"""The same keys from a whole reading."""

EarlyKeysOf = Callable[[Any], frozenset[str] | None]
"""The same from what could be told before the things that take long; None where only the whole reading can tell."""

ReachOf = Callable[[Any], frozenset[str]]
"""From a whole reading: the keys by which the stored cases that it meets are met."""


class Engine(Protocol):
    """Works through the store's mails. The mail table is the truth: whatever an engine forgets, its sweep finds again."""

    def submit(self, mail_ids: Sequence[int]) -> None:
        """New mails are stored."""
        ...

    def start(self) -> None:
        """Begin to work, in threads of its own."""
        ...

    def drain(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Wait until every stored mail has an outcome or was set aside."""
        ...

    def stop(self, seconds: float) -> bool:
        """Finish the step in hand, but leave within so many seconds; what is left is done again after the next start. False
        where something is still at it."""
        ...


def lanes_of(mailboxes: Collection[tuple[str, Collection[str]]]) -> dict[str, str]:
    """The lane of each mailbox, given (name, its programmes): mailboxes that share a programme share a lane.

    Mails of one lane may concern each other, so the order of receipt counts among them; those of different lanes can't.
    A mailbox without programmes may be for any: then all are one lane.
    """
    if any(not programmes for _, programmes in mailboxes):
        return {name: "all" for name, _ in mailboxes}
    lanes: dict[str, str] = {}
    groups: list[tuple[set[str], set[str]]] = []
    for name, programmes in mailboxes:
        names, shared = {name}, set(programmes)
        for group in [group for group in groups if group[1] & shared]:
            groups.remove(group)
            names |= group[0]
            shared |= group[1]
        groups.append((names, shared))
    for names, _ in groups:
        lanes |= {name: min(names) for name in names}
    return lanes
