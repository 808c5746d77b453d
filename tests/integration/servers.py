"""Real servers for the tests, each on a loopback port of its own, all ended with the test that started them."""

from __future__ import annotations

import contextlib
import os
import pwd
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "opensesame"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float = 20, what: str = "the condition") -> Any:
    """Wait until the condition is true; its value. Fails the test after `seconds`."""
    until = time.monotonic() + seconds
    while (begun := time.monotonic()) < until:
        if value := condition():
            return value
        time.sleep(min(0.5, max(0.02, 3 * (time.monotonic() - begun))))  # a dear look must not take the processor from what it waits for
    raise AssertionError(f"{what} did not come true within {seconds} s")


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


def unprivileged() -> tuple[str, str]:
    """User and group to run servers as: our own, or nobody's where we are root."""
    if os.getuid() == 0:
        return "nobody", "nogroup"
    import grp

    return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name


@dataclass(frozen=True)
class Certificate:
    """A certificate for 127.0.0.1 that signs itself, and its key, as files."""

    file: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """Make one with the openssl program."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made.key), "-out", str(made.file)]
    subprocess.run(command, check=True, capture_output=True)
    return made


class Dovecot:
    """A Dovecot of our own. `netease`: with the capabilities of 126.com, which has no IDLE. With a certificate `port` wants
    STARTTLS and `tls_port` is TLS from the beginning."""

    def __init__(self, *, netease: bool = False, connections: int = 50, certificate: Certificate | None = None) -> None:
        self.port = free_port()
        self.tls_port = free_port() if certificate else 0
        self._certificate = certificate
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._netease = netease
        self._connections = connections
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def _configuration(self) -> str:
        user, group = unprivileged()
        base = self.folder
        secure = ""
        if self._certificate is not None:
            for path in (self._certificate.file, self._certificate.key):
                shutil.copy(path, base / path.name)
            secure = f"ssl = required\nssl_cert = <{base}/cert.pem\nssl_key = <{base}/key.pem\nssl_dh ="
        capability = "imap_capability = IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+" if self._netease else ""
        return f"""
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
protocols = imap
ssl = no
disable_plaintext_auth = no
{secure}
mail_location = maildir:{base}/mail/%u
mail_fsync = always
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
protocol imap {{
  mail_max_userip_connections = {self._connections}
  imap_idle_notify_interval = 2 min
  {capability}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {self.port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        for name in ("run", "mail", "home"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "dovecot.conf").write_text(self._configuration())
        prefix = []
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, "nobody", "nogroup")
                path.chmod(0o755)
            prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        command = [*prefix, "/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        wait_for(lambda: listening(self.port) or self._process.poll() is not None, 10, "Dovecot")  # type: ignore[union-attr]
        if self._process.poll() is not None:
            raise AssertionError(f"Dovecot did not start: {self._process.stderr.read()!r}")  # type: ignore[union-attr]

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            if self._process.stderr:
                self._process.stderr.close()
            self._process = None

    def close(self) -> None:
        """End it with its folder: nothing of it is needed again, so it gets no second to end in order."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def client(self, user: str) -> Iterator[Any]:
        from imapclient import IMAPClient

        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30)
        client.login(user, PASSWORD)
        try:
            yield client
        finally:
            with contextlib.suppress(Exception):
                client.logout()

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put mails into a folder, which is made where it is not there."""
        with self.client(user) as client:
            if folder != "INBOX" and not client.folder_exists(folder):
                client.create_folder(folder)
            for mail in mails:
                client.append(folder, mail, msg_time=at)


@dataclass
class Received:
    """A letter that the SMTP server took."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)  # type: ignore[return-value]


@dataclass
class Smtp:
    """An aiosmtpd server in a thread. `answers` decides by stage: a function of the number of times that the stage was
    reached gives the answer, or None for the usual one. "lost": the letter is taken and the connection cut."""

    users: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    answers: dict[str, Callable[[int], str | None]] = field(default_factory=dict)
    port: int = 0
    received: list[Received] = field(default_factory=list)
    lost: list[Received] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _controller: Any = None

    def start(self) -> Smtp:
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult

        self.port = self.port or free_port()

        def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
            if refused := self._answer("login"):
                return AuthResult(success=False, handled=False, message=refused)
            good = self.users.get(data.login.decode()) == data.password.decode()
            return AuthResult(success=good, handled=good)

        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            data_size_limit=80 * 2**20,
            authenticator=authenticate if self.users else None,
            auth_require_tls=False,
            auth_required=False,
            ssl_context=self.tls,
            tls_context=self.starttls,
            require_starttls=self.starttls is not None,
        )
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _answer(self, stage: str) -> str | None:
        self.counts[stage] = self.counts.get(stage, 0) + 1
        rule = self.answers.get(stage)
        return rule(self.counts[stage]) if rule else None

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if refused := self._answer("mail"):
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if refused := self._answer("rcpt"):
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = Received(envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content))
        answer = self._answer("data")
        if answer == "lost":
            self.lost.append(letter)
            self.received.append(letter)
            server.transport.abort()
            return "250 OK"
        if answer is not None:
            return answer
        self.received.append(letter)
        return "250 OK: queued as 1"


class Proxy:
    """A TCP proxy. `watch(direction, data)` sees every piece ("up": to the server) and may say "cut", "stall" or None;
    `refusing` makes it drop new connections at once."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.watch: Callable[[str, bytes], str | None] = lambda direction, data: None
        self.refusing = False
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._closing = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            if self.refusing:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._open |= {client, server}
            self._start(self._pump, client, server)

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        stalled = False
        try:
            while not self._closing.is_set():
                ready, _, _ = select.select([client, server], [], [], 0.2)
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    verdict = self.watch("up" if source is client else "down", data)
                    if verdict == "cut":
                        return
                    stalled = stalled or verdict == "stall"
                    if not stalled:
                        (server if source is client else client).sendall(data)
        except (OSError, ValueError):
            return
        finally:
            self._drop(client, server)

    def _drop(self, *sockets: socket.socket) -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            self._open.discard(one)

    def cut_all(self) -> None:
        """Cut every open connection."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut_all()
        for thread in self._threads:
            thread.join(2)


class Postgres:
    """A PostgreSQL of our own, in a folder that goes with it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not bins:
            pytest.skip("PostgreSQL is not installed")
        self._bin = bins[-1]
        self._prefix: list[str] = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
            self._prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "shenbao", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "shenbao", "shenbao")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([*self._prefix, str(self._bin / program), *arguments], check=True, capture_output=True, cwd=self.folder)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://shenbao@127.0.0.1:{self.port}/shenbao"

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class S3:
    """Moto's S3 server as a process, with one bucket `shenbao`."""

    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: listening(self.port), 30, "the S3 server")
        import urllib.request

        urllib.request.urlopen(urllib.request.Request(f"{self.url}/shenbao", method="PUT"), timeout=10).close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
