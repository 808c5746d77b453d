"""What the outbox is made of: frozen letters, and what providers' answers mean."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from bot.config import Mailbox, parse_config
from bot.post.freezing import freeze
from bot.post.smtp_answers import Act, Stage, meaning_of

NOW = datetime(2025, 6, 10, 2, 5, tzinfo=UTC)


@pytest.fixture
def mailbox() -> Mailbox:
    text = """
[[mailbox]]
name = "jsaq"
address = "jsaqbanzu@126.com"
display_name = "江苏省质量管理协会现场部"
imap = { host = "127.0.0.1", user = "m", password_env = "SECRET" }
smtp = { host = "127.0.0.1" }
"""
    return parse_config(text, Path("x.toml")).mailboxes[0]


def test_a_frozen_letter_says_what_it_is(mailbox: Mailbox) -> None:
    long_id = "<" + "x" * 150 + "@mail.example.cn>"
    subject = "【补正通知】[JSAQ2025-0001] " + "南京燃气集团有限公司" * 6
    message_id, raw = freeze(
        mailbox,
        "li@example.cn",
        subject,
        "您好\n.一行",
        "<p>您好</p>",
        long_id,
        ["<a@b>"],
        [("申报.xlsx", "application/x-x", b"1")],
        now=NOW,
    )
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Message-ID"] == message_id
    assert message_id.endswith("@126.com>")
    assert message["In-Reply-To"] == long_id
    assert message["References"].split() == ["<a@b>", long_id]
    assert message["Subject"] == subject
    assert message["From"].addresses[0].display_name == "江苏省质量管理协会现场部"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Loop"] == "shenbao"
    assert message["Date"] == "Tue, 10 Jun 2025 10:05:00 +0800"
    assert message.get_body(("plain",)).get_content() == "您好\r\n.一行\r\n"  # type: ignore[union-attr]
    assert [part.get_filename() for part in message.iter_attachments()] == ["申报.xlsx"]  # type: ignore[attr-defined]
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) < 998


@pytest.mark.parametrize("broken", ["<a b@c>", "a@b", "<>", "<a\r\nBcc: x@y>", ""])
def test_what_is_no_message_id_is_left_out(mailbox: Mailbox, broken: str) -> None:
    _, raw = freeze(mailbox, "li@example.cn", "s", "t", "", broken, [broken], now=NOW)
    message = message_from_bytes(raw, policy=policy.default)
    assert (message["In-Reply-To"], message["References"], message["Bcc"]) == (None, None, None)


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("li@example.cn", "x\r\nBcc: all@example.cn"),
        ("li@example.cn\r\nBcc: x@y", "x"),
        ("a@b.cn, c@d.cn", "x"),
        ("a@b@c", "x"),
        ("李@example.cn", "x"),
        ("", "x"),
    ],
)
def test_nothing_is_smuggled_into_the_header(mailbox: Mailbox, recipient: str, subject: str) -> None:
    with pytest.raises(ValueError, match=r"address|newline|linefeed|Header"):
        freeze(mailbox, recipient, subject, "t", now=NOW)


CASES = [
    (Stage.LOGIN, 535, "Error: authentication failed, system busy", Act.STOP, 0),
    (Stage.LOGIN, 454, "Temporary authentication failure", Act.PAUSE, 0),
    (Stage.SENDER, 550, "Ip frequency limited", Act.HOUR_THEN_DAY, 0),
    (Stage.RECIPIENT, 550, "Domain frequency limited [x]", Act.HOUR_THEN_DAY, 0),
    (Stage.SENDER, 451, "MI:SFQ 163 smtp1", Act.PAUSE, 900),
    (Stage.DATA, 554, "MI:SFQ 163 smtp1", Act.PAUSE, 900),
    (Stage.SENDER, 550, "MI:STC 163", Act.TOMORROW, 0),
    (Stage.RECIPIENT, 550, "RP:TRC 163", Act.TOMORROW, 0),
    (Stage.RECIPIENT, 550, "RP:QRC 163", Act.PAUSE, 3600),
    (Stage.CONNECT, 421, "HL:REP 163", Act.PAUSE, 3600),
    (Stage.DATA, 451, "DT:SPM 163", Act.RETRY, 150),
    (Stage.DATA, 554, "DT:SPM 163 smtp", Act.FAIL, 0),
    (Stage.DATA, 550, "Mail content denied", Act.FAIL, 0),
    (Stage.DATA, 550, "Suspected spam message", Act.FAIL, 0),
    (Stage.RECIPIENT, 550, "Mailbox not found", Act.FAIL, 0),
    (Stage.RECIPIENT, 550, "Invalid User: x@163.com", Act.FAIL, 0),
    (Stage.SENDER, 501, "Mail from address must be same as authorization user", Act.STOP, 0),
    (Stage.SENDER, 553, "Mail from must equal authorized user", Act.STOP, 0),
    (Stage.RECIPIENT, 451, "RP:RCL", Act.RETRY, 300),
    (Stage.RECIPIENT, 450, "greylisted", Act.RETRY, 300),
    (Stage.RECIPIENT, 452, "insufficient storage", Act.RETRY, 300),
    (Stage.DATA, 421, "closing", Act.PAUSE, 0),
    (Stage.DATA, 552, "too big", Act.FAIL, 0),
]


@pytest.mark.parametrize(("stage", "code", "text", "act", "seconds"), CASES)
def test_answers_are_read_by_their_token(stage: Stage, code: int, text: str, act: Act, seconds: int) -> None:
    meaning = meaning_of(stage, code, text)
    assert (meaning.act, meaning.seconds) == (act, seconds)
    assert meaning.reason
