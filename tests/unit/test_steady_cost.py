"""What one mail costs must not grow with the number of mails: counted in SQLite's own steps, not in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.engine.keys import reach_of
from bot.intake.intake import Read
from bot.store import letters
from bot.store.mails import Arrival, Place, by_message_id, count_attempt, keep, waiting
from bot.store.models import Mail, MailState, Reply, ReplyState
from tests.meter import Meter
from tests.world import World, bundle, entry, whole

pytestmark = pytest.mark.slow

AT = datetime(2025, 6, 10, 2, 5, tzinfo=UTC)


@pytest.fixture(params=["ascending", "descending"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose indexes were made in one order or the other: which of two that seem alike SQLite takes depends on it."""
    world = World()
    with world.store.engine.begin() as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        indexes = connection.exec_driver_sql(query).all()
        for name, sql in indexes if request.param == "ascending" else reversed(indexes):
            connection.exec_driver_sql(f'DROP INDEX "{name}"')
            connection.exec_driver_sql(sql)
    yield world
    world.store.close()


def arrivals(first: int, count: int) -> list[Arrival]:
    numbers = range(first, first + count)
    return [Arrival(Place("m", "INBOX", 1, n), f"{n:064x}", 10, AT, f"<{n}@x>", f"a{n}@b.cn", "", "") for n in numbers]


def test_storing_a_mail(world: World) -> None:
    meter = Meter(world.store)
    keep(world.store, arrivals(1, 50), None)
    few = meter.of(lambda: keep(world.store, arrivals(1001, 10), None))
    keep(world.store, arrivals(2001, 1000), None)
    many = meter.of(lambda: keep(world.store, arrivals(4001, 10), None))
    assert many <= few * 1.1
    ids = [f"<{n}@x>" for n in range(1001, 1011)]
    assert len(by_message_id(world.store, "m", ids)) == 10
    assert meter.of(lambda: by_message_id(world.store, "m", ids)) <= 10 * 60


def test_taking_up_a_mail(world: World) -> None:
    meter = Meter(world.store)

    def wait_with(settled: int) -> int:
        ids = keep(world.store, arrivals(settled * 10, settled), None)
        with world.store.transaction() as session:
            for mail in session.exec(select(Mail).where(Mail.state == MailState.STORED)):
                mail.state = MailState.SETTLED
                session.add(mail)
        keep(world.store, arrivals(settled * 100, 3), None)
        assert len(ids) == settled

        def take_up() -> None:
            assert count_attempt(world.store, waiting(world.store)[0].id, 5)

        return meter.of(take_up)

    few = wait_with(20)
    assert wait_with(700) <= few * 1.1


def submission(world: World, number: int) -> Callable[[], None]:
    """To settle the first mail of a new entry: as it is looked for among the earlier cases, judged and kept."""
    fields = entry(number, organisation=f"南京第{number}水务有限公司", title=f"运用{number}号看板管理减少投诉的经验")
    read = world.read(f"a{number}@b.cn", whole(fields, text=f"{number}" * 400), after=timedelta(minutes=number))
    return settling(world, read)


def settling(world: World, read: object) -> Callable[[], None]:
    mail_id = world.keep(read)  # type: ignore[arg-type]

    def settle() -> None:
        reach_of(world.intake, Read(mail_id, read))  # type: ignore[arg-type]
        world.settle(mail_id, read)  # type: ignore[arg-type]

    return settle


def supplement(world: World, number: int) -> Callable[[], None]:
    """To settle a further mail of an entry that is there."""
    fields = entry(number, organisation=f"南京第{number}水务有限公司", title=f"运用{number}号看板管理减少投诉的经验")
    return settling(world, world.read(f"a{number}@b.cn", whole(fields, version=2), after=timedelta(days=1, minutes=number)))


def recommendation(world: World, number: int) -> Callable[[], None]:
    """To settle a recommender's package of two entries."""
    entries = [
        entry(n, organisation=f"苏州第{n}水务有限公司", title=f"运用{n}号防错法减少投诉的经验") for n in (number * 1000, number * 1000 + 1)
    ]
    read = world.read(f"r{number}@b.cn", bundle(entries, f"第{number}质量协会"), after=timedelta(minutes=number))
    return settling(world, read)


def enquiry(world: World, number: int) -> Callable[[], None]:
    return settling(world, world.read(f"q{number}@b.cn", text="请问材料什么时候截止？"))


@pytest.mark.parametrize("mail", [submission, supplement, recommendation, enquiry])
def test_settling_a_mail(world: World, mail: Callable[[World, int], Callable[[], None]]) -> None:
    def more(first: int, count: int) -> None:
        for number in range(first, first + count):
            submission(world, number)()
            recommendation(world, number)()
            enquiry(world, number)()

    meter = Meter(world.store)
    more(1, 6)
    few = meter.of(mail(world, 3 if mail is supplement else 7))
    more(11, 24)
    many = meter.of(mail(world, 15 if mail is supplement else 8))
    assert many <= few * 1.15


def test_finding_the_next_letter(world: World) -> None:
    meter = Meter(world.store)

    def letters_sent(first: int, count: int) -> None:
        with world.store.transaction() as session:
            for number in range(first, first + count):
                reply = Reply(mailbox="m", recipient=f"a{number}@b.cn", subject="s", text="t", message_id=f"{number}", raw_sha256="")
                reply.queued_at = reply.sent_at = reply.data_at = AT + timedelta(seconds=number)
                reply.state = ReplyState.SENT
                session.add(reply)

    def look() -> None:
        letters.next_queued(world.store, "m")
        letters.due_lookups(world.store, "m")
        letters.queued(world.store, "m")
        letters.recover(world.store, "m")

    letters_sent(1, 20)
    few = meter.of(look)
    letters_sent(1001, 600)
    assert meter.of(look) <= few * 1.1
