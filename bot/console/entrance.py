"""Logging in and out. Before there is a session, a cookie of its own guards the form against other sites."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.console.site import COOKIE, Ask, Site, read_form, same_origin, templates
from bot.staff import users
from bot.views.words import moment_words

FORM_COOKIE = "shenbao_form"


def log_in_page(site: Site) -> Callable[[Request], Awaitable[Response]]:
    """The form."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_form, site, request, "")

    return endpoint


def log_in(site: Site) -> Callable[[Request], Awaitable[Response]]:
    """What the form sends."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(_enter, site, request, form or {})

    return endpoint


def _form(site: Site, request: Request, problem: str, status: int = 200) -> Response:
    token = secrets.token_urlsafe(24)
    empty = not users.users(site.store)
    html = (
        templates()
        .get_template("login.html")
        .render(problem=problem, token=token, next=safe_target(request.query_params.get("next", "")), empty=empty)
    )
    response = HTMLResponse(html, status)
    response.set_cookie(FORM_COOKIE, token, httponly=True, samesite="strict", secure=site.secure, path="/login")
    return response


def _enter(site: Site, request: Request, form: Mapping[str, str]) -> Response:
    expected, given = request.cookies.get(FORM_COOKIE, ""), form.get("token", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()) or not same_origin(request):
        return _form(site, request, "这个页面已经过期，请重新登录。", 403)
    outcome = users.log_in(site.store, form.get("name", ""), form.get("password", ""), now=site.now())
    if isinstance(outcome, users.LogInRefused):
        if outcome.locked_until is not None:
            return _form(site, request, f"多次登录失败，账号已锁定到{moment_words(outcome.locked_until)}。", 429)
        return _form(site, request, "用户名或密码不正确。", 401)
    response = RedirectResponse(safe_target(form.get("next", "")), 303)
    response.set_cookie(
        COOKIE, outcome.token, max_age=int(users.LONGEST.total_seconds()), httponly=True, samesite="lax", secure=site.secure, path="/"
    )
    response.delete_cookie(FORM_COOKIE, path="/login")
    return response


def safe_target(target: str) -> str:
    """A page of ours to go on to, whatever was asked for."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable() and "\\" not in target
    return target if plain and not target.startswith("/login") else "/"


def log_out(ask: Ask) -> Response:
    """End the session."""
    users.log_out(ask.site.store, ask.request.cookies.get(COOKIE, ""), now=ask.now)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/")
    return response
