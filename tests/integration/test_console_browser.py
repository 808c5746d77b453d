"""The console in a real browser, against the real server and store: each action by hand and key, narrow screens, axe.

Screenshots are kept in test-output/ to be looked at.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.config import Config
from bot.digest.daily import make_digest
from bot.programme.load import load_programmes
from bot.staff.records import settle_from_findings
from bot.store.models import Application, Reply, ReplyState
from bot.store.store import Store
from tests.staff_data import DAY
from tests.staff_site import ADMIN, STAFF, config, filled_store

pytestmark = pytest.mark.integration

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip  # noqa: E501
OUTPUT = Path(__file__).parents[2] / "test-output"
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "today": "/",
    "cases": "/cases",
    "case": "/cases/JSAQ2025-0015",
    "compare": "/cases/JSAQ2025-0020/compare/JSAQ2025-0019",
    "answer": "/cases/JSAQ2025-0015/answer",
    "mails": "/mails",
    "mail": "/mails/24",
    "mail-set-aside": "/mails/27",
    "replies": "/replies",
    "health": "/health",
    "programmes": "/programmes",
    "programme": "/programmes/jsaq-2025",
    "users": "/users",
    "history": "/history",
    "scan": "/files/30/pages/1",
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    OUTPUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Served:
    """A served console with its store."""

    def __init__(self, store: Store, url: str, given: Config) -> None:
        self.store, self.url, self.config = store, url, given

    def case(self, reference: str) -> Application:
        with self.store.reading() as session:
            return session.exec(select(Application).where(Application.reference == reference)).one()


def by_findings(session: Any, application_id: int) -> None:
    """The invented cases' files can't be judged: their decision follows from their findings."""
    case = session.get_one(Application, application_id)
    settle_from_findings(session, case)
    session.flush()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    from bot.console import serve
    from parsers.reader import DirectReader

    with filled_store() as store:
        given = config(tmp_path)
        handle = serve(given, store, load_programmes(), reader=DirectReader(), rejudge=by_findings)
        yield Served(store, handle.url, given)
        handle.stop()


@pytest.fixture
def page(chromium: Any, served: Served) -> Iterator[Any]:
    """A page of an admin who is logged in; whatever the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1200, "height": 900}, locale="zh-CN")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, served, ADMIN)
    yield page
    context.close()
    assert complaints == []


def enter(page: Any, served: Served, who: tuple[str, str], path: str = "/") -> None:
    page.goto(served.url + path)
    page.fill("#name", who[0])
    page.fill("#password", who[1])
    page.keyboard.press("Enter")
    page.wait_for_selector("header nav")


def shot(page: Any, name: str) -> None:
    page.screenshot(path=OUTPUT / f"console-{name}.png", full_page=True)


def test_a_link_of_the_digest_leads_through_log_in_to_the_case(chromium: Any, served: Served) -> None:
    page = chromium.new_page()
    page.goto(served.url + "/cases/JSAQ2025-0015")
    shot(page, "login")
    enter(page, served, STAFF, "/cases/JSAQ2025-0015")
    assert page.url == served.url + "/cases/JSAQ2025-0015"
    page.click("text=退出")
    page.goto(served.url + "/cases/JSAQ2025-0015")
    assert "/login" in page.url
    page.close()


