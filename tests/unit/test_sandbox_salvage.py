"""The headers-only letter of a mail whose parser died."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from parsers.letter.salvage import salvage_letter
from parsers.values import Address, Note

NOTE = Note("parser-died", "parse child ended by SIGSEGV")
MAIL = """\
Received: from mx by server; Tue, 10 Jun 2025 10:05:07 +0800
Message-ID: <one@example.cn>
From: =?gb2312?B?1cXI/Q==?= <Zhang@Example.CN>
To: "江苏质协" <jsaqbanzu@126.com>, b@example.cn
Subject: =?utf-8?B?55Sz5oql?=
 =?utf-8?B?5p2Q5paZ?=
Date: Tue, 10 Jun 2025 02:05:00 +0000
In-Reply-To: <zero@example.cn>
Content-Type: multipart/mixed; boundary=x

body
""".encode()


def test_headers_are_kept_and_the_body_is_left() -> None:
    letter = salvage_letter(MAIL, NOTE)
    assert letter.message_id == "one@example.cn"
    assert letter.sender == Address("张三", "zhang@example.cn")
    assert letter.to == (Address("江苏质协", "jsaqbanzu@126.com"), Address("", "b@example.cn"))
    assert letter.subject == "申报材料"
    assert letter.date == datetime(2025, 6, 10, 2, 5, tzinfo=UTC)
    assert letter.received_at == datetime(2025, 6, 10, 2, 5, 7, tzinfo=UTC)
    assert letter.in_reply_to == ("zero@example.cn",)
    assert letter.content_type == "multipart/mixed"
    assert (letter.text, letter.attachments, letter.notes) == ("", (), (NOTE,))


HOSTILE: dict[str, tuple[bytes, str, Address | None]] = {
    "nothing": (b"", "", None),
    "raw GBK": ("Subject: 申报\nFrom: a@b.cn".encode("gbk"), "申报", Address("", "a@b.cn")),
    "unknown charset": (b"Subject: =?x-none?q?abc?=\n", "abc", None),
    "broken base64": (b"Subject: =?utf-8?b?a?=\nFrom: <\n", "=?utf-8?b?a?=", None),
    "no colon": (b"hello\nSubject: x\n", "x", None),
    "unclosed quote": (b'From: "a <a@b.cn>\nSubject: x\n', "x", Address("a", "a@b.cn")),
    "first of two": (b"Subject: one\nSubject: two\n", "one", None),
    "injected line": (b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y.z?=\n", "a\r\nBcc: x@y.z", None),
}


@pytest.mark.parametrize(("raw", "subject", "sender"), HOSTILE.values(), ids=HOSTILE.keys())
def test_odd_headers(raw: bytes, subject: str, sender: Address | None) -> None:
    letter = salvage_letter(raw, NOTE)
    assert (letter.subject, letter.sender) == (subject, sender)


@pytest.mark.parametrize(
    "raw",
    [
        b"To: " + b"a@b.cn, " * 100_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 100_000,
        b"From: " + b"(" * 100_000,
        b"X\n" * 1_000_000,
        b"Subject:" + b"\n " * 100_000,
        b"References: " + b"<" * 100_000,
    ],
    ids=["long To", "many encoded words", "nested comments", "a million lines", "long folding", "open brackets"],
)
def test_it_takes_bounded_time(raw: bytes) -> None:
    started = time.process_time()
    letter = salvage_letter(raw, NOTE)
    assert time.process_time() - started < 1
    assert letter.notes == (NOTE,)
    assert sum(len(value) for _, value in letter.headers) <= 65536
