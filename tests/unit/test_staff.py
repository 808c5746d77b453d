"""What staff do to a case: what is kept, what follows for its decision, and the line of history that remains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.programme.load import load_programmes
from bot.staff.answers import draft_case_answer, draft_mail_answer, queue_answer
from bot.staff.case import correct_field, handle_mail, judge_again
from bot.staff.changes import settle_resubmission
from bot.staff.duplicate import settle_duplicate
from bot.staff.records import StaffError
from bot.staff.waiving import accept_despite, accept_package_despite, insist_again, insist_on_package_again
from bot.store.models import Application, Document, Event, Finding, Mail, Package, Reply, ReplyState
from bot.store.staff.cases import CaseFilter, find_cases
from bot.store.staff.needs import open_enquiries
from bot.store.store import Store
from tests.staff_data import DAY, Maker
from tests.staff_site import config, filled_store

PROGRAMME = load_programmes()["jsaq-2025"]
HOW: dict[str, Any] = {"actor": "staff:wang", "now": DAY}


@pytest.fixture
def store() -> Iterator[Store]:
    with filled_store() as store:
        yield store


def number(store: Store, reference: str) -> int:
    with store.reading() as session:
        found = session.exec(select(Application.id).where(Application.reference == reference)).one()
    assert found is not None
    return found


def application(store: Store, reference: str) -> Application:
    with store.reading() as session:
        return session.get_one(Application, number(store, reference))


def events(store: Store, action: str) -> list[Event]:
    with store.reading() as session:
        return list(session.exec(select(Event).where(Event.action == action)))


def test_a_corrected_field_stands_above_the_form(store: Store) -> None:
    correct_field(store, PROGRAMME, number(store, "JSAQ2025-0015"), "team", " 一号 检修组 ", **HOW)
    case = application(store, "JSAQ2025-0015")
    assert case.team == case.fields["team"] == "一号 检修组"
    assert case.staff["fields"] == {"team": "一号 检修组"}
    (event,) = events(store, "field-corrected")
    assert (event.actor, event.details) == ("staff:wang", {"field": "team", "before": "一号检修班", "after": "一号 检修组"})


def test_a_correction_is_found_by_search(store: Store) -> None:
    correct_field(store, PROGRAMME, number(store, "JSAQ2025-0015"), "team", "琅琊乙班", **HOW)
    with store.reading() as session:
        assert [c.reference for c in find_cases(session, CaseFilter("琅琊乙"))[0]] == ["JSAQ2025-0015"]
        assert find_cases(session, CaseFilter("一号检修"))[0] == []


def test_a_field_that_the_form_does_not_have_is_refused(store: Store) -> None:
    with pytest.raises(StaffError, match="没有“password”这一项"):
        correct_field(store, PROGRAMME, number(store, "JSAQ2025-0015"), "password", "x", **HOW)


def test_accepting_despite_each_finding_accepts_the_case(store: Store) -> None:
    case = number(store, "JSAQ2025-0015")
    accept_despite(store, case, "missing-document", "已邮寄", **HOW)
    assert application(store, "JSAQ2025-0015").decision == "incomplete"
    accept_despite(store, case, "missing-field", "电话补充", **HOW)
    after = application(store, "JSAQ2025-0015")
    assert (after.decision, after.accepted_at) == ("accepted", DAY)
    assert after.staff["waived"]["missing-field"] == {"by": "staff:wang", "at": DAY.isoformat(), "reason": "电话补充"}
    assert [e.details["reason"] for e in events(store, "accepted-despite")] == ["已邮寄", "电话补充"]


def test_accepting_despite_needs_a_reason_and_the_finding(store: Store) -> None:
    case = number(store, "JSAQ2025-0015")
    with pytest.raises(StaffError, match="理由"):
        accept_despite(store, case, "missing-document", " ", **HOW)
    with pytest.raises(StaffError, match="目前没有“逾期”的问题"):
        accept_despite(store, case, "late", "下雨", **HOW)


def test_an_acceptance_can_be_taken_back(store: Store) -> None:
    case = number(store, "JSAQ2025-0017")
    accept_despite(store, case, "ineligible", "填写错误", **HOW)
    assert application(store, "JSAQ2025-0017").decision == "accepted"
    insist_again(store, case, "ineligible", **HOW)
    assert application(store, "JSAQ2025-0017").decision == "rejected"


def pending(session: Session, case: Application) -> Document:
    form = session.exec(
        select(Document).where(Document.application_id == case.id, Document.kind == "application_form", Document.copy_kind == "editable")
    ).one()
    newer = Document(**{**form.model_dump(exclude={"id"}), "path": "修改稿.docx", "sha256": "1" * 64, "pending": True})
    newer.facts = {"fields": {**form.facts["fields"], "team": "改名后的班"}}
    session.add(newer)
    return newer


@pytest.mark.parametrize(
    ("confirm", "team", "current"), [(True, "改名后的班", "修改稿.docx"), (False, None, "申报材料.zip/附件2 申报表.docx")]
)
def test_a_resubmission_takes_the_old_ones_place_only_when_confirmed(store: Store, confirm: bool, team: str | None, current: str) -> None:
    before = application(store, "JSAQ2025-0021")
    with store.transaction() as session:
        pending(session, before)
    assert settle_resubmission(store, number(store, "JSAQ2025-0021"), confirm, **HOW) == 1
    after = application(store, "JSAQ2025-0021")
    assert after.decision == "accepted"
    assert after.team == (team or before.team)
    with store.reading() as session:
        rows = session.exec(select(Document).where(Document.application_id == after.id, Document.copy_kind == "editable", Document.current))
        assert [row.path for row in rows] == [current]
    with pytest.raises(StaffError, match="没有等待确认的修改"):
        settle_resubmission(store, number(store, "JSAQ2025-0021"), confirm, **HOW)


def test_a_settled_duplicate_is_rejected_and_the_first_one_stands(store: Store) -> None:
    settle_duplicate(store, number(store, "JSAQ2025-0020"), "JSAQ2025-0019", True, **HOW)
    twin, first = application(store, "JSAQ2025-0020"), application(store, "JSAQ2025-0019")
    assert (twin.decision, twin.duplicate_of) == ("rejected", first.id)
    assert twin.staff["duplicate"]["likeness"] == "certain"
    assert first.decision == "accepted"
    with store.reading() as session:
        findings = session.exec(select(Finding).where(Finding.application_id == twin.id, Finding.current)).all()
    assert [(f.code, f.severity) for f in findings] == [("duplicate-channel", "reject")]


def test_what_is_no_duplicate_is_accepted_and_not_asked_again(store: Store) -> None:
    settle_duplicate(store, number(store, "JSAQ2025-0020"), "JSAQ2025-0019", False, **HOW)
    twin = application(store, "JSAQ2025-0020")
    assert (twin.decision, twin.duplicate_of) == ("accepted", None)
    assert twin.staff["not_duplicate_of"] == "JSAQ2025-0019"
    assert "duplicate" not in twin.staff


@pytest.mark.parametrize("other", ["JSAQ2025-9999", "JSAQ2025-0020", ""])
def test_a_duplicate_of_nothing_is_refused(store: Store, other: str) -> None:
    with pytest.raises(StaffError, match="另一件申报"):
        settle_duplicate(store, number(store, "JSAQ2025-0020"), other, True, **HOW)


def whole_package(store: Store) -> int:
    """A recommender's package that is a case of its own, held for the seal on it."""
    with store.transaction() as session:
        make = Maker(session, store, seed=3)
        package = make.add(
            Package(
                programme="cacem-2024",
                channel="recommender",
                sender_address="zx@example.cn",
                recommender="北京市建筑业联合会",
                reference="CACEM2024-0001",
                opened_at=DAY,
                decision="held",
            )
        )
        mail = make.mail(at=DAY, subject="推荐材料", sender="zx@example.cn", programme="cacem-2024", package_id=package.id, decision="held")
        make.add(Finding(mail_id=mail.id, code="seal-mismatch", severity="review", message="公章不符。"))
        return int(package.id)


