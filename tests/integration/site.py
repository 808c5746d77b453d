"""A whole site for the tests: Dovecot, an SMTP server, a configuration, and the real daemon as a process."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config import Config, load_config
from bot.engine.parts import open_store
from bot.store.store import Store
from tests.integration.servers import PASSWORD, Dovecot, Smtp, wait_for
from tests.integration.starter import Started, start

Process = subprocess.Popen[bytes] | Started
JSAQ = "jsaqbanzu@126.com"


@dataclass
class Site:
    """`imap_port`, `smtp_port`: where the daemon finds the servers (a proxy's ports, perhaps)."""

    dovecot: Dovecot
    smtp: Smtp
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="site-")))
    imap_port: int = 0
    smtp_port: int = 0
    mailboxes: tuple[tuple[str, str, str], ...] = (("jsaq", JSAQ, "jsaq-2025"),)
    provider: str = "generic"
    folders: str = '["INBOX"]'
    database: str = "sqlite:///shenbao.db"
    blobs: str = "blobs"
    more: str = ""
    timeout: float = 20
    daily_limit: int = 100_000
    afresh: bool = False
    """Start the interpreter anew, as users do, instead of forking from one that has loaded everything."""
    processes: list[Process] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "shenbao.toml"

    def write(self) -> Config:
        boxes = "".join(
            f"""
[[mailbox]]
name = "{name}"
programmes = ["{programme}"]
address = "{address}"
provider = "{self.provider}"
folders = {self.folders}
poll_seconds = 1
imap = {{ host = "127.0.0.1", port = {self.imap_port or self.dovecot.port}, security = "none", user = "{address}", password_env = "TEST_PASSWORD", timeout_seconds = {self.timeout} }}
smtp = {{ host = "127.0.0.1", port = {self.smtp_port or self.smtp.port}, security = "none", timeout_seconds = {self.timeout}, daily_limit = {self.daily_limit} }}
"""  # noqa: E501
            for name, address, programme in self.mailboxes
        )
        text = f"""
[store]
database = "{self.database}"
blobs = "{self.blobs}"
{boxes}
[console]
enabled = false
{self.more}
"""
        if not self.file.exists() or self.file.read_text(encoding="utf-8") != text:
            fresh = self.file.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self.file)  # a daemon that starts just now must not read half of it
        os.environ["TEST_PASSWORD"] = PASSWORD
        return load_config(self.file)

    def start(self, command: str = "run", **environment: str) -> Process:
        self.write()
        args = [command, "--config", str(self.file)]
        whole = {**os.environ, "TEST_PASSWORD": PASSWORD, "PYTHONPATH": os.getcwd(), **environment}
        process = self._start_afresh(args, whole) if self.afresh else start(args, whole, self.folder / "log")
        self.processes.append(process)
        return process

    def _start_afresh(self, args: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "bot", *args], stderr=log, stdout=log, env=environment, start_new_session=True)

    def sweep(self) -> int:
        return self.start("sweep").wait(120)

    def log(self) -> list[dict[str, Any]]:
        text = (self.folder / "log").read_text(encoding="utf-8") if (self.folder / "log").exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()  # without a line that is just being written
        return [json.loads(line) if line.startswith("{") else {"event": line} for line in lines]

    def runs(self, process: Process) -> bool:
        """Whether this daemon has come up: signals end it in order from then on."""
        return any(line.get("event") == "running" and line.get("pid") == process.pid for line in self.log())

    def open_store(self) -> Store:
        return open_store(self.write())

    def status(self) -> dict[str, Any]:
        from bot.health.status import status

        return status(self.write())

    def wait_done(self, mails: int, seconds: float = 60) -> dict[str, Any]:
        """Wait until so many mails are stored and all have an outcome and nothing is on its way."""

        def done() -> dict[str, Any] | None:
            state = self.status()
            settled = state["mails"]["by_state"].get("settled", 0)
            busy = state["replies"]["queued"] + state["replies"]["sending"]
            return state if state["mails"]["total"] >= mails and settled >= mails and not busy else None

        try:
            state: dict[str, Any] = wait_for(done, seconds, f"{mails} mails")
        except AssertionError:
            print((self.folder / "log").read_text(encoding="utf-8")[-6000:])
            print(self.status())
            raise
        return state

    def kill(self, process: Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()

    def terminate(self, process: Process, seconds: float = 10.5) -> int:
        process.send_signal(signal.SIGTERM)
        return process.wait(seconds)

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def enquiry(number: int, to: str = JSAQ, sender: str = "", lines: Iterable[str] = ("请问材料什么时候截止？",)) -> bytes:
    """A small mail that gets an answer: a question without material."""
    sender = sender or f"sender{number}@example.cn"
    body = "\r\n".join(lines)
    return (
        f"Return-Path: <{sender}>\r\nMessage-ID: <enquiry-{number}@example.cn>\r\nDate: Tue, 10 Jun 2025 10:05:00 +0800\r\n"
        f"From: {sender}\r\nTo: {to}\r\nSubject: question {number}\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    ).encode()
