"""What binds a supplement to its case, and until when it is in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.config import parse_config
from bot.findings import Decision
from bot.judging.letters.kind import Kind
from bot.programme.programme import Programme
from bot.store import models
from tests.world import SHANGHAI, START, World, codes, entry, whole

HOUR = timedelta(hours=1)
MAILBOX = """
[[mailbox]]
name = "m"
address = "jsaqbanzu@126.com"
imap = { host = "127.0.0.1", user = "m", password_env = "SECRET" }
smtp = { host = "127.0.0.1" }
"""


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


@pytest.fixture
def longer() -> Iterator[World]:
    """Jiangsu's notice (deadline 2025-06-30), with supplements until 2025-07-15."""
    world = World()
    world.programme = world.programme.model_copy(update={"supplement_until": date(2025, 7, 15)})
    world.programmes[world.programme.id] = world.programme  # type: ignore[index]
    yield world
    world.store.close()


def after(moment: str) -> timedelta:
    """From the world's start to this Shanghai time."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI) - START


@pytest.mark.parametrize("quoted", ["their first letter", "our answer", "nothing of the case"])
def test_the_references_header_alone_binds(quoted: str) -> None:
    """A colleague's scan without a name in it: neither the sender nor the file tells the case, only the chain does."""
    world = World(mailboxes={mailbox.name: mailbox for mailbox in parse_config(MAILBOX, Path("x.toml")).mailboxes})
    try:
        first = world.read("a@jiayi-water.example", whole(entry())[1:], message_id="first@x")
        world.settle(world.keep(first), first)
        with world.store.reading() as session:
            answer = session.exec(select(models.Reply)).one().message_id.strip("<>")
        named = {"their first letter": ("first@x", "between@y"), "our answer": ("between@y", answer), "nothing of the case": ("between@y",)}
        outcome = world.send(
            "b@jiayi-water.example", whole({})[:1], after=HOUR, references=named[quoted], archive=False, subject="表格", text="见附件。"
        )
        if quoted == "nothing of the case":
            assert outcome.kind is Kind.SUBMISSION
            assert [a.reference for a in outcome.applications] == ["JSAQ2025-0002"]
        else:
            assert outcome.kind is Kind.SUPPLEMENT
            assert [(a.reference, a.touched, a.lacking) for a in outcome.applications] == [("JSAQ2025-0001", True, ())]
            assert len(world.applications()) == 1
    finally:
        world.store.close()


def test_a_chain_picks_its_own_case_among_several_of_the_sender(world: World) -> None:
    """Both cases lack the same file, and the file names neither."""
    for number in (1, 2):
        world.send("a@qq.com", whole(entry(number))[1:], message_id=f"first{number}@x", after=number * HOUR)
    unnamed = whole({})[0]
    outcome = world.send("a@qq.com", [unnamed], after=3 * HOUR, references=("first2@x", "answer@y"), archive=False)
    assert outcome.kind is Kind.SUPPLEMENT
    assert [a.reference for a in outcome.applications if a.touched] == ["JSAQ2025-0002"]


@pytest.mark.parametrize(
    ("moment", "late"),
    [("2025-07-01T00:00", False), ("2025-07-15T23:59", False), ("2025-07-16T00:00", True)],
    ids=["after the deadline", "the last minute", "the first moment after it"],
)
def test_supplements_have_their_own_last_day(longer: World, moment: str, late: bool) -> None:
    first = longer.send("a@qq.com", whole(entry())[1:], message_id="first@x")
    assert first.reply is not None
    assert "请于2025年7月15日24时前" in first.reply.text
    outcome = longer.send("a@qq.com", whole(entry())[:1], after=after(moment), in_reply_to=("first@x",), archive=False)
    assert outcome.kind is Kind.SUPPLEMENT
    assert ("late" in codes(outcome)) is late
    assert outcome.decision is (Decision.REJECTED if late else Decision.ACCEPTED), codes(outcome)
    assert outcome.reply is not None
    assert ("已超过补正截止时间2025年7月15日24时" in outcome.reply.text) is late
    assert [a.decision for a in longer.applications()] == ["rejected" if late else "accepted"]


def test_only_cases_opened_in_time_may_be_supplemented_later(longer: World) -> None:
    first = longer.send("a@qq.com", whole(entry())[1:], message_id="first@x", after=after("2025-07-01T08:00"))
    assert "late" in codes(first)
    assert first.reply is not None
    assert "7月15日" not in first.reply.text
    second = longer.send("a@qq.com", whole(entry())[:1], after=after("2025-07-02T08:00"), in_reply_to=("first@x",), archive=False)
    assert "late" in codes(second)
    assert second.decision is Decision.REJECTED


def test_a_supplement_that_still_lacks_something_says_until_when(longer: World) -> None:
    form, _stamped, *rest = whole(entry())
    longer.send("a@qq.com", rest, message_id="first@x")
    for moment, words in (("2025-07-10T09:00", "请于2025年7月15日24时前"), ("2025-07-20T09:00", "补充材料于2025年7月20日")):
        outcome = longer.send("a@qq.com", [form], after=after(moment), in_reply_to=("first@x",), archive=False)
        assert outcome.reply is not None
        assert words in outcome.reply.text


def test_without_a_day_of_their_own_supplements_end_with_the_deadline(world: World) -> None:
    form, stamped, *rest = whole(entry())
    world.send("a@qq.com", rest, message_id="first@x")
    in_time = world.send("a@qq.com", [form], after=after("2025-06-30T23:59"), in_reply_to=("first@x",), archive=False)
    assert "late" not in codes(in_time)
    late = world.send("a@qq.com", [stamped], after=after("2025-07-01T00:00"), in_reply_to=("first@x",), archive=False)
    assert "late" in codes(late)
    assert late.reply is not None
    assert "已超过补正截止时间2025年6月30日24时" in late.reply.text


def test_a_last_day_for_supplements_before_the_deadline_is_a_slip(world: World) -> None:
    values = world.programme.model_dump(by_alias=True, mode="json", exclude_none=True)
    with pytest.raises(ValueError, match="supplement_until: 2024-07-15 is before the deadline, 2025-06-30"):
        Programme.model_validate({**values, "supplement_until": "2024-07-15"})