def test_a_case_that_is_a_whole_package_is_accepted_despite_and_taken_back(store: Store) -> None:
    package_id = whole_package(store)
    with pytest.raises(StaffError, match="目前没有“逾期”的问题"):
        accept_package_despite(store, package_id, "late", "下雨", **HOW)
    accept_package_despite(store, package_id, "seal-mismatch", "更名前的公章，已核实", **HOW)
    with store.reading() as session:
        assert session.get_one(Package, package_id).decision == "accepted"
        assert find_cases(session, CaseFilter("CACEM2024-0001"))[0][0].reason_codes == ()
    assert [e.details["reason"] for e in events(store, "accepted-despite")] == ["更名前的公章，已核实"]
    insist_on_package_again(store, package_id, "seal-mismatch", **HOW)
    with store.reading() as session:
        assert session.get_one(Package, package_id).decision == "held"
        assert find_cases(session, CaseFilter("CACEM2024-0001"))[0][0].reason_codes == ("seal-mismatch",)


def test_the_judging_core_has_the_last_word(store: Store) -> None:
    def rejudge(session: Session, application_id: int) -> None:
        case = session.get_one(Application, application_id)
        case.decision = "held"
        session.add(case)
        session.flush()

    case = number(store, "JSAQ2025-0015")
    assert judge_again(store, case, rejudge=rejudge, **HOW) == "held"
    (event,) = events(store, "judged-again")
    assert event.details == {"before": "incomplete", "after": "held"}


