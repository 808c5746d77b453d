"""For each notice: its mails in a real mailbox, the real daemon, real SMTP; every answer compared whole with its own approved text.

How to approve anew stands in `tests/approved.py`.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from bot.demo.mails import DemoMail, demo_mails
from bot.programme.load import load_programmes
from tests.approved import assert_approved
from tests.integration.servers import Dovecot, Smtp
from tests.integration.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
APPROVED = Path(__file__).parent / "approved"
PROGRAMMES = load_programmes()


@pytest.fixture(scope="module")
def mails() -> list[DemoMail]:
    return list(demo_mails())


@pytest.mark.parametrize("programme", sorted(PROGRAMMES))
def test_the_answers_are_those_approved(programme: str, mails: list[DemoMail]) -> None:
    address = PROGRAMMES[programme].mailbox
    own = sorted((mail for mail in mails if mail.address == address), key=lambda mail: mail.received)
    assert own
    dovecot, smtp = Dovecot(), Smtp().start()
    site = Site(dovecot, smtp, mailboxes=((programme.split("-")[0], address, programme),))
    try:
        daemon = site.start("run")
        for count, mail in enumerate(own, start=1):
            # Strangers don't wait for each other; one after the other they get the numbers that were approved.
            dovecot.deliver(address, mail.raw, at=mail.received)
            state = site.wait_done(count, 300)
        assert site.terminate(daemon) == 0
        assert state["mails"]["total"] == len(own)
        assert state["stuck"] == 0
        said = _by_mail(own, [letter.message for letter in smtp.received])
    finally:
        site.close()
        smtp.stop()
        dovecot.close()
    assert_approved(APPROVED / programme, said)


def _by_mail(mails: list[DemoMail], answers: list[EmailMessage]) -> dict[str, str]:
    """The answers by the place and the name of the mail that they answer; of a mail without one, nothing."""
    names = {_message_id(mail.raw): f"{number:02d}-{mail.name}" for number, mail in enumerate(mails, start=1)}
    answered = [names[answer["In-Reply-To"]] for answer in answers]
    assert len(set(answered)) == len(answered), "a mail was answered twice"
    return {name: _printed(answer) for name, answer in zip(answered, answers, strict=True)}


def _message_id(raw: bytes) -> str:
    found: str = message_from_bytes(raw, policy=default)["Message-ID"]
    return found


def _printed(message: EmailMessage) -> str:
    """A letter as its reader sees it: to whom, subject, plain text; and that it carries an HTML alternative."""
    body, html = message.get_body(("plain",)), message.get_body(("html",))
    assert body is not None
    assert html is not None
    for header in ("In-Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress"):
        assert message[header]
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content()}".replace("\r\n", "\n")
