"""What can be said of a letter whose parser died: its header fields, by a reader too simple to be harmed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime

from parsers.values import Address, Letter, Note

HEAD_BYTES = 65536
FIELD_BYTES = 2000
FIELDS = 200
ADDRESSES = 20
ADDRESS = re.compile(r"[^\s@<>]{1,200}@[^\s@<>]{1,200}")
"""Not email.utils: a thousand opening brackets in a From end its recursion."""


def salvage_letter(raw: bytes, note: Note) -> Letter:
    """A Letter of the first 64 KiB of headers alone: no text, no files. Takes bounded time for any bytes and never raises."""
    headers = tuple(find_header_fields(raw[:HEAD_BYTES]))
    first: dict[str, str] = {}
    for name, value in headers:
        first.setdefault(name, value)
    received = first.get("received", "")
    return Letter(
        message_id=first.get("message-id", "").strip("<> "),
        subject=first.get("subject", ""),
        sender=find_address(first.get("from", "")),
        reply_to=find_addresses(first.get("reply-to", "")),
        to=find_addresses(first.get("to", "")),
        cc=find_addresses(first.get("cc", "")),
        date=find_time(first.get("date", "")),
        received_at=find_time(received.rpartition(";")[2]),
        in_reply_to=tuple(re.findall(r"<([^<>\s]+)>", first.get("in-reply-to", ""))),
        references=tuple(re.findall(r"<([^<>\s]+)>", first.get("references", ""))),
        headers=headers,
        content_type=first.get("content-type", "text/plain").split(";")[0].strip().lower(),
        text="",
        html="",
        attachments=(),
        links=(),
        notes=(note,),
    )


def find_header_fields(head: bytes) -> list[tuple[str, str]]:
    """Name and value of each header field, unfolded, with encoded words decoded; each at most 2,000 bytes."""
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", block)
    fields = []
    for line in unfolded.splitlines()[:FIELDS]:
        name, colon, value = line.partition(b":")
        if colon and re.fullmatch(rb"[!-9;-~]{1,100}", name.strip()):
            fields.append((name.strip().decode("ascii").lower(), find_text(value.strip()[:FIELD_BYTES])))
    return fields


def find_text(value: bytes) -> str:
    """A field's text. Bytes beyond ASCII are taken as UTF-8, else as GB 18030."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:  # a raw 8-bit GBK subject
        text = value.decode("gb18030", errors="replace")
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError, IndexError):  # =?utf-8?b?a?=
        return text
    return "".join(piece if isinstance(piece, str) else _decode(piece, charset) for piece, charset in pieces)


def _decode(piece: bytes, charset: str | None) -> str:
    name = (charset or "latin-1").lower()
    try:
        return piece.decode("gb18030" if name in {"gb2312", "gbk", "x-gbk"} else name, errors="replace")
    except (LookupError, ValueError):  # =?x-unknown?q?...?=; a codec name with a NUL
        return piece.decode("utf-8", errors="replace")


def find_address(value: str) -> Address | None:
    """The first address of a field, or None when there is none."""
    addresses = find_addresses(value)
    return addresses[0] if addresses else None


def find_addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a field, at most 20."""
    found = []
    for part in value.split(",")[:ADDRESSES]:
        name, _, rest = part.partition("<")
        address = rest.partition(">")[0] if rest else part
        if ADDRESS.fullmatch(address.strip()):
            found.append(Address(name.strip(' "') if rest else "", address.strip().lower()))
    return tuple(found)


def find_time(value: str) -> datetime | None:
    """A date field's time, aware (Chinese time where the field has no zone), or None when it is no date."""
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):  # "", "yesterday", year 99999
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=8)))
