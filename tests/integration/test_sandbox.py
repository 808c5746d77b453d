"""Readers that do what hostile documents would, in the real sandbox: each outcome is named, the parent lives, nothing escapes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.processes import processor_seconds, tree
from parsers.limits import Limits
from parsers.sandbox.sandbox import SandboxReader, needs_office
from parsers.sandbox.walls import SandboxUnavailable, find_isolation
from parsers.values import Content, Member, Note, Paragraph, Reason, Refusal, Scan, Unpacked
from tests.integration.servers import wait_for

pytestmark = pytest.mark.integration

READERS = str(Path(__file__).parent.parent / "sandbox_readers")
LIMITS = Limits(parse_seconds=2, parse_memory_mb=256, unpacked_mb=20)
WAYS = ["bubblewrap", "limits"] if find_isolation().bubblewrap else ["limits"]


def hostile(isolate: bool, **more: int) -> SandboxReader:
    return SandboxReader(LIMITS, isolate=isolate, reader="hostile_reader:HostileReader", shown=(READERS,), **more)


@pytest.fixture(scope="module", params=WAYS)
def reader(request: pytest.FixtureRequest) -> Iterator[SandboxReader]:
    with hostile(request.param == "bubblewrap", workers=2) as reader:
        yield reader


@pytest.fixture(scope="module")
def walled() -> Iterator[SandboxReader]:
    if "bubblewrap" not in WAYS:
        pytest.skip(find_isolation().detail)
    with hostile(True) as reader:
        yield reader


def done(reader: SandboxReader, deed: str) -> str:
    """What came of a deed that does not end the child."""
    reading = reader.read("form.docx", deed.encode())
    assert isinstance(reading, Content), reading
    return reading.text()


DEADLY: dict[str, tuple[str, str]] = {
    "spins": ("spin", "was not done within 2 s"),
    "sleeps": ("sleep 60", "was not done within 2 s"),
    "asks for a terabyte": ("allocate", "out of memory"),
    "takes memory by the piece": ("grow", "ended by SIGABRT"),
    "leaves as if all were well": ("leave 0", "ended with status 0"),
    "leaves": ("leave 3", "ended with status 3"),
    "segmentation fault": ("crash SIGSEGV", "ended by SIGSEGV"),
    "killed as by the kernel": ("crash SIGKILL", "ended by SIGKILL"),
    "out of processor time": ("crash SIGXCPU", "ended by SIGXCPU"),
    "recurses": ("recurse", "RecursionError"),
    "raises": ("fail the-reason", "LookupError: the-reason (hostile_reader.py:"),
    "answers a pickle": ("lie pickle", "answered nonsense: a frame of"),
    "answers without end": ("lie endless", "answered nonsense: a frame of"),
    "answers half": ("lie half", "ended with status 0"),
    "answers an unknown class": ("lie class", "answered nonsense: no member"),
    "answers a wrong type": ("lie type", "answered nonsense: int where str belongs"),
    "answers a blob it did not send": ("lie blob", "answered nonsense: blob 7"),
    "answers a file it was not given": ("lie given", "answered nonsense: blob -9"),
    "answers brackets": ("lie deep", "answered nonsense: not JSON"),
    "answers a huge number": ("lie number", "answered nonsense: not JSON"),
    "answers NaN": ("lie nan", "answered nonsense: not JSON"),
    "answers for two": ("answer twice", "an answer of another kind: Readings"),
}


@pytest.mark.parametrize(("deed", "detail"), DEADLY.values(), ids=DEADLY.keys())
def test_what_kills_its_parser_is_crashed_and_costs_no_other(reader: SandboxReader, deed: str, detail: str) -> None:
    started = time.monotonic()
    readings = reader.read_many([("first.docx", b"hello"), ("bad.docx", deed.encode()), ("last.docx", b"hello")])
    harmless = Content("text", (Paragraph("harmless"),))
    assert readings[0] == readings[2] == harmless
    refusal = readings[1]
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.CRASHED
    assert detail in refusal.detail
    assert time.monotonic() - started < 20


def test_scans_die_alone(reader: SandboxReader) -> None:
    refusal = reader.scan("a.pdf", b"crash SIGSEGV")
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.detail) == (Reason.CRASHED, "scan child ended by SIGSEGV")
    scan = reader.scan("a.pdf", b"hello", pages=range(1, 20))
    assert isinstance(scan, Scan)
    assert [page.number for page in scan.pages] == list(range(1, 20))


def test_a_letter_whose_parser_dies_keeps_its_headers(reader: SandboxReader) -> None:
    letter = reader.letter(b"From: a@example.cn\nSubject: apply\nMessage-ID: <1@x>\n\ncrash SIGSEGV")
    assert (letter.subject, letter.message_id, letter.text) == ("apply", "1@x", "")
    assert letter.notes == (Note("parser-died", "parse child ended by SIGSEGV"),)
    assert reader.letter(b"Subject: x\n\nhello").text == "harmless"


def test_unpacking_that_dies_is_done_again_file_by_file(reader: SandboxReader) -> None:
    unpacked = reader.unpack([("a.zip", b"hello"), ("bad.zip", b"crash SIGSEGV"), ("c.zip", b"hello"), ("d.zip", b"fail odd")])
    assert isinstance(unpacked, Unpacked)
    assert unpacked.members[0] == Member("a.zip", b"hello")
    assert unpacked.members[2] == Member("c.zip", b"hello")
    refusals = [unpacked.members[index].refusal for index in (1, 3)]
    assert [refusal and refusal.reason for refusal in refusals] == [Reason.CRASHED, Reason.CRASHED]
    assert [refusal and refusal.detail[:30] for refusal in refusals] == ["parse child ended by SIGSEGV", "LookupError: odd (hostile_read"]


def test_one_mails_time_is_bounded(reader: SandboxReader) -> None:
    started = time.monotonic()
    readings = reader.read_many([(f"{number}.docx", b"spin") for number in range(30)])
    assert time.monotonic() - started < 30
    details = [reading.detail for reading in readings if isinstance(reading, Refusal)]
    assert details[0] == "parse child was not done within 2 s"
    assert details[-1] == "not tried: other files of the mail used up its time"


def test_office_files_are_read_in_one_batch_and_alone_when_it_dies(reader: SandboxReader) -> None:
    assert needs_office("附件.doc", b"x")
    assert needs_office("附件", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text")
    assert not needs_office("附件.docx", b"PK\x03\x04" + bytes(60))
    readings = reader.read_many([("a.doc", b"remember a"), ("b.docx", b"hello"), ("c.wps", b"remember c")])
    assert [reading.text() for reading in readings if isinstance(reading, Content)] == ["1 1", "harmless", "2 2"]
    readings = reader.read_many([("a.doc", b"hello"), ("b.rtf", b"crash SIGSEGV"), ("c.wps", b"hello")])
    assert [type(reading) for reading in readings] == [Content, Refusal, Content]


# --- what a document must not reach ------------------------------------------------------------------------------


def test_no_secret_of_the_environment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSAQ_PASSWORD", "hunter2")
    for way in WAYS:
        with hostile(way == "bubblewrap") as reader:
            names = done(reader, "environment").split()
            assert "HOME" in names
            assert "JSAQ_PASSWORD" not in names


def test_one_document_leaves_nothing_to_the_next(reader: SandboxReader) -> None:
    assert [done(reader, "remember one"), done(reader, "remember two")] == ["1 1", "1 1"]


def test_a_process_left_behind_is_gone_with_its_document(reader: SandboxReader) -> None:
    assert done(reader, "linger") == "left one behind"
    deadline = time.monotonic() + 10  # killed, it has yet to go away
    while done(reader, "lingering") != "0" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert done(reader, "lingering") == "0"


def test_a_fork_bomb_ends_with_its_document(walled: SandboxReader) -> None:
    reading = walled.read("a.docx", b"bomb")
    assert isinstance(reading, (Content, Refusal))
    if isinstance(reading, Content):
        assert reading.text().startswith("BlockingIOError after")
    assert left_alone(walled)


def left_alone(reader: SandboxReader) -> bool:
    """Whether there soon are but three processes: the namespace's init, the child, the fork that looks."""
    deadline = time.monotonic() + 20  # the killed ones have yet to go away
    while time.monotonic() < deadline:
        if len(done(reader, "processes").split()) == 3:
            return True
        time.sleep(0.1)
    return False


