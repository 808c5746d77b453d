"""Mails as they come, written down a batch at a time, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from bot.store.mails import Arrival, Place, keep, locate, waiting
from bot.store.models import Location, Mail
from bot.store.store import Store
from tests.integration.servers import Postgres

pytestmark = pytest.mark.integration
AT = datetime(2025, 6, 10, 2, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    on_file = request.param == "sqlite"
    database = f"sqlite:///{tmp_path}/s.db" if on_file else request.getfixturevalue("postgres").url
    with Store.open(database, str(tmp_path / "blobs")) as store:
        yield store
        if not on_file:
            with store.transaction() as session:
                session.connection().exec_driver_sql("TRUNCATE mail, location RESTART IDENTITY CASCADE")


def arrival(number: int, *, bytes_: int | None = None, uid: int | None = None) -> Arrival:
    """The letter `number` as it lies at its UID; `bytes_`: of which content, where it is not its own."""
    content = number if bytes_ is None else bytes_
    place = Place("m", "INBOX", 1, number if uid is None else uid)
    return Arrival(place, f"{content:064x}", 10, AT, f"<{number}@x>", f"a{number}@b.cn", "某人", f"申报 {number}")


def lying(store: Store) -> dict[tuple[str, int, int], int]:
    """The mail at each place."""
    with store.reading() as session:
        return {(row.mailbox, row.uidvalidity, row.uid): row.mail_id for row in session.exec(select(Location))}


def test_new_mails_are_kept_whole_and_in_their_order(store: Store) -> None:
    fresh = keep(store, [arrival(n) for n in (3, 1, 2)], "jsaq-2025")
    assert fresh == sorted(fresh)
    assert [mail.id for mail in waiting(store)] == fresh  # all were received in one second: the order is that of storing
    with store.reading() as session:
        rows = session.exec(select(Mail).order_by(col(Mail.id))).all()
    assert [row.subject for row in rows] == ["申报 3", "申报 1", "申报 2"]
    kept = rows[0]
    assert (kept.mailbox, kept.sha256, kept.size, kept.message_id, kept.received_at) == ("m", f"{3:064x}", 10, "<3@x>", AT)
    assert (kept.from_address, kept.from_name, kept.programme, kept.state) == ("a3@b.cn", "某人", "jsaq-2025", "stored")
    assert (kept.attempts, kept.last_error, kept.reading, kept.keys, kept.details) == (0, "", "", {}, {})
    assert kept.settled_at is None
    assert kept.stored_at > AT
    assert lying(store) == {("m", 1, n): mail_id for n, mail_id in zip((3, 1, 2), fresh, strict=True)}


def test_what_is_too_large_says_so(store: Store) -> None:
    keep(store, [arrival(1), replace(arrival(2), too_large=True)], None)
    with store.reading() as session:
        assert session.exec(select(Mail.details).order_by(col(Mail.id))).all() == [{}, {"too_large": True}]


def test_the_same_mail_twice_in_a_batch_is_one(store: Store) -> None:
    first, copy, changed = arrival(1), arrival(7, bytes_=1, uid=2), arrival(1, bytes_=8, uid=3)
    fresh = keep(store, [first, copy, changed, arrival(9, uid=4)], None)
    assert len(fresh) == 2
    assert lying(store) == {("m", 1, 1): fresh[0], ("m", 1, 2): fresh[0], ("m", 1, 3): fresh[0], ("m", 1, 4): fresh[1]}


def test_a_stored_mail_is_known_again_by_its_bytes_or_its_letter(store: Store) -> None:
    (one, two) = keep(store, [arrival(1), arrival(2)], None)
    again = [arrival(5, bytes_=1, uid=11), arrival(2, bytes_=6, uid=12), arrival(3, uid=13)]
    fresh = keep(store, again, None)
    assert len(fresh) == 1
    assert {uid: mail_id for (_, _, uid), mail_id in lying(store).items()} == {1: one, 2: two, 11: one, 12: two, 13: fresh[0]}
    assert keep(store, again, None) == []


def test_letters_without_a_message_id_are_told_apart_by_their_bytes(store: Store) -> None:
    def nameless(content: int, uid: int) -> Arrival:
        return replace(arrival(1, bytes_=content, uid=uid), message_id="")

    assert len(keep(store, [nameless(1, 1), nameless(2, 2)], None)) == 2
    assert len(keep(store, [nameless(3, 3), nameless(1, 4)], None)) == 1


def test_a_message_id_alone_is_not_enough(store: Store) -> None:
    """Some senders give every letter the same one."""
    later = replace(arrival(1, bytes_=2, uid=2), received_at=AT + timedelta(seconds=1))
    other = replace(arrival(1, bytes_=3, uid=3), from_address="b@b.cn")
    assert len(keep(store, [arrival(1), later], None)) == 2
    assert len(keep(store, [other], None)) == 1


def test_mailboxes_do_not_share_mails(store: Store) -> None:
    elsewhere = replace(arrival(1), place=Place("n", "INBOX", 1, 1))
    (here, there) = keep(store, [arrival(1), elsewhere], None)
    assert lying(store) == {("m", 1, 1): here, ("n", 1, 1): there}
    assert keep(store, [elsewhere, arrival(1)], None) == []


def test_a_place_dealt_anew_belongs_to_its_new_mail(store: Store) -> None:
    (one, two) = keep(store, [arrival(1), arrival(2)], None)
    (three,) = keep(store, [arrival(3, uid=2)], None)
    assert lying(store) == {("m", 1, 1): one, ("m", 1, 2): three}
    with store.transaction() as session:
        locate(session, {Place("m", "INBOX", 1, 1): two, Place("m", "INBOX", 2, 1): one})
    assert lying(store) == {("m", 1, 1): two, ("m", 1, 2): three, ("m", 2, 1): one}


def test_a_refused_row_leaves_nothing_of_its_batch(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)null"):
        keep(store, [arrival(1), replace(arrival(2), size=None)], None)  # type: ignore[arg-type]
    assert waiting(store) == []
    assert lying(store) == {}


def test_a_batch_is_looked_up_in_as_few_queries_as_one_mail(store: Store) -> None:
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def others_than_new_rows() -> int:
        return sum(not statement.startswith("INSERT INTO mail ") for statement in asked)

    keep(store, [arrival(1)], None)
    alone = others_than_new_rows()
    asked.clear()
    assert len(keep(store, [arrival(n) for n in range(200)], None)) == 199
    assert others_than_new_rows() == alone
