"""What travels between parent and child: everything a parser may return comes back equal, nothing else comes through."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from parsers.limits import Limits
from parsers.sandbox import wire
from parsers.values import (
    Address,
    Attachment,
    Box,
    Cell,
    CloudLink,
    Content,
    Grid,
    Letter,
    Member,
    Note,
    Page,
    Paragraph,
    Reason,
    Refusal,
    Scan,
    ScannedPage,
    Seal,
    Unpacked,
)

MOMENT = datetime(2025, 6, 10, 10, 5, tzinfo=UTC)
GRID = Grid((Cell(0, 0, "组织名称", 1, 2), Cell(1, 0, "江苏\ud800\x00某公司")), "表一")
LETTER = Letter(
    message_id="a@b",
    subject="申报",
    sender=Address("张三", "a@example.cn"),
    reply_to=(),
    to=(Address("", "b@example.cn"),),
    cc=(),
    date=MOMENT,
    received_at=None,
    in_reply_to=("x",),
    references=(),
    headers=(("subject", "申报"), ("x", "")),
    content_type="text/plain",
    text="您好\udce4",
    html="",
    attachments=(Attachment("a.docx", "application/octet-stream", b"\x00\xff", True),),
    links=(CloudLink("https://example.cn/", "qq", expires=MOMENT),),
    notes=(Note("charset-guessed"),),
)
SEAL = Seal(Box(1, 2, 3.5, 4), "round", "red", "某公司", 0.9)
PAGE = ScannedPage(1, (GRID, Paragraph("简介", 1)), (SEAL,), True, 0.95, ((Box(0, 0, 1, 1), "字"),))
VALUES: list[wire.Value] = [
    LETTER,
    Unpacked((Member("a/b.txt", b"x" * 100), Member("c", b"", Refusal(Reason.ENCRYPTED, "password"))), (("a", "zip"),)),
    wire.Readings((Content("docx", (Paragraph("一", 2), GRID), (Page(1, (GRID,), 210.0, 297.0, True),)), Refusal(Reason.EMPTY))),
    Scan((PAGE,), (Note("grey"),)),
    Refusal(Reason.UNREADABLE, "why"),
    wire.Raised("ValueError: x"),
    wire.OutOfMemory(),
]


def there_and_back(value: Any, kind: type, given: tuple[bytes, ...] = ()) -> Any:
    head, *blobs = wire.pack(value, kind, given)
    length, count = struct.unpack_from(">II", head)
    return wire.unpack(head[8 + 8 * count :][:length], blobs, kind, given)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_every_value_comes_back_equal(value: wire.Value) -> None:
    assert there_and_back(wire.Answer(value, 7), wire.Answer) == wire.Answer(value, 7)


def test_requests_come_back_equal() -> None:
    request = wire.Request("scan", Limits(parse_seconds=3), (("一.pdf", b"%PDF"), ("b", b"")), (1, 3), False, True)
    assert there_and_back(request, wire.Request) == request


def test_a_float_field_may_hold_a_whole_number() -> None:
    box = there_and_back(Box(1, 2, 3, 4), Box)
    assert (box, type(box.left)) == (Box(1.0, 2.0, 3.0, 4.0), float)


def test_files_that_come_back_as_they_went_are_not_sent_twice() -> None:
    data = b"the file as it came"
    value = wire.Answer(Unpacked((Member("a", data), Member("b", b"another"))))
    pieces = wire.pack(value, wire.Answer, (data,))
    assert data not in b"".join(pieces)
    back = there_and_back(value, wire.Answer, (data,))
    assert back == value
    assert back.value.members[0].data is data


NONSENSE: dict[str, bytes] = {
    "no JSON": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    "NaN": b'[["Raised",[NaN]],0]',
    "infinity": b'[["Raised",["x"]],Infinity]',
    "100,000 brackets": b"[" * 100_000,
    "a number of 100,000 digits": b'[["Raised",["x"]],' + b"9" * 100_000 + b"]",
    "an unknown class": b'[["Popen",["true"]],0]',
    "a class of another union": b'[["Paragraph",["x",0]],0]',
    "a class that is no string": b"[[[],[]],0]",
    "too few fields": b'[["Raised",[]],0]',
    "too many fields": b'[["Raised",["x","y"]],0]',
    "a number for text": b'[["Raised",[1]],0]',
    "text for a number": b'[["Raised",["x"]],"0"]',
    "a boolean for a number": b'[["Raised",["x"]],true]',
    "null for text": b'[["Raised",[null]],0]',
    "an object for a list": b'[["Readings",[{}]],0]',
    "an unknown reason": b'[["Refusal",["harmless",""]],0]',
    "a blob that was not sent": b'[["Unpacked",[[["a",0,null]],[],[]]],0]',
    "a blob of the request that was not there": b'[["Unpacked",[[["a",-1,null]],[],[]]],0]',
    "a pair of three": b'[["Unpacked",[[],[["a","zip","x"]],[]]],0]',
    "no time": json.dumps([["Letter", ["", "", None, [], [], [], "yesterday", None, [], [], [], "", "", "", [], [], []]], 0]).encode(),
}


@pytest.mark.parametrize("text", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_refused(text: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack(text, (), wire.Answer)


def test_a_frame_over_its_bounds_is_not_sent() -> None:
    with pytest.raises(wire.WireError, match="too much to send"):
        wire.pack(wire.Answer(Unpacked((Member("a", bytes(1000)),))), wire.Answer, bounds=wire.Bounds(data=999))


HEADS: dict[str, bytes] = {
    "4 GiB of JSON": struct.pack(">II", 2**32 - 1, 0),
    "4 billion blobs": struct.pack(">II", 2, 2**32 - 1),
    "a blob of 2**63 bytes": struct.pack(">IIQ", 2, 1, 2**63),
    "many blobs that are too much together": struct.pack(">II3Q", 2, 3, 2**29, 2**29, 2**29),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_a_frame_over_its_bounds_is_not_taken_in(head: bytes) -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(head)
        with pytest.raises(wire.WireError, match="a frame of"):
            wire.receive(here, deadline=time.monotonic() + 5)


def test_a_frame_crosses_in_pieces() -> None:
    here, there = socket.socketpair()
    value = wire.Answer(Unpacked(tuple(Member(str(number), bytes([number]) * 3_000_000) for number in range(5))))
    with here, there:
        sender = threading.Thread(target=wire.send, args=(there, wire.pack(value, wire.Answer)))
        sender.start()
        text, blobs = wire.receive(here, deadline=time.monotonic() + 30)
        sender.join()
    assert wire.unpack(text, blobs, wire.Answer) == value


def test_a_side_that_stops_in_mid_frame_is_lost_or_late() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(wire.pack(wire.Answer(wire.Raised("x")), wire.Answer)[0][:-3])
        with pytest.raises(TimeoutError):
            wire.receive(here, deadline=time.monotonic() + 0.05)
        there.close()
        with pytest.raises(wire.LostError):
            wire.receive(here, deadline=time.monotonic() + 5)
    with pytest.raises(TimeoutError):
        wire.send(here, [b"x"], deadline=time.monotonic() - 1)
