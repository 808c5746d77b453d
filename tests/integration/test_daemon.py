"""The daemon as a process: from a mailbox to an answer, order, bad days, two at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.store.models import Event, Mail, MailboxState, Reply
from tests.integration.servers import Dovecot, Smtp, wait_for
from tests.integration.site import JSAQ, Site, enquiry

pytestmark = pytest.mark.integration


@pytest.fixture
def site() -> Iterator[Site]:
    dovecot, smtp = Dovecot(), Smtp().start()
    site = Site(dovecot, smtp)
    yield site
    site.close()
    smtp.stop()
    dovecot.close()


def test_a_sweep_answers_everything_and_leaves(site: Site) -> None:
    site.dovecot.deliver(JSAQ, *(enquiry(n) for n in range(3)))
    assert site.sweep() == 0
    assert site.sweep() == 0
    assert sorted(r for letter in site.smtp.received for r in letter.recipients) == [f"sender{n}@example.cn" for n in range(3)]
    message = site.smtp.received[0].message
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"].startswith("<enquiry-")
    state = site.status()
    assert state["mails"]["total"] == 3
    assert state["replies"] == {"queued": 0, "sending": 0, "sent": 3, "failed": 0, "ambiguous": 0}
    assert state["stuck"] == 0


def test_a_sweep_that_can_not_reach_a_mailbox_fails_but_does_the_rest(site: Site) -> None:
    site.dovecot.deliver(JSAQ, enquiry(1))
    site.mailboxes = (*site.mailboxes, ("other", "other@example.cn", "caq-2020"))
    site.write()
    text = site.file.read_text(encoding="utf-8")
    broken = text.replace(f'port = {site.dovecot.port}, security = "none", user = "other', 'port = 9, security = "none", user = "other')
    assert broken != text
    site.write = lambda: site.file.write_text(broken, encoding="utf-8")  # type: ignore[method-assign, assignment, return-value]
    assert site.sweep() == 1
    assert len(site.smtp.received) == 1


def test_the_daemon_answers_what_comes_and_leaves_when_told(site: Site) -> None:
    site.afresh = True
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(1))
    site.wait_done(1)
    site.dovecot.deliver(JSAQ, enquiry(2))
    site.wait_done(2)
    begun = time.monotonic()
    assert site.terminate(process) == 0
    assert time.monotonic() - begun < 10
    assert len(site.smtp.received) == 2


def test_a_second_daemon_says_so_and_leaves(site: Site) -> None:
    first = site.start()
    wait_for(lambda: any(line.get("event") == "running" for line in site.log()), 30)
    for command in ("run", "sweep"):
        second = site.start(command)
        assert second.wait(30) == 1
    assert any("another shenbao" in str(line["event"]) and str(first.pid) in str(line["event"]) for line in site.log())
    assert site.terminate(first) == 0


def test_a_worker_wants_a_shared_store(site: Site) -> None:
    assert site.start("worker").wait(30) == 2
    assert any("postgresql" in str(line["event"]) for line in site.log())


def test_no_child_outlives_a_killed_daemon(site: Site) -> None:
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(1))
    site.wait_done(1)
    group = os.getpgid(process.pid)
    site.kill(process)

    def others() -> list[str]:
        found = []
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                try:
                    if os.getpgid(int(entry.name)) == group:
                        found.append(entry.name)
                except ProcessLookupError:
                    continue
        return found

    wait_for(lambda: not others(), 15, "an end of the daemon's children")


def test_one_mailbox_in_trouble_does_not_slow_the_others(site: Site) -> None:
    site.mailboxes = (*site.mailboxes, ("other", "other@example.cn", "caq-2020"))
    site.write()
    text = site.file.read_text(encoding="utf-8")
    stalled = text.replace('user = "other@example.cn", password_env = "TEST_PASSWORD"', 'user = "other@example.cn", password_env = "UNSET"')
    site.write = lambda: site.file.write_text(stalled, encoding="utf-8")  # type: ignore[method-assign, assignment, return-value]
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(1))
    wait_for(lambda: len(site.smtp.received) == 1, 30)
    site.terminate(process)
    assert any(line.get("mailbox") == "other" and "UNSET" in str(line.get("error")) for line in site.log())


def test_a_database_that_is_locked_is_waited_for(site: Site) -> None:
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(1))
    site.wait_done(1)
    with site.open_store() as store:
        connection = store.engine.raw_connection()
        connection.execute("BEGIN EXCLUSIVE")  # type: ignore[attr-defined]
        site.dovecot.deliver(JSAQ, enquiry(2))
        time.sleep(3)
        connection.execute("ROLLBACK")  # type: ignore[attr-defined]
        connection.close()
    site.wait_done(2)
    assert site.terminate(process) == 0
    assert len(site.smtp.received) == 2


@pytest.mark.parametrize("in_its_place", ["a file", "an empty mount point"])
def test_a_blob_store_that_is_gone_is_waited_for(site: Site, in_its_place: str) -> None:
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(1))
    site.wait_done(1)
    blobs = site.folder / "blobs"
    blobs.rename(site.folder / "away")
    if in_its_place == "a file":
        blobs.write_text("in the way")
    else:
        blobs.mkdir()
    site.dovecot.deliver(JSAQ, enquiry(2))
    time.sleep(3)
    assert site.status()["mails"]["total"] == 1
    if in_its_place == "a file":
        blobs.unlink()
    else:
        blobs.rmdir()  # nothing was put into it
    (site.folder / "away").rename(blobs)
    site.wait_done(2, 60)
    assert site.terminate(process) == 0
    assert len(site.smtp.received) == 2


@pytest.fixture
def small_disk(site: Site) -> Iterator[Path]:
    """A disk of 24 MB of its own that holds the site's store."""
    folder = site.folder / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("no right to mount a disk")
    site.database, site.blobs = f"sqlite:///{folder}/shenbao.db", f"{folder}/blobs"
    yield folder
    site.close()
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_up(disk: Path) -> Path:
    """A file that takes all room that is left."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    assert shutil.disk_usage(disk).free == 0
    return filler


def complains_of_space(site: Site) -> bool:
    return any(words in str(line) for line in site.log() for words in ("No space left", "disk is full"))


def test_a_disk_that_fills_up_is_waited_for(small_disk: Path, site: Site) -> None:
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(1))
    site.wait_done(1)
    filler = fill_up(small_disk)
    site.dovecot.deliver(JSAQ, enquiry(2), enquiry(3))
    wait_for(lambda: complains_of_space(site), 60, "a complaint")
    assert len(site.smtp.received) == 1
    filler.unlink()
    state = site.wait_done(3, 90)
    assert site.terminate(process) == 0
    assert (state["stuck"], state["replies"]["sent"]) == (0, 3)
    assert sorted(r for letter in site.smtp.received for r in letter.recipients) == [f"sender{n}@example.cn" for n in (1, 2, 3)]


@pytest.mark.parametrize("point", ["stored", "reading", "read", "settled"])
def test_a_disk_that_is_full_at_the_start_is_waited_for(small_disk: Path, site: Site, point: str) -> None:
    site.dovecot.deliver(JSAQ, enquiry(1), enquiry(2))
    assert site.start(SHENBAO_CRASH_AT=point).wait(60) == -signal.SIGKILL
    filler = fill_up(small_disk)
    process = site.start()
    wait_for(lambda: complains_of_space(site), 60, "a complaint")
    filler.unlink()
    state = site.wait_done(2, 90)
    wait_for(lambda: site.runs(process), 60)
    assert site.terminate(process) == 0
    assert (state["stuck"], state["replies"]["sent"]) == (0, 2)
    assert sorted(r for letter in site.smtp.received for r in letter.recipients) == ["sender1@example.cn", "sender2@example.cn"]


def test_a_mail_whose_bytes_are_damaged_is_set_aside_and_blocks_nobody(site: Site) -> None:
    site.smtp.answers["mail"] = lambda n: None
    site.dovecot.deliver(JSAQ, enquiry(1))
    process = site.start(SHENBAO_CRASH_AT="reading")
    process.wait(60)
    with site.open_store() as store, store.reading() as session:
        mail = session.exec(select(Mail)).one()
        store.blobs.remove(mail.sha256)
    process = site.start()
    site.dovecot.deliver(JSAQ, enquiry(2))
    wait_for(lambda: len(site.smtp.received) == 1, 90)
    wait_for(lambda: site.status()["mails"]["by_state"].get("set-aside") == 1, 60)
    assert site.status()["stuck"] == 1
    assert site.terminate(process) == 0
    with site.open_store() as store, store.reading() as session:
        event = session.exec(select(Event).where(Event.action == "mail-set-aside")).one()
    assert "blob" in event.details["reason"]


def test_mails_of_one_sender_are_settled_in_order_of_receipt(site: Site) -> None:
    start = datetime(2025, 6, 10, tzinfo=UTC)
    for number in reversed(range(12)):
        site.dovecot.deliver(JSAQ, enquiry(number, sender="li@example.cn"), at=start + timedelta(minutes=number))
    assert site.sweep() == 1  # the recipient's cap keeps two answers back
    with site.open_store() as store, store.reading() as session:
        rows = session.exec(select(Event.mail_id).where(Event.mail_id.is_not(None)).order_by(Event.id)).all()  # type: ignore[union-attr, arg-type]
        order = {mail.id: mail.received_at for mail in session.exec(select(Mail))}
        replies = session.exec(select(Reply.mail_id).order_by(Reply.id)).all()  # type: ignore[arg-type]
    assert rows
    assert [order[mail_id] for mail_id in replies] == sorted(order.values())


def test_a_clock_that_is_set_back_stops_nothing(site: Site) -> None:
    future = datetime.now(UTC) + timedelta(days=400)
    site.dovecot.deliver(JSAQ, enquiry(1))
    assert site.sweep() == 0
    with site.open_store() as store, store.transaction() as session:
        state = session.get_one(MailboxState, "jsaq")
        state.last_contact, state.sending_not_before = future, future
        session.add(state)
        session.connection().exec_driver_sql("UPDATE folder_state SET reconciled_at = '2099-01-01 00:00:00'")
    site.dovecot.deliver(JSAQ, enquiry(2), at=datetime.now(UTC) - timedelta(days=30))
    assert site.sweep() == 0
    assert len(site.smtp.received) == 2


def test_sigint_is_as_good_as_sigterm(site: Site) -> None:
    process = site.start()
    wait_for(lambda: any(line.get("event") == "running" for line in site.log()), 30)
    process.send_signal(signal.SIGINT)
    assert process.wait(11) == 0
