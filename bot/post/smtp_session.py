"""One connection to an SMTP server, with DATA taken apart: whether the final dot went out decides what may be done after a cut."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from bot.config import SmtpServer
from bot.crashpoints import crash_point
from bot.errors import SendError
from bot.post.smtp_answers import Stage

ANSWER_FACTOR = 5
"""The answer to a letter may take this many times the usual time: the server looks for viruses and spam meanwhile."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the letter."""

    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server's definite answer: this letter was not taken."""

    stage: Stage
    code: int
    text: str

    @property
    def answer(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection failed before the letter was complete: it was not sent."""

    detail: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The letter went out whole and no answer came: nobody knows."""

    detail: str


Outcome = Accepted | Refused | Cut | Doubtful

_FAILURES = (smtplib.SMTPException, OSError, ValueError)
"""Cut, stalled, not TLS; ValueError: use of a connection that an earlier failure closed."""


class RefusedLogIn(SendError):
    """The server's definite answer before any letter."""

    def __init__(self, stage: Stage, code: int, text: str) -> None:
        super().__init__(stage, code, text)
        self.stage, self.code, self.text = stage, code, text

    def __str__(self) -> str:
        return f"the SMTP server refused the {self.stage.value}: {self.code} {self.text}"


class Session:
    """A logged-in connection. Raises SendError where there can be none, RefusedLogIn where the server says no."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        password = server.password()
        try:
            self._smtp = self._connect()
        except smtplib.SMTPConnectError as error:  # 421 or 554 in place of the greeting
            raise RefusedLogIn(Stage.CONNECT, int(error.smtp_code), _text(error.smtp_error)) from error
        except _FAILURES as error:
            raise SendError(f"{server.host}:{server.port} does not answer: {error}") from error
        try:
            self._greet(password)
        except smtplib.SMTPResponseException as error:
            self.close()
            stage = Stage.LOGIN if isinstance(error, smtplib.SMTPAuthenticationError) else Stage.CONNECT
            raise RefusedLogIn(stage, int(error.smtp_code), _text(error.smtp_error)) from error
        except _FAILURES as error:
            self.close()
            raise SendError(f"{server.host}:{server.port} broke off: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_seconds, context=self._tls())
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._server.ca_file or None)

    def _greet(self, password: str) -> None:
        self._smtp.ehlo_or_helo_if_needed()
        if self._server.security == "starttls":
            self._smtp.starttls(context=self._tls())
            self._smtp.ehlo()
        if self._server.user:
            self._log_in(password)

    def _log_in(self, password: str) -> None:
        """By one mechanism only: smtplib's login() would offer a refused password again by the next one."""
        self._smtp.user, self._smtp.password = self._server.user, password
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        for name, answer in (
            ("PLAIN", self._smtp.auth_plain),
            ("LOGIN", self._smtp.auth_login),
            ("CRAM-MD5", self._smtp.auth_cram_md5),
        ):
            if name in offered:
                self._smtp.auth(name, answer)
                return
        raise smtplib.SMTPNotSupportedError("the server offers no log-in that we know")

    def alive(self) -> bool:
        """Whether a connection that lay idle still answers."""
        try:
            return self._smtp.noop()[0] == 250
        except _FAILURES:  # closed by the server after some idle seconds
            return False

    def send(self, sender: str, recipient: str, raw: bytes, *, before_body: Callable[[], None]) -> Outcome:
        """One letter to one recipient. `before_body` is called after the 354 and before the first byte of the letter."""
        steps: tuple[tuple[Stage, Callable[[], tuple[int, bytes]]], ...] = (
            (Stage.SENDER, lambda: self._smtp.mail(sender, ())),
            (Stage.RECIPIENT, lambda: self._smtp.rcpt(recipient)),
            (Stage.DATA, lambda: self._smtp.docmd("DATA")),
        )
        try:
            for stage, command in steps:
                crash_point(f"smtp-{stage.value}")
                code, answer = command()
                if not (code == 354 if stage is Stage.DATA else 200 <= code < 300):
                    return self._refused(stage, code, answer)
        except _FAILURES as error:
            return Cut(f"before the letter: {_reason(error)}")
        before_body()
        crash_point("smtp-body")
        return self._body(raw)

    def _body(self, raw: bytes) -> Outcome:
        try:
            self._smtp.send(_stuffed(raw))
        except _FAILURES as error:
            return Cut(f"in the middle of the letter: {_reason(error)}")
        crash_point("smtp-dot")
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(self._server.timeout_seconds * ANSWER_FACTOR)
            self._smtp.send(b".\r\n")
            crash_point("smtp-answer")
            code, answer = self._smtp.getreply()
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(self._server.timeout_seconds)
        except _FAILURES as error:
            return Doubtful(_reason(error))
        if 200 <= code < 300:
            return Accepted(f"{code} {_text(answer)}")
        if 400 <= code < 600:
            return self._refused(Stage.DATA, code, answer)
        return Doubtful(f"an answer that says neither yes nor no: {code} {_text(answer)}")

    def _refused(self, stage: Stage, code: int, answer: bytes) -> Outcome:
        if code == -1:
            return Cut(f"no SMTP answer: {_text(answer)}")
        with contextlib.suppress(*_FAILURES):  # the server closed after its answer
            self._smtp.rset()
        return Refused(stage, code, _text(answer))

    def quit(self) -> None:
        """Take leave. What the server makes of it changes nothing: every outcome is recorded by now."""
        with contextlib.suppress(*_FAILURES):
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(5)
            self._smtp.quit()
        self.close()

    def close(self) -> None:
        """Break off."""
        with contextlib.suppress(*_FAILURES):
            if self._smtp.sock is not None:
                self._smtp.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(*_FAILURES):
            self._smtp.close()


def _stuffed(raw: bytes) -> bytes:
    """The letter as DATA wants it (RFC 5321, 4.5.2): dots at the beginning of lines doubled, a line end at the end."""
    stuffed = re.sub(rb"(?m)^\.", b"..", raw)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:500]


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
