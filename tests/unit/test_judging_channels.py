"""Who sends: an association or the applicant itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.facts import Channel, Copy
from tests.world import World, bundle, codes, document, entry, whole

ASSOCIATION = "无锡市质量管理协会"


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def test_an_applicant_that_names_its_association_still_sends_itself(world: World) -> None:
    outcome = world.send("wf@163.com", whole(entry(recommender=ASSOCIATION)), name="王芳")
    assert (outcome.channel, codes(outcome)) == (Channel.ENTERPRISE, [])


@pytest.mark.parametrize("options", [{"name": ASSOCIATION}, {"subject": f"{ASSOCIATION}推荐材料"}])
def test_one_team_sent_by_its_association(world: World, options: dict[str, str]) -> None:
    outcome = world.send("wf@163.com", whole(entry(recommender=ASSOCIATION)), **options)
    assert outcome.channel is Channel.RECOMMENDER
    assert "missing-document" in codes(outcome)


def test_the_associations_own_papers_tell(world: World) -> None:
    outcome = world.send("wf@163.com", bundle([entry()], ASSOCIATION), name="王芳")
    assert (outcome.channel, codes(outcome)) == (Channel.RECOMMENDER, [])


def test_several_applicants_are_an_associations(world: World) -> None:
    assert world.send("wf@163.com", [*whole(entry(1)), *whole(entry(2))], name="王芳").channel is Channel.RECOMMENDER


def test_an_applicant_that_names_itself_as_its_association_sends_itself(world: World) -> None:
    outcome = world.send("wf@163.com", whole(entry(recommender=entry()["organisation"])), subject=entry()["organisation"], name="王芳")
    assert (outcome.channel, codes(outcome)) == (Channel.ENTERPRISE, [])


def test_an_applicant_whose_list_names_its_association_sends_itself(world: World) -> None:
    from dataclasses import replace

    papers = [replace(d, fields={"recommender": ASSOCIATION}) if d.kind == "summary_sheet" else d for d in whole(entry())]
    outcome = world.send("wf@163.com", papers, name="王芳")
    assert (outcome.channel, codes(outcome)) == (Channel.ENTERPRISE, [])


def test_a_summary_of_its_teams_work_makes_no_association_of_an_applicant(world: World) -> None:
    from dataclasses import replace

    summary = replace(document("work_summary", Copy.EDITABLE, {}), year=2024)
    outcome = world.send("wf@163.com", [*whole(entry()), summary], name="王芳")
    assert (outcome.channel, codes(outcome)) == (Channel.ENTERPRISE, [])
    named = world.send("lu@163.com", [*whole(entry(2, recommender=ASSOCIATION)), summary], name="陆丽")
    assert named.channel is Channel.RECOMMENDER
