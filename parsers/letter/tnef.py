"""winmail.dat: what Outlook packs into one part when it writes rich text."""

from __future__ import annotations

import logging
import struct
from typing import Any

from parsers.letter.tnef_bounds import bound
from parsers.text.charsets import clean_name, decode_text
from parsers.values import Attachment, Note

_SIGNATURE = b"\x78\x9f\x3e\x22"
_DEEPEST = 5
_DAMAGE = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError, struct.error),
    RecursionError,
)

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


def is_tnef(data: bytes) -> bool:
    """Whether the bytes begin as TNEF does."""
    return data.startswith(_SIGNATURE)


def open_tnef(data: bytes, depth: int = 0) -> tuple[tuple[Attachment, ...], str, str, tuple[Note, ...]]:
    """The files, plain text and HTML in a TNEF stream, and notes; names may be "". Never raises.

    Messages attached to the message give their own files too. Where the stream is damaged: `tnef-unreadable`.
    """
    from tnefparse import TNEF

    bound()
    try:
        tnef = TNEF(data, do_checksum=False)
    except _DAMAGE as error:
        # cut off inside a property; a code page that does not exist; a string property without a code page; an attachment's
        # attribute before any attachment (an UnboundLocalError of the library)
        return (), "", "", (Note("tnef-unreadable", f"{type(error).__name__}: {error}"[:120]),)
    codepage = str(tnef.codepage or "")
    files: list[Attachment] = []
    texts = [_text(tnef.body, codepage)]
    html = _text(tnef.htmlbody, codepage)
    notes = [Note("tnef")]
    for item in tnef.attachments:
        inner = getattr(item, "embed", None)
        if inner is not None and depth < _DEEPEST:
            more, text, inner_html, more_notes = open_tnef(bytes(item.data), depth + 1)
            files.extend(more)
            texts += [text or inner_html]
            notes += more_notes
            continue
        content = item.data if isinstance(item.data, bytes) else b""
        name = _name(item, codepage)
        if content or name:
            files.append(Attachment(name, "application/octet-stream", content))
        else:  # the stream ends after the attachment's rendering data
            notes.append(Note("tnef-unreadable", "an attachment without name and data"))
    return tuple(files), "\n\n".join(text for text in texts if text.strip()), html, tuple(notes)


def _name(item: Any, codepage: str) -> str:
    try:
        raw = item.long_filename()
    except (UnicodeError, AttributeError):  # a title in the sender's code page: tnefparse decodes as UTF-8 only
        raw = item._name
    if not raw and item._name:
        raw = item._name
    return clean_name(_text(raw, codepage).replace("/", "_").replace("\\", "_"))


def _text(value: object, codepage: str) -> str:
    if isinstance(value, bytes):
        return decode_text(value.rstrip(b"\x00"), codepage)[0].rstrip("\x00")
    return value.rstrip("\x00") if isinstance(value, str) else ""
