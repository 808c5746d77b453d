"""A stored case judged again says what it said before, unless something changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.intake.rejudge import Rejudge
from bot.store import models
from tests.world import World, bundle, entry, whole


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def _current(world: World) -> list[tuple[int | None, str, str]]:
    with world.store.reading() as session:
        rows = session.exec(select(models.Finding).where(models.Finding.current))
        return sorted((f.application_id, f.code, f.severity) for f in rows if f.code not in ("duplicate-submission", "superseded"))


@pytest.mark.parametrize("number", range(4))
def test_nothing_changed(world: World, number: int) -> None:
    [
        lambda: world.send("a@qq.com", whole(entry())),
        lambda: world.send("a@qq.com", whole(entry(contact_mobile="1"))[1:]),
        lambda: world.send("a@qq.com", whole(entry()), after=timedelta(days=30)),
        lambda: (world.send("a@qq.com", whole(entry())), world.send("zx@example.org", bundle([entry()], "南京市质量协会"))),
    ][number]()
    before, decisions = _current(world), [a.decision for a in world.applications()]
    for application in world.applications():
        with world.store.transaction() as session:
            Rejudge(world.programmes)(session, application.id or 0)
    assert [a.decision for a in world.applications()] == decisions
    assert _current(world) == before


def test_staffs_correction_and_waiver_count(world: World) -> None:
    world.send("a@qq.com", whole(entry(contact_mobile="1", team="化验中心")))
    with world.store.transaction() as session:
        row = session.get_one(models.Application, 1)
        row.staff = {"fields": {"contact_mobile": "13900000009"}, "waived": {"team-name-rule": {"reason": "正式名称"}}}
        session.add(row)
    with world.store.transaction() as session:
        Rejudge(world.programmes)(session, 1)
    [application] = world.applications()
    assert application.decision == "accepted"
    assert application.fields["contact_mobile"] == "13900000009"
    with world.store.reading() as session:
        waived = session.exec(select(models.Finding).where(models.Finding.current)).all()
        assert [(f.code, f.facts["waived"]) for f in waived] == [("team-name-rule", True)]
