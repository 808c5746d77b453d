"""The daily digest: what it says, in which order, and that it goes out exactly once with nothing lost."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.digest.daily import Digest, due_at, make_digest, send_digest_if_due
from bot.programme.load import load_programmes
from bot.store import models
from bot.store.models import Event, MailState, Reply, ReplyState
from bot.store.store import Store
from bot.views.standing import news_of
from tests.approved import assert_approved
from tests.staff_data import DAY, Maker
from tests.staff_site import config, filled_store

PROGRAMMES = load_programmes()
TODAY = date(2025, 6, 20)


@pytest.fixture
def store() -> Iterator[Store]:
    with filled_store() as store:
        yield store


@pytest.fixture
def digest(store: Store, tmp_path: Path) -> Digest:
    return make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY)


def test_its_sections_stand_in_the_order_of_urgency(digest: Digest) -> None:
    headings = ["需要您处理", "新的变化", "待补正的申报", "尚未报送的推荐单位", "未能答复的来信", "系统状况"]
    for body in (digest.text, digest.html):
        places = [re.search(rf"[一二三四五六]、{heading}", body) for heading in headings]
        assert all(places)
        starts = [place.start() for place in places if place]
        assert starts == sorted(starts)


def test_the_subject_says_how_much_waits(digest: Digest) -> None:
    assert digest.subject == "【申报日报】6月20日：11项待处理，新收申报9件"


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("疑似重复申报", "JSAQ2025-0020"),
        ("不安全的文件", "JSAQ2025-0022"),
        ("受理后的修改（", "JSAQ2025-0021"),
        ("待人工确认的申报（", "JSAQ2025-0018"),
        ("待人工确认的来信", "不明来信"),
        ("发送结果不明的回信", "补正通知"),
        ("发送失败的回信", "收件地址不存在"),
        ("咨询来信", "请问会员单位能否直接报送"),
        ("以云附件链接发送的材料", "2025年6月25日 08:30到期"),
        ("被搁置的来信", "无法处理的邮件"),
        ("已停止收发的邮箱", "cmea"),
    ],
)
def test_everything_that_needs_somebody_is_in_its_group(digest: Digest, group: str, words: str) -> None:
    after = digest.text.partition(f"◆ {group}")[2].partition("◆")[0]
    assert words in after


def test_what_needs_somebody_stands_in_the_order_in_which_it_is_asked_for(digest: Digest) -> None:
    titles = [group.title for group in digest.content.needs]
    assert titles == [
        "待人工确认的申报",
        "受理后的修改",
        "待人工确认的来信",
        "疑似重复申报",
        "不安全的文件",
        "发送结果不明的回信",
        "发送失败的回信",
        "咨询来信",
        "以云附件链接发送的材料",
        "被搁置的来信",
        "已停止收发的邮箱",
    ]


def test_every_line_leads_to_the_console(digest: Digest) -> None:
    items = [item for group in (*digest.content.needs, *digest.content.waiting, digest.content.unanswered) for item in group.items]
    assert len(items) == 15
    for item in items:
        assert f"http://127.0.0.1:0{item.path}" in digest.text
        assert f'href="http://127.0.0.1:0{item.path}"' in digest.html


def test_what_changed_counts_the_day_and_the_whole(digest: Digest) -> None:
    news = digest.content.news[0]
    assert (news.id, news.mails, news.opened, news.total) == ("jsaq-2025", 12, 9, 23)
    assert dict(news.decisions) == {"已受理": 4, "待补正": 3, "待人工确认": 4, "不予受理": 1}
    assert sum(bar.count for bar in news.bars) == 23
    assert news.time_left == "2025年6月30日截止，还有10天"


def test_who_waits_stands_with_days_and_reasons(digest: Digest) -> None:
    first = digest.content.waiting[0].items[0]
    assert first.text == "JSAQ2025-0015 南京燃气集团有限公司 一号检修班"
    assert first.remark == "已等9天：缺少材料、漏填"


@pytest.mark.parametrize(("days", "shown"), [(0, True), (7, True), (8, False)])
def test_a_chart_is_shown_until_a_week_after_the_deadline(store: Store, days: int, shown: bool) -> None:
    programme = PROGRAMMES["jsaq-2025"]
    with store.reading() as session:
        news = news_of(session, programme, None, {}, programme.deadline + timedelta(days=days))
    assert bool(news.bars) is shown


def test_the_silent_are_the_expected_without_those_heard(digest: Digest) -> None:
    expected = digest.content.silent[0]
    assert (expected.names, expected.of) == (("南京市质量协会", "苏州市质量协会"), 3)


def test_what_was_never_answered_is_named(digest: Digest) -> None:
    assert [item.text for item in digest.content.unanswered.items] == ["没有答复的申报"]


def test_health_shows_what_is_ill(digest: Digest) -> None:
    ill = [line.text for line in digest.content.health if not line.well]
    assert "cmea：已停止收信（登录被拒绝，多为授权码失效）" in ill
    assert not any("126.com" in line for line in ill)


def test_mobiles_and_names_are_masked(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=9)
        make.mail(
            at=DAY - timedelta(hours=1),
            subject="请致电13812345678",
            sender="a.long.name@example.cn",
            from_name="欧阳建国",
            kind="enquiry",
            decision="held",
        )
    digest = make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY)
    assert "138****5678" in digest.text
    assert "欧***" in digest.text
    for body in (digest.text, digest.html):
        assert "13812345678" not in body
        assert "欧阳建国" not in body


def test_hostile_words_stay_words(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=8)
        make.mail(
            at=DAY - timedelta(hours=1),
            subject='<script>alert(1)</script>"><img src=x>',
            sender="x@example.cn",
            kind="enquiry",
            decision="held",
        )
    html = make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY).html
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_the_html_needs_nothing_from_elsewhere(digest: Digest) -> None:
    assert not re.search(r"<(style|link|img|script|iframe)|url\(|@import|src=", digest.html)
    assert set(re.findall(r'href="(https?://[^/"]+)', digest.html)) == {"http://127.0.0.1:0"}


def test_the_register_is_attached(digest: Digest) -> None:
    ((name, kind, data),) = digest.attachments
    assert name == "申报登记表_20250620.xlsx"
    assert kind.endswith("spreadsheetml.sheet")
    assert data.startswith(b"PK")


def test_an_empty_store_makes_a_digest_that_says_so(tmp_path: Path) -> None:
    with Store.temporary() as store:
        digest = make_digest(store, PROGRAMMES, config(tmp_path), date(2025, 1, 1), datetime(2025, 1, 1, 1, tzinfo=UTC))
    for words in ("今天没有需要处理的事项", "没有待补正的申报", "来信均已答复", "没有正在进行的项目"):
        assert words in digest.text
        assert words in digest.html
    assert digest.attachments == ()


# --- once a day, and nothing lost --------------------------------------------------------------------------------


def letters(store: Store) -> list[Reply]:
    with store.reading() as session:
        return list(session.exec(select(Reply).where(Reply.purpose.startswith("digest:"))))  # type: ignore[attr-defined]


def test_it_is_queued_at_its_hour_once(store: Store, tmp_path: Path) -> None:
    given = config(tmp_path)
    assert send_digest_if_due(store, PROGRAMMES, given, DAY - timedelta(seconds=1)) is None
    assert send_digest_if_due(store, PROGRAMMES, given, DAY) is not None
    for later in (timedelta(0), timedelta(seconds=30), timedelta(hours=15)):  # a restart at the very hour, and later ones
        assert send_digest_if_due(store, PROGRAMMES, given, DAY + later) is None
    sent = letters(store)
    assert sorted(reply.recipient for reply in sent) == ["head@example.org", "staff@example.org"]
    assert {reply.state for reply in sent} == {ReplyState.QUEUED}
    raw = store.blobs.get(sent[0].raw_sha256)
    assert b"multipart/mixed" in raw
    assert sent[0].message_id.encode() in raw


def test_two_daemons_at_the_same_moment_queue_one(store: Store, tmp_path: Path) -> None:
    given, outcomes = config(tmp_path), []
    threads = [threading.Thread(target=lambda: outcomes.append(send_digest_if_due(store, PROGRAMMES, given, DAY))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([outcome for outcome in outcomes if outcome is not None]) == 1
    assert len(letters(store)) == 2


def test_a_crash_before_the_commit_leaves_neither_row_nor_letter(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import bot.digest.daily

    def crash(*_: object) -> list[int]:
        raise KeyboardInterrupt

    monkeypatch.setattr(bot.digest.daily, "tail", crash)
    with pytest.raises(KeyboardInterrupt):
        send_digest_if_due(store, PROGRAMMES, config(tmp_path), DAY)
    assert letters(store) == []
    monkeypatch.undo()
    assert send_digest_if_due(store, PROGRAMMES, config(tmp_path), DAY + timedelta(minutes=1)) is not None
    assert len(letters(store)) == 2


def test_a_daemon_that_slept_over_the_hour_sends_late_and_covers_all(store: Store, tmp_path: Path) -> None:
    given = config(tmp_path)
    assert send_digest_if_due(store, PROGRAMMES, given, DAY) is not None
    with store.transaction() as session:
        Maker(session, store, seed=5).case("accepted", at=DAY + timedelta(hours=30), prefix="JSAQ2025-X")
    late = send_digest_if_due(store, PROGRAMMES, given, DAY + timedelta(days=2, hours=3))
    assert late is not None
    assert late.content.covers_from == DAY
    assert late.content.news[0].opened == 1


def test_a_mail_committed_late_is_in_the_next_digest_and_no_mail_in_two(store: Store, tmp_path: Path) -> None:
    given = config(tmp_path)
    first = send_digest_if_due(store, PROGRAMMES, given, DAY)
    assert first is not None
    with store.transaction() as session:  # its time was taken before the digest, its commit came after
        mail = Maker(session, store, seed=5).mail(at=DAY - timedelta(minutes=2), subject="x", sender="x@example.cn", decision="rejected")
        mail.settled_at = DAY - timedelta(seconds=1)
        session.add(mail)
    second = send_digest_if_due(store, PROGRAMMES, given, DAY + timedelta(days=1))
    assert second is not None
    assert first.content.news[0].mails == 12
    assert second.content.news[0].mails == 1
    assert dict(second.content.news[0].decisions)["不予受理"] == 1


def test_nobody_to_send_to_sends_nothing(store: Store, tmp_path: Path) -> None:
    given = config(tmp_path)
    silent = given.model_copy(update={"digest": given.digest.model_copy(update={"to": ()})})
    assert send_digest_if_due(store, PROGRAMMES, silent, DAY) is None
    with store.reading() as session:
        assert session.exec(select(models.Digest)).all() == []


def test_its_history_is_kept(store: Store, tmp_path: Path) -> None:
    send_digest_if_due(store, PROGRAMMES, config(tmp_path), DAY)
    with store.reading() as session:
        event = session.exec(select(Event).where(Event.action == "digest")).one()
    assert event.details == {"day": "2025-06-20", "to": 2}


def test_the_next_hour_is_told_to_who_would_sleep(tmp_path: Path) -> None:
    given = config(tmp_path)
    assert due_at(given, DAY - timedelta(minutes=1)) == DAY
    assert due_at(given, DAY) == DAY + timedelta(days=1)


def test_stuck_mails_are_shown_after_an_hour(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=6)
        make.mail(at=DAY - timedelta(minutes=61), subject="等了很久", sender="a@example.cn", state=MailState.STORED, settled_at=None)
        make.mail(at=DAY - timedelta(minutes=59), subject="刚来不久", sender="b@example.cn", state=MailState.STORED, settled_at=None)
    text = make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY).text
    assert "等了很久" in text
    assert "刚来不久" not in text


def test_a_long_list_is_cut_with_a_link_to_the_rest(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=7)
        make.count = 100
        for _ in range(40):
            make.case("incomplete", at=DAY - timedelta(days=3), findings=(("missing-field", "error", "漏填"),))
    digest = make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY)
    group = digest.content.waiting[0]
    assert (len(group.items), group.hidden, group.count) == (30, 13, 43)
    assert "另有13项" in digest.text
    assert "/cases?programme=jsaq-2025&decision=incomplete" in digest.text


def test_a_rush_of_held_cases_hides_neither_their_number_nor_the_grave_ones(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=7)
        make.count = 100
        for _ in range(230):
            make.case("held", at=DAY - timedelta(days=3), findings=(("seal-mismatch", "review", "公章不符"),))
        last = make.case("held", at=DAY, findings=(("unsafe-document", "review", "含有宏"),))
    groups = {group.title: group for group in make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY).content.needs}
    assert groups["待人工确认的申报"].count == 231
    assert groups["不安全的文件"].items[-1].text.startswith(last.reference)


def test_a_case_that_only_stands_for_its_package_is_named_as_such(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=7)
        make.count = 100
        case = make.case("accepted", at=DAY, recommender="陕西省质量协会")
        package = session.get_one(models.Package, case.package_id)
        package.decision = "held"
        mail = session.exec(select(models.Mail).where(models.Mail.package_id == package.id)).one()
        make.add(models.Finding(mail_id=mail.id, code="count-mismatch", severity="review", message="推荐数与材料数不符"))
    groups = {group.title: group for group in make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY).content.needs}
    assert (f"{case.reference}等 陕西省质量协会（整体材料）", "推荐数与材料数不符") in [
        (item.text, item.remark) for item in groups["待人工确认的申报"].items
    ]


def test_a_rush_of_incomplete_cases_is_counted_whole(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=7)
        make.count = 100
        for _ in range(230):
            make.case("incomplete", at=DAY - timedelta(days=3), findings=(("missing-field", "error", "漏填"),))
    assert make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY).content.waiting[0].count == 233


def test_an_account_that_can_not_send_needs_somebody(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        state = session.get_one(models.MailboxState, "jsaq")
        state.sending_stopped, state.sending_error = True, "535 login failed"
    digest = make_digest(store, PROGRAMMES, config(tmp_path), TODAY, DAY)
    assert "停止发信：登录被拒绝，多为授权码失效" in [item.remark for item in digest.content.needs[-1].items]
    assert "jsaqbanzu@126.com：已停止发信（登录被拒绝，多为授权码失效）" in [line.text for line in digest.content.health if not line.well]


def test_approved_text(digest: Digest) -> None:
    text = re.sub(r"磁盘剩余空间 .*", "磁盘剩余空间 10.0 GB", digest.text).replace("！磁盘", "  磁盘")
    assert_approved(Path(__file__).parent / "approved" / "digest", {"daily": text})