def test_the_waiting_child_can_not_be_traced(walled: SandboxReader) -> None:
    assert done(walled, "trace") == "PermissionError"


def test_a_file_is_bounded(reader: SandboxReader) -> None:
    assert done(reader, "fill 30") == "OSError at 20"


@pytest.mark.parametrize("place", ["/usr/escaped", "/escaped", "/dev/escaped", READERS + "/escaped", "/etc/escaped"])
def test_nothing_is_written_outside(walled: SandboxReader, place: str) -> None:
    assert done(walled, f"write {place}") in {"OSError", "PermissionError", "FileNotFoundError"}
    assert not Path(place).exists()


def test_the_machines_settings_can_not_be_changed(walled: SandboxReader) -> None:
    """As root without capabilities too, for whom /proc/sys would be open."""
    before = Path("/proc/sys/kernel/hostname").read_text()
    assert done(walled, "write /proc/sys/kernel/printk_ratelimit_burst") in {"OSError", "PermissionError"}
    assert done(walled, "write /proc/sys/kernel/hostname") in {"OSError", "PermissionError"}
    assert Path("/proc/sys/kernel/hostname").read_text() == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up")
def test_root_is_given_up(walled: SandboxReader) -> None:
    assert 61184 <= int(done(walled, "user")) < 65536


