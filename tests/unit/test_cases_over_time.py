"""One case for one entry, whatever way and in however many mails it comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.errors import StoreError
from bot.facts import Channel, Copy
from bot.findings import Decision
from bot.judging.letters.kind import Kind
from bot.store import models
from tests.world import World, bundle, codes, document, entry, whole

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TEXT = "班组以顾客为关注焦点，逐项识别关键需求，制定响应措施，" * 20 + "一次合格率由百分之九十二提升到百分之九十八。" * 5


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def test_a_complete_entry_is_accepted(world: World) -> None:
    outcome = world.send("a@qq.com", whole(entry()))
    assert (outcome.kind, outcome.channel, outcome.decision) == (Kind.SUBMISSION, Channel.ENTERPRISE, Decision.ACCEPTED)
    assert codes(outcome) == []
    assert outcome.applications[0].reference == "JSAQ2025-0001"
    assert outcome.reply is not None
    assert "JSAQ2025-0001" in outcome.reply.subject


@pytest.mark.parametrize("missing", [("application_form", Copy.STAMPED), ("experience", Copy.EDITABLE), ("summary_sheet", Copy.EDITABLE)])
@pytest.mark.parametrize("bond", ["their-id", "reference-in-subject", "reference-in-text", "nothing"])
def test_a_supplement_joins_its_case(world: World, missing: tuple[str, Copy], bond: str) -> None:
    documents = whole(entry())
    held_back = [d for d in documents if (d.kind, d.copy) == missing]
    first = world.send("a@qq.com", [d for d in documents if d not in held_back], message_id="first@x")
    assert first.decision is Decision.INCOMPLETE
    options = {
        "their-id": {"in_reply_to": ("first@x",)},
        "reference-in-subject": {"subject": "回复：【补正通知】[JSAQ2025-0001] 关于申报材料的答复"},
        "reference-in-text": {"text": "编号JSAQ2025-0001，补充材料请查收。"},
        "nothing": {},
    }[bond]
    second = world.send("a@qq.com", held_back, after=HOUR, archive=False, **options)
    assert (second.kind, second.decision) == (Kind.SUPPLEMENT, Decision.ACCEPTED), codes(second)
    assert [a.reference for a in second.applications] == ["JSAQ2025-0001"]
    assert second.applications[0].fields == entry()
    assert len(world.applications()) == 1


def test_a_colleague_of_the_same_domain_may_supplement_but_not_a_neighbour_at_a_public_provider(world: World) -> None:
    documents = whole(entry())
    world.send("a@jiayi-water.example", documents[1:], message_id="first@x")
    colleague = world.send("b@jiayi-water.example", documents[:1], after=HOUR, in_reply_to=("first@x",), archive=False)
    assert (colleague.kind, colleague.decision) == (Kind.SUPPLEMENT, Decision.ACCEPTED)
    world.send("c@qq.com", whole(entry(2))[1:], after=2 * HOUR, message_id="second@x")
    stranger = world.send("d@qq.com", whole(entry(2))[:1], after=3 * HOUR, in_reply_to=("second@x",), archive=False)
    assert stranger.decision is Decision.HELD
    assert stranger.applications == ()


def test_a_stranger_who_quotes_a_number_learns_nothing(world: World) -> None:
    world.send("a@qq.com", whole(entry())[1:])
    outcome = world.send("z@163.com", [document("experience", Copy.EDITABLE, {})], subject="补充 JSAQ2025-0001", after=HOUR)
    assert outcome.decision is Decision.HELD
    assert outcome.applications == ()
    assert outcome.reply is not None
    for secret in (entry()["organisation"], entry()["contact_mobile"], "a@qq.com", entry()["team"]):
        assert secret not in outcome.reply.text


def test_the_same_again_makes_no_second_case(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    again = world.send("a@qq.com", whole(entry()), after=HOUR)
    assert codes(again) == ["duplicate-submission"]
    assert (again.kind, again.decision) == (Kind.SUBMISSION, Decision.ACCEPTED)
    assert [a.reference for a in again.applications] == ["JSAQ2025-0001"]
    assert len(world.applications()) == 1


def test_a_new_version_before_acceptance_takes_the_old_ones_place(world: World) -> None:
    world.send("a@qq.com", whole(entry(contact_mobile="123")))
    mended = world.send("a@qq.com", whole(entry(), version=2), after=HOUR)
    assert codes(mended) == ["superseded"]
    assert mended.decision is Decision.ACCEPTED
    assert mended.applications[0].fields["contact_mobile"] == entry()["contact_mobile"]
    assert len(world.applications()) == 1


def test_a_corrected_title_is_the_same_case(world: World) -> None:
    first = world.send("a@qq.com", whole(entry(title="看板管理的应用")), message_id="first@x")
    assert "title-rule" in codes(first)
    second = world.send("a@qq.com", whole(entry(), version=2), after=HOUR, in_reply_to=("first@x",))
    assert second.decision is Decision.ACCEPTED, codes(second)
    assert len(world.applications()) == 1


def test_after_five_on_the_last_day_nobody_is_told_to_confirm_a_change(world: World) -> None:
    last = timedelta(days=20, hours=8, minutes=30)  # 2025-06-30T17:30
    accepted = world.send("a@qq.com", whole(entry()), after=last)
    assert accepted.decision is Decision.ACCEPTED
    assert accepted.reply is not None
    assert "如需修改" not in accepted.reply.text
    changed = world.send("a@qq.com", whole(entry(leader="赵六"), version=2), after=last + timedelta(minutes=5))
    assert codes(changed) == ["resubmission-needs-confirmation"]
    assert changed.reply is not None
    assert "现已过该时间" in changed.reply.text


def test_a_change_after_acceptance_waits_for_confirmation(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    changed = world.send("a@qq.com", whole(entry(leader="赵六"), version=2), after=HOUR)
    assert codes(changed) == ["resubmission-needs-confirmation"]
    assert changed.decision is Decision.HELD
    assert changed.applications[0].fields["leader"] == entry()["leader"]
    assert changed.reply is not None
    assert "17:00" in changed.reply.text
    assert "025-83311645" in changed.reply.text
    again = world.send("a@qq.com", whole(entry()), after=2 * HOUR)
    assert codes(again) == ["resubmission-needs-confirmation", "duplicate-submission"]  # the change waits for staff as before


def test_the_later_channel_is_rejected_and_spoils_no_other_team(world: World) -> None:
    world.send("a@qq.com", whole(entry(1)))
    outcome = world.send("zx@example.org", bundle([entry(1), entry(2)], "南京市质量协会"), after=HOUR)
    assert (outcome.channel, outcome.decision) == (Channel.RECOMMENDER, Decision.REJECTED)
    assert [a.decision for a in outcome.applications] == [Decision.REJECTED, Decision.ACCEPTED]
    assert codes(outcome) == ["duplicate-channel"]
    assert outcome.reply is not None
    assert "JSAQ2025-0001" in outcome.reply.text
    assert "a@qq.com" not in outcome.reply.text


def test_two_recommenders_of_one_entry(world: World) -> None:
    world.send("zx@example.org", bundle([entry(1)], "南京市质量协会"))
    outcome = world.send("su@example.net", bundle([entry(1)], "苏州市质量协会"), after=HOUR)
    assert codes(outcome) == ["duplicate-channel"]
    assert outcome.decision is Decision.REJECTED


def test_a_rejected_entry_blocks_nobody() -> None:
    world = World("caq-2020")
    try:
        fields = {"organisation": "南京甲乙水务有限公司", "team": "第一化验班"}
        form = document("application_form", Copy.EDITABLE, fields)
        first = world.send("a@qq.com", [form])
        assert "wrong-channel" in codes(first)
        again = world.send("zx@example.org", [*bundle([fields], "江苏省质量协会")], after=HOUR)
        assert "duplicate-channel" not in codes(again)
    finally:
        world.store.close()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": "运用防错法减少投拆的经验", "uscc": ""}, ""),
        ({"organisation": "南京甲乙水务公司", "uscc": ""}, ""),
        ({"title": "推行可视化管理的实践"}, TEXT),
    ],
    ids=["a slip in the title", "a shortened organisation", "the same text under another title"],
)
def test_a_probable_duplicate_is_held_with_its_evidence(world: World, changes: dict[str, str], text: str) -> None:
    fields = {**entry(1), "organisation": "南京甲乙水务有限公司"}
    world.send("a@qq.com", whole(fields, text=text))
    other = bundle([{**fields, **changes}], "南京市质量协会")
    if text:
        other = [document("experience", Copy.EDITABLE, {**fields, **changes}, text=text) if d.kind == "experience" else d for d in other]
    outcome = world.send("zx@example.org", other, after=HOUR)
    application = outcome.applications[0]
    assert application.duplicate is not None, codes(outcome)
    assert application.duplicate.likeness == "probable"
    assert application.duplicate.evidence
    duplicates = [v for v in application.verdicts if v.code == "duplicate-channel"]
    assert [v.severity for v in duplicates] == ["review"]


@pytest.mark.parametrize(
    "second",
    [entry(1, title="推行防错法提高效率的实践"), {**entry(2), "team": entry(1)["team"], "title": entry(1)["title"]}],
    ids=["another entry of the same organisation", "the same team and title in another organisation"],
)
def test_different_entries_are_no_duplicates(world: World, second: dict[str, str]) -> None:
    world.send("a@qq.com", whole(entry(1)))
    outcome = world.send("zx@example.org", bundle([second], "南京市质量协会"), after=HOUR)
    assert [a.duplicate for a in outcome.applications] == [None]


def test_a_mail_that_surfaces_late_changes_no_answer(world: World) -> None:
    world.send("zx@example.org", bundle([entry(1)], "南京市质量协会"), after=DAY)
    outcome = world.send("a@qq.com", whole(entry(1)), after=HOUR)
    assert [v.severity for a in outcome.applications for v in a.verdicts] == ["review"]
    assert outcome.decision is Decision.HELD
    assert [a.decision for a in world.applications()] == ["accepted", "held"]


def test_a_supplement_after_the_deadline_is_late_and_says_so(world: World) -> None:
    world.send("a@qq.com", whole(entry())[1:], message_id="first@x")
    outcome = world.send("a@qq.com", whole(entry())[:1], after=25 * DAY, in_reply_to=("first@x",), archive=False)
    assert "late" in codes(outcome)
    assert outcome.decision is Decision.REJECTED


def test_a_second_entry_of_the_same_sender_is_a_case_of_its_own(world: World) -> None:
    world.send("a@qq.com", whole(entry(1)))
    second = world.send("a@qq.com", whole(entry(2)), after=HOUR)
    assert second.kind is Kind.SUBMISSION
    assert [a.reference for a in second.applications] == ["JSAQ2025-0002"]
    assert second.decision is Decision.ACCEPTED


def test_a_supplement_in_a_bundle_reaches_its_team(world: World) -> None:
    documents = bundle([entry(1), entry(2), entry(3)], "南京市质量协会")
    missing = next(d for d in documents if d.kind == "experience" and d.fields["title"] == entry(2)["title"])
    first = world.send("zx@example.org", [d for d in documents if d is not missing], message_id="first@x")
    assert [a.decision for a in first.applications] == [Decision.ACCEPTED, Decision.INCOMPLETE, Decision.ACCEPTED]
    second = world.send("zx@example.org", [missing], after=HOUR, in_reply_to=("first@x",), archive=False)
    assert [a.decision for a in second.applications] == [Decision.ACCEPTED] * 3, codes(second)
    assert [a.touched for a in second.applications] == [False, True, False]


def test_history_tells_the_story_and_is_append_only(world: World) -> None:
    world.send("a@qq.com", whole(entry())[1:], message_id="first@x")
    world.send("a@qq.com", whole(entry())[:1], after=HOUR, in_reply_to=("first@x",), archive=False)
    with world.store.reading() as session:
        events = session.exec(select(models.Event).where(models.Event.application_id == 1).order_by(models.Event.id)).all()  # type: ignore[arg-type]
    assert [(e.action, e.details["decision"]) for e in events] == [("judged", "incomplete"), ("judged", "accepted")]
    with pytest.raises(StoreError, match="append-only"), world.store.transaction() as session:
        session.get_one(models.Event, events[0].id).actor = "staff:nobody"


def test_a_recommenders_missing_file_joins_without_a_thread(world: World) -> None:
    documents = bundle([entry(1), entry(2)], "南京市质量协会")
    missing = next(d for d in documents if d.kind == "experience" and d.fields["title"] == entry(2)["title"])
    world.send("zx@example.org", [d for d in documents if d is not missing])
    second = world.send("zx@example.org", [missing], after=HOUR, archive=False)
    assert (second.kind, second.channel, second.decision) == (Kind.SUPPLEMENT, Channel.RECOMMENDER, Decision.ACCEPTED)


def test_the_same_entry_saved_and_scanned_anew_is_the_same_again(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    again = world.send("a@qq.com", whole(entry(), version=2), after=HOUR)
    assert codes(again) == ["duplicate-submission"]
    assert again.decision is Decision.ACCEPTED


def test_a_summary_sheet_waits_with_the_change_it_came_with(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    changed = world.send("a@qq.com", whole(entry(team="第二化验班"), version=2), after=HOUR)
    assert codes(changed) == ["resubmission-needs-confirmation"]
    assert changed.decision is Decision.HELD