def test_a_failed_action_leaves_nothing_behind(store: Store) -> None:
    def rejudge(session: Session, application_id: int) -> None:
        raise StaffError("坏了")

    with pytest.raises(StaffError):
        correct_field(store, PROGRAMME, number(store, "JSAQ2025-0015"), "team", "甲班", rejudge=rejudge, **HOW)
    assert application(store, "JSAQ2025-0015").team == "一号检修班"
    assert events(store, "field-corrected") == []


def test_a_handled_mail_leaves_the_list(store: Store) -> None:
    with store.reading() as session:
        (enquiry,) = open_enquiries(session)
    handle_mail(store, enquiry.id, "已电话答复", **HOW)
    with store.reading() as session:
        assert open_enquiries(session) == []


# --- answers -----------------------------------------------------------------------------------------------------


def test_an_answer_says_how_the_case_stands_and_the_note(store: Store, tmp_path: Path) -> None:
    accept_despite(store, number(store, "JSAQ2025-0015"), "missing-document", "已邮寄", **HOW)
    given, case = config(tmp_path), application(store, "JSAQ2025-0015")
    with store.reading() as session:
        draft = draft_case_answer(session, PROGRAMME, given, case.package_id, "请于周五前补齐。", now=DAY)
    assert draft.recipient == "shenbao015@example.cn"
    assert "[JSAQ2025-0015]" in draft.rendered.subject
    assert "请于周五前补齐。" in draft.rendered.text
    assert "“邮编”未填写" in draft.rendered.text
    assert "缺少典型经验" not in draft.rendered.text


def test_what_is_previewed_is_what_is_queued(store: Store, tmp_path: Path) -> None:
    given, case = config(tmp_path), application(store, "JSAQ2025-0015")
    with store.reading() as session:
        draft = draft_case_answer(session, PROGRAMME, given, case.package_id, "附言", now=DAY)
    with store.transaction() as session:
        queued = draft_case_answer(session, PROGRAMME, given, case.package_id, "附言", now=DAY)
        reply_id = queue_answer(session, store, given, queued, **HOW)
    with store.reading() as session:
        reply = session.get_one(Reply, reply_id)
        mail = session.get_one(Mail, reply.mail_id)
    assert (reply.subject, reply.text) == (draft.rendered.subject, draft.rendered.text)
    assert (reply.state, reply.recipient, reply.mailbox) == (ReplyState.QUEUED, "shenbao015@example.cn", "jsaq")
    raw = store.blobs.get(reply.raw_sha256)
    assert f"In-Reply-To: <{mail.message_id}>".encode() in raw
    assert reply.purpose == f"staff:{events(store, 'answered')[0].id}"


def test_an_answered_question_leaves_the_list(store: Store, tmp_path: Path) -> None:
    with store.reading() as session:
        (enquiry,) = open_enquiries(session)
    with store.transaction() as session:
        draft = draft_mail_answer(session, PROGRAMME, config(tmp_path), enquiry.id, "会员单位可以直接报送。", now=DAY)
        queue_answer(session, store, config(tmp_path), draft, **HOW)
    with store.reading() as session:
        assert open_enquiries(session) == []
        reply = session.exec(select(Reply).where(Reply.mail_id == enquiry.id).order_by(Reply.id.desc())).first()  # type: ignore[union-attr]
    assert reply is not None
    assert "会员单位可以直接报送。" in reply.text
    assert "典型经验（Word版）" in reply.text


def test_nobody_can_be_answered_from_a_mailbox_that_is_gone(store: Store, tmp_path: Path) -> None:
    given = config(tmp_path)
    emptied = given.model_copy(update={"mailboxes": ()})
    case = application(store, "JSAQ2025-0015")
    with store.reading() as session, pytest.raises(StaffError, match="已不在配置中"):
        draft_case_answer(session, PROGRAMME, emptied, case.package_id, "", now=DAY)
