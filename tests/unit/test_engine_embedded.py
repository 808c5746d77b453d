"""The engine of one machine, with an intake that does what the test wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import ProcessingConfig
from bot.engine.alone import WorkerDied
from bot.engine.embedded import EmbeddedEngine
from bot.errors import StoreError
from bot.store import mails
from bot.store.models import Mail, MailState
from bot.store.store import Store

pytestmark = pytest.mark.slow

START = datetime(2025, 6, 10, tzinfo=UTC)


class FakeIntake:
    """`doing` is called in `read` with the mail's id; `settled` notes the order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.doing: Callable[[int], None] = lambda mail_id: None
        self.settling: Callable[[int], None] = lambda mail_id: None
        self.settled: list[int] = []

    def read(self, mail_id: int, foretell: Callable[[int], None] | None = None) -> int:
        if foretell is not None:
            foretell(mail_id)
        self.doing(mail_id)
        return mail_id

    def settle(self, read: int) -> None:
        self.settling(read)
        with self.store.transaction() as session:
            mail = session.get_one(Mail, read)
            mail.state = MailState.SETTLED
            session.add(mail)
        self.settled.append(read)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        yield store


@pytest.fixture
def intake(store: Store) -> FakeIntake:
    return FakeIntake(store)


def put(store: Store, *sizes: int, attempts: int = 0) -> list[int]:
    ids = []
    with store.transaction() as session:
        for number, size in enumerate(sizes):
            at = START + timedelta(minutes=number)
            mail = Mail(mailbox="m", sha256="0" * 64, size=size, received_at=at, stored_at=at, attempts=attempts)
            session.add(mail)
            session.flush()
            assert mail.id is not None
            ids.append(mail.id)
    return ids


def engine(store: Store, intake: FakeIntake, keys: dict[int, str], **options: Any) -> EmbeddedEngine:
    """`keys`: the mails' keys, by id; known before OCR unless it begins with a question mark."""

    def glance(mail_id: int) -> frozenset[str] | None:
        return None if keys[mail_id].startswith("?") else frozenset(keys[mail_id].split())

    settings = ProcessingConfig(workers=2, large_mb=1, order_seconds=options.pop("patience", 60))
    options.setdefault("glance", glance)
    options.setdefault("early_keys_of", glance)
    return EmbeddedEngine(store, intake, {}, settings, keys_of=lambda read: frozenset(keys[read].strip("?").split()), **options)


def states(store: Store, ids: list[int]) -> list[MailState]:
    with store.reading() as session:
        return [session.get_one(Mail, mail_id).state for mail_id in ids]


def run(made: EmbeddedEngine) -> None:
    made.start()
    made.drain()
    assert made.stop(5)


@pytest.mark.timeout(20)
def test_a_small_mail_does_not_wait_behind_a_large_stranger(store: Store, intake: FakeIntake) -> None:
    large, small = put(store, 50 * 2**20, 1000)
    answered = threading.Event()
    intake.doing = lambda mail_id: answered.wait() and None if mail_id == large else None  # type: ignore[func-returns-value]
    made = engine(store, intake, {large: "a", small: "b"}, settled=lambda mail_id: answered.set())
    run(made)
    assert intake.settled == [small, large]


@pytest.mark.timeout(20)
def test_a_mail_is_read_while_more_others_than_workers_wait_for_ocr(store: Store, intake: FakeIntake) -> None:
    *scans, text = put(store, *[10] * 10)
    answered = threading.Event()
    intake.doing = lambda mail_id: None if mail_id == text else answered.wait() and None  # type: ignore[func-returns-value]
    keys = {mail_id: str(mail_id) for mail_id in (*scans, text)}
    run(engine(store, intake, keys, settled=lambda mail_id: answered.set()))
    assert intake.settled[0] == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("size", "attempts", "most"), [(50 * 2**20, 0, 1), (2**20 - 1, 0, 8), (10, 1, 2)])
def test_few_large_or_suspect_mails_are_read_at_once(store: Store, intake: FakeIntake, size: int, attempts: int, most: int) -> None:
    ids = put(store, *[size] * 12, attempts=attempts)
    lock, together = threading.Lock(), []
    reading: set[int] = set()

    def read(mail_id: int) -> int:
        with lock:
            reading.add(mail_id)
            together.append(len(reading))
        time.sleep(0.02)
        with lock:
            reading.discard(mail_id)
        return mail_id

    intake.doing = read  # type: ignore[assignment]
    run(engine(store, intake, {mail_id: str(mail_id) for mail_id in ids}, read_alone=read))
    assert len(intake.settled) == 12
    assert max(together) <= most


