"""What comes again: from another address, under another name, or only as a note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.facts import Copy, DocumentFacts
from bot.findings import Decision
from bot.judging.letters.kind import Kind
from bot.judging.merge import same_content
from tests.world import World, codes, document, entry, whole

HOUR = timedelta(hours=1)
UNIT = "中国安装协会"
PARTS = ("recommendation_letter", "statistics_form", "award_notice")


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


@pytest.fixture
def units() -> Iterator[World]:
    world = World("cacem-2024")
    yield world
    world.store.close()


def merged(name: str, **statistics: str) -> DocumentFacts:
    """A unit's one PDF."""
    facts = document("recommendation_bundle", Copy.STAMPED, {"organisation": UNIT}, name=name)
    numbers = {"recommended_teams": "3", **statistics}
    return replace(facts, sha256="1", fields={"recommender": UNIT}, parts=PARTS, statistics=numbers, period="2023-04/2024-04")


IN_2024 = timedelta(days=-390)


def test_a_colleagues_version_is_for_staff_not_rejected(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    again = world.send("b@163.com", whole(entry()), after=HOUR)
    assert again.decision is Decision.HELD
    assert [(v.code, v.severity.value) for v in again.applications[0].verdicts] == [("duplicate-channel", "review")]


def test_a_unit_from_another_address_is_for_staff(units: World) -> None:
    assert units.send("a@qq.com", [merged(f"{UNIT}.pdf")], after=IN_2024, archive=False).decision is Decision.ACCEPTED
    again = units.send("b@163.com", [merged(f"{UNIT}.pdf")], after=IN_2024 + HOUR, archive=False)
    assert (again.decision, codes(again)) == (Decision.HELD, ["duplicate-channel"])


def test_a_file_under_the_right_name_takes_the_place_of_itself_under_a_wrong_one(units: World) -> None:
    first = units.send("a@qq.com", [merged("扫描件.pdf")], after=IN_2024, archive=False)
    assert codes(first) == ["file-name-rule"]
    second = units.send("a@qq.com", [merged(f"{UNIT}.pdf")], after=IN_2024 + HOUR, archive=False)
    assert (second.decision, codes(second)) == (Decision.ACCEPTED, ["superseded"])


def test_a_scan_with_another_number_says_something_else() -> None:
    one = merged("甲.pdf", teams="450")
    assert same_content(replace(one, sha256="2"), one)
    assert not same_content(replace(merged("甲.pdf", teams="451"), sha256="2"), one)


@pytest.mark.parametrize("text", ["材料已发，谢谢老师！附件略。", "我单位决定撤回申报，请予以办理。"])
def test_a_note_to_an_accepted_entry_is_not_received_as_material(world: World, text: str) -> None:
    world.send("a@qq.com", whole(entry()), message_id="first@x")
    note = world.send("a@qq.com", subject="回复：JSAQ2025-0001 申报材料", text=text, in_reply_to=("first@x",), after=HOUR)
    assert (note.kind, note.decision, note.reply) == (Kind.OTHER, Decision.HELD, None)
    assert world.applications()[0].decision == "accepted"
