"""What is over age is removed as a whole and named; everything else stays, and nothing removed is taken in anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.errors import StoreError
from bot.store.mails import Arrival, Place, keep
from bot.store.models import Application, CachedReading, Document, Event, Finding, Mail, Package, Reply
from bot.store.retention import remove_over_age
from bot.store.staff.cases import CaseFilter, find_cases
from bot.store.store import Store
from tests.staff_data import DAY, Maker

YEAR = timedelta(days=365)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        with store.transaction() as session:
            make = Maker(session, store)
            old = make.case("accepted", at=DAY - YEAR, organisation="旧案公司", findings=(("late", "reject", "逾期"),))
            make.case("accepted", at=DAY - YEAR, organisation="久而未决公司")
            make.mail(at=DAY - timedelta(days=5), subject="补正", sender="shenbao002@example.cn", package_id=2, kind="supplement")
            make.case("accepted", at=DAY, organisation="新案公司").duplicate_of = old.id
            make.mail(at=DAY - YEAR, subject="旧的咨询", sender="old@example.cn", kind="enquiry", package_id=None)
            make.add(CachedReading(key="k", blob=store.blobs.put(b"ocr"), made_at=DAY - YEAR))
        yield store


def count(store: Store, table: type) -> int:
    with store.reading() as session:
        return len(session.exec(select(table)).all())


def test_pretending_names_it_and_removes_nothing(store: Store) -> None:
    removed = remove_over_age(store, 200, now=DAY, pretend=True)
    assert (removed.references, removed.mails, removed.files, removed.letters, removed.readings) == (("JSAQ2025-0001",), 2, 2, 1, 1)
    assert count(store, Application) == 3


def test_a_case_goes_whole_once_its_newest_mail_is_over_age(store: Store) -> None:
    with store.reading() as session:
        mail = session.get_one(Mail, 1)
    removed = remove_over_age(store, 200, now=DAY, actor="staff:guanli")
    assert (removed.references, removed.mails, removed.files, removed.letters, removed.readings) == (("JSAQ2025-0001",), 2, 2, 1, 1)
    assert removed.blobs == 3
    assert [count(store, table) for table in (Application, Package, Document, Finding, Reply, CachedReading)] == [2, 2, 4, 0, 2, 0]
    with store.reading() as session:
        tombstone = session.get_one(Mail, 1)
        assert (tombstone.from_address, tombstone.subject, tombstone.kind, tombstone.package_id) == ("", "", "removed", None)
        assert session.exec(select(Application.duplicate_of)).all() == [None, None]
        assert find_cases(session, CaseFilter("旧案"))[0] == []
        assert len(find_cases(session, CaseFilter("公司"))[0]) == 2
        event = session.exec(select(Event).where(Event.action == "retention")).one()
        assert (event.actor, event.details["cases"], event.details["blobs"]) == ("staff:guanli", 1, 3)
        emptied = session.exec(select(Event).where(Event.package_id == 1)).all()
        assert emptied
        assert not any(event.details for event in emptied)
    with pytest.raises(StoreError):
        store.blobs.get(mail.sha256)


def test_what_was_removed_is_not_taken_in_anew(store: Store) -> None:
    with store.reading() as session:
        mail = session.get_one(Mail, 1)
    remove_over_age(store, 200, now=DAY)
    place = Place("jsaq", "INBOX", 1, 99)
    arrival = Arrival(place, mail.sha256, mail.size, mail.received_at, mail.message_id, "shenbao001@example.cn", "", "申报")
    assert keep(store, [arrival], "jsaq-2025") == []


def test_a_second_time_there_is_nothing_left(store: Store) -> None:
    remove_over_age(store, 200, now=DAY)
    again = remove_over_age(store, 200, now=DAY)
    assert (again.references, again.mails, again.blobs) == ((), 0, 0)


def test_a_blob_that_somebody_else_names_stays(store: Store) -> None:
    with store.transaction() as session:
        shared = session.get_one(Mail, 1).sha256
        session.get_one(Mail, 4).sha256 = shared
    remove_over_age(store, 200, now=DAY)
    assert store.blobs.has(shared)


@pytest.mark.parametrize("days", [0, 1, 29, -5])
def test_a_case_outlives_its_answer(store: Store, days: int) -> None:
    with pytest.raises(ValueError, match="at least 30"):
        remove_over_age(store, days, now=DAY)
    assert count(store, Application) == 3
