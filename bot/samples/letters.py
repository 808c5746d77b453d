"""Mails in raw bytes, as six widespread Chinese mail clients write them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from urllib.parse import quote

STYLES = ("foxmail", "qqweb", "outlook", "iphone", "netease", "raw8")
_CHARSETS = {"foxmail": "gb18030", "qqweb": "utf-8", "outlook": "utf-8", "iphone": "utf-8", "netease": "GBK", "raw8": "gb2312"}
_MAILERS = {
    "foxmail": "Foxmail 7.2.25.245[cn]",
    "qqweb": "QQMail 2.x",
    "outlook": "Microsoft Outlook 16.0",
    "iphone": "iPhone Mail (22F76)",
    "netease": "Coremail Webmail Server Version XT5.0.14",
    "raw8": "",
}
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "zip": "application/x-zip-compressed",
}
CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says, before a client writes it. `received` is aware; `headers` are further ASCII header fields."""

    sender: tuple[str, str]
    to: str
    subject: str
    text: str
    received: datetime
    attachments: tuple[tuple[str, bytes], ...] = ()
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    message_id: str = field(default="")


def write_mail(mail: Mail, *, style: str, rng: Random) -> bytes:
    """The mail as that client writes it, with the Received field of the mailbox's server on top; lines end in CRLF."""
    token = f"{rng.getrandbits(80):020x}"
    host = mail.to.partition("@")[2]
    charset = _CHARSETS[style]
    sent = mail.received - timedelta(seconds=40)
    head = [
        b"Received: from mx.example.com (unknown [203.0.113.25])",
        f"\tby mx.{host} with ESMTP id {token[:8]};\r\n\t{format_datetime(mail.received)}".encode(),
        f"Date: {format_datetime(sent)}".encode(),
        b"From: " + _phrase(mail.sender[0], style) + f" <{mail.sender[1]}>".encode(),
        b"Subject: " + _words(mail.subject, style),
        f"To: <{mail.to}>".encode(),
        f"Message-ID: <{mail.message_id or token + '@mail.example.com'}>".encode(),
        b"MIME-Version: 1.0",
    ]
    if mail.references:
        head.append(f"In-Reply-To: <{mail.references[-1]}>".encode())
        head.append(b"References: " + b" ".join(f"<{reference}>".encode() for reference in mail.references))
    if _MAILERS[style]:
        head.append(f"X-Mailer: {_MAILERS[style]}".encode())
    head += [f"{name}: {text}".encode() for name, text in mail.headers]
    html = mail.html or "<div>" + mail.text.replace("\n", "<br>") + "</div>"
    body = _multipart("alternative", [_text("plain", mail.text, charset), _text("html", html, charset)], token + "a")
    if mail.attachments:
        parts = [body, *(_attachment(name, data, style) for name, data in mail.attachments)]
        body = _multipart("mixed", parts, token)
    return CRLF.join(head) + CRLF + body


def _multipart(subtype: str, parts: Sequence[bytes], token: str) -> bytes:
    boundary = f"----=_Part_{token}".encode()
    head = b"Content-Type: multipart/" + subtype.encode() + b'; boundary="' + boundary + b'"' + CRLF * 2
    return head + b"".join(b"--" + boundary + CRLF + part + CRLF for part in parts) + b"--" + boundary + b"--" + CRLF


def _text(subtype: str, text: str, charset: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="{charset}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
    return head + base64.encodebytes(text.encode(charset, "replace")).replace(b"\n", CRLF)


def _attachment(name: str, data: bytes, style: str) -> bytes:
    kind = _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    if style == "iphone":
        named, filed = _continued("name", name), _continued("filename", name)
    else:
        encoded = _raw(name) if style == "raw8" else _words(name, style)
        named, filed = b'name="' + encoded + b'"', b'filename="' + encoded + b'"'
    head = b"Content-Type: " + kind.encode() + b";\r\n\t" + named + CRLF + b"Content-Transfer-Encoding: base64" + CRLF
    head += b"Content-Disposition: attachment;\r\n\t" + filed + CRLF * 2
    return head + base64.encodebytes(data).replace(b"\n", CRLF)


def _phrase(name: str, style: str) -> bytes:
    return b'"' + _raw(name) + b'"' if style == "raw8" else _words(name, style)


def _raw(text: str) -> bytes:
    return text.encode("gb18030")


def _words(text: str, style: str) -> bytes:
    """Encoded words, folded; what a client with raw 8-bit headers writes is the bytes themselves."""
    if style == "raw8":
        return _raw(text)
    charset = _CHARSETS[style]
    step = 11 if charset == "utf-8" else 17
    pieces = [text[start : start + step] for start in range(0, len(text), step)]
    words = [f"=?{charset}?B?".encode() + base64.b64encode(piece.encode(charset, "replace")) + b"?=" for piece in pieces]
    return b"\r\n ".join(words)


def _continued(parameter: str, name: str) -> bytes:
    """RFC 2231 with continuations, cut anywhere between octets."""
    text = quote(name, safe="")
    pieces, limit = [], 45
    while text:
        cut = limit if len(text) > limit else len(text)
        while cut < len(text) and "%" in text[cut - 2 : cut]:
            cut -= 1
        pieces.append(text[:cut])
        text = text[cut:]
    return b";\r\n\t".join(
        f"{parameter}*{index}*={'' if index else 'utf-8' + chr(39) * 2}{piece}".encode() for index, piece in enumerate(pieces)
    )
