"""Bad days of the daemon and of workers: a converter that hangs, a stop in the middle of a long reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import select

from bot.store.models import Document, Finding, Mail, MailState, Reply
from tests.hostile.ole import word
from tests.integration.servers import Dovecot, Postgres, Smtp, wait_for
from tests.integration.site import JSAQ, Site, enquiry

pytestmark = pytest.mark.integration
SENDER = "old.office@jiayi-water.example"


@pytest.fixture
def site() -> Iterator[Site]:
    dovecot, smtp = Dovecot(), Smtp().start()
    site = Site(dovecot, smtp)
    yield site
    site.close()
    smtp.stop()
    dovecot.close()


def old_form() -> bytes:
    """A submission whose form is in the old Word format, which only LibreOffice reads."""
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = SENDER, JSAQ, "<old@jiayi-water.example>"
    message["Date"], message["Subject"] = "Tue, 10 Jun 2025 09:05:00 +0800", "申报材料"
    message.set_content("申报材料见附件。")
    message.add_attachment(word(), maintype="application", subtype="msword", filename="附件2 申报表.doc")
    return message.as_bytes()


def converter(site: Site, script: str) -> str:
    """A LibreOffice of our own in a folder that the sandbox shows."""
    program = site.folder / "office" / "program" / "soffice"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def runs(program: str) -> bool:
    """Whether a process of this program is there."""
    for name in os.listdir("/proc"):
        try:
            words = Path("/proc", name, "cmdline").read_bytes().split(b"\0") if name.isdigit() else []
        except OSError:  # it has just ended
            continue
        if program.encode() in words[:2]:
            return True
    return False


def mail_of(site: Site, sender: str) -> Mail | None:
    with site.open_store() as store, store.reading() as session:
        return session.exec(select(Mail).where(Mail.from_address == sender)).one_or_none()


def answers_to(site: Site, sender: str) -> int:
    return sum(sender in letter.recipients for letter in site.smtp.received)


def test_a_converter_that_hangs_costs_its_document_and_holds_up_nobody(site: Site) -> None:
    site.more = "[limits]\nparse_seconds = 15\n[processing]\norder_seconds = 1\n"
    program = converter(site, "sleep 3600")
    site.dovecot.deliver(JSAQ, old_form())
    process = site.start(SHENBAO_SOFFICE=program)
    wait_for(lambda: runs(program), 60, "a converter at work")
    site.dovecot.deliver(JSAQ, *(enquiry(n) for n in range(3)))
    wait_for(lambda: len(site.smtp.received) >= 3, 60, "answers to the others")
    assert answers_to(site, SENDER) == 0
    site.wait_done(4, 120)
    assert site.terminate(process) == 0
    wait_for(lambda: not runs(program), 15, "an end of the converter")
    assert answers_to(site, SENDER) == 1
    with site.open_store() as store, store.reading() as session:
        codes = set(session.exec(select(Finding.code).where(Finding.current)))
        document = session.exec(select(Document)).one()
    assert "unconverted-document" in codes
    assert "was not done within 15 s" in document.facts["refusal"]["detail"]


@pytest.mark.parametrize("shared", [False, True], ids=["the daemon", "a worker"])
def test_a_stop_in_the_middle_of_a_long_reading(site: Site, shared: bool) -> None:
    program = converter(site, "sleep 3600")
    server = Postgres() if shared else None
    try:
        if server is not None:
            site.database = server.url
        command = "worker" if shared else "run"
        site.dovecot.deliver(JSAQ, old_form())
        if shared:
            assert site.start("sweep", SHENBAO_CRASH_AT="stored").wait(60) == -9
        process = site.start(command, SHENBAO_SOFFICE=program)
        wait_for(lambda: runs(program), 90, "a converter at work")
        assert site.terminate(process) == 0
        wait_for(lambda: not runs(program), 15, "an end of the converter")
        mail = mail_of(site, SENDER)
        assert mail is not None
        assert (mail.state, mail.attempts) == (MailState.STORED, 0)
        assert site.smtp.received == []
        process = site.start("run", SHENBAO_SOFFICE=converter(site, "exit 81"))
        site.wait_done(1, 90)
        assert site.terminate(process) == 0
        assert answers_to(site, SENDER) == len(site.smtp.received) == 1
        with site.open_store() as store, store.reading() as session:
            assert len(session.exec(select(Reply)).all()) == 1
    finally:
        site.close()
        if server is not None:
            server.close()
