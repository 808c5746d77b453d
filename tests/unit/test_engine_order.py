"""Who may be settled now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.order import Item, Stage, held_up, may_settle, next_to_read
from bot.engine.port import lanes_of

START = datetime(2025, 6, 30, tzinfo=UTC)


def item(number: int, stage: str, keys: str | None, since: float = 100.0, size: int = 1) -> Item:
    known = frozenset(keys.split()) if keys is not None else None
    return Item(number, "a", size, START + timedelta(minutes=number), stage=Stage(stage), keys=known, since=since)


def ids(items: object) -> list[int]:
    return [one.id for one in items]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "items", "settle", "unknown"),
    [
        ("in order", [item(2, "ready", "b"), item(1, "ready", "a")], [1, 2], []),
        ("a known stranger holds nobody up", [item(1, "reading", "a"), item(2, "ready", "b")], [2], []),
        ("the same entry waits", [item(1, "reading", "a x"), item(2, "ready", "b x")], [], []),
        ("who waits is waited for", [item(1, "reading", "a"), item(2, "ready", "a b"), item(3, "ready", "b")], [], []),
        ("nobody knows yet", [item(1, "waiting", None), item(2, "ready", "b")], [], [1]),
        ("later unknown ones do not matter", [item(1, "ready", "a"), item(2, "waiting", None)], [1], []),
        ("patience ends", [item(1, "waiting", None), item(2, "ready", "b", since=30.0)], [2], []),
        ("but not for the same entry", [item(1, "waiting", None), item(2, "reading", "b"), item(3, "ready", "b", since=30.0)], [], []),
        ("same entry twice, both ready", [item(1, "ready", "a"), item(2, "ready", "a")], [1, 2], []),
    ],
)
def test_order(name: str, items: list[Item], settle: list[int], unknown: list[int]) -> None:
    verdict = may_settle(items, now=100.0, patience=60.0)
    assert (ids(verdict.settle), ids(verdict.unknown)) == (settle, unknown), name


def test_the_earliest_that_may_be_is_read_first() -> None:
    items = [item(1, "waiting", None, size=50), item(2, "waiting", None, size=2), item(3, "reading", None)]
    assert next_to_read(items, 0, lambda one: True) is items[0]
    assert next_to_read(items, 0, lambda one: one.size < 10) is items[1]
    items[1].not_before = 5
    assert next_to_read(items, 0, lambda one: one.size < 10) is None


def test_a_mail_at_which_a_worker_died_is_read_last() -> None:
    items = [item(1, "waiting", None), item(2, "waiting", None)]
    items[0].attempts = 1
    assert next_to_read(items, 0, lambda one: True) is items[1]


def test_mailboxes_that_share_a_programme_share_a_lane() -> None:
    lanes = lanes_of([("a", ["x"]), ("b", ["y"]), ("c", ["x", "z"]), ("d", ["z"])])
    assert lanes == {"a": "a", "c": "a", "d": "a", "b": "b"}
    assert lanes_of([("a", ["x"]), ("b", [])]) == {"a": "all", "b": "all"}


def test_a_mail_waits_for_an_earlier_one_that_may_change_the_case_it_meets() -> None:
    first, second, third = item(1, "reading", "a"), item(2, "ready", "b"), item(3, "waiting", "c")
    asked: list[Item] = []

    def reach(one: Item) -> frozenset[str]:
        asked.append(one)
        return frozenset("abc")

    assert held_up(second, [first, second, third], reach)
    assert not held_up(second, [second, third, item(0, "waiting", None)], reach)
    assert asked == [second]
