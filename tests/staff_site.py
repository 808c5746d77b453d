"""A console over invented cases for tests: configuration, site, and a client that is logged in."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import argon2
import httpx
from sqlmodel import SQLModel

from bot.config import Config, parse_config
from bot.programme.load import load_programmes
from bot.staff import users
from bot.store.blobs import FileBlobs
from bot.store.store import Store, make_engine
from tests.staff_data import DAY, fill

CONFIG = """
[[mailbox]]
name = "jsaq"
programmes = ["jsaq-2025"]
address = "jsaqbanzu@126.com"
display_name = "江苏省质量管理协会现场部"
provider = "netease"
imap = { host = "imap.example.cn", user = "u", password_env = "P" }
smtp = { host = "smtp.example.cn", user = "u", password_env = "P" }
[digest]
to = ["staff@example.org", "head@example.org"]
[programmes]
expected = { "jsaq-2025" = ["南京市质量协会", "连云港市质量协会", "苏州市质量协会"] }
[console]
listen = "127.0.0.1:0"
"""
users._hasher = cache(lambda: argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
"""Nobody guesses the passwords below; the real hash of each log-in would take longer than most tests."""
ADMIN, STAFF = ("guanli", "correct horse battery"), ("wangfang", "staple staple staple")


def config(folder: Path) -> Config:
    """The configuration; its paths lie in a folder."""
    return parse_config(CONFIG, folder / "shenbao.toml")


@cache
def _master() -> tempfile.TemporaryDirectory[str]:
    """The filled store's files, made once."""
    folder = tempfile.TemporaryDirectory(prefix="shenbao-staff-")
    with _opened(Path(folder.name)) as store:
        SQLModel.metadata.create_all(store.engine)
        fill(store)
        users.add_user(store, *ADMIN, "admin", now=DAY)
        users.add_user(store, *STAFF, "staff", now=DAY)
    return folder


def _opened(folder: Path) -> Store:
    return Store(make_engine(f"sqlite:///{folder}/staff.db", durable=False), FileBlobs(folder / "blobs", durable=False))


@contextmanager
def filled_store() -> Iterator[Store]:
    """A store of its own with a day's cases and two users."""
    with tempfile.TemporaryDirectory(prefix="shenbao-staff-") as folder:
        master = Path(_master().name)
        shutil.copytree(master, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("blobs"))
        shutil.copytree(master / "blobs", Path(folder, "blobs"), copy_function=os.link)  # a blob is never written to
        with _opened(Path(folder)) as store:
            yield store


def make_site(store: Store, folder: Path, **values: Any) -> Any:
    """A site at 08:30 of the data's day; files are read in this very process."""
    from bot.console.site import Site
    from bot.views.files import Files
    from parsers.pixels.pictures import PagePainter
    from parsers.reader import DirectReader

    painter: Any = PagePainter()
    given = {"now": lambda: DAY, **values}
    return Site(given.pop("config", None) or config(folder), store, load_programmes(), Files(store.blobs, DirectReader(), painter), **given)


class Client:
    """Plain requests to an ASGI application, cookies kept."""

    def __init__(self, app: Any) -> None:
        self.transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.cookies = httpx.Cookies()

    def request(self, method: str, path: str, **values: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://127.0.0.1:8600", cookies=self.cookies) as client:
                answer = await client.request(method, path, **values)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **values: Any) -> httpx.Response:
        return self.request("GET", path, **values)

    def post(self, path: str, **values: Any) -> httpx.Response:
        return self.request("POST", path, **values)


class Browser:
    """A client that keeps cookies, follows nothing, and fills in forms' tokens."""

    def __init__(self, site: Any) -> None:
        from bot.console.app import make_app

        self.client = Client(make_app(site))

    def log_in(self, name: str, password: str) -> Any:
        token = found(r'name="token" value="([^"]+)"', self.client.get("/login").text)
        return self.client.post("/login", data={"token": token, "name": name, "password": password})

    @property
    def csrf(self) -> str:
        return found(r'name="csrf" value="([^"]+)"', self.client.get("/").text)

    def get(self, path: str, **values: Any) -> Any:
        return self.client.get(path, **values)

    def post(self, path: str, **form: str) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **form})


def found(pattern: str, text: str) -> str:
    """The first group of a pattern that must be there."""
    match = re.search(pattern, text)
    assert match is not None, f"{pattern} is not in {text[:500]}"
    return match.group(1)
