"""A mail without its tree: every stretch between two boundary lines as a part, for mails no parser gets through."""

from __future__ import annotations

import binascii
import re

from parsers.letter.mime_lift import UU_ENCODINGS, decode_base64, decode_uu
from parsers.letter.mime_mend import MOST_HEADER
from parsers.letter.mime_names import media_type
from parsers.letter.mime_parts import Part, Tree
from parsers.values import Note

MOST_PARTS = 5000


def flat_tree(raw: bytes, boundaries: frozenset[bytes], notes: list[Note]) -> Tree:
    """Every stretch between two boundary lines as a part, whatever it is nested in: for mails no parser gets through."""
    head, _, _ = _head_and_body(raw)
    fields = _plain_fields(head)
    kind = media_type(dict(reversed(fields)).get("content-type", "")) or "text/plain"
    return Tree(fields, kind, tuple(flat_parts(raw, boundaries, notes)), tuple(notes))


def flat_parts(raw: bytes, boundaries: frozenset[bytes], notes: list[Note]) -> list[Part]:
    parts: list[Part] = []
    begins: list[tuple[int, int, bool]] = []
    for match in re.finditer(rb"(?m)^--([^\r\n]*)\r?\n?", raw):
        name = match[1].rstrip()
        if name in boundaries or name.removesuffix(b"--") in boundaries:
            begins.append((match.start(), match.end(), name not in boundaries))
    if not begins:
        begins = [(0, 0, False)]
    ends = [start for start, _, _ in begins[1:]] + [len(raw)]
    for (_, start, closed), end in zip(begins, ends):
        chunk_head, chunk_body, has_head = _head_and_body(raw[start:end])
        own = _plain_fields(chunk_head) if has_head else ()
        kind = media_type(dict(reversed(own)).get("content-type", "")) or "text/plain"
        if kind.startswith("multipart/") or not chunk_body.strip() or closed:
            continue
        if len(parts) >= MOST_PARTS:
            notes.append(Note("too-many-parts", f"kept {MOST_PARTS}"))
            break
        encoding = dict(reversed(own)).get("content-transfer-encoding", "").strip().lower()
        parts.append(Part(own, kind, _decoded(chunk_body, encoding)))
    if not parts:  # nothing between boundaries: whatever there is counts as text
        body = _head_and_body(raw)[1]
        parts = [Part((), "text/plain", body)] if body.strip() else []
    return parts


def _decoded(body: bytes, encoding: str) -> bytes:
    body = body.removesuffix(b"\n").removesuffix(b"\r")
    if encoding == "base64":
        return decode_base64(body)
    if encoding in UU_ENCODINGS:
        return decode_uu(body)
    return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


def _head_and_body(chunk: bytes) -> tuple[bytes, bytes, bool]:
    """A chunk's header block and body, and whether it has a header block at all (a part may begin with a blank line)."""
    if re.match(rb"\r?\n", chunk):
        return b"", chunk.lstrip(b"\r\n"), True
    if not re.match(rb"[!-9;-~]{1,80}:", chunk):
        return b"", chunk, False
    blank = re.search(rb"\r?\n\r?\n", chunk)
    return (chunk, b"", True) if blank is None else (chunk[: blank.start()], chunk[blank.end() :], True)


def _plain_fields(head: bytes) -> tuple[tuple[str, str], ...]:
    text = head[:MOST_HEADER].decode("ascii", "surrogateescape")
    found = re.finditer(r"(?m)^([!-9;-~]{1,80}):((?:.*\r?\n[ \t])*.*)", text)
    return tuple((match[1].lower(), match[2].strip()) for match in found)
