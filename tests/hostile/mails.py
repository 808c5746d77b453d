"""Mails as clients write them and as attackers do; each function or case is named by its client or symptom."""

from __future__ import annotations

import base64
import struct
from urllib.parse import quote_from_bytes


def word(text: str, charset: str, *, encoding: str = "B", size: int = 0) -> bytes:
    """Encoded words; `size` > 0 splits the bytes there, in mid-character if need be."""
    data = text.encode({"gb2312": "gbk", "x-gbk": "gbk"}.get(charset.lower(), charset))
    chunks = [data[start : start + size] for start in range(0, len(data), size)] if size else [data]
    if encoding == "B":
        return b"\r\n ".join(b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(chunk)) for chunk in chunks)
    return b"\r\n ".join(b"=?%s?Q?%s?=" % (charset.encode(), b"".join(b"=%02X" % byte for byte in chunk)) for chunk in chunks)


def rfc2231(parameter: str, text: str, charset: str, *, size: int = 0) -> bytes:
    """An RFC 2231 parameter; `size` > 0 makes continuations of that many bytes, in mid-character if need be."""
    data = text.encode({"gb2312": "gbk", "x-gbk": "gbk"}.get(charset.lower(), charset))
    if not size:
        return f"{parameter}*={charset}''{quote_from_bytes(data, safe='')}".encode()
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    lines = []
    for number, chunk in enumerate(chunks):
        lead = f"{charset}''" if number == 0 else ""
        lines.append(f"{parameter}*{number}*={lead}{quote_from_bytes(chunk, safe='')}".encode())
    return b";\r\n\t".join(lines)


def mail(*parts: bytes, head: bytes = b"", kind: bytes = b"multipart/mixed") -> bytes:
    """A multipart mail of these parts (each with its own header), with the usual fields unless `head` brings its own."""
    head = (
        head
        or b"From: li@example.cn\r\nTo: jsaqbanzu@126.com\r\nSubject: test\r\nDate: Tue, 10 Jun 2025 10:05:00 +0800\r\n"
        b"Message-ID: <1@x.cn>\r\n"
    )
    body = b"".join(b"--bnd\r\n" + part + b"\r\n" for part in parts)
    return head + b"MIME-Version: 1.0\r\nContent-Type: " + kind + b'; boundary="bnd"\r\n\r\n' + body + b"--bnd--\r\n"


def attachment(
    data: bytes,
    *,
    disposition: bytes = b"attachment",
    kind: bytes = b"application/octet-stream",
    more: bytes = b"",
) -> bytes:
    """A base64 part with these Content-Disposition and Content-Type values."""
    fields = b"Content-Type: " + kind + b"\r\n" + (b"Content-Disposition: " + disposition + b"\r\n" if disposition else b"") + more
    return fields + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n")


def text(body: str, charset: str = "utf-8", kind: str = "plain", label: str | None = None) -> bytes:
    label = charset if label is None else label
    parameter = f"; charset={label}" if label else ""
    return f"Content-Type: text/{kind}{parameter}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + body.encode(charset)


def nested_multiparts(depth: int) -> bytes:
    """A text inside `depth` multiparts: Python's parser recurses once a level."""
    opens = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth))
    closes = b"".join(b"\r\n--b%d--" % level for level in reversed(range(depth)))
    inner = attachment(b"%PDF-1.4 hello", disposition=b'attachment; filename="a.pdf"')
    return b"From: a@b.cn\r\nSubject: deep\r\nMIME-Version: 1.0\r\n" + opens + inner + closes


def nested_messages(depth: int) -> bytes:
    return b"From: a@b.cn\r\nSubject: outer\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: inner\r\n\r\nhello"


def tnef(files: list[tuple[bytes, bytes]], *, codepage: int = 936) -> bytes:
    """A winmail.dat with these (title in the code page's bytes, data) files."""

    def attribute(level: int, identity: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", level, identity, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(1, 0x9006, 8, struct.pack("<I", 0x10000)) + attribute(1, 0x9007, 6, struct.pack("<II", codepage, 0))
    for title, data in files:
        out += attribute(2, 0x9002, 6, bytes(14)) + attribute(2, 0x8010, 1, title + b"\x00") + attribute(2, 0x800F, 6, data)
    return out
