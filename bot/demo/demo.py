"""`shenbao demo`: the whole job on this machine alone. Embedded mail servers, invented mails, and the real daemon over them.

The daemon is a process of its own, started as `shenbao run` starts it; the demo only delivers mails, watches the store and
shows what came of it. Nothing leaves the machine: both servers listen on loopback and end with the demo.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from bot.config import Config, load_config
from bot.demo.servers import HOST, PASSWORD, DemoImap, DemoSmtp, free_port
from bot.errors import ConfigurationError, Problem, ShenbaoError

STAFF = "staff@example.org"
USER = "demo"
_MARK = ".shenbao-demo"
_STALLED_SECONDS = 300
_PASSWORD_ENV = "SHENBAO_DEMO_PASSWORD"  # the name of a variable, no secret
_NAMES = {"jsaqbanzu@126.com": "jsaq", "1170678394@qq.com": "cmea", "66073178@163.com": "caq", "xzhd@cacem.com.cn": "cacem"}


class DemoFailed(ShenbaoError):
    """The demo's daemon ended, or did nothing any more."""

    def __init__(self, what: str, log: Path) -> None:
        super().__init__(what, log)
        self.what = what
        self.log = log

    def __str__(self) -> str:
        return f"{self.what}; the daemon's log is {self.log}"


@dataclass(slots=True)
class Demo:
    """A demo that has run: its folder, configuration and open store, and what to tell. `letters` are the files of the answers."""

    folder: Path
    config: Config
    store: Any
    daemon: subprocess.Popen[bytes]
    password: str
    letters: list[Path] = field(default_factory=list)
    digest: list[Path] = field(default_factory=list)


Step = Callable[[str], None]


@contextmanager
def open_demo(folder: Path, console_port: int, progress: Callable[[str, int], Any]) -> Iterator[Demo]:
    """Run the demo in `folder` (cleared of an earlier demo); everything is judged and answered when this yields.

    `progress(label, total)` is a context manager that yields `advance(what)`. The daemon and its console live until the
    context ends. Raises DemoFailed, ConfigurationError (a folder that holds something else).
    """
    from bot.demo.mails import COUNT, demo_mails
    from bot.rules.checked import checked_programmes

    _clear(folder)
    programmes = checked_programmes()
    with ExitStack() as stack:
        imap = DemoImap(sorted(programme.mailbox for programme in programmes.values()))
        stack.callback(imap.close)
        letters: list[Path] = []
        digests: list[Path] = []
        smtp = DemoSmtp(_Receiver(folder / "replies", letters, digests))
        stack.callback(smtp.close)
        with progress("delivering", COUNT) as advance:
            for mail in demo_mails():
                imap.deliver(mail.address, [(mail.raw, mail.received)])
                advance(mail.shows)
        config = _configure(folder, imap.port, smtp.port, console_port, programmes)
        password = secrets.token_urlsafe(9)
        store = stack.enter_context(_prepared_store(config, password))
        daemon = stack.enter_context(_daemon(folder, config))
        with progress("judging", COUNT) as advance:
            _wait_for_outcomes(store, config, COUNT, daemon, folder, advance)
        demo = Demo(folder, config, store, daemon, password, letters)
        demo.digest = _digest(demo, programmes, digests)
        yield demo


def outcomes(demo: Demo) -> list[tuple[str, str, str, str, str, str]]:
    """A row a mail, in order of receipt: received, subject, notice, kind, decision, what was wrong (codes, each once)."""
    from sqlmodel import col, select

    from bot.store.models import Finding, Mail

    rows = []
    with demo.store.reading() as session:
        for mail in session.exec(select(Mail).order_by(col(Mail.programme), col(Mail.received_at))):
            findings = session.exec(select(Finding).where(Finding.mail_id == mail.id))
            codes = list(dict.fromkeys(f.code for f in findings if f.severity in ("reject", "error", "review")))
            rows.append(
                (_moment(mail.received_at), mail.subject, mail.programme or "", mail.kind or "", mail.decision or "", ",".join(codes))
            )
    return rows


def _moment(moment: Any) -> str:
    from bot.views.words import local

    return f"{local(moment):%Y-%m-%d %H:%M}"


