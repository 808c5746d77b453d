"""Staff's actions with the judging core behind them: what they decide holds when the case is judged again, and afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.facts import Copy
from bot.intake.rejudge import Rejudge
from bot.staff.case import correct_field, judge_again
from bot.staff.changes import settle_resubmission
from bot.staff.duplicate import settle_duplicate
from bot.staff.waiving import accept_despite, accept_package_despite, insist_again
from bot.store.models import Application, Finding, Package
from bot.store.staff.case import findings_of
from bot.store.staff.cases import CaseFilter, cases_with, find_cases
from tests.staff_data import DAY
from tests.world import World, bundle, document, entry, whole


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def how(world: World) -> dict[str, Any]:
    return {"actor": "staff:wang", "now": DAY, "rejudge": Rejudge(world.programmes)}


def one(world: World, index: int = 0) -> Application:
    return world.applications()[index]


def codes(world: World, application: Application) -> list[tuple[str, str]]:
    with world.store.reading() as session:
        rows = session.exec(select(Finding).where(Finding.application_id == application.id, Finding.current))
        return [(row.code, row.severity) for row in rows if not row.facts.get("waived")]


def test_a_corrected_field_mends_the_case(world: World) -> None:
    world.send("a@qq.com", whole(entry(contact_mobile="1")))
    assert (one(world).decision, codes(world, one(world))) == ("incomplete", [("invalid-field", "error")])
    correct_field(world.store, world.programme, 1, "contact_mobile", "13900000009", **how(world))
    assert (one(world).decision, codes(world, one(world))) == ("accepted", [])
    assert one(world).mobile_key == "13900000009"


def test_a_correction_that_breaks_a_rule_is_found_out(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    correct_field(world.store, world.programme, 1, "team", "化验中心", **how(world))
    assert one(world).decision == "incomplete"
    assert ("team-name-rule", "error") in codes(world, one(world))


def test_what_was_accepted_despite_stays_accepted_after_a_supplement(world: World) -> None:
    world.send("a@qq.com", whole(entry(team="化验中心")))
    accept_despite(world.store, 1, "team-name-rule", "正式名称", **how(world))
    assert one(world).decision == "accepted"
    with world.store.reading() as session:
        (line,), _ = find_cases(session, CaseFilter())
        assert line.reason_codes == ()
    insist_again(world.store, 1, "team-name-rule", **how(world))
    assert one(world).decision == "incomplete"


def test_what_is_lacking_of_the_whole_is_shown_with_the_case(world: World) -> None:
    world.send("a@qq.com", whole(entry())[:3])
    with world.store.reading() as session:
        (line,) = cases_with(session, "incomplete")
        assert line.reason_codes == ("missing-document",)
        assert [f.code for f in findings_of(session, one(world).package_id, 1)] == ["missing-document"]
    world.send("a@qq.com", whole(entry())[3:], after=timedelta(days=1))
    with world.store.reading() as session:
        assert cases_with(session, "incomplete") == []
        assert find_cases(session, CaseFilter(decision="accepted"))[0][0].reason_codes == ()


def test_a_bundle_that_lacks_a_summary_waits_under_its_first_number(world: World) -> None:
    documents = [d for d in bundle([entry(1), entry(2)], "南京市质量协会") if d.kind != "work_summary"]
    world.send("zx@example.org", documents)
    assert {a.decision for a in world.applications()} == {"accepted"}
    with world.store.reading() as session:
        (line,) = cases_with(session, "incomplete")
    assert (line.reference, line.reason_codes) == ("JSAQ2025-0001", ("missing-document",))


@pytest.mark.parametrize(("same", "decision"), [(True, "rejected"), (False, "accepted")])
def test_a_settled_duplicate_stays_settled(world: World, same: bool, decision: str) -> None:
    world.send("a@qq.com", whole(entry(1)))
    world.send(
        "zx@example.org",
        bundle([entry(1, team="另一班", title="运用防错法减少投诉的经验", uscc="")], "南京市质量协会"),
        after=timedelta(days=1),
    )
    twin = one(world, 1)
    settle_duplicate(world.store, twin.id or 0, "JSAQ2025-0001", same, **how(world))
    judge_again(world.store, twin.id or 0, **how(world))
    after = one(world, 1)
    assert [code for code, _ in codes(world, after) if code == "duplicate-channel"] == (["duplicate-channel"] if same else [])
    if same:
        assert after.decision == decision
    assert one(world).decision == "accepted"


def test_what_was_accepted_despite_on_a_whole_package_stays_so_after_more_has_come() -> None:
    world = World("cacem-2024")
    letter = document("recommendation_letter", Copy.STAMPED, {"recommender": "北京市建筑业联合会"}, name="推荐函.pdf")
    world.send("zx@example.cn", [letter], archive=False)
    with world.store.reading() as session:
        package = session.exec(select(Package)).one()
        lacking = [f.code for f in findings_of(session, package.id or 0, None)]
    assert package.decision == "rejected"  # it came long after the deadline
    for code in dict.fromkeys(lacking):
        accept_package_despite(world.store, package.id or 0, code, "纸质件已收到", actor="staff:wang", now=DAY)
    world.send("zx@example.cn", [document("award_notice", Copy.STAMPED, {}, name="公布通知.pdf")], archive=False, after=timedelta(days=1))
    with world.store.reading() as session:
        assert session.exec(select(Package)).one().decision == "accepted"
    world.store.close()


@pytest.mark.parametrize(("confirm", "mobile"), [(True, "13900000077"), (False, entry()["contact_mobile"])])
def test_a_confirmed_change_takes_effect(world: World, confirm: bool, mobile: str) -> None:
    world.send("a@qq.com", whole(entry()))
    world.send("a@qq.com", whole(entry(contact_mobile="13900000077"), version=2), after=timedelta(days=1))
    assert one(world).decision == "held"
    assert ("resubmission-needs-confirmation", "review") in codes(world, one(world))
    assert settle_resubmission(world.store, 1, confirm, **how(world)) > 0
    assert (one(world).decision, one(world).fields["contact_mobile"], one(world).mobile_key) == ("accepted", mobile, mobile)
