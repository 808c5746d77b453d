"""The mailbox watcher against real Dovecot: nothing lost, nothing twice, flagged only when stored."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DataError
from sqlmodel import select

from bot.config import Config, parse_config
from bot.errors import StoreError
from bot.post.arrivals import read_header
from bot.post.imap_session import CHUNK, Broken, ImapSession, LogInRefused, Refused
from bot.post.mailbox import Watcher, resume_mailbox
from bot.post.sent_folder import look_up
from bot.store import letters, mails
from bot.store.models import FolderState, Location, Mail, MailboxState, Reply, ReplyState
from bot.store.store import Store
from tests.integration.servers import PASSWORD, Dovecot, Proxy, wait_for

pytestmark = pytest.mark.integration
USER = "m@126.com"
AT = datetime(2025, 6, 10, 2, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    yield server
    server.close()


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return f"{abs(hash(request.node.name))}@126.com"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/s.db", str(tmp_path / "blobs")) as store:
        yield store


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", PASSWORD)


def configuration(port: int, user: str, *, more: str = "", provider: str = "generic", timeout: float = 5, limits: str = "") -> Config:
    return parse_config(
        f"""
[[mailbox]]
name = "m"
address = "{user}"
provider = "{provider}"
poll_seconds = 0.2
{more}
imap = {{ host = "127.0.0.1", port = {port}, security = "none", user = "{user}", password_env = "SECRET", timeout_seconds = {timeout} }}
smtp = {{ host = "127.0.0.1", security = "none" }}
{limits}
""",
        Path("x.toml"),
    )


def mail(number: int, size: int = 100, head: str = "") -> bytes:
    return f"Message-ID: <{number}@x>\r\nFrom: =?gb2312?B?wO4=?= <Li@Example.cn>\r\nSubject: {number}\r\n{head}\r\n".encode() + b"x" * size


def watch(store: Store, config: Config, stored: Callable[[Sequence[int]], None] = lambda ids: None) -> Watcher:
    return Watcher(store, config.mailboxes[0], config, stored)


def once(store: Store, config: Config) -> None:
    watcher = watch(store, config)
    try:
        watcher.pass_once()
    finally:
        watcher.close()


def subjects(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(session.exec(select(Mail.subject)))


def seen(dovecot: Dovecot, user: str, folder: str = "INBOX") -> int:
    with dovecot.client(user) as client:
        client.select_folder(folder, readonly=True)
        return len(client.search("SEEN"))


def test_everything_is_stored_as_it_came(dovecot: Dovecot, user: str, store: Store) -> None:
    sizes = [0, 1, 5000, CHUNK - 200, CHUNK, CHUNK + 1, 3 * CHUNK + 17]
    raws = [mail(number, size) for number, size in enumerate(sizes)]
    dovecot.deliver(user, *raws, at=AT)
    told: list[int] = []
    watcher = watch(store, configuration(dovecot.port, user), told.extend)
    watcher.pass_once()
    watcher.pass_once()
    watcher.close()
    with store.reading() as session:
        stored = session.exec(select(Mail).order_by(Mail.id)).all()  # type: ignore[arg-type]
    assert [store.blobs.get(m.sha256) for m in stored] == raws
    assert {m.received_at for m in stored} == {AT}
    assert {(m.from_name, m.from_address) for m in stored} == {("李", "li@example.cn")}
    assert [m.message_id for m in stored] == [f"<{n}@x>" for n in range(len(sizes))]
    assert sorted(told) == [m.id for m in stored]
    assert seen(dovecot, user) == len(sizes)


def test_as_126_has_it(store: Store) -> None:
    server = Dovecot(netease=True)
    try:
        server.deliver(USER, mail(1))
        server.deliver(USER, mail(2), folder="垃圾邮件")
        config = configuration(server.port, USER, provider="netease", more='folders = ["INBOX", "垃圾邮件", "病毒文件夹"]')
        once(store, config)
        assert subjects(store) == ["1", "2"]
        with store.reading() as session:
            missing = [f.folder for f in session.exec(select(FolderState)) if "missing" in f.details]
        assert missing == ["病毒文件夹"]
    finally:
        server.close()


def test_idle_brings_a_mail_at_once(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user)
    config = config.model_copy(update={"mailboxes": (config.mailboxes[0].model_copy(update={"poll_seconds": 60.0}),)})
    watcher = watch(store, config)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        time.sleep(0.7)
        begun = time.monotonic()
        dovecot.deliver(user, mail(1))
        wait_for(lambda: subjects(store) == ["1"], 10)
        assert time.monotonic() - begun < 5
    finally:
        watcher.stop()
        thread.join(8)
    assert not thread.is_alive()


def test_uids_dealt_anew_bring_nothing_twice(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user)
    dovecot.deliver(user, mail(1), mail(2), mail(3, head="X-Odd: 1\r\n"), at=AT)
    once(store, config)
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search("ALL"))
        client.expunge()
    for validity in dovecot.folder.glob(f"mail/{user}/dovecot*"):
        validity.unlink()
    time.sleep(1.1)  # Dovecot's UIDVALIDITY is the second in which a folder was made
    dovecot.deliver(user, mail(3, head="X-Odd: 1\r\n"), mail(4), mail(1), at=AT)
    once(store, config)
    assert subjects(store) == ["1", "2", "3", "4"]


def test_a_uid_that_became_another_mail_is_fetched(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user)
    dovecot.deliver(user, mail(1), mail(2), at=AT)
    once(store, config)
    with store.transaction() as session:  # as if UID 2 had been a mail of another size and time when it was stored
        other = session.exec(select(Mail).where(Mail.subject == "2")).one()
        other.size, other.received_at, other.message_id, other.sha256 = 5, AT - timedelta(days=9), "<other@x>", "0" * 64
        other.subject = "other"
        session.add(other)
    once(store, config)  # a new watcher compares with everything
    assert subjects(store) == ["1", "2", "other"]
    with store.reading() as session:
        places = session.exec(select(Location.uid, Mail.subject).join(Mail, Location.mail_id == Mail.id)).all()  # type: ignore[arg-type]
    assert sorted(places) == [(1, "1"), (2, "2")]


def test_a_uid_that_became_another_mail_of_the_same_size_and_second_is_fetched(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user)
    dovecot.deliver(user, mail(1), mail(2), at=AT)
    once(store, config)
    with store.transaction() as session:  # as if UID 2 had been another mail: the server dealt its UIDs anew and said nothing
        other = session.exec(select(Mail).where(Mail.subject == "2")).one()
        other.message_id, other.sha256, other.subject = "<3@x>", "0" * 64, "3"
        session.add(other)
    once(store, config)
    assert subjects(store) == ["1", "2", "3"]


def test_a_mail_moved_to_another_folder_is_the_same_mail(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user, more='folders = ["INBOX", "Junk"]')
    dovecot.deliver(user, mail(1), folder="Junk", at=AT)
    once(store, config)
    with dovecot.client(user) as client:
        client.select_folder("Junk")
        client.move(client.search("ALL"), "INBOX")
    once(store, config)
    assert subjects(store) == ["1"]


def test_a_folder_that_comes_to_be_later_is_watched(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user, more='folders = ["INBOX", "广告邮件"]')
    watcher = watch(store, config)
    watcher.pass_once()
    with store.reading() as session:
        assert "missing" in session.get_one(FolderState, ("m", "广告邮件")).details
    dovecot.deliver(user, mail(1), folder="广告邮件")
    watcher.pass_once()
    watcher.close()
    assert subjects(store) == ["1"]
    with store.reading() as session:
        assert "missing" not in session.get_one(FolderState, ("m", "广告邮件")).details


@pytest.mark.parametrize("size", [100, 2 * CHUNK + 5], ids=["small", "large"])
def test_a_message_that_vanishes_while_it_is_fetched_holds_up_no_other(
    dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    config = configuration(dovecot.port, user)
    dovecot.deliver(user, mail(1), mail(2, size), mail(3))

    def vanish(*_: Any) -> None:
        with dovecot.client(user) as client:
            client.select_folder("INBOX")
            if found := client.search(["SUBJECT", "2"]):
                client.delete_messages(found)
                client.expunge()

    real = ImapSession.first_chunks

    def gone(*_: Any) -> Any:  # Dovecot itself goes on to give a message that this connection has begun to read
        vanish()
        raise Refused("message 2 vanished")

    if size < CHUNK:
        monkeypatch.setattr(ImapSession, "first_chunks", lambda *arguments: vanish() or real(*arguments))  # type: ignore[func-returns-value]
    else:
        monkeypatch.setattr(ImapSession, "rest", gone)
    watcher = watch(store, config)
    watcher.pass_once()
    watcher.pass_once()
    watcher.close()
    assert subjects(store) == ["1", "3"]
    assert not watcher._fetcher.in_trouble("INBOX")
    assert seen(dovecot, user) == 2


def test_what_is_over_size_is_kept_and_marked(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user, limits="[limits]\nmessage_mb = 1")
    dovecot.deliver(user, mail(1, 2**20 + 1), mail(2))
    once(store, config)
    with store.reading() as session:
        assert {m.subject: m.details.get("too_large", False) for m in session.exec(select(Mail))} == {"1": True, "2": False}


def test_mails_before_the_start_are_left_alone(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user, more="start = 2025-06-01")
    dovecot.deliver(user, mail(1), at=AT - timedelta(days=60))
    dovecot.deliver(user, mail(2), at=AT)
    once(store, config)
    assert subjects(store) == ["2"]
    assert seen(dovecot, user) == 1


def test_reconciliation_is_recorded_and_finds_what_is_missing(dovecot: Dovecot, user: str, store: Store) -> None:
    config = configuration(dovecot.port, user)
    dovecot.deliver(user, mail(1), mail(2))
    watcher = watch(store, config)
    watcher.pass_once()
    with store.transaction() as session:
        session.delete(session.exec(select(Location).where(Location.uid == 2)).one())
        state = session.exec(select(FolderState)).one()
        state.reconciled_at = letters.now() - timedelta(hours=25)
        session.add(state)
    watcher.pass_once()
    watcher.close()
    with store.reading() as session:
        state = session.exec(select(FolderState)).one()
        assert state.details["reconciliation"]["server"] == 2
        assert state.details["reconciliation"]["stored"] == 2
        assert letters.now() - (state.reconciled_at or AT) < timedelta(minutes=1)
    assert subjects(store) == ["1", "2"]


def test_nothing_is_flagged_that_is_not_stored(dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configuration(dovecot.port, user)
    dovecot.deliver(user, *(mail(n) for n in range(5)))

    def full(*_: Any) -> Any:
        raise StoreError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("bot.post.arrivals.keep", full)
        with pytest.raises(StoreError, match="No space left"):
            once(store, config)
    assert seen(dovecot, user) == 0
    once(store, config)
    assert len(subjects(store)) == 5
    assert seen(dovecot, user) == 5


def test_a_row_that_the_database_refuses_is_kept_without_its_header(
    dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = mails.keep

    def picky(store: Store, arrivals: Sequence[mails.Arrival], programme: str | None) -> list[int]:
        if any(arrival.subject == "2" for arrival in arrivals):
            raise DataError("INSERT", {}, ValueError("not this one"))
        return real(store, arrivals, programme)

    monkeypatch.setattr("bot.post.arrivals.keep", picky)
    dovecot.deliver(user, *(mail(n) for n in range(5)))
    once(store, configuration(dovecot.port, user))
    assert subjects(store) == ["", "0", "1", "3", "4"]


def test_a_mistake_in_storing_leaves_nobody_waiting(dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.post.arrivals.read_header", lambda head: 1 / 0)
    dovecot.deliver(user, mail(1))
    with pytest.raises(StoreError, match="ZeroDivisionError"):
        once(store, configuration(dovecot.port, user))
    assert seen(dovecot, user) == 0


def test_a_refused_log_in_stops_the_mailbox(dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "wrong")
    proxy = Proxy(dovecot.port)
    watcher = watch(store, configuration(proxy.port, user, timeout=10))
    thread = threading.Thread(target=watcher.run)
    thread.start()

    def stopped() -> bool:
        with store.reading() as session:
            state = session.get(MailboxState, "m")
        return bool(state and state.stopped)

    try:
        wait_for(stopped, 15)
        time.sleep(0.5)
        assert proxy.connections == 1
        monkeypatch.setenv("SECRET", PASSWORD)
        dovecot.deliver(user, mail(1))
        resume_mailbox(store, "m", "staff:li")
        wait_for(lambda: subjects(store) == ["1"], 15)
    finally:
        watcher.stop()
        thread.join(8)
        proxy.close()


def test_too_many_connections_are_no_refused_log_in(user: str) -> None:
    server = Dovecot(connections=1)
    try:
        with server.client(user):
            with pytest.raises(Broken) as caught:
                ImapSession(configuration(server.port, user).mailboxes[0])
            assert not isinstance(caught.value, LogInRefused)
    finally:
        server.close()


PHASES = [b"LOGIN", b"LIST", b"SELECT", b"SEARCH", b"INTERNALDATE", b"BODY.PEEK", b"STORE", b"IDLE"]


@pytest.mark.parametrize("fault", ["cut", "stall"])
@pytest.mark.parametrize("phase", PHASES, ids=[p.decode() for p in PHASES])
def test_a_connection_that_fails(
    dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch, fault: str, phase: bytes
) -> None:
    monkeypatch.setattr("bot.post.mailbox._FIRST_WAIT", 0.1)
    proxy = Proxy(dovecot.port)
    dovecot.deliver(user, *(mail(n, 50_000) for n in range(8)))
    faults = 0

    def watching(direction: str, data: bytes) -> str | None:
        nonlocal faults
        if faults == 0 and direction == "up" and phase in data:
            faults += 1
            return fault
        return None

    proxy.watch = watching
    watcher = watch(store, configuration(proxy.port, user, timeout=0.7))
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        wait_for(lambda: len(subjects(store)) == 8 and faults, 20, "all mails in spite of the fault")
        dovecot.deliver(user, mail(99))
        wait_for(lambda: len(subjects(store)) == 9, 20, "a mail after the fault")
        wait_for(lambda: seen(dovecot, user) >= 1, 20)
    finally:
        watcher.stop()
        thread.join(8)
        proxy.close()
    assert subjects(store) == sorted([*map(str, range(8)), "99"])


def test_a_message_that_breaks_the_connection_holds_up_no_other(
    dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.post.mailbox._FIRST_WAIT", 0.05)
    proxy = Proxy(dovecot.port)
    dovecot.deliver(user, mail(0), mail(1, head="X-Poison: POISON\r\n"), mail(2))
    proxy.watch = lambda direction, data: "cut" if direction == "down" and b"POISON" in data else None
    watcher = watch(store, configuration(proxy.port, user, timeout=2))
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        wait_for(lambda: subjects(store) == ["0", "2"], 20)
        dovecot.deliver(user, mail(3))
        wait_for(lambda: subjects(store) == ["0", "2", "3"], 20)
    finally:
        watcher.stop()
        thread.join(8)
        proxy.close()


def test_an_idle_that_dies_in_silence_is_noticed(dovecot: Dovecot, user: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.post.mailbox._FIRST_WAIT", 0.1)
    proxy = Proxy(dovecot.port)
    idling = threading.Event()

    def watching(direction: str, data: bytes) -> str | None:
        if idling.is_set():
            return None
        if direction == "down" and data.startswith(b"+ idling"):
            idling.set()
            proxy.watch = lambda direction, data: "stall" if proxy.connections == 1 else None
        return None

    proxy.watch = watching
    watcher = watch(store, configuration(proxy.port, user, timeout=1))
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        assert idling.wait(10)
        dovecot.deliver(user, mail(1))
        wait_for(lambda: subjects(store) == ["1"], 20)
        assert proxy.connections > 1
    finally:
        watcher.stop()
        thread.join(8)
        proxy.close()


class FakeServer:
    """A server of a few lines that does what Dovecot won't: 126's ID gate, and answers without UIDNEXT or UIDVALIDITY."""

    def __init__(self, **answers: bytes) -> None:
        """`answers`: what to say to a command, a `!` for its tag."""
        self.answers = answers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.commands: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: Any) -> None:
        identified = False

        def say(*lines: str) -> None:
            stream.write("".join(f"{line}\r\n" for line in lines).encode())
            stream.flush()

        say("* OK Coremail ready")
        for line in stream:
            tag, _, command = line.decode("latin-1").strip().partition(" ")
            self.commands.append(command)
            word = command.split()[0].upper()
            if word == "UID":
                word = command.split()[1].upper()
            if (special := self.answers.get(word)) is not None:
                stream.write(special.replace(b"!", tag.encode()))
                stream.flush()
            elif word == "CAPABILITY":
                say("* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE LITERAL+", f"{tag} OK done")
            elif word == "ID":
                identified = True
                say("* ID NIL", f"{tag} OK ID completed")
            elif word == "LIST":
                say('* LIST () "/" "INBOX"', f"{tag} OK done")
            elif word == "SELECT" and not identified:
                say(f"{tag} NO SELECT Unsafe Login. Please contact kefu@188.com for help")
            elif word == "SELECT":
                say("* 1 EXISTS", r"* FLAGS (\Seen)", f"{tag} OK [READ-WRITE] SELECT completed")
            elif word == "SEARCH":
                say("* SEARCH 7", f"{tag} OK done")
            elif word == "FETCH" and "RFC822.SIZE" in command:
                say('* 1 FETCH (UID 7 RFC822.SIZE 99999 INTERNALDATE "10-Jun-2025 10:05:00 +0800" FLAGS ())', f"{tag} OK done")
            elif word == "FETCH" and "<0." in command:
                body = "Message-ID: <7@x>\r\nSubject: 7\r\n\r\nx"
                say(f"* 1 FETCH (UID 7 BODY[]<0> {{{len(body)}}}\r\n{body})", f"{tag} OK done")
            elif word == "FETCH" and "HEADER" not in command:
                say('* 1 FETCH (UID 7 BODY[]<38> "")', f"{tag} OK done")
            elif word == "LOGOUT":
                say("* BYE", f"{tag} OK done")
                return
            else:
                say(f"{tag} OK done")

    def close(self) -> None:
        self._socket.close()


def test_126s_id_gate_and_wrong_sizes(store: Store) -> None:
    server = FakeServer()
    try:
        once(store, configuration(server.port, USER, provider="netease"))
        with pytest.raises(Broken, match="Unsafe Login"):
            once(store, configuration(server.port, USER, provider="generic"))
    finally:
        server.close()
    assert subjects(store) == ["7"]
    assert any(command.startswith('ID ("name" "shenbao"') for command in server.commands)
    assert not any("ENVELOPE" in c or "BODYSTRUCTURE" in c or ":*" in c for c in server.commands)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"! NO LOGIN Login error or password error\r\n", LogInRefused),
        (
            b"! NO Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, "
            b"or system is busy. More information at https://help.mail.qq.com/\r\n",
            LogInRefused,
        ),
        (b"! NO [UNAVAILABLE] Temporary authentication failure.\r\n", Broken),
        (b"! NO LOGIN Login frequency limited\r\n", Broken),
        (b"* BYE closing\r\n", Broken),
    ],
)
def test_what_an_answer_to_log_in_means(answer: bytes, error: type[Exception]) -> None:
    server = FakeServer(LOGIN=answer)
    try:
        with pytest.raises(error) as caught:
            ImapSession(configuration(server.port, USER, timeout=1).mailboxes[0])
        assert isinstance(caught.value, LogInRefused) is (error is LogInRefused)
    finally:
        server.close()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"&V4NXPpCuTvY-", "垃圾邮件"),
        ("垃圾邮件".encode(), "垃圾邮件"),
        ("垃圾邮件".encode("gbk"), "垃圾邮件"),
        (b"A&B", "A&B"),
        (b"2025", "2025"),
    ],
    ids=["modified UTF-7", "UTF-8", "GBK", "never encoded", "a number"],
)
def test_a_folder_is_found_however_its_name_is_written(store: Store, raw: bytes, name: str) -> None:
    listing = (
        b'* LIST () "/" "INBOX"\r\n* LIST () "/" "Odd & \xff"\r\n* LIST (\\Noselect) "/" "shelf"\r\n* LIST () "/" "%s"\r\n! OK done\r\n'
    )
    server = FakeServer(LIST=listing % raw)
    try:
        more = f'folders = ["INBOX", "{name}", "shelf"]'
        once(store, configuration(server.port, USER, provider="netease", more=more))
    finally:
        server.close()
    selected = [command for command in server.commands if command.startswith("SELECT")]
    assert selected == ['SELECT "INBOX"', f'SELECT "{raw.decode("latin-1")}"']
    with store.reading() as session:
        assert [f.folder for f in session.exec(select(FolderState)) if "missing" in f.details] == ["shelf"]


def test_a_server_that_does_not_know_id_is_watched_nevertheless(store: Store) -> None:
    server = FakeServer(ID=b"! BAD what?\r\n", SELECT=b"* 1 EXISTS\r\n! OK done\r\n")
    try:
        once(store, configuration(server.port, USER, provider="netease"))
    finally:
        server.close()
    assert subjects(store) == ["7"]


@pytest.mark.parametrize(
    ("in_sent", "state"),
    [
        ("Message-ID: <ours@126.com>\r\nSubject: x\r\n", ReplyState.SENT),
        ("Message-ID: <tencent_1@qq.com>\r\nX-OQ-MSGID: <ours@126.com>\r\nSubject: x\r\n", ReplyState.SENT),
        (
            "Message-ID: <else@qq.com>\r\nIn-Reply-To: <theirs@x>\r\nTo: li@example.cn\r\nSubject: =?utf-8?q?[JSAQ2025-0001]_x?=\r\n",
            ReplyState.SENT,
        ),
        (
            "Message-ID: <else@qq.com>\r\nIn-Reply-To: <other@x>\r\nTo: li@example.cn\r\nSubject: [JSAQ2025-0001] x\r\n",
            ReplyState.AMBIGUOUS,
        ),
        ("Message-ID: <else@qq.com>\r\nSubject: x\r\n", ReplyState.AMBIGUOUS),
    ],
)
def test_a_doubtful_letter_is_looked_up(dovecot: Dovecot, user: str, store: Store, in_sent: str, state: ReplyState) -> None:
    config = configuration(dovecot.port, user)
    raw = b"Message-ID: <ours@126.com>\r\nIn-Reply-To: <theirs@x>\r\n\r\nx"
    with store.transaction() as session:
        reply = Reply(mailbox="m", recipient="li@example.cn", subject="【受理】[JSAQ2025-0001] x", text="", message_id="<ours@126.com>")
        reply.raw_sha256, reply.queued_at, reply.state, reply.data_at = store.blobs.put(raw), AT, ReplyState.AMBIGUOUS, letters.now()
        reply.not_before = letters.now()
        session.add(reply)
    dovecot.deliver(user, (in_sent + "\r\nx").encode(), folder="Sent")
    session_ = ImapSession(config.mailboxes[0])
    look_up(store, session_, config.mailboxes[0], 5)
    session_.log_out()
    with store.reading() as session:
        found = session.exec(select(Reply)).one()
    assert found.state is state
    assert found.lookups == 1
    assert (found.not_before is None) is (state is ReplyState.SENT)


@pytest.mark.parametrize("answer", [b"! NO not now\r\n", b"* BYE bye\r\n"], ids=["refused", "cut"])
def test_a_sent_folder_that_can_not_be_read_stops_no_mail(store: Store, answer: bytes) -> None:
    listing = b'* LIST () "/" "INBOX"\r\n* LIST (\\Sent) "/" "Sent"\r\n! OK done\r\n'
    server = FakeServer(LIST=listing)
    config = configuration(server.port, USER, provider="netease")
    with store.transaction() as session:
        reply = Reply(mailbox="m", recipient="li@example.cn", subject="s", text="", message_id="<ours@126.com>", raw_sha256="")
        reply.queued_at, reply.state, reply.data_at, reply.not_before = AT, ReplyState.AMBIGUOUS, letters.now(), letters.now()
        session.add(reply)
    watcher = watch(store, config)
    real = ImapSession.select

    def selecting(self: ImapSession, folder: str) -> int:
        server.answers = {"SELECT": answer} if folder == "Sent" else {}
        return real(self, folder)

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ImapSession, "select", selecting)
            with pytest.raises(Broken):
                watcher.pass_once()
            watcher._drop()
            watcher.pass_once()
    finally:
        watcher.close()
        server.close()
    assert subjects(store) == ["7"]
    with store.reading() as session:
        found = session.exec(select(Reply)).one()
    assert (found.state, found.lookups) == (ReplyState.AMBIGUOUS, 1)
    assert "can't be read" in found.last_answer


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Message-ID: <\r\nFrom: \r\nSubject: =?gbk?B?xOO6ww==?=\r\n\r\n", ("<", "", "你好")),
        (b"message-id: <a@b>\r\nFROM: x <A@B.cn>\r\n\r\nSubject: no\r\n", ("<a@b>", "a@b.cn", "")),
        (b"Subject: \xc4\xe3\xba\xc3\x00\r\n\r\n", ("", "", "你好")),
        (b"Subject: two\r\n lines\r\n\r\n", ("", "", "two lines")),
        (b"", ("", "", "")),
        (b"\x00\xff\xfe", ("", "", "")),
    ],
)
def test_headers_are_read_as_far_as_they_go(head: bytes, expected: tuple[str, str, str]) -> None:
    header = read_header(head)
    assert (header.message_id, header.from_address, header.subject.rstrip("\0")) == expected
