"""The console's routes, and the headers that every answer bears."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console import actions, admin, case_page, entrance, file_pages, lists
from bot.console.site import HERE, Handler, Site, guard

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Headers:
    """Puts the security headers on every answer, errors included; pages are not to be cached."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with if scope["type"] == "http" else send)


def make_app(site: Site) -> Starlette:
    """The console as an ASGI application."""

    def get(path: str, handler: Handler, role: str = "staff") -> Route:
        return Route(path, guard(site, handler, role=role), methods=["GET"])

    def post(path: str, handler: Handler, role: str = "staff") -> Route:
        return Route(path, guard(site, handler, role=role), methods=["POST"])

    routes = [
        Route("/login", entrance.log_in_page(site), methods=["GET"]),
        Route("/login", entrance.log_in(site), methods=["POST"]),
        post("/logout", entrance.log_out),
        get("/", lists.today),
        get("/cases", lists.cases),
        get("/mails", lists.mails),
        get("/replies", lists.replies),
        get("/health", lists.health),
        get("/programmes", lists.programmes),
        get("/programmes/{programme}", lists.programme),
        get("/programmes/{programme}/register.xlsx", file_pages.register),
        get("/programmes/{programme}/papers/{number:int}.xlsx", file_pages.paper),
        get("/programmes/{programme}/material.zip", file_pages.material),
        get("/cases/{reference}", case_page.case),
        get("/cases/{reference}/compare/{other}", case_page.compare),
        get("/cases/{reference}/answer", actions.answer_page),
        post("/cases/{reference}/answer", actions.answer),
        post("/cases/{reference}/field", actions.field),
        post("/cases/{reference}/accept", actions.accept),
        post("/cases/{reference}/insist", actions.insist),
        post("/cases/{reference}/resubmission", actions.resubmission),
        post("/cases/{reference}/duplicate", actions.duplicate),
        post("/cases/{reference}/judge", actions.judge),
        get("/mails/{mail:int}", case_page.mail),
        get("/mails/{mail:int}/raw", file_pages.raw_mail),
        get("/mails/{mail:int}/answer", actions.answer_mail_page),
        post("/mails/{mail:int}/answer", actions.answer_mail),
        post("/mails/{mail:int}/handled", actions.handled),
        post("/mails/{mail:int}/again", actions.again),
        get("/files/{document:int}", file_pages.view),
        get("/files/{document:int}/download", file_pages.download),
        get("/files/{document:int}/pages/{page:int}", file_pages.page),
        get("/files/{document:int}/pages/{page:int}.jpg", file_pages.page_picture),
        post("/replies/{reply:int}/sent", actions.reply_sent),
        post("/replies/{reply:int}/anew", actions.reply_anew),
        post("/mailboxes/{name}/resume", actions.resume_sending, "admin"),
        get("/users", admin.users_page, "admin"),
        post("/users", admin.add_user, "admin"),
        post("/users/{name}/password", admin.set_password, "admin"),
        post("/users/{name}/change", admin.change_user, "admin"),
        get("/history", admin.history, "admin"),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Headers)], exception_handlers={Exception: _broken})


async def _broken(request: Request, error: Exception) -> Response:
    return PlainTextResponse("系统出错，已记入日志。请返回上一页重试；仍然出错时请联系管理员。", 500)
