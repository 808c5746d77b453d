"""TLS from the beginning and STARTTLS, to both kinds of server; a certificate that nobody vouches for is refused."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import Config, parse_config
from bot.errors import SendError
from bot.post.freezing import freeze
from bot.post.imap_session import Broken, ImapSession
from bot.post.smtp_session import Accepted, Session
from bot.store.letters import now
from tests.integration.servers import PASSWORD, Certificate, Dovecot, Smtp, make_certificate

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", PASSWORD)


@pytest.fixture(scope="module")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    server = Dovecot(certificate=certificate)
    yield server
    server.close()


def configuration(port: int, security: str, trusted: Path | None) -> Config:
    ca_file = f', ca_file = "{trusted}"' if trusted else ""
    server = f'{{ host = "127.0.0.1", port = {port}, security = "{security}", user = "m", password_env = "SECRET"{ca_file} }}'
    text = f'[[mailbox]]\nname = "m"\naddress = "m@126.com"\nimap = {server}\nsmtp = {server}\n'
    return parse_config(text, Path("x.toml"))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_imap(dovecot: Dovecot, certificate: Certificate, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    session = ImapSession(configuration(port, security, certificate.file).mailboxes[0])
    assert session.has_folder("INBOX")
    session.log_out()
    with pytest.raises(Broken, match="CERTIFICATE_VERIFY_FAILED"):
        ImapSession(configuration(port, security, None).mailboxes[0])


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_smtp(certificate: Certificate, security: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.file, certificate.key)
    smtp = Smtp(users={"m": PASSWORD}, tls=context if security == "tls" else None, starttls=context if security == "starttls" else None)
    smtp.start()
    try:
        mailbox = configuration(smtp.port, security, certificate.file).mailboxes[0]
        session = Session(mailbox.smtp)
        _, raw = freeze(mailbox, "li@example.cn", "s", "t", now=now())
        assert isinstance(session.send(mailbox.address, "li@example.cn", raw, before_body=lambda: None), Accepted)
        session.quit()
        with pytest.raises(SendError, match="CERTIFICATE_VERIFY_FAILED"):
            Session(configuration(smtp.port, security, None).mailboxes[0].smtp)
    finally:
        smtp.stop()
    assert len(smtp.received) == 1