def test_its_own_tmp_is_not_ours(walled: SandboxReader, tmp_path: Path) -> None:
    assert done(walled, "write /tmp/escaped-from-the-sandbox") == "written"
    assert not Path("/tmp/escaped-from-the-sandbox").exists()
    (tmp_path / "secret").write_text("hunter2")
    assert done(walled, f"read {tmp_path}/secret") == "FileNotFoundError"


@pytest.mark.parametrize("place", ["/etc/shadow", "/etc/passwd", "/etc/hostname", "/home", "/run", str(Path(__file__))])
def test_only_what_is_needed_can_be_read(walled: SandboxReader, place: str) -> None:
    assert done(walled, f"read {place}") == "FileNotFoundError"


def test_no_network(walled: SandboxReader) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=3):
            pass
        assert done(walled, f"connect 127.0.0.1:{port}") == "ConnectionRefusedError"
        assert done(walled, "connect 192.0.2.1:25") == "OSError"


# --- the parent --------------------------------------------------------------------------------------------------


def test_threads_share_the_children(reader: SandboxReader) -> None:
    found: list[str] = []

    def many(number: int) -> None:
        for turn in range(5):
            data = b"crash SIGSEGV" if (number + turn) % 5 == 0 else b"hello"
            reading = reader.read("a.docx", data)
            found.append(reading.detail if isinstance(reading, Refusal) else reading.text())

    threads = [threading.Thread(target=many, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["harmless"] * 24 + ["parse child ended by SIGSEGV"] * 6


@pytest.mark.parametrize("way", WAYS)
def test_a_child_outlives_the_thread_that_first_needed_it(way: str) -> None:
    with hostile(way == "bubblewrap") as reader:
        parents: list[str] = []
        thread = threading.Thread(target=lambda: parents.append(done(reader, "where")))
        thread.start()
        thread.join()
        time.sleep(0.3)
        pools = reader._pools["parse"]
        assert [child.usable for child in pools._idle] == [True]
        assert done(reader, "where") == parents[0]


@pytest.mark.parametrize("way", WAYS)
def test_a_child_that_died_in_its_sleep_costs_nothing(way: str) -> None:
    with hostile(way == "bubblewrap") as reader:
        assert done(reader, "hello") == "harmless"
        (child,) = reader._pools["parse"]._idle
        os.killpg(child._process.pid, signal.SIGKILL)
        child._process.wait()
        assert done(reader, "hello") == "harmless"


@pytest.mark.parametrize("way", WAYS)
def test_closing_ends_children_at_work_and_tells_those_who_wait(way: str) -> None:
    reader = hostile(way == "bubblewrap")
    done(reader, "hello")
    (child,) = reader._pools["parse"]._idle
    outcome: list[str] = []

    def wait() -> None:
        try:
            reader.read("a.docx", b"sleep 60")
        except SandboxUnavailable as error:
            outcome.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.5)
    reader.close()
    thread.join(timeout=10)
    assert outcome == ["the sandbox was closed"]
    assert child._process.poll() is not None
    with pytest.raises(SandboxUnavailable):
        reader.read("a.docx", b"hello")


@pytest.mark.parametrize("way", WAYS)
def test_children_die_with_the_parent(way: str, tmp_path: Path) -> None:
    program = f"""
import sys, threading, time
sys.path.insert(0, {str(Path(__file__).parent.parent.parent)!r})
from parsers.limits import Limits
from parsers.sandbox.sandbox import SandboxReader
reader = SandboxReader(Limits(), isolate={way == "bubblewrap"}, reader="hostile_reader:HostileReader", shown=({READERS!r},))
reader.read("a", b"hello")
(child,) = reader._pools["parse"]._idle
print(child._process.pid, flush=True)
reader.read("a", b"spin")
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        family = wait_for(lambda: _spinning(child), 10, "the spinning fork")
        parent.kill()
    wait_for(lambda: not any(map(_alive, family)), 10, "the end of all")


def _spinning(child: int) -> list[int]:
    """The child with all its descendants, once one of them uses the processor; [] before."""
    family = tree(child)
    return list(family) if any(processor_seconds([one]) > 0.2 for one in family if one != child) else []


def _alive(process: int) -> bool:
    """Whether it runs; a zombie that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_can_not_start_is_the_operators_matter() -> None:
    lost = SandboxReader(LIMITS, isolate=False, reader="no_such_module:Reader")
    with lost as reader, pytest.raises(SandboxUnavailable, match="no_such_module"):
        reader.read("a.docx", b"hello")


def test_bubblewrap_that_is_demanded_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    find_isolation.cache_clear()
    monkeypatch.setenv("PATH", "/nonexistent")
    try:
        with pytest.raises(SandboxUnavailable, match="not installed"):
            SandboxReader(LIMITS, isolate=True)
        assert SandboxReader(LIMITS).isolated is False
    finally:
        find_isolation.cache_clear()
