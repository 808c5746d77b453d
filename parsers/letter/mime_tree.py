"""A raw mail taken apart: its header fields and its leaf parts with decoded bodies. mail-parser gives the structure."""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message

from parsers.letter.mime_flat import MOST_PARTS, flat_parts, flat_tree
from parsers.letter.mime_lift import UU_ENCODINGS, decode_uu, lift
from parsers.letter.mime_mend import boundaries_of, bounded_header, guessed_boundaries, mended_header
from parsers.letter.mime_names import media_type
from parsers.letter.mime_parts import Part, Tree
from parsers.text.charsets import printable
from parsers.values import Note

MOST_BOUNDARIES = 64
"""Beyond these the mail is an attack on the parser; it is read flat, part after part, without its tree."""

_EXPECTED_DEFECTS = frozenset({"CharsetDecodeDefect", "MimeHeaderDefect", "AddressHeaderDefect", "InvalidBase64CharactersDefect"})
_EXPECTED_DEFECTS |= {"InvalidBase64PaddingDefect", "InvalidBase64LengthDefect"}
"""What mail-parser finds in our markers and in raw eight-bit fields, which are read here and not by it."""

logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # its warnings quote the sender's text; ours are the notes


def take_apart(raw: bytes) -> Tree:
    """The header fields and leaf parts of a raw mail; never raises for what the mail contains."""
    raw, notes = bounded_header(raw)
    raw = mended_header(raw, notes)
    boundaries = boundaries_of(raw)
    if len(boundaries) > MOST_BOUNDARIES or raw.count(b"\n--") > 4 * MOST_PARTS:
        return flat_tree(raw, boundaries, [*notes, Note("flat-structure", f"{len(boundaries)} boundaries")])
    skeleton, lifted = lift(raw, boundaries)
    message, complaint = _parse(skeleton)
    if message is None:
        return flat_tree(raw, boundaries, [*notes, Note("flat-structure", complaint)])
    if message.get_content_maintype() == "multipart" and not message.is_multipart():
        return flat_tree(raw, boundaries | guessed_boundaries(raw), [*notes, Note("flat-structure", "no part found")])
    if complaint:
        notes.append(Note("mail-defect", complaint))
    parts = list(_leaves(message, lifted, notes, (), [0]))
    return Tree(_fields(message), _type_of(message), tuple(parts), tuple(notes))


def _parse(skeleton: bytes) -> tuple[Message | None, str]:
    """The message by mail-parser, else by the standard library alone, and what was wrong with it ("" for nothing)."""
    from mailparser import MailParser
    from mailparser.exceptions import MailParserError

    complaint = ""
    try:
        parser = MailParser.from_bytes(skeleton)
        if parser.message is not None:
            return parser.message, ", ".join(sorted(set(map(str, parser.defects_categories)) - _EXPECTED_DEFECTS))[:200]
    except (MailParserError, MessageError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        complaint = f"{type(error).__name__}: {error}"[:200]  # a header that its decoders choke on; nesting without end
    try:
        return email.message_from_bytes(skeleton), complaint
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return None, complaint or f"{type(error).__name__}: {error}"[:200]


def _fields(message: Message) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), str(value)) for name, value in message.raw_items())


def _leaves(
    message: Message, lifted: list[tuple[str, bytes]], notes: list[Note], within: tuple[tuple[int, str], ...], counter: list[int]
) -> Iterator[Part]:
    payload = _payload(message)
    if message.get_content_maintype() == "message" and isinstance(payload, list) and payload:
        yield from _inner_message(message, [child for child in payload if isinstance(child, Message)], lifted, notes, within)
    elif isinstance(payload, list):
        counter[0] += 1
        around = (*within, (counter[0], message.get_content_subtype()))
        for child in payload:
            if isinstance(child, Message):
                yield from _leaves(child, lifted, notes, around, counter)
    elif message.get_content_maintype() == "multipart":
        body = _body(message, lifted, notes)
        notes.append(Note("flat-structure", "an inner multipart without its boundary"))
        found = flat_parts(body, guessed_boundaries(body), notes)
        yield from (Part(part.fields, part.content_type, part.data, within) for part in found)
    else:
        yield Part(_fields(message), _type_of(message), _body(message, lifted, notes), within)


def _inner_message(
    message: Message, payload: list[Message], lifted: list[tuple[str, bytes]], notes: list[Note], within: tuple[tuple[int, str], ...]
) -> Iterator[Part]:
    """A message inside this one: its tree, or its bytes where it came in base64 and was never parsed."""
    if message.get_content_type() == "message/delivery-status":
        text = "\n".join(str(block) for block in payload)
        yield Part(_fields(message), "message/delivery-status", text.encode("utf-8", "surrogateescape"), within)
        return
    inner = payload[0]
    content = _payload(inner)
    marker = _marker(content, lifted) if isinstance(content, str) and not inner.keys() else None
    if marker is not None:
        yield Part(_fields(message), "message/rfc822", lifted[marker][1], within)
        return
    own: list[Note] = []
    parts = tuple(_leaves(inner, lifted, own, (), [0]))
    yield Part(_fields(message), "message/rfc822", b"", within, Tree(_fields(inner), _type_of(inner), parts, tuple(own)))


def _marker(payload: str, lifted: list[tuple[str, bytes]]) -> int | None:
    match = re.fullmatch(r"\s*lifted-body-(\d{1,6})\s*", payload[:64])
    return int(match[1]) if match and int(match[1]) < len(lifted) else None


def _type_of(message: Message) -> str:
    """The part's type; one that is not declared or no type at all counts as text/plain, as RFC 2045 has it."""
    declared = str(message.get("content-type", ""))
    return media_type(printable(declared)) or media_type(message.get_content_type()) or "text/plain"


def _payload(message: Message) -> object:
    """The payload as it was parsed: a string, or the messages within."""
    try:
        return message.get_payload()
    except (LookupError, ValueError):  # decodes eight-bit text by the charset, here one with a NUL in its name
        data = message.get_payload(decode=True)
        return data.decode("ascii", "surrogateescape") if isinstance(data, bytes) else ""


def _body(message: Message, lifted: list[tuple[str, bytes]], notes: list[Note]) -> bytes:
    payload = _payload(message)
    if isinstance(payload, str):
        marker = _marker(payload, lifted)
        if marker is not None:
            return lifted[marker][1]
    if str(message.get("content-transfer-encoding", "")).strip().lower() in UU_ENCODINGS and isinstance(payload, str):
        return decode_uu(payload.encode("utf-8", "surrogateescape"))
    try:
        data = message.get_payload(decode=True)
    except (AssertionError, LookupError, UnicodeError, ValueError) as error:  # a charset that is none, in an 8bit body
        notes.append(Note("body-undecodable", type(error).__name__))
        data = str(payload).encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""
