"""What PostgreSQL does not take of a mail must neither stop that mail nor look as if the store were away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest
import sqlalchemy

from bot.store.models import Package
from bot.store.reach import find_reach
from bot.store.store import Store
from tests.integration.servers import Postgres
from tests.world import World, bundle, entry, whole

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    server = Postgres()
    try:
        with Store.open(server.url, str(tmp_path_factory.mktemp("blobs"))) as store:
            yield store
    finally:
        server.close()


def endless(length: int) -> str:
    """Text that does not shrink by being compressed."""
    rng = Random(length)
    return "".join(chr(rng.randrange(0x4E00, 0x9F00)) for _ in range(length))


@pytest.mark.parametrize("length", [300, 1000, 4000])
def test_a_form_with_endless_names_is_settled_and_found_again(store: Store, length: int) -> None:
    world = World(store=store)
    names = {key: f"{key}{endless(length)}" for key in ("organisation", "team", "title", "uscc", "contact_mobile", "contact_email")}
    first, second = (world.read(f"a{length}@b.cn", whole(entry(length, **names), version=version)) for version in (1, 2))
    before = len(world.applications())
    world.settle(world.keep(first), first)
    world.settle(world.keep(second), second)
    assert len(world.applications()) == before + 1
    unit = world.read(f"u{length}@b.cn", bundle([entry(length + 1)], f"{endless(length)}质量协会"))
    world.settle(world.keep(unit), unit)


def test_a_limit_of_the_database_is_not_taken_for_its_being_away(store: Store) -> None:
    package = Package(programme="jsaq-2025", sender_address=endless(4000), sender_name="", opened_at=datetime.now(UTC), decision="accepted")
    with pytest.raises(sqlalchemy.exc.OperationalError, match="maximum"), store.transaction() as session:
        session.add(package)


def test_an_enormous_list_is_looked_up(store: Store) -> None:
    with store.reading() as session:
        assert not find_reach(session, "jsaq-2025", [f"title:title {number}" for number in range(70_000)])
