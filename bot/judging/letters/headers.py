"""The signs that a letter's header fields show by themselves."""

from __future__ import annotations

import re

from bot.judging.letters.sign import Asked, sign

OUR_MARKER = "shenbao"
"""The X-Loop value of our own letters (bot.post.freezing sets it)."""

_BOUNCE_SENDER = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|microsoftexchange[0-9a-f]{20,})@", re.I)
_NO_REPLY = re.compile(r"^(?:no-?_?reply|do-?not-?reply|donotreply|noreply)", re.I)
_AUTO_REPLY_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")


@sign
def our_loop(asked: Asked) -> str | None:
    """Our own mark. Speaks: `X-Loop: shenbao`. Silent: `X-Loop: list@example.cn`, another program's mark."""
    return OUR_MARKER if asked.field("x-loop") == OUR_MARKER else None


@sign
def our_address(asked: Asked) -> str | None:
    """One of our mailboxes sent it. Speaks: From is the mailbox itself. Silent: From is anybody else."""
    return asked.sender if asked.sender in asked.own else None


@sign
def report_part(asked: Asked) -> str | None:
    """The letter is a report in parts. Speaks: `Content-Type: multipart/report`. Silent: `Content-Type: multipart/mixed`."""
    stated = asked.letter.header("content-type") or ""
    shown = "multipart/report" in asked.letter.content_type.lower() or stated.lower().startswith("multipart/report")
    return "multipart/report" if shown else None


@sign
def read_receipt_part(asked: Asked) -> str | None:
    """The report is of its being read. Speaks: `report-type=disposition-notification`. Silent: `report-type=delivery-status`."""
    stated = (asked.letter.header("content-type") or "").lower()
    return "disposition-notification" if "disposition-notification" in stated else None


@sign
def postmaster(asked: Asked) -> str | None:
    """A mail server is the sender. Speaks: `From: PostMaster@qq.com`. Silent: `From: post@qq.com`."""
    return asked.sender if _BOUNCE_SENDER.match(asked.sender) else None


@sign
def empty_return_path(asked: Asked) -> str | None:
    """Nobody wants to hear of its fate. Speaks: `Return-Path: <>`. Silent: `Return-Path: <a@qq.com>`, or no such field."""
    return "<>" if asked.field("return-path") == "<>" else None


@sign
def failed_recipients(asked: Asked) -> str | None:
    """It lists whom a letter did not reach. Speaks: `X-Failed-Recipients: b@corp.cn`. Silent: the field is empty or not there."""
    return asked.letter.header("x-failed-recipients") or None


@sign
def list_field(asked: Asked) -> str | None:
    """A mailing list sent it out. Speaks: `List-Unsubscribe: ...` or any other List field. Silent: `Listing: ...`."""
    return next((name for name, _ in asked.letter.headers if name.startswith("list-")), None)


@sign
def list_precedence(asked: Asked) -> str | None:
    """It went to many. Speaks: `Precedence: bulk` or `list`. Silent: `Precedence: first-class`."""
    precedence = asked.field("precedence").lower()
    return precedence if precedence in ("bulk", "list") else None


@sign
def auto_submitted(asked: Asked) -> str | None:
    """It says that no person sent it. Speaks: `Auto-Submitted: auto-replied`. Silent: `Auto-Submitted: no`."""
    stated = asked.field("auto-submitted").split(";")[0].strip().lower()
    return stated if stated not in ("", "no") else None


@sign
def auto_reply_field(asked: Asked) -> str | None:
    """An autoresponder's own field. Speaks: `X-Autoreply: yes`. Silent: the field is empty or not there."""
    return next((name for name in _AUTO_REPLY_FIELDS if asked.letter.header(name)), None)


@sign
def no_sender(asked: Asked) -> str | None:
    """There is no address to answer. Speaks: no From, or one without @. Silent: `From: a@qq.com`."""
    return asked.sender if "@" not in asked.sender else None


@sign
def no_reply_sender(asked: Asked) -> str | None:
    """Nobody reads what goes there. Speaks: `From: no-reply@corp.cn`. Silent: `From: reply@corp.cn`."""
    return asked.sender if _NO_REPLY.match(asked.sender) else None


@sign
def junk_precedence(asked: Asked) -> str | None:
    """It wants no answer. Speaks: `Precedence: junk`. Silent: `Precedence: first-class`."""
    return "junk" if asked.field("precedence").lower() == "junk" else None


@sign
def suppressed_response(asked: Asked) -> str | None:
    """It wants no automatic answer. Speaks: `X-Auto-Response-Suppress: All`, or `DR, AutoReply`. Silent: `OOF` alone, which is
    against out-of-office notes."""
    stated = {part.strip().lower() for part in asked.field("x-auto-response-suppress").split(",")}
    return ", ".join(sorted(stated & {"all", "autoreply"})) or None


@sign
def not_addressed(asked: Asked) -> str | None:
    """It was not written to us. Speaks: none of our addresses stands in To or Cc (a blind copy, an alias). Silent: one does, or we
    have none to compare with."""
    named = any(address.address in asked.own for address in asked.letter.to + asked.letter.cc)
    return "" if asked.own and not named else None
