"""Never lost, never twice: the daemon ended, cut and refused at every step. FAULTS_KILLS and FAULTS_SEED lengthen it."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import letters, migrations
from tests.faults.harness import a_field, crash_at, cut_at_random, kill_at_random
from tests.integration.servers import wait_for

pytestmark = pytest.mark.integration

KILLS = int(os.environ.get("FAULTS_KILLS", "6"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
POINTS = [
    *("imap-connect", "imap-listed", "fetched", "blob", "stored", "flagged", "reading", "read", "settling", "settled", "connect"),
    *("claimed", "smtp-sender", "smtp-recipient", "smtp-data", "smtp-body", "smtp-dot", "smtp-answer", "outcome", "recorded"),
]
IN_DOUBT = {"smtp-body", "smtp-dot", "smtp-answer", "outcome"}
"""Ended here, nobody can know whether the letter went out."""


@pytest.mark.timeout(900)
def test_ended_at_every_step() -> None:
    with a_field() as field:
        doubts = 0
        for point in POINTS:
            assert crash_at(field, point), f"{point} was never reached"
            doubts += point in IN_DOUBT
        books = field.finish()
    assert books.clean, books
    assert books.ambiguous == doubts, books


@pytest.mark.timeout(3600)
def test_ended_at_random() -> None:
    with a_field() as field:
        kill_at_random(field, KILLS, SEED, lambda: [field.site.start()])
        books = field.finish(180)
    print(books)
    assert books.clean, books
    assert books.ambiguous <= KILLS, books


@pytest.mark.timeout(900)
def test_connections_that_fail_at_random() -> None:
    with a_field() as field:
        cut_at_random(field.imap_proxy, SEED, 0.05)
        cut_at_random(field.smtp_proxy, SEED + 1, 0.03, ("cut",))
        process = field.site.start()
        for _ in range(10):
            field.deliver(4)
            time.sleep(1)
        field.site.kill(process)
        books = field.finish(120)
    assert books.clean, books


@pytest.mark.timeout(300)
def test_answers_lost_and_refusals() -> None:
    dice = random.Random(SEED)
    plan = ["lost", "450 later", "421 closing", None, None, None, None]
    with a_field() as field:
        field.smtp.answers["data"] = lambda n: dice.choice(plan)
        process = field.site.start()
        field.deliver(30)
        wait_for(lambda: field.smtp.counts.get("data", 0) >= 12, 60)
        field.site.terminate(process)
        with field.site.open_store() as store, store.transaction() as session:
            session.connection().exec_driver_sql("UPDATE reply SET not_before = NULL WHERE state = 'queued'")
        books = field.finish(120)
    assert books.clean, books
    assert books.ambiguous == len(field.smtp.lost), books
    assert not books.needlessly_ambiguous, books


@pytest.mark.timeout(300)
def test_sigterm_in_the_middle_leaves_within_ten_seconds() -> None:
    with a_field() as field:
        for pause in (0.3, 1.5, 2.2, 3.0):
            process = field.site.start()
            field.deliver(10)
            time.sleep(pause)
            begun = time.monotonic()
            assert field.site.terminate(process) in (0, -15)
            assert time.monotonic() - begun < 10
        stalled = threading.Event()

        def stall(direction: str, data: bytes) -> str | None:
            if direction == "down" and b"354" in data:
                stalled.set()
            return "stall" if stalled.is_set() else None

        field.smtp_proxy.watch = stall
        process = field.site.start()
        field.deliver(2)
        assert stalled.wait(60)
        begun = time.monotonic()
        assert field.site.terminate(process) == 0
        assert time.monotonic() - begun < 10
        books = field.finish()
    assert books.clean, books
    assert books.ambiguous == 0, books


@pytest.mark.timeout(300)
def test_an_upgrade_strands_nothing_that_is_in_flight() -> None:
    with a_field() as field:
        field.smtp_proxy.refusing = True
        process = field.site.start()
        field.deliver(3)
        wait_for(lambda: field.site.status()["replies"]["queued"] == 3, 60)
        field.site.kill(process)
        assert crash_at(field, "reading")
        with field.site.open_store() as store:
            letter = letters.next_queued(store, "jsaq") or pytest.fail("no letter is due")
            assert letters.claim(store, letter)
        before = field.site.status()
        assert before["mails"]["by_state"].get("stored", 0) >= 1
        assert (before["replies"]["queued"], before["replies"]["sending"]) == (2, 1)
        as_the_version_before_left_it(field.site.folder / "shenbao.db")
        process = field.site.start()
        wait_for(lambda: field.site.runs(process), 60, "the newer daemon")
        with closing(sqlite3.connect(field.site.folder / "shenbao.db")) as database:
            assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(migrations.HEAD,)]
        books = field.finish(120, start=False)
        assert field.site.terminate(process) == 0
    assert books.clean, books
    assert books.sent == 6, books


def as_the_version_before_left_it(path: Path) -> None:
    """Undo the newest migration."""
    assert migrations.HEAD == "0008", "undo the newest migration here"
    gone = {"mail": ("mailbox", "message_id"), "reply": ("mailbox",), "document": ("current", "package_id"), "finding": ("current",)}
    gone |= {"package": ("programme", "recommender_key"), "application": ("programme",)}
    with closing(sqlite3.connect(path)) as database, database:
        for name in ("ix_mail_letter", "ix_reply_next", "ix_document_of", "ix_package_sender", "ix_package_recommender"):
            database.execute(f"DROP INDEX {name}")
        for table, columns in gone.items():
            for column in columns:
                database.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
        database.execute("UPDATE alembic_version SET version_num = '0007'")
