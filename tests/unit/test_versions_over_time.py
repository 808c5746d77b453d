"""Who speaks for a case, which version of it stands, and what a later or a late mail may change of what was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.facts import Copy, DocumentFacts
from bot.findings import Decision
from bot.judging.before.relate import quoted_references
from bot.judging.letters.kind import Kind
from bot.judging.outcome import Outcome
from bot.store import models
from parsers.values import Reason, Refusal
from tests.world import World, bundle, codes, document, entry, whole

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AFTER = 21 * DAY
"""2025-07-01, after the deadline."""
TEXT = "班组以顾客为关注焦点，逐项识别关键需求，制定响应措施，" * 20
OTHER_TEXT = "设备每日点检，缺陷当班消除，备件按寿命更换，图表上墙公示。" * 20
CITY = "南京市质量协会"


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def without(documents: list[DocumentFacts], kind: str, copy: Copy = Copy.EDITABLE) -> list[DocumentFacts]:
    return [d for d in documents if (d.kind, d.copy) != (kind, copy)]


def only(documents: list[DocumentFacts], kind: str, copy: Copy = Copy.EDITABLE) -> list[DocumentFacts]:
    return [d for d in documents if (d.kind, d.copy) == (kind, copy)]


def own_codes(outcome: Outcome) -> list[list[str]]:
    return [[v.code for v in a.verdicts] for a in outcome.applications]


# --- who speaks for a case -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    ["补充JSAQ2025－0001", "jsaq2025-0001", "编号JSAQ2025—0001", "ＪＳＡＱ２０２５－０００１", "JSAQ20250001材料", "JSAQ2025 - 0001"],
)
def test_a_number_is_known_however_it_is_typed(world: World, subject: str) -> None:
    assert quoted_references(world.programme, world.read("a@qq.com", subject=subject).letter) == ("JSAQ2025-0001",)


@pytest.mark.parametrize("subject", ["JSAQ2024-0001", "JSAQ2025-01", "13900002025-0001", "JSAQ2025-0001234"])
def test_what_only_looks_like_a_number_is_none(world: World, subject: str) -> None:
    assert quoted_references(world.programme, world.read("a@qq.com", subject=subject).letter) == ()


def test_a_colleagues_whole_entry_again_makes_no_second_case(world: World) -> None:
    world.send("a@jiayi-water.example", whole(entry()))
    again = world.send("b@jiayi-water.example", whole(entry()), after=HOUR)
    assert codes(again) == ["duplicate-submission"]
    assert [a.reference for a in again.applications] == ["JSAQ2025-0001"]
    assert len(world.applications()) == 1


def test_a_colleagues_missing_file_joins_by_the_names_in_it(world: World) -> None:
    world.send("a@jiayi-water.example", without(whole(entry()), "application_form", Copy.STAMPED))
    second = world.send("b@jiayi-water.example", only(whole(entry()), "application_form", Copy.STAMPED), after=HOUR, archive=False)
    assert (second.kind, second.decision) == (Kind.SUPPLEMENT, Decision.ACCEPTED), codes(second)


def test_a_neighbour_at_a_public_provider_opens_a_case_that_staff_see(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    other = world.send("b@qq.com", whole(entry()), after=HOUR)
    assert [a.reference for a in other.applications] == ["JSAQ2025-0002"]
    assert (codes(other), other.decision) == (["duplicate-channel"], Decision.HELD)


@pytest.mark.parametrize("thread", [True, False])
def test_the_contact_whom_the_statistics_name_speaks_for_the_recommender(world: World, thread: bool) -> None:
    documents = [
        replace(d, statistics={**d.statistics, "email": "Contact@163.com"}) if d.kind == "statistics_form" else d
        for d in bundle([entry()], CITY)
    ]
    world.send("zx@qq.com", without(documents, "work_summary"), message_id="first@x")
    late = only(documents, "work_summary")
    bond = {"in_reply_to": ("first@x",)} if thread else {"text": "补充JSAQ2025-0001"}
    second = world.send("contact@163.com", late, after=HOUR, archive=False, **bond)
    assert (second.kind, second.decision) == (Kind.SUPPLEMENT, Decision.ACCEPTED)


def test_one_unit_by_two_colleagues_is_one_package() -> None:
    world = World("cacem-2024")
    try:
        sent = replace(document("recommendation_bundle", Copy.STAMPED, {}, name="中国安装协会.pdf"), fields={"recommender": "中国安装协会"})
        first = world.send("a@cias.example", [sent], archive=False)
        again = world.send("b@cias.example", [sent], after=HOUR, archive=False)
        assert first.reference == again.reference
        assert "duplicate-submission" in codes(again)
    finally:
        world.store.close()


# --- which entry a mail is about -----------------------------------------------------------------------------------


def test_of_two_open_cases_the_one_that_lacks_the_file_takes_it(world: World) -> None:
    world.send("a@qq.com", without(whole(entry(1)), "experience"))
    world.send("a@qq.com", without(whole(entry(2)), "application_form", Copy.STAMPED), after=HOUR)
    scan = document("application_form", Copy.STAMPED, {}, name="扫描件.pdf")
    second = world.send("a@qq.com", [scan], after=2 * HOUR, archive=False)
    assert (second.kind, second.decision) == (Kind.SUPPLEMENT, Decision.ACCEPTED), codes(second)
    assert [a.reference for a in second.applications] == ["JSAQ2025-0002"]


def test_a_nameless_scan_reaches_the_team_of_a_bundle_that_lacks_it(world: World) -> None:
    documents = bundle([entry(1), entry(2), entry(3)], CITY)
    missing = next(d for d in documents if d.copy is Copy.STAMPED and d.fields.get("title") == entry(2)["title"])
    world.send("zx@example.org", [d for d in documents if d is not missing], message_id="first@x")
    scan = document("application_form", Copy.STAMPED, {}, name="扫描件.pdf")
    second = world.send("zx@example.org", [scan], after=HOUR, in_reply_to=("first@x",), archive=False)
    assert [a.decision for a in second.applications] == [Decision.ACCEPTED] * 3, codes(second)
    assert [a.touched for a in second.applications] == [False, True, False]


@pytest.mark.parametrize("bond", ["thread", "nothing"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation": "南京甲乙水务公司", "uscc": ""},
        {"title": "看板管理的应用"},
        {"organisation": "甲乙水务有限公司", "title": "运用看板管理减少投拆的经验"},
    ],
    ids=["a legal form left out", "a title against the rule", "two slips"],
)
def test_corrected_names_are_the_same_case(world: World, bond: str, wrong: dict[str, str]) -> None:
    right = entry(organisation="南京甲乙水务有限公司", title="运用看板管理减少投诉的经验")
    world.send("a@qq.com", whole({**right, "contact_mobile": "1", **wrong}, text=TEXT), message_id="first@x")
    options = {"in_reply_to": ("first@x",)} if bond == "thread" else {}
    second = world.send("a@qq.com", whole(right, version=2, text=TEXT), after=HOUR, **options)
    assert [(a.reference, a.decision) for a in second.applications] == [("JSAQ2025-0001", Decision.ACCEPTED)], codes(second)
    assert codes(second) == ["superseded"]


def test_only_the_corrected_form_in_answer_to_our_letter(world: World) -> None:
    documents = whole(entry(organisation="南京甲乙水务公司", uscc=""))
    world.send("a@qq.com", documents, message_id="first@x")
    form = document("application_form", Copy.EDITABLE, entry(organisation="南京甲乙水务有限公司"), version=2)
    second = world.send("a@qq.com", [form], after=HOUR, in_reply_to=("first@x",), archive=False)
    assert [a.reference for a in second.applications] == ["JSAQ2025-0001"]
    assert second.applications[0].fields["organisation"] == "南京甲乙水务有限公司"


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("bond", ["thread", "nothing"])
def test_a_second_entry_of_one_team_is_a_case_of_its_own(world: World, accepted: bool, bond: str) -> None:
    first = entry() if accepted else entry(contact_mobile="1")
    world.send("a@qq.com", whole(first, text=TEXT), message_id="first@x")
    options = {"in_reply_to": ("first@x",)} if bond == "thread" else {}
    second = world.send("a@qq.com", whole(entry(title="推行标准作业提升效率的实践"), version=2, text=OTHER_TEXT), after=HOUR, **options)
    assert [a.reference for a in second.applications if a.touched] == ["JSAQ2025-0002"], codes(second)
    assert [a.title for a in world.applications()] == [entry()["title"], "推行标准作业提升效率的实践"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("国网江苏省电力有限公司南京供电分公司", "国网江苏省电力有限公司南通供电分公司"),
        ("江苏通达路桥一公司", "江苏通达路桥二公司"),
        ("南京甲乙水务集团有限公司", "南京甲乙水务集团物业有限公司"),
    ],
)
def test_two_branches_by_one_sender_are_two_cases(world: World, one: str, two: str) -> None:
    world.send("a@qq.com", whole(entry(1, organisation=one)))
    second = world.send("a@qq.com", whole({**entry(2, organisation=two), "title": entry(1)["title"]}), after=HOUR)
    assert [a.reference for a in second.applications] == ["JSAQ2025-0002"]


# --- which version stands ------------------------------------------------------------------------------------------


def test_an_older_version_that_surfaces_late_displaces_nothing(world: World) -> None:
    world.send("a@qq.com", whole(entry(contact_mobile="1", leader="新组长"), version=2)[:3], after=2 * HOUR)
    older = world.send("a@qq.com", whole(entry(contact_mobile="1", leader="旧组长")), after=HOUR)
    assert older.applications[0].fields["leader"] == "新组长"
    assert "superseded" in codes(older)
    assert "missing-document" not in codes(older)  # the summary sheet, which the newer mail lacked, is taken
    assert older.reply is not None
    assert "此件早于已收到的新版本发出" in older.reply.text


def test_a_late_change_leaves_the_accepted_one_standing(world: World) -> None:
    world.send("a@qq.com", whole(entry()), message_id="first@x")
    changed = world.send("a@qq.com", whole(entry(leader="赵六"), version=2), after=AFTER)
    assert changed.decision is Decision.REJECTED
    assert [v.code for v in changed.verdicts] == ["late"]
    assert own_codes(changed) == [["resubmission-needs-confirmation"]]
    assert changed.applications[0].fields["leader"] == entry()["leader"]
    assert world.applications()[0].decision == "held"
    assert changed.reply is not None
    assert "此前已受理的申报不受影响" in changed.reply.text


def test_the_same_again_after_the_deadline_is_still_accepted(world: World) -> None:
    world.send("a@qq.com", whole(entry()))
    again = world.send("a@qq.com", whole(entry()), after=AFTER)
    assert (codes(again), again.decision) == (["duplicate-submission"], Decision.ACCEPTED)
    assert world.applications()[0].decision == "accepted"


def test_a_late_version_replaces_nothing_where_no_confirmation_is_asked() -> None:
    world = World("caq-2020")
    try:
        fields = {"organisation": "南京甲乙水务有限公司", "team": "第一化验班"}
        sent = [replace(d, characters=3500) for d in bundle([fields], "江苏省质量协会")]
        first = world.send("zx@example.org", sent, after=-1745 * DAY)
        with world.store.transaction() as session:  # as if every rule had been met
            for table in (models.Application, models.Package):
                row = session.get_one(table, 1)
                row.decision = "accepted"
                if isinstance(row, models.Application):
                    row.accepted_at = row.opened_at
        changed = [replace(d, fields={**d.fields, "leader": "赵六"}, sha256=d.sha256[::-1]) for d in sent]
        late = world.send("zx@example.org", changed, after=AFTER)
        assert (first.applications[0].reference, "late" in codes(late)) == (late.applications[0].reference, True)
        assert "leader" not in late.applications[0].fields
        with world.store.reading() as session:
            assert session.get_one(models.Package, 1).decision != "rejected"
            current = session.exec(select(models.Document).where(models.Document.current, models.Document.mail_id == 2)).all()
        assert list(current) == []
    finally:
        world.store.close()


def test_a_file_of_the_whole_changed_after_acceptance_waits_too(world: World) -> None:
    world.send("a@qq.com", whole(entry()), message_id="first@x")
    sheet = document("summary_sheet", Copy.EDITABLE, entry(team="第二化验班"), version=2)
    changed = world.send("a@qq.com", [sheet], after=HOUR, in_reply_to=("first@x",), archive=False)
    assert (codes(changed), changed.decision) == (["resubmission-needs-confirmation"], Decision.HELD)


@pytest.mark.parametrize("again", [False, True], ids=["the summary alone", "the whole bundle with one team changed"])
def test_a_bundles_change_after_acceptance_waits_as_a_whole(world: World, again: bool) -> None:
    world.send("zx@example.org", bundle([entry(1), entry(2)], CITY), message_id="first@x")
    changed = bundle([entry(1), entry(2, team="第二化验班")], CITY, version=2)
    if not again:
        changed = [replace(d, characters=1700) for d in only(changed, "work_summary")]
    outcome = world.send("zx@example.org", changed, after=HOUR, in_reply_to=("first@x",))
    assert outcome.decision is Decision.HELD
    assert sorted(code for own in own_codes(outcome) for code in own if code != "duplicate-submission") == [
        "resubmission-needs-confirmation"
    ]
    assert [v.code for v in outcome.verdicts] == []


def test_a_team_added_to_an_accepted_bundle_brings_its_own_lists(world: World) -> None:
    world.send("zx@example.org", bundle([entry(1), entry(2)], CITY), message_id="first@x")
    more = world.send("zx@example.org", bundle([entry(1), entry(2), entry(3)], CITY, version=2), after=HOUR, in_reply_to=("first@x",))
    assert [(a.reference, a.decision) for a in more.applications] == [(f"JSAQ2025-{n:04d}", Decision.ACCEPTED) for n in (1, 2, 3)], codes(
        more
    )
    assert more.decision is Decision.ACCEPTED


def test_a_waiting_change_keeps_waiting_whatever_comes_after(world: World) -> None:
    world.send("a@qq.com", whole(entry()), message_id="first@x")
    world.send("a@qq.com", whole(entry(leader="赵六"), version=2), after=HOUR)
    again = world.send("a@qq.com", whole(entry()), after=2 * HOUR)
    assert own_codes(again) == [["resubmission-needs-confirmation", "duplicate-submission"]]
    assert again.decision is Decision.HELD


def test_a_locked_archive_after_acceptance_leaves_the_accepted_one(world: World) -> None:
    world.send("a@qq.com", whole(entry()), message_id="first@x")
    locked = replace(document("other", Copy.EDITABLE, {}, name="更新.zip"), refusal=Refusal(Reason.ENCRYPTED, ""))
    outcome = world.send("a@qq.com", [locked], after=HOUR, in_reply_to=("first@x",), archive=False)
    assert "encrypted-document" in codes(outcome)
    assert [a.decision for a in outcome.applications] == [Decision.ACCEPTED]
    assert world.applications()[0].decision == "accepted"


# --- duplicates that show later ------------------------------------------------------------------------------------


def test_a_supplement_that_turns_an_entry_into_anothers_is_seen(world: World) -> None:
    world.send("zx@example.org", bundle([entry(1), entry(2)], CITY))
    world.send("a@qq.com", whole(entry(1, title="推行防错法的探索", contact_mobile="1", uscc="")), message_id="own@x", after=HOUR)
    renamed = world.send("a@qq.com", whole(entry(1), version=2), in_reply_to=("own@x",), after=2 * HOUR)
    assert [a.duplicate.reference for a in renamed.applications if a.duplicate] == ["JSAQ2025-0001"]
    assert renamed.decision is Decision.REJECTED


def test_an_entry_whose_names_show_after_anothers_is_for_staff(world: World) -> None:
    own = [replace(d, fields={}) for d in only(whole(entry(1)), "experience")]
    world.send("a@qq.com", own, message_id="own@x")
    world.send("zx@example.org", bundle([entry(1), entry(2)], CITY), after=HOUR)
    named = world.send("a@qq.com", without(whole(entry(1)), "experience"), after=2 * HOUR, in_reply_to=("own@x",), archive=False)
    assert [v.severity for a in named.applications for v in a.verdicts if v.code == "duplicate-channel"] == ["review"]
    assert named.decision is Decision.HELD


def test_what_staff_called_no_duplicate_still_blocks_a_third_channel(world: World) -> None:
    world.send("a@qq.com", whole(entry(1)))
    with world.store.transaction() as session:
        session.get_one(models.Application, 1).staff = {"not_duplicate_of": "JSAQ2025-0099"}
    outcome = world.send("zx@example.org", bundle([entry(1)], CITY), after=HOUR)
    assert codes(outcome) == ["duplicate-channel"]
    assert outcome.decision is Decision.REJECTED