def _clear(folder: Path) -> None:
    """Make the folder ready; an earlier demo's files go, anything else is left alone and refused."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise ConfigurationError(str(folder), [Problem("--dir", "holds files that no demo wrote", "a new or empty folder")])
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    try:
        (folder / "replies").mkdir(parents=True, exist_ok=True)
        (folder / _MARK).write_text("written by shenbao demo; the next demo clears this folder\n", encoding="utf-8")
    except OSError as error:  # a file in the way, no permission
        raise ConfigurationError(str(folder), [Problem("--dir", f"can't be written: {error.strerror}", "a folder of yours")]) from error


def _configure(folder: Path, imap: int, smtp: int, console: int, programmes: Mapping[str, Any]) -> Config:
    parts = [
        '[store]\ndatabase = "sqlite:///shenbao.db"\nblobs = "blobs"\n',
        f'[digest]\nat = "23:59"\nto = ["{STAFF}"]\n',
        f'[console]\nlisten = "{HOST}:{console}"\n',
    ]
    for programme in programmes.values():
        access = f'host = "{HOST}", security = "none", password_env = "{_PASSWORD_ENV}"'
        parts.append(
            f'[[mailbox]]\nname = "{_NAMES.get(programme.mailbox, programme.id)}"\nprogrammes = ["{programme.id}"]\n'
            f'address = "{programme.mailbox}"\ndisplay_name = "{programme.association}"\nprovider = "generic"\n'
            f'imap = {{ {access}, port = {imap}, user = "{programme.mailbox}" }}\n'
            f'smtp = {{ host = "{HOST}", security = "none", port = {smtp}, user = "" }}\n'
            f"poll_seconds = 5\n"
        )
    path = folder / "shenbao.toml"
    path.write_text("# Written by shenbao demo.\n\n" + "\n".join(parts), encoding="utf-8")
    return load_config(path)


@contextmanager
def _prepared_store(config: Config, password: str) -> Iterator[Any]:
    """The demo's store, made before the daemon opens it, with one person who may log in to the console."""
    from bot.engine.parts import open_store
    from bot.staff.users import add_user
    from bot.store.letters import now

    with open_store(config) as store:
        add_user(store, USER, password, "admin", now=now())
        yield store


@contextmanager
def _daemon(folder: Path, config: Config) -> Iterator[subprocess.Popen[bytes]]:
    """`shenbao run` as a process of its own; told to stop by SIGTERM, as a service manager does."""
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", config.file],
            env={**os.environ, _PASSWORD_ENV: PASSWORD},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_outcomes(store: Any, config: Config, total: int, daemon: subprocess.Popen[bytes], folder: Path, advance: Step) -> None:
    """Until every mail has its outcome and no answer waits to be sent."""
    from bot.health.status import status_of

    seen, since = (-1, -1), time.monotonic()
    shown = 0
    while True:
        state = status_of(store, config)
        settled = sum(state["mails"]["by_decision"].values())
        waiting = state["replies"]["queued"] + state["replies"]["sending"]
        while shown < settled:
            shown += 1
            advance(f"{state['replies']['sent']} answers sent")
        if settled >= total and waiting == 0:
            return
        if (settled, waiting) != seen:
            seen, since = (settled, waiting), time.monotonic()
        if daemon.poll() is not None:
            raise DemoFailed(f"the daemon ended by itself (status {daemon.returncode})", folder / "daemon.log")
        if time.monotonic() - since > _STALLED_SECONDS:
            raise DemoFailed(f"nothing has moved for {_STALLED_SECONDS} s: {settled} of {total} mails judged", folder / "daemon.log")
        time.sleep(0.2)


def _digest(demo: Demo, programmes: Mapping[str, Any], arrived: list[Path]) -> list[Path]:
    """Have today's digest sent the daemon's way, and keep its parts as files."""
    from bot.digest.daily import send_digest
    from bot.store.letters import now
    from bot.views.words import local

    moment = now()
    digest = send_digest(demo.store, programmes, demo.config, local(moment).date(), moment)
    if digest is None:
        raise DemoFailed("the digest was not made", demo.folder / "daemon.log")
    files = {"digest.html": digest.html.encode(), "digest.txt": digest.text.encode()} | {name: data for name, _, data in digest.attachments}
    written = []
    for name, data in files.items():
        path = demo.folder / name
        path.write_bytes(data)
        written.append(path)
    until = time.monotonic() + 60
    while time.monotonic() < until and not arrived:
        if demo.daemon.poll() is not None:
            break
        time.sleep(0.2)
    return written


class _Receiver:
    """Keeps each letter that the daemon sends as .eml, .txt and .html; called in the SMTP server's thread."""

    def __init__(self, folder: Path, letters: list[Path], digests: list[Path]) -> None:
        self._folder = folder
        self._letters = letters
        self._digests = digests
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, recipients: Sequence[str], raw: bytes) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        with self._lock:
            self._count += 1
            number = self._count
        kind = "digest" if STAFF in recipients else "reply"
        subject = re.sub(r"[^\w【】\[\]（）-]+", "_", str(message["Subject"] or ""))[:60].strip("_")
        stem = self._folder / f"{number:02d}-{kind}-{subject}"
        Path(f"{stem}.eml").write_bytes(raw)
        for subtype, ending in (("plain", "txt"), ("html", "html")):
            part = message.get_body((subtype,))
            if part is not None:
                Path(f"{stem}.{ending}").write_text(part.get_content(), encoding="utf-8")
        (self._digests if kind == "digest" else self._letters).append(Path(f"{stem}.eml"))


def console_port(wanted: int | None) -> int:
    """The console's port: the one wanted, else 8600, else any free one."""
    import socket

    for port in (wanted,) if wanted else (8600,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:  # somebody listens there already
                if wanted:
                    raise ConfigurationError("--port", [Problem(str(port), "is in use", "a free port")]) from error
            else:
                return port
    return free_port()
