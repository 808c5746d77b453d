"""What the stored cases that a mail may meet are met by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.names import name_key
from bot.store.reach import find_reach
from tests.world import World, entry, whole

FIELDS = entry(1)
TITLE = f"title:{name_key(FIELDS['title'])}"


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    read = world.read("a@b.cn", whole(FIELDS))
    world.settle(world.keep(read), read)
    yield world
    world.store.close()


@pytest.mark.parametrize("key", [TITLE, f"mobile:{FIELDS['contact_mobile']}", "sender:a@b.cn", "reference:JSAQ2025-0001"])
def test_a_case_met_by_one_key_is_met_by_all_its_keys(world: World, key: str) -> None:
    with world.store.reading() as session:
        assert find_reach(session, "jsaq-2025", [key]) >= {TITLE, "sender:a@b.cn", "reference:JSAQ2025-0001"}
        assert not find_reach(session, "cacem-2024", [TITLE])
        assert not find_reach(session, "jsaq-2025", ["title:another"])


def test_a_list_of_more_entries_than_a_database_takes_values_is_looked_up(world: World) -> None:
    many = [f"title:title {number}" for number in range(300_000)]
    with world.store.reading() as session:
        assert "sender:a@b.cn" in find_reach(session, "jsaq-2025", [*many, TITLE])
