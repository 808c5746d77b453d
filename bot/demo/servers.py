"""The demo's mail servers, embedded and on loopback only: pymap for IMAP, aiosmtpd for SMTP, each in a thread."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import threading
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from bot.errors import ShenbaoError

HOST = "127.0.0.1"
PASSWORD = "demo"
_START_SECONDS = 20


class DemoServerError(ShenbaoError):
    """An embedded server did not start."""

    def __init__(self, server: str, why: str) -> None:
        super().__init__(server, why)
        self.server = server
        self.why = why

    def __str__(self) -> str:
        return f"the demo's {self.server} server did not start: {self.why}"


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class DemoImap:
    """An IMAP server in memory with one account an address; `close` ends it and forgets everything."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.port = free_port()
        self._addresses = tuple(addresses)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="demo-imap", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise DemoServerError("IMAP", f"no answer within {_START_SECONDS} s")
        if self._failure is not None:
            raise DemoServerError("IMAP", str(self._failure)) from self._failure

    def deliver(self, address: str, mails: Sequence[tuple[bytes, datetime]], on_each: Callable[[], object] = lambda: None) -> None:
        """Append mails to the address's INBOX, each with its own INTERNALDATE."""
        with imaplib.IMAP4(HOST, self.port, timeout=60) as client:
            client.login(address, PASSWORD)
            for raw, received in mails:
                answer, data = client.append("INBOX", "", imaplib.Time2Internaldate(received), raw)
                if answer != "OK":
                    raise DemoServerError("IMAP", f"APPEND was refused: {data!r}")
                on_each()

    def close(self) -> None:
        """End the server."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # whatever keeps it from starting is told to the thread that waits
            self._failure = error
            self._ready.set()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        from pymap.backend.dict import DictBackend, Identity
        from pymap.imap import IMAPService
        from pymap.user import Passwords, UserMetadata

        self._stopping = asyncio.Event()
        first = self._addresses[0]
        args = Namespace(
            host=[HOST], port=str(self.port), cert=None, key=None, tls=False, proxy_protocol=None, inherited_sockets=None,
            debug=False, passlib_cfg=None, demo_data=False, demo_user=first, demo_password=PASSWORD,
        )  # fmt: skip
        backend, config = await DictBackend.init(args)
        config.apply_context()
        password = await Passwords(config).hash_password(PASSWORD)
        for address in self._addresses[1:]:
            await Identity(address, backend.login, None, frozenset()).set(UserMetadata(config, address, password=password))
        async with AsyncExitStack() as stack:
            await backend.start(stack)
            await IMAPService(backend, config).start(stack)
            self._ready.set()
            await self._stopping.wait()


class DemoSmtp:
    """An SMTP server that hands every letter it takes to `receive(recipients, bytes)`, in its own thread."""

    def __init__(self, receive: Callable[[Sequence[str], bytes], None]) -> None:
        from aiosmtpd.controller import Controller

        self.port = free_port()
        self._controller = Controller(_Handler(receive), hostname=HOST, port=self.port, decode_data=False, ident="shenbao demo")
        try:
            self._controller.start()
        except (OSError, TimeoutError) as error:  # the port was taken meanwhile; the machine is very slow
            raise DemoServerError("SMTP", str(error)) from error

    def close(self) -> None:
        """End the server."""
        self._controller.stop()


class _Handler:
    def __init__(self, receive: Callable[[Sequence[str], bytes], None]) -> None:
        self._receive = receive

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._receive(tuple(envelope.rcpt_tos), bytes(envelope.content))
        return "250 OK"
