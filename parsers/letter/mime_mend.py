"""A mail's bytes made fit for a parser: bounded and mended header lines, and the boundaries its multiparts use."""

from __future__ import annotations

import re

from parsers.values import Note

MOST_HEADER = 1 << 20
"""Bytes of a header block; beyond them it is an attack on the parser."""


def bounded_header(raw: bytes) -> tuple[bytes, list[Note]]:
    """The mail, its header block cut at a megabyte; blank lines and an mbox `From ` line before the header fall away."""
    notes: list[Note] = []
    start = re.match(rb"(?:\xef\xbb\xbf)?\s*(?:>?From [^\r\n]*\r?\n)?", raw)
    if start is not None and start.end():
        raw = raw[start.end() :]
    blank = re.search(rb"\r?\n\r?\n", raw[: MOST_HEADER + 4])
    if blank is None and len(raw) > MOST_HEADER:
        later = re.search(rb"\r?\n\r?\n", raw)
        body = raw[later.end() :] if later else b""
        raw = raw[:MOST_HEADER].rpartition(b"\n")[0] + b"\n\n" + body
        notes.append(Note("header-too-long", f"cut at {MOST_HEADER} bytes"))
    return raw, notes


_KNOWN_FIELD = re.compile(
    rb"(?i)(?:from|to|cc|subject|date|message-id|mime-version|content-(?:type|transfer-encoding)|received|return-path|reply-to)[ \t]*:"
)
_FIRST_LINE = re.compile(rb"[!-9;-~]{1,200}:")
_FIELD_LINE = re.compile(rb"[ \t]|[!-9;-~]{1,200}:")


def mended_header(raw: bytes, notes: list[Note]) -> bytes:
    """The mail, lines in its header that are no fields made fields: a parser would take the rest of the header for body.

    Mended are blanks before a colon, and lines without a colon where known fields still follow.
    """
    blank = re.search(rb"\r?\n\r?\n", raw)
    head = raw[: blank.start()] if blank else raw[:MOST_HEADER]
    lines = re.split(rb"(?<=\n)", head)
    mended: list[bytes] = []
    last = max((number for number, line in enumerate(lines) if _KNOWN_FIELD.match(line)), default=-1)
    for number, line in enumerate(lines):
        spaced = re.match(rb"([!-9;-~]{1,60})[ \t]+:", line)
        if number <= last and spaced is not None and _KNOWN_FIELD.match(line):
            line = spaced[1] + line[spaced.end() - 1 :]
        elif number < last and line.strip() and not re.match(_FIELD_LINE if number else _FIRST_LINE, line):
            line = b"X-Unreadable: " + line
        mended.append(line)
    if mended == lines:
        return raw
    notes.append(Note("header-mended", "lines that are no header fields"))
    return b"".join(mended) + raw[len(head) :]


def guessed_boundaries(body: bytes) -> frozenset[bytes]:
    """The boundary of a multipart that does not declare the one it uses: a line that also stands with `--` after it."""
    closing = {match[1].rstrip() for match in re.finditer(rb"(?m)^--([^\r\n]{1,200}?)--[ \t]*\r?$", body)}
    opening = {match[1].rstrip() for match in re.finditer(rb"(?m)^--([^\r\n]{1,200})\r?$", body)}
    return frozenset(list(closing & opening)[:8])


_BOUNDARY = re.compile(rb'(?i)boundary\*?0?\*?\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))')


def boundaries_of(raw: bytes) -> frozenset[bytes]:
    """The boundaries that the mail's multiparts declare, at any depth."""
    found = (_BOUNDARY.match(raw, place) for place in places(raw, b"boundary", b"Boundary", b"BOUNDARY"))
    return frozenset(re.sub(rb"\r?\n", b"", match[1] or match[2]).rstrip() for match in found if match)


def places(raw: bytes, *spellings: bytes) -> list[int]:
    """Where any of the spellings occurs: `find` is twenty times as fast over a large mail as a regex that ignores case."""
    places: list[int] = []
    for spelling in spellings:
        place = raw.find(spelling)
        while place >= 0:
            places.append(place)
            place = raw.find(spelling, place + len(spelling))
    return sorted(places)
