"""For each notice: its mails in a real mailbox, the real daemon, real SMTP; every answer compared whole with approved text.

`UPDATE_APPROVED=1` writes the texts anew; read them before you commit them.
"""

from __future__ import annotations

import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.demo.mails import DemoMail, demo_mails
from bot.programme.load import load_programmes
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
        said = "\n".join(sorted(_printed(letter.message) for letter in smtp.received))
    finally:
        site.close()
        smtp.stop()
        dovecot.close()
    file = APPROVED / f"{programme}.txt"
    if os.environ.get("UPDATE_APPROVED"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def _printed(message: EmailMessage) -> str:
    """A letter as its reader sees it: to whom, subject, plain text; and that it carries an HTML alternative."""
    body, html = message.get_body(("plain",)), message.get_body(("html",))
    assert body is not None
    assert html is not None
    for header in ("In-Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress"):
        assert message[header]
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content()}\n{'=' * 100}".replace("\r\n", "\n")
