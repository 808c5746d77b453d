"""Any interleaving of workers, restarts and repetitions over the same mails leads to the same cases as one worker in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.engine.keys import keys_of, reach_of
from bot.engine.order import Item, Stage, held_up, may_settle
from bot.facts import Copy
from bot.intake.intake import Read
from bot.intake.rejudge import Rejudge
from bot.judging.read import ReadMail
from bot.staff.changes import settle_resubmission
from bot.store import models
from tests.world import START, World, bundle, document, entry, whole

MINUTE = timedelta(minutes=1)
Plan = tuple[str, str, int, int, int]
"""What is sent, by whom, which entry, which version, and to which earlier mail it answers (0: none)."""

senders = st.sampled_from(["a@qq.com", "b@163.com", "c@corp.example", "d@corp.example"])
associations = st.sampled_from(["zx@example.org", "su@example.net"])
numbers = st.integers(1, 3)
versions = st.integers(1, 4)
answers = st.integers(0, 3)
one_mail = st.one_of(
    st.tuples(st.sampled_from(["whole", "part", "rest", "experience", "sheet"]), senders, numbers, versions, answers),
    st.tuples(st.sampled_from(["bundle", "sheet"]), associations, numbers, versions, answers),
)
one_unit = st.tuples(
    st.just("unit"), st.sampled_from(["a@qq.com", "b@163.com", "c@corp.example", "d@corp.example"]), st.integers(1, 2), versions, answers
)
UNITS = ("", "中国安装协会", "湖南省建筑业协会")


def _mail(world: World, number: int, plan: Plan) -> ReadMail:
    kind, sender, which, version, answered = plan
    # Versions 1 and 2 say the same; 3 is a change of the entry, 4 a change of its name.
    changes = {3: {"leader": "赵六"}, 4: {"title": f"{entry(which)['title'][:-2]}探索"}}.get(version, {})
    stated = entry(which, **changes)
    entire = whole(stated, version=version)
    if kind == "bundle":
        documents = bundle([stated, entry(which + 1)], f"{sender[:2]}市质量协会", version=version)
    elif kind == "unit":
        sent = document("recommendation_bundle", Copy.STAMPED, {}, name=f"{UNITS[which]}.pdf", version=version)
        documents = [replace(sent, fields={"recommender": UNITS[which]}, statistics={"recommended_teams": str(version)})]
    else:
        documents = {"whole": entire, "part": entire[1:], "rest": entire[:1], "experience": entire[2:3], "sheet": entire[3:]}[kind]
    thread = (f"{number - answered}@x",) if 0 < answered <= number else ()
    opened = (datetime.combine(world.programme.opens, START.timetz()) - START) + timedelta(days=9)
    return world.read(sender, documents, after=opened + number * MINUTE, message_id=f"{number}@x", in_reply_to=thread)


def _state(world: World) -> tuple[object, ...]:
    """Everything that people see, without the numbers that the order of unrelated mails gives out."""
    with world.store.reading() as session:
        mails = session.exec(select(models.Mail).order_by(models.Mail.message_id)).all()  # type: ignore[arg-type]
        by_id = {m.id: m.message_id for m in mails}
        first: dict[int | None, str] = {}
        for mail in mails:
            if mail.package_id is not None:
                first[mail.package_id] = min(mail.message_id, first.get(mail.package_id, mail.message_id))
        seen = tuple((m.message_id, m.kind, m.channel, m.decision, first.get(m.package_id)) for m in mails)
        applications = session.exec(select(models.Application)).all()
        name_of = {a.id: (first[a.package_id], a.organisation, a.title) for a in applications}
        cases = sorted(
            (name_of[a.id], a.decision, a.channel or "", a.accepted_at is None, str(name_of.get(a.duplicate_of)), sorted(a.fields.items()))
            for a in applications
        )
        packages = sorted((first[p.id], p.decision, p.channel or "", p.recommender) for p in session.exec(select(models.Package)))
        findings = sorted((by_id[f.mail_id], f.code, f.severity, f.current) for f in session.exec(select(models.Finding)))
        documents = sorted(
            (by_id[d.mail_id], d.path, d.current, d.pending, str(name_of.get(d.application_id)))
            for d in session.exec(select(models.Document))
        )
        events = sorted(
            (e.action, by_id.get(e.mail_id, ""), str(name_of.get(e.application_id))) for e in session.exec(select(models.Event))
        )
    return seen, cases, packages, findings, documents, events


def _confirm(world: World, confirmed: bool) -> None:
    """Staff settle every change that waits, all in one way."""
    with world.store.reading() as session:
        waiting = set(session.exec(select(models.Document.application_id).where(models.Document.pending)))
    for id in sorted(id for id in waiting if id is not None):
        settle_resubmission(
            world.store, id, confirmed, actor="staff:x", now=datetime(2025, 6, 20, tzinfo=UTC), rejudge=Rejudge(world.programmes)
        )


def _in_order(programme: str, plans: list[Plan], confirmed: bool) -> tuple[tuple[object, ...], tuple[object, ...]]:
    world = World(programme)
    try:
        for number, plan in enumerate(plans):
            read = _mail(world, number, plan)
            world.settle(world.keep(read), read)
        before = _state(world)
        _confirm(world, confirmed)
        return before, _state(world)
    finally:
        world.store.close()


def _by_workers(programme: str, plans: list[Plan], confirmed: bool, data: st.DataObject) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """The same mails by workers of any speed, some of which die: before settling (what they read is read again) or after it
    (it is settled again)."""
    world = World(programme)
    try:
        items: dict[int, Item] = {}
        of_item: dict[int, Read] = {}
        for number, plan in enumerate(plans):
            read = _mail(world, number, plan)
            mail_id = world.keep(read)
            assert read.letter.received_at
            of_item[mail_id] = Read(mail_id, read)
            items[mail_id] = Item(mail_id, programme, 1, read.letter.received_at)
            if data.draw(st.booleans(), label="glanced at"):
                items[mail_id].keys = keys_of(world.intake, of_item[mail_id])
        deaths = data.draw(st.integers(0, 2), label="deaths")
        while items:
            unread = sorted(i.id for i in items.values() if i.stage is Stage.WAITING)
            item = items[data.draw(st.sampled_from(unread), label="read")]
            item.stage, item.keys = Stage.READY, keys_of(world.intake, of_item[item.id])
            if deaths and data.draw(st.booleans(), label="died"):
                deaths -= 1
                for dropped in items.values():
                    dropped.stage = Stage.WAITING
                continue
            for ready in may_settle(items.values(), 0.0, 1e9).settle:
                if held_up(ready, items.values(), lambda one: reach_of(world.intake, of_item[one.id])):
                    continue
                world.intake.settle(of_item[ready.id])
                if data.draw(st.booleans(), label="again"):
                    world.intake.settle(of_item[ready.id])
                del items[ready.id]
        before = _state(world)
        _confirm(world, confirmed)
        return before, _state(world)
    finally:
        world.store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans=st.lists(one_mail, min_size=2, max_size=5), confirmed=st.booleans(), data=st.data())
def test_workers_of_any_speed_come_to_the_same_cases(plans: list[Plan], confirmed: bool, data: st.DataObject) -> None:
    assert _by_workers("jsaq-2025", plans, confirmed, data) == _in_order("jsaq-2025", plans, confirmed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans=st.lists(one_unit, min_size=2, max_size=4), data=st.data())
def test_workers_of_any_speed_come_to_the_same_packages(plans: list[Plan], data: st.DataObject) -> None:
    assert _by_workers("cacem-2024", plans, True, data) == _in_order("cacem-2024", plans, True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans=st.lists(one_mail, min_size=1, max_size=4))
def test_processing_a_mail_twice_changes_nothing(plans: list[Plan]) -> None:
    world = World()
    try:
        kept = [(world.keep(read), read) for read in (_mail(world, number, plan) for number, plan in enumerate(plans))]
        for mail_id, read in kept:
            world.settle(mail_id, read)
        before = _state(world)
        for mail_id, read in reversed(kept):
            world.settle(mail_id, read)
        assert _state(world) == before
        _confirm(world, True)
        confirmed = _state(world)
        for mail_id, read in kept:
            world.settle(mail_id, read)
        assert _state(world) == confirmed
    finally:
        world.store.close()


def test_near_identical_texts_keep_their_order() -> None:
    """Entries that share nothing but their text are related by it, so they must share a key."""
    text = "班组以顾客为关注焦点，逐项识别关键需求，制定响应措施，一次合格率由百分之九十二提升到百分之九十八。" * 12
    world = World()
    try:
        one, two = (
            keys_of(world.intake, Read(0, world.read(sender, whole(entry(number), text=text))))
            for sender, number in (("a@qq.com", 1), ("b@163.com", 2))
        )
        assert any(key.startswith("band:") for key in one & two)
    finally:
        world.store.close()


def test_a_package_is_met_by_its_unit() -> None:
    """Two mails for one unit share nothing else: other senders, other files, no thread."""
    world = World("cacem-2024")
    try:
        plans: list[Plan] = [("unit", "a@qq.com", 1, 1, 0), ("unit", "b@163.com", 1, 2, 0)]
        one, two = (keys_of(world.intake, Read(0, _mail(world, number, plan))) for number, plan in enumerate(plans))
        assert one & two == {"unit:中国安装协会"}
    finally:
        world.store.close()