def test_every_page_is_accessible_fits_narrow_screens_and_is_light(page: Any, served: Served) -> None:
    for name, path in PAGES.items():
        weight = [0]
        count = lambda response, weight=weight: weight.__setitem__(0, weight[0] + _size(response))  # noqa: E731
        page.on("response", count)
        page.goto(served.url + path, wait_until="networkidle")
        page.remove_listener("response", count)
        assert weight[0] < 200_000, (name, weight)
        shot(page, name)
        found = page.evaluate(f"{AXE}; axe.run(document, {{resultTypes: ['violations']}})")
        grave = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
        assert grave == [], (name, json.dumps([(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in grave], ensure_ascii=False))
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        shot(page, f"{name}-360")
        page.set_viewport_size({"width": 1200, "height": 900})


def _size(response: Any) -> int:
    """Bytes of what makes the page; the scan's picture is looked at, not read."""
    return 0 if response.url.endswith(".jpg") or response.status == 304 else len(response.body())


def test_a_company_is_found_among_all_by_keyboard_alone(page: Any, served: Served) -> None:
    page.goto(served.url + "/cases")
    from playwright.sync_api import expect

    page.keyboard.press("/")
    page.keyboard.type("燃气集团 一号")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    assert "q=" in page.url
    page.select_option("#decision", "rejected")
    expect(page.locator("#found tbody tr")).to_have_count(0)
    page.select_option("#decision", "")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    page.focus("#found tbody a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/JSAQ2025-0015")


def test_a_field_is_corrected_and_a_finding_let_pass(page: Any, served: Served) -> None:
    page.goto(served.url + "/cases/JSAQ2025-0015")
    row = page.locator("tr", has=page.locator("th:text-is('邮编')"))
    row.locator("summary").click()
    row.locator("input[name=value]").fill("210009")
    row.locator("button").click()
    page.wait_for_selector("text=已保存。")
    assert served.case("JSAQ2025-0015").fields["postcode"] == "210009"
    for _ in range(2):
        page.locator(".findings summary").first.click()
        page.locator(".findings input[name=reason]").first.fill("已电话核实")
        page.locator(".findings details[open] button").click()
        page.wait_for_selector("text=已保存。")
    assert served.case("JSAQ2025-0015").decision == "accepted"
    shot(page, "case-accepted")
    page.locator("text=恢复").first.click()
    page.wait_for_selector("h1 .badge.incomplete")
    page.click("text=重新审核")
    page.wait_for_selector("text=已重新审核。")


def test_a_resubmission_is_confirmed(page: Any, served: Served) -> None:
    from tests.unit.test_staff import pending

    with served.store.transaction() as session:
        pending(session, served.case("JSAQ2025-0021"))
    page.goto(served.url + "/cases/JSAQ2025-0021")
    shot(page, "resubmission")
    page.click("text=同意修改，采用新材料")
    page.wait_for_selector("text=已处理。")
    assert served.case("JSAQ2025-0021").team == "改名后的班"


def test_a_resubmission_is_refused(page: Any, served: Served) -> None:
    from tests.unit.test_staff import pending

    before = served.case("JSAQ2025-0021")
    with served.store.transaction() as session:
        pending(session, before)
    page.goto(served.url + "/cases/JSAQ2025-0021")
    page.click("text=不同意，保留原材料")
    page.wait_for_selector("text=已处理。")
    after = served.case("JSAQ2025-0021")
    assert (after.team, after.fields["team"], after.decision) == (before.team, before.fields["team"], "accepted")
    assert page.locator("text=受理后收到的修改，等待确认").count() == 0
    assert page.locator("tr.old", has_text="修改稿.docx").count() == 1


def test_twins_are_settled_side_by_side(page: Any, served: Served) -> None:
    page.goto(served.url + "/")
    page.click("text=JSAQ2025-0020")
    page.click("text=并排比较")
    page.click("text=是同一申报，JSAQ2025-0020 不予受理")
    page.wait_for_selector("h1 .badge.rejected")
    assert served.case("JSAQ2025-0020").decision == "rejected"


def test_twins_are_told_apart(page: Any, served: Served) -> None:
    page.goto(served.url + "/cases/JSAQ2025-0020/compare/JSAQ2025-0019")
    page.click("button:text-is('不是同一申报')")
    page.wait_for_selector("h1 .badge.accepted")
    assert [served.case(f"JSAQ2025-00{n}").decision for n in (19, 20)] == ["accepted", "accepted"]
    assert page.locator("text=并排比较").count() == 0


def test_an_answer_is_previewed_and_sent(page: Any, served: Served) -> None:
    page.goto(served.url + "/cases/JSAQ2025-0015")
    page.click("text=答复报送单位")
    page.fill("#note", "请于6月25日前补齐。")
    page.click("button:text-is('更新预览')")
    page.wait_for_selector("pre:has-text('请于6月25日前补齐。')")
    shot(page, "answer-note")
    page.click("button:text-is('发送')")
    page.wait_for_selector("text=回信已交付发送。")
    with served.store.reading() as session:
        (reply,) = session.exec(select(Reply).where(Reply.state == ReplyState.QUEUED)).all()
    assert "请于6月25日前补齐。" in reply.text


def test_letters_in_doubt_are_settled(page: Any, served: Served) -> None:
    page.goto(served.url + "/replies")
    page.click("button:text-is('标为已发送')")
    page.wait_for_selector("text=已标记为已发送。")
    page.goto(served.url + "/replies?state=failed")
    page.click("button:text-is('重新发送')")
    page.wait_for_selector("text=已重新交付发送。")
    with served.store.reading() as session:
        assert session.exec(select(Reply).where(Reply.state == ReplyState.AMBIGUOUS)).all() == []


def test_a_letter_in_doubt_is_sent_anew(page: Any, served: Served) -> None:
    with served.store.reading() as session:
        before = session.exec(select(Reply).where(Reply.state == ReplyState.AMBIGUOUS)).one()
    page.goto(served.url + "/mails/25")
    page.click("summary:has-text('【补正通知】申报材料')")
    shot(page, "letter-in-doubt")
    page.click("button:text-is('重新发送')")
    page.wait_for_selector("text=已重新交付发送。")
    with served.store.reading() as session:
        after = session.get_one(Reply, before.id)
    assert (after.state, after.raw_sha256, after.message_id) == (ReplyState.QUEUED, before.raw_sha256, before.message_id)


def test_a_mail_set_aside_and_a_question_are_dealt_with(page: Any, served: Served) -> None:
    page.goto(served.url + "/mails/27")
    page.click("text=重新处理")
    page.wait_for_selector("text=已重新交付处理。")
    page.goto(served.url + "/mails/24")
    page.fill("#note", "已电话答复")
    page.click("text=标为已处理")
    page.wait_for_selector("text=已处理。")
    page.goto(served.url + "/")
    assert page.locator("text=请问会员单位能否直接报送").count() == 0


def test_the_scan_stands_beside_the_fields(page: Any, served: Served) -> None:
    page.goto(served.url + "/cases/JSAQ2025-0015")
    page.wait_for_selector("figure.scan image")
    box, fields = page.locator("figure.scan").bounding_box(), page.locator("table.fields").bounding_box()
    assert box["x"] > fields["x"] + fields["width"] / 2
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.locator("figure.scan").bounding_box()["width"] <= 360


def test_users_are_added_and_shut_out(page: Any, served: Served) -> None:
    page.goto(served.url + "/users")
    page.fill("#name", "xiaoli")
    page.fill("#password", "long enough 1")
    page.click("button:text-is('新增')")
    page.wait_for_selector("td:text-is('xiaoli')")
    page.locator("tr", has_text="xiaoli").locator("button", has_text="停用").click()
    page.wait_for_selector("text=已停用")


def test_files_are_downloaded_under_their_names(page: Any, served: Served) -> None:
    page.goto(served.url + "/programmes/jsaq-2025")
    with page.expect_download() as register:
        page.click("text=申报登记表和工作底稿")
    assert register.value.suggested_filename == "jsaq-2025 申报登记表.xlsx"
    page.goto(served.url + "/cases/JSAQ2025-0015")
    with page.expect_download() as file:
        page.locator("text=下载").first.click()
    assert file.value.suggested_filename == "附件2 申报表.docx"


@pytest.mark.parametrize("width", [360, 1000])
def test_the_digest_reads_well_at_any_width(chromium: Any, served: Served, width: int) -> None:
    digest = make_digest(served.store, load_programmes(), served.config, date(2025, 6, 20), DAY)
    page = chromium.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(digest.html)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == []
    page.screenshot(path=OUTPUT / f"digest-{width}.png", full_page=True)
    page.close()
