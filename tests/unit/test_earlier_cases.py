"""Which earlier applications the store offers for comparison, where very many share a name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from bot.judging.before.cases import find_keys
from bot.store import models
from bot.store.cases import StoredCases
from bot.store.store import Store

MANY = 300


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        yield store


def add(session: Session, entries: list[dict[str, str]]) -> None:
    now = datetime.now(UTC)
    package = models.Package(programme="p", sender_address="a@example.cn", recommender="某协会", opened_at=now)
    session.add(package)
    session.flush()
    for number, fields in enumerate(entries):
        keys = find_keys(fields)
        application = models.Application(
            package_id=package.id or 0,
            programme="p",
            reference=f"P-{number:04}",
            organisation_key=keys.organisation,
            team_key=keys.team,
            title_key=keys.title,
            uscc_key=keys.uscc,
            mobile_key=keys.mobile,
            opened_at=now,
            updated_at=now,
            decision="accepted",
        )
        application.fields = fields
        session.add(application)


@pytest.mark.parametrize("number", [0, MANY // 2, MANY - 1])
@pytest.mark.parametrize(
    ("shared", "own"),
    [
        ({"organisation": "东方重工有限公司"}, {"team": "第{}焊接班"}),
        ({"organisation": "东方重工有限公司"}, {"team": "焊接班", "title": "提高第{}批构件合格率"}),
        ({"title": "降低投诉率"}, {"organisation": "第{}燃气有限公司", "team": "一班"}),
        ({"contact_mobile": "13900000000"}, {"organisation": "第{}水务有限公司", "title": "提高第{}条管线完好率"}),
        ({"uscc": "91320000000000000X"}, {"organisation": "第{}热力有限公司", "title": "提高第{}批构件合格率"}),
    ],
)
def test_the_most_alike_are_offered_among_many_that_share_a_name(
    store: Store, shared: dict[str, str], own: dict[str, str], number: int
) -> None:
    entries = [{**shared, **{name: text.format(n) for name, text in own.items()}} for n in range(MANY)]
    with store.transaction() as session:
        add(session, entries)
    slipped = {**entries[number], **{name: f"某{entries[number][name]}" for name in own}}
    with store.reading() as session:
        found = StoredCases(session).candidates("p", find_keys(slipped))
    same = [one for one in found if one.reference == f"P-{number:04}"]
    assert [(one.fields, one.sender, one.recommender) for one in same] == [(entries[number], "a@example.cn", "某协会")]
    assert len(found) < MANY
