"""What every page of the console has at hand: the site, the question asked, templates, and the guard before each handler.

A handler is a plain function `Ask -> Response`, run in a worker thread. `guard` lets in only who is logged in, holds the
role, and on POST carries the session's CSRF token; a StaffError becomes a page with its words.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.config import Config
from bot.errors import BytesLost, StoreError
from bot.programme.programme import Programme
from bot.staff.records import Rejudge, StaffError
from bot.staff.users import UserError, Visitor, csrf_matches, find_visitor
from bot.store.store import Store
from bot.views import words
from bot.views.files import Files, MissingFileError
from bot.views.history import who
from bot.views.needs import case_name, reasons
from bot.views.troubles import note_words, trouble_words

COOKIE = "shenbao_session"
MOST_FORM = 64_000
HERE = Path(__file__).parent

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """What the console serves."""

    config: Config
    store: Store
    programmes: Mapping[str, Programme]
    files: Files
    rejudge: Rejudge | None = None
    now: Callable[[], datetime] = utc_now

    @property
    def secure(self) -> bool:
        """Whether staff come by HTTPS, so that the cookie may demand it."""
        return self.config.console.url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the console: who asks, and what their form says."""

    site: Site
    request: Request
    visitor: Visitor
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.site.now()

    def query(self, key: str) -> str:
        """A query parameter, "" where absent; at most 200 characters."""
        return self.request.query_params.get(key, "").strip()[:200]

    def offset(self, key: str = "offset") -> int:
        """Where a list begins; 0 for what is no number."""
        given = self.query(key)
        return min(int(given), 100_000) if given.isdecimal() and given.isascii() else 0

    def path(self, key: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[key])

    def number(self, key: str) -> int:
        """A number in the path."""
        return int(self.request.path_params[key])

    def field(self, key: str) -> str:
        """A form's field, "" where absent."""
        return self.form.get(key, "")

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page by a template."""
        done = DONE.get(self.query("done"), "")
        html = (
            templates()
            .get_template(template)
            .render(
                visitor=self.visitor, site_now=self.now, here=self.request.url.path, done=done, programmes=self.site.programmes, **values
            )
        )
        return HTMLResponse(html, status)


Handler = Callable[[Ask], Response]

DONE = {
    "saved": "已保存。",
    "judged": "已重新审核。",
    "queued": "回信已交付发送。",
    "settled": "已处理。",
    "sent": "已标记为已发送。",
    "anew": "已重新交付发送。",
    "user": "用户已更新。",
    "again": "已重新交付处理。",
}
"""What a page says after an action, by the word in its address; nothing of the address is ever printed."""


def guard(site: Site, handler: Handler, *, role: str = "staff") -> Callable[[Request], Awaitable[Response]]:
    """A Starlette endpoint around a handler."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(_answer, site, handler, role, request, form)

    return endpoint


def _answer(site: Site, handler: Handler, role: str, request: Request, form: Mapping[str, str] | None) -> Response:
    visitor = find_visitor(site.store, request.cookies.get(COOKIE, ""), now=site.now())
    if visitor is None:
        return _to_login(request)
    ask = Ask(site, request, visitor, form or {})
    if request.method == "POST":
        given = ask.field("csrf") or request.headers.get("x-csrf-token", "")
        if form is None or not csrf_matches(visitor, given) or not same_origin(request):
            return sorry(ask, 403, "这个页面已经过期", "请返回上一页，刷新后再试。")
    if role == "admin" and not visitor.is_admin:
        return sorry(ask, 403, "需要管理员权限", "请联系管理员。")
    try:
        return handler(ask)
    except StaffError as error:
        return sorry(ask, 409, "没有完成", str(error))
    except UserError as error:
        return sorry(ask, 409, "没有完成", error.words)
    except MissingFileError:
        return sorry(ask, 404, "文件已不在", "这封来信已超过保存期限，原件已被移除。")
    except BytesLost as error:
        log.error("console: %s", error)
        return sorry(ask, 500, "原件缺失或已损坏", "请联系管理员从备份中恢复。")
    except StoreError as error:
        log.error("console: %s", error)
        return sorry(ask, 503, "数据库暂时无法访问", "请稍后再试。")
    except Exception:  # whatever nobody foresaw: the person gets a page, the log the trace
        log.exception("console: %s %s", request.method, request.url.path)
        return sorry(ask, 500, "系统出错", "已记入日志。请返回上一页重试；仍然出错时请联系管理员。")


async def read_form(request: Request) -> dict[str, str] | None:
    """A form's fields; None where it is too large or no form."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_FORM:
        return None
    async with request.form(max_files=0, max_fields=100, max_part_size=MOST_FORM) as form:
        return {key: value for key, value in form.items() if isinstance(value, str)}


def same_origin(request: Request) -> bool:
    """False where a browser says that another site sends this."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.split("://", 1)[-1] == request.headers.get("host", "")


def _to_login(request: Request) -> Response:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    where = "/login" if request.method == "POST" or target == "/" else f"/login?next={quote(target, safe='')}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": where})
    return RedirectResponse(where, 303)


def sorry(ask: Ask, status: int, title: str, words: str) -> Response:
    """A page that says what went wrong and what to do."""
    return ask.page("error.html", status, title=title, words=words)


def to(path: str, done: str = "") -> Response:
    """After an action: on to a page."""
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done={done}" if done else path, 303)


@cache
def templates() -> Any:
    """The templates, everything escaped, with the words that staff read as filters."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        moment=words.moment_words,
        day=words.day_words,
        size=words.size_words,
        decision=lambda value: words.DECISIONS.get(value or "", value or "—"),
        channel=lambda value: words.CHANNELS.get(value or "", "未能判断"),
        kind=lambda value: words.KINDS.get(value or "", "—"),
        document=lambda value: words.DOCUMENT_KINDS.get(value, value),
        copy=lambda value: words.COPIES.get(value, value),
        severity=lambda value: words.SEVERITIES.get(value, value),
        code=words.code_words,
        reasons=reasons,
        case_name=case_name,
        reply_state=lambda value: words.REPLY_STATES.get(str(value), str(value)),
        mail_state=lambda value: words.MAIL_STATES.get(str(value), str(value)),
        role=lambda value: words.ROLES.get(value, value),
        address=words.mask_address,
        person=words.mask_name,
        who=who,
        masked=words.mask_mobiles,
        note=note_words,
        trouble=trouble_words,
        whole=str,
    )
    return environment
