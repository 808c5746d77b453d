"""The outbox against a real SMTP server: every letter at most once, every doubt shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.config import Config, parse_config
from bot.post.outbox import Outbox, freeze, mark_as_sent, resume_sending, send_anew
from bot.store import letters
from bot.store.models import Event, MailboxState, Reply, ReplyState
from bot.store.store import Store
from tests.integration.servers import PASSWORD, Proxy, Smtp, wait_for
from tests.meter import Meter

pytestmark = pytest.mark.integration


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    server = Smtp().start()
    yield server
    server.stop()


@pytest.fixture
def proxy(smtp: Smtp) -> Iterator[Proxy]:
    proxy = Proxy(smtp.port)
    yield proxy
    proxy.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/s.db", str(tmp_path / "blobs")) as store:
        yield store


def configuration(port: int, *, user: str = "", limit: int = 1000, timeout: float = 1) -> Config:
    return parse_config(
        f"""
[[mailbox]]
name = "m"
address = "m@126.com"
imap = {{ host = "127.0.0.1", security = "none", user = "m", password_env = "SECRET" }}
smtp = {{ host = "127.0.0.1", port = {port}, security = "none", daily_limit = {limit}, timeout_seconds = {timeout},
  user = "{user}", password_env = "SECRET" }}
""".replace(",\n  user", ", user"),
        Path("x.toml"),
    )


def queue(store: Store, config: Config, recipient: str = "li@example.cn", purpose: str = "answer") -> int:
    message_id, raw = freeze(config.mailboxes[0], recipient, "【受理】[JSAQ2025-0001]", ".正文", "<p>x", now=letters.now())
    with store.transaction() as session:
        reply = Reply(mailbox="m", recipient=recipient, subject="s", text="t", message_id=message_id, raw_sha256=store.blobs.put(raw))
        reply.queued_at, reply.purpose = letters.now(), purpose
        session.add(reply)
    assert reply.id is not None
    return reply.id


def get(store: Store, number: int) -> Reply:
    with store.reading() as session:
        return session.get_one(Reply, number)


def account(store: Store) -> MailboxState:
    with store.reading() as session:
        return letters.account(session, "m")


def actions(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.exec(select(Event.action).order_by(Event.id)))  # type: ignore[arg-type]


def forget_pause(store: Store) -> None:
    letters.change_account(store, "m", sending_not_before=None)


def test_letters_go_out_once_and_as_they_were_frozen(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    numbers = [queue(store, config, f"r{n}@example.cn") for n in range(3)]
    outbox = Outbox(store, config.mailboxes[0], config)
    while outbox.send_next():
        pass
    outbox.close()
    assert [get(store, n).state for n in numbers] == [ReplyState.SENT] * 3
    for number, letter in zip(numbers, smtp.received, strict=True):
        assert letter.data == store.blobs.get(get(store, number).raw_sha256)
    assert not outbox.send_next()
    assert actions(store) == ["reply-sent"] * 3


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        ({"data": lambda n: "lost"}, [ReplyState.AMBIGUOUS, ReplyState.AMBIGUOUS]),
        ({"rcpt": lambda n: "550 Mailbox not found" if n == 1 else None}, [ReplyState.FAILED, ReplyState.SENT]),
        ({"data": lambda n: "554 DT:SPM 126" if n == 1 else None}, [ReplyState.FAILED, ReplyState.SENT]),
        ({"data": lambda n: "451 DT:SPM 126" if n == 1 else None}, [ReplyState.QUEUED, ReplyState.SENT]),
        ({"rcpt": lambda n: "450 later" if n == 1 else None}, [ReplyState.QUEUED, ReplyState.SENT]),
        ({"mail": lambda n: "550 MI:STC 126"}, [ReplyState.QUEUED, ReplyState.QUEUED]),
        ({"mail": lambda n: "553 Mail from must equal authorized user"}, [ReplyState.QUEUED, ReplyState.QUEUED]),
    ],
)
def test_an_answer_decides(smtp: Smtp, store: Store, answers: dict[str, Callable[[int], str | None]], states: list[ReplyState]) -> None:
    smtp.answers.update(answers)
    config = configuration(smtp.port)
    numbers = [queue(store, config, f"r{n}@example.cn") for n in range(2)]
    outbox = Outbox(store, config.mailboxes[0], config)
    while outbox.send_next():
        pass
    outbox.close()
    assert [get(store, n).state for n in numbers] == states
    once = [letter.data for letter in smtp.received]
    assert len(once) == len(set(once))


def test_a_refused_log_in_stops_the_account(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "wrong")
    smtp = Smtp(users={"m": PASSWORD}).start()
    try:
        config = configuration(smtp.port, user="m")
        number = queue(store, config)
        outbox = Outbox(store, config.mailboxes[0], config)
        assert not any(outbox.send_next() for _ in range(5))
        assert smtp.counts["login"] == 1
        assert account(store).sending_stopped
        assert actions(store) == ["sending-stopped"]
        monkeypatch.setenv("SECRET", PASSWORD)
        resume_sending(store, "m", "staff:li")
        assert outbox.send_next()
        outbox.close()
        assert get(store, number).state is ReplyState.SENT
    finally:
        smtp.stop()


PHASES: list[tuple[str, str, bytes, ReplyState]] = [
    ("greeting", "down", b"220", ReplyState.QUEUED),
    ("ehlo", "up", b"ehlo", ReplyState.QUEUED),
    ("sender", "up", b"mail FROM", ReplyState.QUEUED),
    ("recipient", "up", b"rcpt TO", ReplyState.QUEUED),
    ("data", "up", b"DATA", ReplyState.QUEUED),
    ("go ahead", "down", b"354", ReplyState.QUEUED),
    ("answer", "down", b"250 OK: queued", ReplyState.AMBIGUOUS),
]


@pytest.mark.parametrize("fault", ["cut", "stall"])
@pytest.mark.parametrize(("phase", "direction", "token", "state"), PHASES, ids=[phase[0] for phase in PHASES])
def test_a_connection_that_fails(
    smtp: Smtp, proxy: Proxy, store: Store, fault: str, phase: str, direction: str, token: bytes, state: ReplyState
) -> None:
    config = configuration(proxy.port, timeout=0.3)
    config = config.model_copy(update={"sending": config.sending.model_copy(update={"retry_seconds": 0.01})})
    number = queue(store, config)
    proxy.watch = lambda way, data: fault if way == direction and token.lower() in data.lower() else None
    outbox = Outbox(store, config.mailboxes[0], config)
    outbox.send_next()
    outbox.close()
    assert get(store, number).state is state
    proxy.watch = lambda way, data: None
    forget_pause(store)
    while outbox.send_next():
        pass
    outbox.close()
    if state is ReplyState.QUEUED:
        assert get(store, number).state is ReplyState.SENT
    wait_for(lambda: len(smtp.received) == 1, 5, "one letter, once")


def test_a_cut_in_the_middle_of_the_letter_is_a_retry(smtp: Smtp, proxy: Proxy, store: Store) -> None:
    config = configuration(proxy.port)
    message_id, raw = freeze(config.mailboxes[0], "a@example.cn", "s", "x" * 10_000_000, now=letters.now())
    number = queue(store, config)
    with store.transaction() as session:
        reply = session.get_one(Reply, number)
        reply.raw_sha256, reply.message_id = store.blobs.put(raw), message_id
    seen = 0

    def watch(direction: str, data: bytes) -> str | None:
        nonlocal seen
        seen += len(data) if direction == "up" else 0
        return "cut" if seen > 1_000_000 else None

    proxy.watch = watch
    outbox = Outbox(store, config.mailboxes[0], config)
    outbox.send_next()
    assert get(store, number).state is ReplyState.QUEUED
    proxy.watch = lambda direction, data: None
    forget_pause(store)
    assert outbox.send_next()
    outbox.close()
    assert get(store, number).state is ReplyState.SENT
    assert len(smtp.received) == 1


def test_after_a_crash(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    begun, open_ = queue(store, config), queue(store, config)
    letters.change(store, get(store, begun), ReplyState.SENDING)
    letters.change(store, get(store, open_), ReplyState.DATA, data_at=letters.now())
    outbox = Outbox(store, config.mailboxes[0], config)
    outbox.recover()
    while outbox.send_next():
        pass
    outbox.close()
    assert [get(store, n).state for n in (begun, open_)] == [ReplyState.SENT, ReplyState.AMBIGUOUS]
    assert len(smtp.received) == 1


def test_staff_settle_a_doubt(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    sent, again, queued = (queue(store, config, f"r{n}@example.cn") for n in range(3))
    for number in (sent, again):
        letters.change(store, get(store, number), ReplyState.AMBIGUOUS, data_at=letters.now())
    assert mark_as_sent(store, sent, "staff:li")
    assert send_anew(store, again, "staff:li")
    assert not send_anew(store, queued, "staff:li")
    outbox = Outbox(store, config.mailboxes[0], config)
    while outbox.send_next():
        pass
    outbox.close()
    assert sorted(r for letter in smtp.received for r in letter.recipients) == ["r1@example.cn", "r2@example.cn"]
    assert {"reply-marked-sent", "reply-sent-anew"} <= set(actions(store))


def test_a_recipients_cap_holds_up_nobody_else(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    for _ in range(12):
        queue(store, config, "Loop@example.cn")
    other = queue(store, config, "other@example.cn")
    outbox = Outbox(store, config.mailboxes[0], config)
    for _ in range(40):
        outbox.send_next()
    outbox.close()
    assert len(smtp.received) == 11
    assert get(store, other).state is ReplyState.SENT
    with store.reading() as session:
        waiting = session.exec(select(Reply).where(Reply.state == ReplyState.QUEUED)).all()
    assert len(waiting) == 2
    assert all(r.not_before and timedelta(minutes=9) < r.not_before - letters.now() <= timedelta(minutes=10) for r in waiting)


def test_a_recipients_cap_ends_no_sweep(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    for _ in range(12):
        queue(store, config, "loop@example.cn")
    other = queue(store, config, "other@example.cn")
    outbox = Outbox(store, config.mailboxes[0], config)
    while outbox.send_next():
        pass
    outbox.close()
    assert get(store, other).state is ReplyState.SENT
    assert len(smtp.received) == 11


def at(monkeypatch: pytest.MonkeyPatch, hour: str) -> datetime:
    """Set the clock of the outbox, in Shanghai."""
    moment = datetime.fromisoformat(f"{hour}+08:00").astimezone(UTC)
    monkeypatch.setattr(letters, "now", lambda: moment)
    return moment


def test_the_days_limit_lasts_until_midnight_in_shanghai(smtp: Smtp, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configuration(smtp.port, limit=2)
    at(monkeypatch, "2025-06-30T07:59:00")  # the day before in UTC
    for n in range(6):
        queue(store, config, f"r{n}@example.cn")
    outbox = Outbox(store, config.mailboxes[0], config)
    went = []
    for hour in ("2025-06-30T07:59:00", "2025-06-30T08:01:00", "2025-06-30T23:59:59", "2025-07-01T00:00:00", "2025-07-01T12:00:00"):
        at(monkeypatch, hour)
        while outbox.send_next():
            pass
        went.append(len(smtp.received))
    outbox.close()
    assert went == [2, 2, 2, 4, 4]
    assert account(store).sending_not_before == datetime.fromisoformat("2025-07-02T00:00:00+08:00")


@pytest.mark.parametrize("ahead", [timedelta(hours=20), timedelta(days=400)])
def test_letters_of_a_clock_that_was_ahead_fill_no_day_and_no_cap(
    smtp: Smtp, store: Store, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    config = configuration(smtp.port, limit=30)
    moment = at(monkeypatch, "2025-06-30T10:00:00")
    for _ in range(30):
        letters.change(store, get(store, queue(store, config)), ReplyState.SENT, data_at=moment + ahead)
    queue(store, config)
    outbox = Outbox(store, config.mailboxes[0], config)
    assert outbox.send_next()
    outbox.close()
    assert len(smtp.received) == 1


def test_the_accounts_trouble_uses_up_none_of_a_letters_tries(smtp: Smtp, store: Store) -> None:
    smtp.answers["data"] = lambda n: "451 MI:SFQ 163" if n < 4 else "451 DT:SPM 163"
    config = configuration(smtp.port)
    number = queue(store, config)
    outbox = Outbox(store, config.mailboxes[0], config)
    for _ in range(4):
        forget_pause(store)
        outbox.send_next()
    assert get(store, number).state is ReplyState.QUEUED
    letters.change(store, get(store, number), ReplyState.QUEUED, not_before=None)
    outbox.send_next()
    outbox.close()
    assert get(store, number).state is ReplyState.FAILED


def test_frequency_limited_waits_an_hour_and_then_a_day(smtp: Smtp, store: Store) -> None:
    smtp.answers["mail"] = lambda n: "550 Connection frequency limited"
    config = configuration(smtp.port)
    queue(store, config)
    outbox = Outbox(store, config.mailboxes[0], config)
    outbox.send_next()
    first = account(store).sending_not_before
    assert first is not None
    assert timedelta(minutes=59) < first - letters.now() <= timedelta(hours=1)
    forget_pause(store)
    outbox.send_next()
    outbox.close()
    second = account(store).sending_not_before
    assert second is not None
    assert second.astimezone(letters.now().tzinfo).hour == 16  # midnight in Shanghai


def test_a_pause_from_a_wrong_clock_ends(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    number = queue(store, config)
    letters.change_account(store, "m", sending_not_before=letters.now() + timedelta(days=900))
    letters.change(store, get(store, number), ReplyState.QUEUED, not_before=letters.now() + timedelta(days=900))
    outbox = Outbox(store, config.mailboxes[0], config)
    assert outbox.send_next()
    outbox.close()


def test_lost_bytes_of_one_letter_stop_no_other(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    lost, good = queue(store, config), queue(store, config)
    store.blobs.remove(get(store, lost).raw_sha256)
    outbox = Outbox(store, config.mailboxes[0], config)
    while outbox.send_next():
        pass
    outbox.close()
    assert [get(store, n).state for n in (lost, good)] == [ReplyState.FAILED, ReplyState.SENT]


def test_the_thread_sends_when_woken_and_leaves_when_told(smtp: Smtp, store: Store) -> None:
    config = configuration(smtp.port)
    outbox = Outbox(store, config.mailboxes[0], config)
    thread = threading.Thread(target=outbox.run)
    thread.start()
    queue(store, config)
    outbox.wake()
    wait_for(lambda: len(smtp.received) == 1, 5)
    outbox.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_a_letter_costs_the_same_however_many_went_out_today(store: Store, smtp: Smtp) -> None:
    config = configuration(smtp.port, limit=10_000)
    outbox = Outbox(store, config.mailboxes[0], config)
    meter = Meter(store)

    def sends() -> int:
        queue(store, config)
        queue(store, config, "wang@example.cn")
        assert outbox.send_next()  # the first one counts the day's letters
        return meter.of(lambda: outbox.send_next())

    few = sends()
    with store.transaction() as session:
        for number in range(600):
            sent = Reply(mailbox="m", recipient="zhao@example.cn", subject="s", text="t", message_id=f"{number}", raw_sha256="")
            sent.queued_at = sent.sent_at = sent.data_at = letters.now()
            sent.state = ReplyState.SENT
            session.add(sent)
    outbox.recover()
    assert sends() <= few * 1.1
    assert len(smtp.received) == 4
    outbox.close()


def test_what_another_machine_sent_counts_once_it_was_away(store: Store, smtp: Smtp) -> None:
    config = configuration(smtp.port, limit=3)
    here, there = (Outbox(store, config.mailboxes[0], config) for _ in range(2))
    for number in range(4):
        queue(store, config, f"{number}@example.cn")
    assert here.send_next()
    assert there.send_next()
    assert there.send_next()
    here.recover()
    assert not here.send_next()
    assert len(smtp.received) == 3
    here.close()
    there.close()
