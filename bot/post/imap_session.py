"""One connection to an IMAP server, and only what every provider gets right: UIDs, flags, sizes, times and raw bytes.

No server-side search but ALL, no ENVELOPE, no BODYSTRUCTURE, no sets like 1:*: each of them is garbled by some provider.
UIDs are integers in ascending order. Every failure is a MailboxError.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from bot.config import ImapServer, Mailbox
from bot.errors import MailboxError
from bot.post.folder_names import folder_name
from bot.post.providers import IDENTIFICATION, PROVIDERS

CHUNK = 2 * 2**20
"""Bytes of one partial FETCH."""
_BATCH = 500
_SLICE_SECONDS = 2.0
_FAILURES = (imaplib.IMAP4.error, OSError, ValueError, AttributeError)
"""A NO, BAD, BYE or cut (error, abort), a time-out (OSError), use after a failure ("cannot read from timed out object",
AttributeError: the socket is gone)."""
_FOR_NOW = re.compile(
    r"\[(UNAVAILABLE|INUSE|SERVERBUG|LIMIT)\]|too many|maximum number|frequen|try again|later|busy|频繁|稍后", re.IGNORECASE
)

_PERHAPS_FOR_EVER = re.compile(r"password|authori[sz]ation code|授权码|密码", re.IGNORECASE)
"""QQ names a wrong password and a busy system in one and the same answer: trying on would lock the account."""


class Broken(MailboxError):
    """The connection is of no more use: connect anew."""


class LogInRefused(MailboxError):
    """The server does not take the password: trying again would only lock the account."""


class FolderMissing(MailboxError):
    """The server has no such folder."""


class Refused(MailboxError):
    """The server refused one command; the connection goes on."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What the server says of a message: its size in bytes and its INTERNALDATE."""

    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server lists it: the name to open it by, and its flags in lower case."""

    raw: bytes
    flags: frozenset[bytes]


class ImapSession:
    """A logged-in connection, used by one thread."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.provider = PROVIDERS[mailbox.provider]
        self._client = self._connect(mailbox.imap)
        with self._working():
            self._log_in(mailbox)
        self._folders = self._list()
        with self._working():
            self.can_idle = self.provider.idle and self._client.has_capability("IDLE")

    @staticmethod
    def _connect(server: ImapServer) -> IMAPClient:
        context = ssl.create_default_context(cafile=server.ca_file or None) if server.security != "none" else None
        try:
            client = IMAPClient(
                server.host,
                server.port,
                ssl=server.security == "tls",
                ssl_context=context if server.security == "tls" else None,
                timeout=SocketTimeout(connect=min(30, server.timeout_seconds), read=server.timeout_seconds),
            )
            client.normalise_times = False
            client.folder_encode = False  # imapclient's decoding fails for all folders where one is misnamed
            client._normalise_folder = _quoted
            client._imap.debug = 0  # imapclient sets 5, at which imaplib writes out every mail's bytes as text to drop it
            _keep_alive(client)
            if server.security == "starttls":
                client.starttls(context)
        except _FAILURES as error:  # refused, no route, no TLS, a greeting of BYE
            raise Broken(f"{server.host}:{server.port} does not answer: {error}") from error
        return client

    def _log_in(self, mailbox: Mailbox) -> None:
        password = mailbox.imap.password()
        try:
            self._client.login(mailbox.imap.user, password)
        except LoginError as error:
            self.close()
            cut = isinstance(error.__context__, imaplib.IMAP4.abort)  # imapclient calls a cut a refused log-in, too
            if cut or (_FOR_NOW.search(str(error)) and not _PERHAPS_FOR_EVER.search(str(error))):
                raise Broken(f"the log-in of {mailbox.imap.user} failed for now: {error}") from error
            raise LogInRefused(f"the log-in of {mailbox.imap.user} is refused: {error}") from error
        if self.provider.needs_id or self._client.has_capability("ID"):
            # through the raw command: imapclient's id_() refuses where a server hides the capability
            with contextlib.suppress(Refused), self._working():
                self._id({**IDENTIFICATION, "support-email": mailbox.address})

    def _id(self, facts: dict[str, str]) -> None:
        words = " ".join(f'"{word}"' for pair in facts.items() for word in pair)
        imaplib.Commands.setdefault("ID", ("NONAUTH", "AUTH", "SELECTED"))
        kind, answer = self._client._imap._simple_command("ID", f"({words})")
        if kind != "OK":
            raise Refused(f"ID: {answer!r}")

    @contextmanager
    def _working(self) -> Iterator[None]:
        try:
            yield
        except MailboxError:
            raise
        except imaplib.IMAP4.abort as error:
            self.close()
            raise Broken(f"the connection broke: {error}") from error
        except imaplib.IMAP4.error as error:
            raise Refused(f"the server refused: {error}") from error
        except _FAILURES as error:
            self.close()
            raise Broken(f"the connection broke: {error or type(error).__name__}") from error

    # --- folders ---------------------------------------------------------------------------------------------------

    def _list(self) -> dict[str, Folder]:
        """The server's folders that can be opened, by name."""
        with self._working():
            listed = self._client.list_folders()
        folders = [Folder(_raw(name), frozenset(flag.lower() for flag in flags)) for flags, _, name in listed]
        return {folder_name(folder.raw): folder for folder in folders if b"\\noselect" not in folder.flags}

    def _folder(self, name: str) -> Folder | None:
        if name.upper() == "INBOX":
            return next((folder for known, folder in self._folders.items() if known.upper() == "INBOX"), None)
        return self._folders.get(name)

    def has_folder(self, name: str) -> bool:
        """Whether the server has a folder of that name; one that it did not have before is asked for again."""
        if self._folder(name) is None:
            self._folders = self._list()  # a junk folder may come to be with its first mail
        return self._folder(name) is not None

    def sent_folder(self, configured: Sequence[str]) -> str | None:
        """The folder of sent letters: the configured one, the one the server marks, or one of a usual name. None: no such."""
        for name in configured:
            if self.has_folder(name):
                return name
        for name, folder in self._folders.items():
            if b"\\sent" in folder.flags:
                return name
        return next((name for name in self.provider.sent_folders if self._folder(name)), None)

    def select(self, folder: str) -> int:
        """Open a folder; its UIDVALIDITY (0 where the server tells none). Raises FolderMissing."""
        found = self._folder(folder) if self.has_folder(folder) else None
        if found is None:
            raise FolderMissing(f"there is no folder {folder!r}")
        with self._working():
            try:
                return int(self._client.select_folder(found.raw).get(b"UIDVALIDITY", 0))
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:  # "NO SELECT Unsafe Login": this connection stays useless
                self.close()
                raise Broken(f"SELECT {folder} was refused: {error}") from error

    def uids(self) -> list[int]:
        """All UIDs of the open folder, ascending."""
        with self._working():
            return sorted(int(uid) for uid in self._client.search("ALL"))

    # --- messages --------------------------------------------------------------------------------------------------

    def metas(self, uids: Sequence[int]) -> dict[int, Meta]:
        """Sizes and times; a UID that the server no longer has is left out."""
        found: dict[int, Meta] = {}
        for batch in _batches(sorted(uids)):
            with self._working():
                answer = self._client.fetch(batch, ["RFC822.SIZE", "INTERNALDATE", "FLAGS"])
            for uid, values in answer.items():
                received_at = values.get(b"INTERNALDATE")
                if uid in batch and isinstance(received_at, datetime):
                    aware = received_at if received_at.tzinfo else received_at.replace(tzinfo=UTC)
                    found[uid] = Meta(int(values.get(b"RFC822.SIZE", 0)), aware.astimezone(UTC))
        return found

    def header_fields(self, uids: Sequence[int], names: str) -> dict[int, bytes]:
        """The named header fields (blank between names) of messages, raw."""
        found: dict[int, bytes] = {}
        for batch in _batches(sorted(uids)):
            with self._working():
                answer = self._client.fetch(batch, [f"BODY.PEEK[HEADER.FIELDS ({names})]"])
            for uid, values in answer.items():
                found[uid] = next((v for k, v in values.items() if k.startswith(b"BODY[HEADER") and isinstance(v, bytes)), b"")
        return found

    def first_chunks(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The first CHUNK bytes of each message; a UID that the server does not give is left out."""
        with self._working():
            answer = self._client.fetch(sorted(uids), [f"BODY.PEEK[]<0.{CHUNK}>"])
        return {uid: body for uid, values in answer.items() if (body := _body(values)) is not None}

    def rest(self, uid: int, offset: int, size: int) -> Iterator[bytes]:
        """The pieces of a message from an offset on. `size` is what the server claims: more or less may come."""
        while True:
            with self._working():
                answer = self._client.fetch([uid], [f"BODY.PEEK[]<{offset}.{CHUNK}>"])
            piece = _body(answer.get(uid, {}))
            if piece is None:
                raise Refused(f"message {uid} vanished at {offset} of {size} bytes")
            if piece:
                yield piece
            offset += len(piece)
            if not piece or (len(piece) < CHUNK and offset >= size):
                return

    def mark_seen(self, uids: Sequence[int]) -> None:
        r"""Set \Seen. It is cosmetic: a server that refuses is left alone."""
        with contextlib.suppress(Refused), self._working():
            self._client.add_flags(sorted(uids), [rb"\Seen"], silent=True)

    # --- waiting ---------------------------------------------------------------------------------------------------

    def idle(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Wait in IDLE for something new in the open folder; True where something came. Raises Broken on a dead connection."""
        until = time.monotonic() + seconds
        news = False
        with self._working():
            self._client.idle()
            while not news and not stop() and (left := until - time.monotonic()) > 0:
                begun, span = time.monotonic(), min(_SLICE_SECONDS, left)
                answers = self._client.idle_check(timeout=span)
                if not answers and time.monotonic() - begun < span * 0.5:  # an end of file looks like "nothing new, already"
                    raise imaplib.IMAP4.abort("the server closed the connection")
                if any(answer and answer[0] == b"BYE" for answer in answers):
                    raise imaplib.IMAP4.abort(f"the server said BYE: {answers!r}")
                news = any(len(answer) > 1 and answer[1] in (b"EXISTS", b"RECENT", b"EXPUNGE") for answer in answers)
            self._client.idle_done()
        return news

    def idle_missed(self, known: set[int]) -> bool:
        """Whether something came between the last look and now, which IDLE would not tell."""
        return any(uid not in known for uid in self.uids())

    def noop(self) -> None:
        """Show that we are still there."""
        with self._working():
            self._client.noop()

    def close(self) -> None:
        """Break off."""
        with contextlib.suppress(*_FAILURES):
            self._client.shutdown()

    def log_out(self) -> None:
        """Take leave."""
        with contextlib.suppress(*_FAILURES):
            self._client.socket().settimeout(3)
            self._client.logout()
        self.close()


def _raw(name: bytes | str) -> bytes:
    """imapclient gives a name that is a number as text."""
    return name if isinstance(name, bytes) else name.encode()


def _quoted(name: bytes | str) -> bytes:
    return b'"' + _raw(name).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _body(values: Any) -> bytes | None:
    """The BODY[] of a FETCH answer, however the server writes the offset. An empty one may come as NIL."""
    for key, value in values.items():
        if key.startswith(b"BODY[]"):
            return value if isinstance(value, bytes) else b""
    return None


def _batches(uids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(uids), _BATCH):
        yield list(uids[start : start + _BATCH])


def _keep_alive(client: IMAPClient) -> None:
    connection = client.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
