"""Bad days of the daemon and of workers: a converter that hangs, a stop in the middle of a long reading."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from bot.config import parse_config
from bot.digest.daily import make_digest
from bot.engine.parts import open_store
from bot.intake.intake import Intake
from bot.programme.load import load_programmes
from bot.samples import notices
from bot.samples.package import write_package
from bot.staff import users
from bot.store.models import Application, Document, Finding, Mail, MailState, Reply
from parsers.reader import DirectReader
from parsers.sandbox.sandbox import SandboxReader
from parsers.values import Reading
from tests.hostile.ole import word
from tests.integration.servers import Dovecot, Postgres, Smtp, wait_for
from tests.integration.site import JSAQ, Site, enquiry
from tests.staff_data import DAY
from tests.staff_site import STAFF, Browser, make_site

pytestmark = pytest.mark.integration
READERS = Path(__file__).parents[1] / "sandbox_readers"
CAQ = """
[[mailbox]]
name = "caq"
programmes = ["caq-2020"]
address = "66073178@163.com"
imap = { host = "127.0.0.1", user = "u", password_env = "P" }
smtp = { host = "127.0.0.1" }
"""
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
    site.more = "[limits]\nparse_seconds = 10\n[processing]\norder_seconds = 1\n"
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
    assert "unreadable-document" in codes
    assert "was not done within 10 s" in document.facts["refusal"]["detail"]


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


class OneDies(DirectReader):
    """Reads everything as it is, but for files that say what to do to the child that reads them."""

    def __init__(self, children: SandboxReader) -> None:
        super().__init__()
        self.children = children
        self.died: list[str] = []

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        return [
            self._dies(name, data) if data.startswith(b"crash ") else DirectReader.read_many(self, [(name, data)])[0]
            for name, data in files
        ]

    def _dies(self, name: str, data: bytes) -> Reading:
        self.died.append(name)
        return self.children.read_many([(name, data)])[0]


def test_a_document_that_kills_its_reader_twice_holds_its_case_for_staff(tmp_path: Path) -> None:
    """It is nobody's fault that is known, so nobody is asked for it again: staff see the case, its file and why."""
    package = notices.caq(Random(5), recommender=notices.ASSOCIATIONS["caq-2020"][0], teams=2)
    package.entries[0].pieces["material"].make = lambda: b"crash SIGKILL"
    config = parse_config(CAQ, tmp_path / "shenbao.toml")
    with (
        open_store(config) as store,
        SandboxReader(reader="hostile_reader:HostileReader", shown=(str(READERS),)) as children,
    ):
        reader = OneDies(children)
        intake = Intake(store, load_programmes(), {box.name: box for box in config.mailboxes}, reader, lambda: package.received)
        with store.transaction() as session:
            raw = write_package(package, style="qqweb", naming="utf8", rng=Random(1))
            mail = Mail(mailbox="caq", sha256=store.blobs.put(raw), size=len(raw), received_at=package.received, stored_at=package.received)
            session.add(mail)
            session.flush()
            mail_id = mail.id or 0
        intake.settle(intake.read(mail_id))
        assert len(reader.died) == 1
        with store.reading() as session:
            deadly, other = session.exec(select(Application).order_by(Application.reference)).all()  # type: ignore[arg-type]
            if deadly.decision == "accepted":
                deadly, other = other, deadly
            refused = [d for d in session.exec(select(Document)) if d.facts["refusal"] is not None]
            of_deadly = select(Finding.code, Finding.severity).where(Finding.application_id == deadly.id, Finding.severity != "info")
            findings = session.exec(of_deadly).all()
            reply = session.exec(select(Reply)).one()
        assert (deadly.decision, other.decision) == ("held", "accepted")
        assert [(d.application_id, "SIGKILL" in d.facts["refusal"]["detail"]) for d in refused] == [(deadly.id, True)]
        assert findings == [("unreadable-document", "review")]
        assert "由工作人员人工查看，您无需重新提交" in reply.text
        digest = make_digest(store, load_programmes(), config, package.received.date(), package.received).text
        assert f"{deadly.reference} " in digest.partition("待人工确认的申报")[2].partition("◆")[0]
        users.add_user(store, *STAFF, "staff", now=DAY)
        browser = Browser(make_site(store, tmp_path, config=config))
        browser.log_in(*STAFF)
        held = browser.get("/cases?decision=held").text
        assert deadly.reference in held
        assert other.reference not in held
        assert "文件未能由系统读出" in browser.get(f"/cases/{deadly.reference}").text
