"""The console: who gets in, what a page says, and that nothing from a mail becomes more than words."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import socket
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.console.app import HEADERS, make_app
from bot.console.entrance import safe_target
from bot.console.serving import _bind
from bot.findings import DEFAULT_SEVERITIES
from bot.store.models import Application, Document, Event, Finding, Mail, Package, Reply, ReplyState
from bot.store.store import Store
from bot.views.files import file_name, safe_name
from bot.views.words import CODES
from tests.staff_data import DAY, Maker
from tests.staff_site import ADMIN, STAFF, Browser, filled_store, found, make_site
from tests.unit.test_staff import pending, whole_package

CASE = "/cases/JSAQ2025-0015"
PAGES = [
    "/",
    "/cases",
    "/cases?q=燃气",
    "/mails",
    "/mails?kind=enquiry",
    "/replies",
    "/replies?state=failed",
    "/health",
    "/programmes",
    "/programmes/jsaq-2025",
    "/programmes/cacem-2024",
    CASE,
    f"{CASE}/answer",
    "/cases/JSAQ2025-0020/compare/JSAQ2025-0019",
    "/mails/24",
    "/mails/27",
    "/mails/24/answer",
    "/files/30/pages/1",
]
FILES = [
    "/files/30/download",
    "/files/30/pages/1.jpg",
    "/mails/24/raw",
    "/programmes/jsaq-2025/register.xlsx",
    "/programmes/jsaq-2025/papers/0.xlsx",
    "/programmes/jsaq-2025/material.zip",
]
ADMINS = ["/users", "/history"]
POSTS = [
    f"{CASE}/field",
    f"{CASE}/accept",
    f"{CASE}/insist",
    f"{CASE}/resubmission",
    f"{CASE}/duplicate",
    f"{CASE}/judge",
    f"{CASE}/answer",
    "/mails/24/handled",
    "/mails/24/answer",
    "/mails/27/again",
    "/replies/25/sent",
    "/replies/25/anew",
    "/logout",
]
ADMIN_POSTS = ["/users", f"/users/{STAFF[0]}/password", f"/users/{STAFF[0]}/change", "/mailboxes/jsaq/resume"]


@pytest.fixture
def store() -> Iterator[Store]:
    with filled_store() as store:
        yield store


@pytest.fixture
def site(store: Store, tmp_path: Path) -> Any:
    return make_site(store, tmp_path)


@pytest.fixture
def stranger(site: Any) -> Browser:
    return Browser(site)


@pytest.fixture
def staff(site: Any) -> Browser:
    browser = Browser(site)
    assert browser.log_in(*STAFF).status_code == 303
    return browser


@pytest.fixture
def admin(site: Any) -> Browser:
    browser = Browser(site)
    assert browser.log_in(*ADMIN).status_code == 303
    return browser


# --- who gets in -------------------------------------------------------------------------------------------------


def test_no_page_and_no_file_without_log_in(stranger: Browser) -> None:
    for path in (*PAGES, *FILES, *ADMINS):
        answer = stranger.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/login"), path
        assert answer.content == b"", path


def test_no_action_without_log_in(stranger: Browser) -> None:
    for path in (*POSTS, *ADMIN_POSTS):
        answer = stranger.client.post(path, data={"csrf": "x"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/login"), path


def test_every_route_is_guarded(site: Any, stranger: Browser) -> None:
    """Whatever route is added later is asked for here too."""
    open_routes, asked = {"/login"}, set()
    for route in make_app(site).routes:
        path = str(getattr(route, "path", ""))
        if path in open_routes or path == "/static":
            continue
        for name, value in (("{reference}", "X"), ("{other}", "Y"), ("{programme}", "jsaq-2025"), ("{name}", "x")):
            path = path.replace(name, value)
        for name in ("number", "mail", "document", "page", "reply"):
            path = path.replace("{" + name + ":int}", "1")
        assert "{" not in path
        for method in getattr(route, "methods", set()) - {"HEAD"}:
            assert stranger.client.request(method, path).status_code == 303, (method, path)
            asked.add(path)
    assert {"/", *ADMINS} <= asked
    assert len(asked) > len(POSTS)


def test_admins_pages_are_for_admins(staff: Browser, admin: Browser) -> None:
    for path in ADMINS:
        assert staff.get(path).status_code == 403, path
        assert admin.get(path).status_code == 200, path


def test_admins_actions_are_for_admins(staff: Browser, store: Store) -> None:
    for path in ADMIN_POSTS:
        assert staff.post(path, name="eve", password="long enough 1", role="admin", disabled="yes").status_code == 403, path
    with store.reading() as session:
        assert {e.action for e in session.exec(select(Event)) if e.action.startswith("user-")} == {"user-added"}


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "guessed"}])
def test_no_action_without_the_forms_token(admin: Browser, store: Store, form: dict[str, str]) -> None:
    with store.reading() as session:
        before = len(session.exec(select(Event)).all())
    for path in (*POSTS, *ADMIN_POSTS):
        answer = admin.client.post(path, data={**form, "choice": "same", "value": "x", "key": "team"})
        assert answer.status_code == 403, path
    with store.reading() as session:
        assert len(session.exec(select(Event)).all()) == before


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
def test_a_token_sent_from_another_site_does_not_count(staff: Browser, headers: dict[str, str]) -> None:
    answer = staff.client.post(f"{CASE}/field", data={"csrf": staff.csrf, "key": "team", "value": "x"}, headers=headers)
    assert answer.status_code == 403


def test_one_visitors_token_is_no_use_to_another(staff: Browser, admin: Browser) -> None:
    assert staff.client.post(f"{CASE}/judge", data={"csrf": admin.csrf}).status_code == 403


def test_actions_are_not_to_be_had_by_get(staff: Browser) -> None:
    for path in POSTS:
        assert staff.get(path).status_code in (200, 405)
    assert staff.get(f"{CASE}/judge").status_code == 405


def test_a_log_in_without_the_forms_cookie_is_refused(stranger: Browser) -> None:
    answer = stranger.client.post("/login", data={"token": "x", "name": STAFF[0], "password": STAFF[1]})
    assert answer.status_code == 403
    assert "shenbao_session" not in answer.cookies


def test_a_wrong_password_says_neither_which_was_wrong(stranger: Browser) -> None:
    pages = [stranger.log_in(name, "wrong").text for name in (STAFF[0], "nobody")]
    assert all("用户名或密码不正确" in page for page in pages)


def test_a_locked_account_is_told_until_when(stranger: Browser) -> None:
    for _ in range(4):
        assert stranger.log_in(STAFF[0], "wrong").status_code == 401
    answer = stranger.log_in(STAFF[0], "wrong")
    assert answer.status_code == 429
    assert "锁定到6月20日 08:45" in answer.text


def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: Browser) -> None:
    cookie = stranger.log_in(*STAFF).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_leaving_closes_the_door(staff: Browser) -> None:
    assert staff.post("/logout").status_code == 303
    assert staff.get("/").status_code == 303


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("/cases/JSAQ2025-0001?x=1", "/cases/JSAQ2025-0001?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/login?next=/login", "/"),
        ("", "/"),
    ],
)
def test_after_log_in_one_stays_on_this_site(asked: str, got: str) -> None:
    assert safe_target(asked) == got


def test_a_link_of_the_digest_leads_there_after_log_in(stranger: Browser) -> None:
    where = stranger.get(CASE).headers["location"]
    page = stranger.get(where).text
    assert f'name="next" value="{CASE}"' in page


# --- headers -----------------------------------------------------------------------------------------------------


def test_every_answer_bears_the_security_headers(staff: Browser) -> None:
    for path in ("/", "/login", "/nowhere", "/static/console.css", "/static/nowhere.js", CASE, "/files/30/pages/1.jpg"):
        answer = staff.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_no_page_has_script_or_style_in_line_or_weighs_much(admin: Browser) -> None:
    for path in (*PAGES, *ADMINS, "/login"):
        page = admin.get(path)
        assert page.status_code == 200, path
        for inline in ("<style", " style=", "onclick=", "onload=", "onerror=", "javascript:", "hx-on"):
            assert inline not in page.text, (path, inline)
        assert page.text.count("<script") == page.text.count('<script src="/static/'), path
        assert len(page.content) < 120_000, path  # with htmx (52 kB), style sheet and script below 200 kB


def test_a_broken_handler_is_a_page_with_the_headers(site: Any, staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.console.lists.case_counts", broken)
    answer = staff.get("/")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


# --- hostile words -----------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


def poison(store: Store) -> str:
    """Every string that comes from a mail, made hostile."""
    with store.transaction() as session:
        make = Maker(session, store, seed=4)
        make.count = 900
        case = make.case(
            "held",
            at=DAY - timedelta(hours=1),
            organisation=HOSTILE,
            team=HOSTILE,
            title=HOSTILE,
            recommender=HOSTILE,
            contact=HOSTILE,
            address=HOSTILE,
            findings=(("duplicate-channel", "review", HOSTILE, {"reference": "JSAQ2025-0019", "evidence": HOSTILE}),),
        )
        package = session.get_one(Package, case.package_id)
        package.sender_name, package.sender_address = HOSTILE, f"{HOSTILE}@example.cn"
        for mail in session.exec(select(Mail).where(Mail.package_id == package.id)):
            mail.subject = mail.from_name = mail.from_address = mail.last_error = HOSTILE
            link = dict.fromkeys(("name", "url", "provider", "size", "expires"), HOSTILE)
            mail.details = {"text": HOSTILE, "notes": [HOSTILE], "links": [link]}
            mail_id = mail.id
        for document in session.exec(select(Document).where(Document.application_id == case.id)):
            document.path = f"{HOSTILE}/{HOSTILE}.docx"
            document.facts = {**document.facts, "seal": {"present": True, "texts": [HOSTILE]}, "statistics": {"teams": HOSTILE}}
        for reply in session.exec(select(Reply).where(Reply.mail_id == mail_id)):
            reply.subject = reply.recipient = reply.text = reply.last_answer = HOSTILE
            reply.state = ReplyState.AMBIGUOUS
        session.add(Event(at=DAY, actor=f"submitter:{HOSTILE}", action=HOSTILE, package_id=package.id, details={"note": HOSTILE}))
        session.add(Event(at=DAY, actor=f"staff:{HOSTILE}", action="field-corrected", package_id=package.id, details={"field": HOSTILE}))
        session.add(Finding(mail_id=mail_id, application_id=case.id, code=HOSTILE, severity="review", message=HOSTILE))
        return f"/cases/{case.reference} /mails/{mail_id}"


def test_words_from_mails_stay_words_on_every_page(store: Store, admin: Browser) -> None:
    case, mail = poison(store).split()
    files = [f"/files/{d}" for d in _documents(store, case.rsplit("/", 1)[-1])]
    pages = [
        "/",
        "/cases",
        "/mails",
        "/replies",
        "/history",
        case,
        mail,
        f"{case}/answer",
        f"{case}/compare/JSAQ2025-0019",
        *files,
        "/cases?q=" + "%3Cscript%3Ealert(1)%3C/script%3E&programme=%22%3E%3Cimg%3E",
        "/mails?q=%22%3E%3Cscript%3E",
        "/login?next=%22%3E%3Cscript%3E",
        "/cases/%3Cscript%3E",
        "/programmes/%22%3E%3Cimg%20src=x%3E",
    ]
    seen = 0
    for path in pages:
        text = admin.get(path).text
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
        assert '"><script' not in text, path
        seen += "&lt;script&gt;" in text
    assert seen >= 11  # the words are there, as words


def _documents(store: Store, reference: str) -> list[int]:
    with store.reading() as session:
        case = session.exec(select(Application).where(Application.reference == reference)).one()
        return [d.id or 0 for d in session.exec(select(Document).where(Document.application_id == case.id))]


def test_a_documents_cells_stay_words(store: Store, site: Any, staff: Browser) -> None:
    from docx import Document as Word

    word, data = Word(), io.BytesIO()
    word.add_paragraph(HOSTILE)
    word.add_table(1, 1).cell(0, 0).text = HOSTILE
    word.save(data)
    sha256 = store.blobs.put(data.getvalue())
    with store.transaction() as session:
        document = session.get_one(Document, 29)
        document.sha256, document.path = sha256, "表.docx"
        session.add(document)
    page = staff.get("/files/29")
    assert page.text.count("&lt;script&gt;alert(1)") == 2
    assert "<script>alert" not in page.text


def test_a_programme_tells_all_it_can_find_in_chinese(staff: Browser) -> None:
    page = staff.get("/programmes/jsaq-2025").text
    listed = page[page.index("审核规则") :]
    told = re.sub(r"<[^>]*>", "", listed)
    assert not re.search(r"[A-Za-z]{5,}", told), re.findall(r"[A-Za-z]{5,}", told)
    for code in DEFAULT_SEVERITIES.keys() - {"internal-error"}:
        assert f"{CODES[code]}：" in listed, code


# --- files -------------------------------------------------------------------------------------------------------


def test_a_download_is_saved_and_never_shown(staff: Browser) -> None:
    answer = staff.get("/files/29/download")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E9%99%84%E4%BB%B62" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.content.startswith(b"PK")


NO_FILES = [
    "/files/0/download",
    "/files/99999/download",
    "/files/-1/download",
    "/files/..%2f..%2fetc%2fpasswd/download",
    "/files/29/pages/0.jpg",
    "/files/1e3/download",
    "/mails/99999/raw",
    "/static/../site.py",
    "/static/%2e%2e/site.py",
    "/static/..%2fapp.py",
    "/programmes/..%2f..%2fx/register.xlsx",
    "/programmes/jsaq-2025/papers/99.xlsx",
]


def test_what_is_not_a_file_of_a_mail_is_not_found(staff: Browser) -> None:
    for path in NO_FILES:
        answer = staff.get(path)
        assert answer.status_code == 404, path
        assert b"import" not in answer.content, path


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.zip/../../etc/passwd", "passwd"),
        ("..\\..\\windows\\x.docx", "x.docx"),
        ('a"b\r\nSet-Cookie: x.docx', "a_b__Set-Cookie_ x.docx"),
        ("CON.docx", "_CON.docx"),
        ("...", "file"),
        ("表‮xcod.exe", "表_xcod.exe"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
    ],
)
def test_a_files_name_is_safe_on_every_system(path: str, name: str) -> None:
    assert file_name(path) == name
    assert len(safe_name(path)) <= 120


def make_unsafe(store: Store, document_id: int) -> None:
    with store.transaction() as session:
        document = session.get_one(Document, document_id)
        document.facts = {**document.facts, "refusal": {"reason": "unsafe", "detail": "macro"}}
        session.add(document)


def test_a_dangerous_file_is_not_opened_and_for_admins_only(store: Store, staff: Browser, admin: Browser) -> None:
    make_unsafe(store, 30)
    assert "没有打开" in staff.get("/files/30").text
    assert staff.get("/files/30/pages/1").status_code == 404
    assert staff.get("/files/30/pages/1.jpg").status_code == 404
    assert staff.get("/files/30/download").status_code == 403
    assert admin.get("/files/30/download").status_code == 200


def test_a_page_is_drawn_anew_as_jpeg(staff: Browser) -> None:
    answer = staff.get("/files/30/pages/1.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")


def test_the_scans_page_is_a_picture_with_a_way_to_the_boxes(staff: Browser) -> None:
    part = staff.get("/files/30/pages/1", headers={"hx-request": "true"})
    assert "<html" not in part.text
    assert '<image href="/files/30/pages/1.jpg"' in part.text
    assert "标出识别的文字和公章" in part.text


def test_what_was_read_when_the_mail_came_is_marked_at_once(store: Store, site: Any, staff: Browser) -> None:
    from bot.intake.cached_reader import CachedReader
    from parsers.values import Box, Scan, ScannedPage, Seal

    class Once:
        def scan(self, *_: object, **__: object) -> Scan:
            seal = Seal(Box(120, 200, 160, 240), "round", "red", "某公司", 0.9)
            return Scan((ScannedPage(1, (), (seal,), True, 0.9, ((Box(20, 30, 60, 36), "组织名称"),)),))

    reader: Any = CachedReader(Once(), store)  # type: ignore[arg-type]
    with store.reading() as session:
        document = session.get_one(Document, 30)
    reader.scan("x.png", store.blobs.get(document.sha256), pages=[1, 2], seals=False)
    site.files.kept = reader.kept_page
    text = staff.get("/files/30/pages/1").text
    assert "<title>组织名称</title>" in text
    assert "<title>公章：某公司</title>" in text
    assert "标出识别" not in text
    assert "<title>" not in staff.get("/files/30/pages/2", headers={"hx-request": "true"}).text


def test_boxes_and_seals_are_marked_where_they_were_read(site: Any, staff: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from parsers.values import Box, Scan, ScannedPage, Seal

    page = ScannedPage(
        1, (), (Seal(Box(120, 200, 160, 240), "round", "red", "某公司", 0.9),), True, 0.9, ((Box(20, 30, 60, 36), "组织名称"),)
    )
    monkeypatch.setattr(type(site.files), "scan", lambda *_: Scan((page,)))
    text = staff.get("/files/30/pages/1?read=1").text
    assert '<rect class="read" x="20" y="30" width="40" height="6"><title>组织名称</title>' in text
    assert '<rect class="seal" x="120" y="200" width="40" height="40"><title>公章：某公司</title>' in text


def test_the_material_comes_as_a_zip(staff: Browser) -> None:
    answer = staff.get("/programmes/jsaq-2025/material.zip")
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "清单.xlsx" in archive.namelist()


# --- what pages say ----------------------------------------------------------------------------------------------


def test_lists_mask_what_the_case_shows_in_full(staff: Browser, store: Store) -> None:
    listed, case = staff.get("/cases").text, staff.get(CASE).text
    assert "shenbao015@example.cn" not in listed
    assert "she***15@example.cn" in listed
    assert "shenbao015@example.cn" in case


def test_search_finds_a_part_of_a_name_at_once(staff: Browser) -> None:
    part = staff.get("/cases?q=燃气集团 一号", headers={"hx-request": "true"}).text
    assert "JSAQ2025-0015" in part
    assert "<html" not in part
    assert part.count("/cases/JSAQ") == 1


def test_filters_narrow_the_list(staff: Browser) -> None:
    held = staff.get("/cases?decision=held", headers={"hx-request": "true"}).text
    assert held.count("/cases/JSAQ") == 4
    assert staff.get("/cases?code=seal-missing", headers={"hx-request": "true"}).text.count("/cases/JSAQ") == 1
    assert "没有符合条件的申报" in staff.get("/cases?programme=caq-2020").text


def test_the_case_has_everything(staff: Browser) -> None:
    text = staff.get(CASE).text
    for words in (
        "南京燃气集团有限公司",
        "缺少典型经验（Word版）",
        "附件3 申报汇总表（Excel版）",
        "各份材料的不同之处",
        "一号检修组",
        "有公章：南京燃气集团有限公司",
        "申报材料.zip/附件2 申报表.docx",
        "2025年6月11日 08:30",
        "审核：待补正",
    ):
        assert words in text, words


def test_empty_states_say_what_to_do(tmp_path: Path) -> None:
    from bot.staff import users

    with Store.temporary() as store:
        browser = Browser(make_site(store, tmp_path))
        assert "shenbao user add" in browser.get("/login").text
        users.add_user(store, *ADMIN, "admin", now=DAY)
        browser.log_in(*ADMIN)
        assert "还没有收到申报" in browser.get("/cases").text
        assert '请在“<a href="/health">系统</a>”中确认邮箱已连接' in browser.get("/mails").text
        assert "没有需要处理的事项" in browser.get("/").text


# --- actions -----------------------------------------------------------------------------------------------------


def decision(store: Store, reference: str) -> str:
    with store.reading() as session:
        return session.exec(select(Application.decision).where(Application.reference == reference)).one()


def test_a_case_is_worked_through(staff: Browser, store: Store) -> None:
    assert staff.post(f"{CASE}/field", key="postcode", value="210001").headers["location"] == f"{CASE}?done=saved"
    assert "210001" in staff.get(CASE).text
    staff.post(f"{CASE}/accept", code="missing-document", reason="已邮寄")
    staff.post(f"{CASE}/accept", code="missing-field", reason="电话补充")
    assert decision(store, "JSAQ2025-0015") == "accepted"
    page = staff.get(f"{CASE}?done=saved").text
    for words in ("已保存。", "已不计，理由：已邮寄", "wangfang</b> 更正：邮编：“210000”改为“210001”"):
        assert words in page, words
    staff.post(f"{CASE}/insist", code="missing-field")
    assert decision(store, "JSAQ2025-0015") == "incomplete"


def test_what_can_not_be_done_is_said(staff: Browser) -> None:
    answer = staff.post(f"{CASE}/accept", code="late", reason="下雨")
    assert answer.status_code == 409
    assert "目前没有“逾期”的问题" in answer.text
    assert staff.post("/cases/JSAQ2025-9999/judge").status_code == 409
    assert staff.post(f"{CASE}/duplicate", other="JSAQ2025-0001").status_code == 409


def test_twins_are_compared_and_settled(staff: Browser, store: Store) -> None:
    case = staff.get("/cases/JSAQ2025-0020").text
    assert "/cases/JSAQ2025-0020/compare/JSAQ2025-0019" in case
    assert "与 JSAQ2025-0019 可能为同一申报" in case
    assert 'name="code" value="duplicate-channel"' not in case  # there is one way to settle it: side by side
    page = staff.get("/cases/JSAQ2025-0020/compare/JSAQ2025-0019").text
    assert page.count('class="differs"') >= 1
    staff.post("/cases/JSAQ2025-0020/duplicate", other="JSAQ2025-0019", choice="same")
    assert decision(store, "JSAQ2025-0020") == "rejected"
    assert "与 JSAQ2025-0019 为同一申报" in staff.get("/cases/JSAQ2025-0020").text


def queued(store: Store) -> list[Reply]:
    with store.reading() as session:
        return list(session.exec(select(Reply).where(Reply.state == ReplyState.QUEUED)).all())


def test_an_answer_is_seen_before_it_is_sent(staff: Browser, store: Store) -> None:
    preview = staff.post(f"{CASE}/answer", note="请尽快补齐。", send="no")
    assert preview.status_code == 200
    assert "请尽快补齐。" in found(r"(?s)<pre class=\"letter\">(.*)</pre>", preview.text)
    assert queued(store) == []
    unseen = staff.post(f"{CASE}/answer", note="请尽快补齐。谢谢！", previewed="请尽快补齐。", send="yes")
    assert "附言有改动，尚未发送" in unseen.text
    assert queued(store) == []
    form = {"note": "请尽快补齐。", "previewed": "请尽快补齐。", "send": "yes", "once": found(r'name="once" value="(\w+)"', preview.text)}
    for _ in range(2):  # a double click
        assert staff.post(f"{CASE}/answer", **form).headers["location"] == f"{CASE}?done=queued"
    (reply,) = queued(store)
    assert "请尽快补齐。" in reply.text


def test_letters_in_doubt_are_settled(staff: Browser, store: Store) -> None:
    with store.reading() as session:
        doubt = session.exec(select(Reply).where(Reply.state == ReplyState.AMBIGUOUS)).one().id
        failed = session.exec(select(Reply).where(Reply.state == ReplyState.FAILED)).one().id
    staff.post(f"/replies/{doubt}/sent")
    staff.post(f"/replies/{failed}/anew")
    with store.reading() as session:
        assert session.get_one(Reply, doubt).state is ReplyState.SENT
        assert session.get_one(Reply, failed).state is ReplyState.QUEUED
    assert staff.post(f"/replies/{doubt}/anew").status_code == 409


def test_a_mail_set_aside_is_taken_up_again(staff: Browser, store: Store) -> None:
    assert staff.post("/mails/27/again").headers["location"] == "/mails/27?done=again"
    with store.reading() as session:
        assert session.get_one(Mail, 27).state == "stored"


def test_a_question_is_answered_and_off_the_list(staff: Browser) -> None:
    assert "请问会员单位能否直接报送" in staff.get("/").text
    staff.post("/mails/24/answer", note="可以。", previewed="可以。", send="yes")
    assert "请问会员单位能否直接报送" not in staff.get("/").text
    assert "wangfang已于2025年6月20日 08:30标为已处理。" in staff.get("/mails/24").text


def test_users_are_kept_by_admins(admin: Browser, site: Any) -> None:
    admin.post("/users", name="xiaoli", password="long enough 1", role="staff")
    other = Browser(site)
    assert other.log_in("xiaoli", "long enough 1").status_code == 303
    admin.post("/users/xiaoli/change", disabled="yes")
    assert other.get("/").status_code == 303
    assert admin.post(f"/users/{ADMIN[0]}/change", disabled="yes").status_code == 409
    assert "停用" in admin.get("/users").text


def test_the_log_is_a_list_and_masks_what_was_corrected(staff: Browser, admin: Browser) -> None:
    staff.post(f"{CASE}/field", key="contact_mobile", value="13912345678")
    staff.post(f"{CASE}/field", key="leader", value="欧阳建国")
    log = admin.get("/history").text
    assert "手机：" in log
    assert "139****5678" in log
    assert "欧***" in log
    assert "13912345678" not in log
    assert "欧阳建国" not in log
    assert "改为“13912345678”" in staff.get(CASE).text


def test_technical_remarks_are_said_in_chinese_with_the_original_beside(staff: Browser, store: Store) -> None:
    with store.transaction() as session:
        mail = session.get_one(Mail, 27)
        mail.details = {"notes": ["charset-guessed: x-unknown"]}
        session.add(mail)
    page = staff.get("/mails/27").text
    assert '来信没有写明文字编码，按内容推断。 <small class="remark" lang="en">charset-guessed: x-unknown</small>' in page
    assert '已搁置：读取这封信的程序意外终止 <small class="remark" lang="en">the parser died twice</small>' in page
    assert '登录被拒绝，多为授权码失效 <small class="remark" lang="en">535 authentication failed</small>' in staff.get("/health").text
    assert "收件地址不存在" in staff.get("/replies?state=failed").text


def test_what_is_wrong_with_a_user_is_said_in_chinese(admin: Browser) -> None:
    assert "密码至少10个字符" in admin.post("/users", name="xiaoli", password="short", role="staff").text
    assert "已有用户“guanli”。" in admin.post("/users", name=ADMIN[0], password="long enough 1", role="staff").text


def test_a_lost_original_is_told_from_a_store_that_is_away(staff: Browser, store: Store) -> None:
    with store.reading() as session:
        sha256 = session.get_one(Mail, 27).sha256
    store.blobs.remove(sha256)
    assert "原件缺失或已损坏" in staff.get("/mails/27/raw").text


def test_a_person_without_a_case_name_is_masked_in_lists(store: Store, staff: Browser) -> None:
    with store.transaction() as session:
        package = Package(programme="jsaq-2025", sender_address="a@example.cn", sender_name="周浩然", opened_at=DAY, decision="incomplete")
        package.reference = "JSAQ2025-0900"
        session.add(package)
    listed = staff.get("/cases").text
    assert "周**" in listed
    assert "周浩然" not in listed


def test_a_change_shows_what_it_changes(store: Store, staff: Browser) -> None:
    with store.transaction() as session:
        pending(session, session.exec(select(Application).where(Application.reference == "JSAQ2025-0021")).one())
    page = staff.get("/cases/JSAQ2025-0021").text
    assert 'data-label="修改为">改名后的班</td>' in page


def test_a_whole_package_is_settled_in_the_console(store: Store, staff: Browser) -> None:
    whole_package(store)
    page = staff.get("/cases/CACEM2024-0001").text
    assert "公章与单位不符" in page
    staff.post("/cases/CACEM2024-0001/accept", code="seal-mismatch", reason="已核实")
    page = staff.get("/cases/CACEM2024-0001").text
    assert "已不计，理由：已核实" in page
    assert 'class="badge accepted"' in page
    staff.post("/cases/CACEM2024-0001/insist", code="seal-mismatch")
    assert 'class="badge held"' in staff.get("/cases/CACEM2024-0001").text


def test_who_downloaded_what_is_in_the_log(staff: Browser, admin: Browser) -> None:
    staff.get("/files/29/download")
    assert "wangfang</b> 下载：申报材料.zip/附件2 申报表.docx" in admin.get("/history").text


def test_a_form_that_is_too_large_is_refused(staff: Browser) -> None:
    assert staff.post(f"{CASE}/field", key="team", value="x" * 70_000).status_code == 403


def test_a_bundle_of_five_hundred_files_stays_a_light_page(store: Store, staff: Browser) -> None:
    with store.transaction() as session:
        make = Maker(session, store, seed=6)
        mail = make.mail(at=DAY, subject="汇总", sender="zx@example.cn", package_id=15)
        for number in range(500):
            path = f"材料/{number:03d} 南京某某某某有限公司第一检修班/附件2 申报表（盖章版）.pdf"
            make.add(
                Document(
                    mail_id=mail.id, package_id=15, path=path, sha256="1" * 64, size=1, format="pdf", kind="other", copy_kind="stamped"
                )
            )
            make.add(
                Finding(mail_id=mail.id, application_id=15, code="file-name-rule", severity="error", message=f"文件名不合要求：{path}")
            )
    for path in (f"/mails/{mail.id}", CASE):
        page = staff.get(path)
        assert len(page.content) < 140_000
        assert "另有" in page.text
    assert "第101–200个" in staff.get(f"/mails/{mail.id}?files=100").text
    assert "第401–500个" in staff.get(f"/mails/{mail.id}?files=400").text


def test_a_file_is_taken_out_of_the_stored_mail(store: Store, site: Any, staff: Browser) -> None:
    letter, inner, outer = EmailMessage(), io.BytesIO(), io.BytesIO()
    for archive, name, data in ((inner, "附件2 申报表.txt", "组织名称：某公司".encode()), (outer, "甲班.zip", inner)):
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(name, data if isinstance(data, bytes) else data.getvalue())
    letter["Subject"] = "x"
    letter.set_content("材料")
    letter.add_attachment(outer.getvalue(), maintype="application", subtype="zip", filename="材料.zip")
    with store.transaction() as session:
        make = Maker(session, store, seed=6)
        mail = make.mail(at=DAY, subject="x", sender="a@example.cn", sha256=store.blobs.put(letter.as_bytes()))
        digest = hashlib.sha256("组织名称：某公司".encode()).hexdigest()
        document = make.add(
            Document(
                mail_id=mail.id,
                path="材料.zip/甲班.zip/附件2 申报表.txt",
                sha256=digest,
                size=1,
                format="txt",
                kind="other",
                copy_kind="editable",
            )
        )
    assert staff.get(f"/files/{document.id}/download").content.decode() == "组织名称：某公司"
    with store.transaction() as session:
        session.get_one(Document, document.id).sha256 = "2" * 64
    answer = staff.get(f"/files/{document.id}/download")
    assert answer.status_code == 404
    assert "已不在" in answer.text


def test_a_page_is_sent_at_once() -> None:
    """Without TCP_NODELAY every page waits 40 ms for the browser's acknowledgement of its headers."""
    seen: list[int] = []

    async def ask() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        server = await asyncio.start_server(answer, sock=_bind("127.0.0.1", 0))
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await reader.read()
        writer.close()
        server.close()
        await server.wait_closed()

    asyncio.run(ask())
    assert all(seen)
    assert seen


def test_a_case_and_its_mail_tell_what_they_go_by(site: Any, store: Store, staff: Any) -> None:
    why = {
        "question": "owner",
        "about": "",
        "answer": "南京甲乙水务有限公司",
        "why": [{"what": "own-folder", "weight": 8, "seen": "一/申报表.docx"}],
    }
    with store.transaction() as session:
        document = session.scalars(select(Document).where(Document.application_id.is_not(None))).first()  # type: ignore[union-attr]
        assert document is not None
        application = session.get_one(Application, document.application_id)
        mail = session.get_one(Mail, document.mail_id)
        mail.details = {**mail.details, "why": [why | {"about": document.path}, why | {"about": "别人的.docx"}]}
        session.add(mail)
        reference, number = application.reference, mail.id
    case, letter = staff.get(f"/cases/{reference}").text, staff.get(f"/mails/{number}").text
    for page in (case, letter):
        assert "判断依据" in page
        assert "与申报表在同一文件夹 +8：一/申报表.docx" in page
    assert "别人的.docx" not in case