@pytest.mark.timeout(20)
def test_a_small_mail_of_the_same_entry_waits(store: Store, intake: FakeIntake) -> None:
    large, small = put(store, 50 * 2**20, 1000)
    read_small = threading.Event()
    intake.doing = lambda mail_id: read_small.wait() and None if mail_id == large else read_small.set()  # type: ignore[func-returns-value]
    run(engine(store, intake, {large: "a", small: "a"}))
    assert intake.settled == [large, small]


@pytest.mark.timeout(20)
def test_a_small_mail_waits_for_what_may_change_the_case_that_it_meets(store: Store, intake: FakeIntake) -> None:
    large, small = put(store, 50 * 2**20, 1000)
    asked = threading.Event()
    intake.doing = lambda mail_id: asked.wait() and None if mail_id == large else None  # type: ignore[func-returns-value]

    def reach_of(read: int) -> frozenset[str]:
        asked.set()
        return frozenset("a")

    run(engine(store, intake, {large: "a", small: "b"}, reach_of=reach_of))
    assert intake.settled == [large, small]


@pytest.mark.timeout(20)
def test_where_a_glance_can_not_tell_patience_ends(store: Store, intake: FakeIntake) -> None:
    large, small = put(store, 50 * 2**20, 1000)
    answered = threading.Event()
    intake.doing = lambda mail_id: answered.wait() and None if mail_id == large else None  # type: ignore[func-returns-value]
    run(engine(store, intake, {large: "?a", small: "b"}, patience=0.5, settled=lambda mail_id: answered.set()))
    assert intake.settled == [small, large]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("step", ["doing", "settling"])
def test_a_mail_that_meets_a_mistake_twice_is_set_aside(store: Store, intake: FakeIntake, step: str) -> None:
    bad, good = put(store, 10, 10)
    tries: list[int] = []

    def stumble(mail_id: int) -> None:
        if mail_id == bad:
            tries.append(mail_id)
            raise ZeroDivisionError("a mistake")

    setattr(intake, step, stumble)
    run(engine(store, intake, {bad: "a", good: "a"}))
    assert states(store, [bad, good]) == [MailState.SET_ASIDE, MailState.SETTLED]
    assert len(tries) == 2
    with store.reading() as session:
        assert "ZeroDivisionError: a mistake" in session.get_one(Mail, bad).last_error


@pytest.mark.timeout(20)
def test_a_store_that_is_away_is_no_mails_fault(store: Store, intake: FakeIntake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.embedded._STORE_WAIT", 0.05)
    (mail_id,) = put(store, 10)
    tries: list[int] = []

    def away(number: int) -> None:
        tries.append(number)
        if len(tries) < 5:
            raise StoreError("the database does not answer")

    intake.doing = away
    run(engine(store, intake, {mail_id: "a"}))
    assert states(store, [mail_id]) == [MailState.SETTLED]
    with store.reading() as session:
        assert session.get_one(Mail, mail_id).attempts == 1


@pytest.mark.timeout(20)
def test_a_store_that_is_away_when_a_mistake_is_noted_keeps_no_mail(
    store: Store, intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.embedded._STORE_WAIT", 0.05)
    (mail_id,) = put(store, 10)
    tries: list[int] = []
    note = mails.note_failure

    def away(*given: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise StoreError("the database does not answer")
        return note(*given)

    def stumble(mail_id: int) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(mails, "note_failure", away)
    intake.doing = stumble
    run(engine(store, intake, {mail_id: "a"}))
    assert states(store, [mail_id]) == [MailState.SET_ASIDE]


@pytest.mark.timeout(20)
def test_a_suspect_is_read_alone_and_set_aside_when_it_kills_again(store: Store, intake: FakeIntake) -> None:
    killer, innocent = put(store, 10, 10, attempts=1)

    def alone(mail_id: int) -> int:
        if mail_id == killer:
            raise WorkerDied("its process ended with -9")
        return mail_id

    intake.doing = lambda mail_id: pytest.fail("a suspect must not be read here")
    run(engine(store, intake, {killer: "a", innocent: "b"}, read_alone=alone))
    assert states(store, [killer, innocent]) == [MailState.SET_ASIDE, MailState.SETTLED]


@pytest.mark.timeout(20)
def test_a_reading_that_is_broken_off_does_not_count(store: Store, intake: FakeIntake) -> None:
    (mail_id,) = put(store, 10)
    begun, end = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        begun.set()
        end.wait()

    intake.doing = slow
    made = engine(store, intake, {mail_id: "a"})
    made.start()
    begun.wait()
    assert not made.stop(0.2)
    with store.reading() as session:
        assert session.get_one(Mail, mail_id).attempts == 0
    end.set()
    for thread in made._threads:
        thread.join()
