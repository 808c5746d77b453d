"""Bodies lifted out of a mail before a parser sees it, decoded straight from its bytes.

The parser then works on a skeleton of a few kilobytes, and a mail of 60 MB needs its own size and that of its decoded
attachments, nothing more.
"""

from __future__ import annotations

import binascii
import re

from parsers.letter.mime_mend import places

_LIFT_PLAIN = 1 << 18
"""Bodies that are not base64 are lifted from this size on."""

_ENCODING = re.compile(rb"(?i)content-transfer-encoding[ \t]*:(?:\s*\r?\n)?[ \t]*\"?([a-z0-9-]+)")


def lift(raw: bytes, boundaries: frozenset[bytes]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The mail with its encoded bodies replaced by markers, and those bodies: (encoding, decoded)."""
    view = memoryview(raw)
    pieces: list[bytes] = []
    lifted: list[tuple[str, bytes]] = []
    done = 0
    for place in places(raw, b"ransfer-", b"RANSFER-"):
        match = _ENCODING.match(raw, max(0, place - len(b"content-t")))
        if match is None or match.start() < done or raw[match.start() - 1 : match.start()] not in (b"\n", b""):
            continue
        blank = re.compile(rb"\r?\n\r?\n").search(raw, match.end() - 1)
        if blank is None:
            break
        start, end = blank.end(), _body_end(raw, blank.end() - 1, boundaries)
        encoding = match[1].decode("ascii").lower()
        if encoding == "base64":
            if end <= start or not _is_base64(view, start, end):
                continue
            body = decode_base64(view[start:end])
        elif end - start > _LIFT_PLAIN and encoding in ("7bit", "8bit", "binary", "quoted-printable"):
            begin = max(raw.rfind(b"\n\n", 0, match.start()), raw.rfind(b"\n\r\n", 0, match.start()), raw.rfind(b"\n--", 0, match.start()))
            head = raw[begin + 1 : blank.start()][-4096:].lower()
            if b"multipart/" in head or b"message/" in head:
                continue
            stop = end - 1 if raw[end - 1 : end] == b"\r" else end
            body = binascii.a2b_qp(view[start:stop]) if encoding == "quoted-printable" else bytes(view[start:stop])
        else:
            continue
        pieces += [raw[done:start], b"lifted-body-%d\n" % len(lifted)]
        lifted.append((encoding, body))
        done = end
    pieces.append(raw[done:])
    return b"".join(pieces), lifted


def _body_end(raw: bytes, position: int, boundaries: frozenset[bytes]) -> int:
    """Where the body that starts before `position` ends: at the line end before the next boundary line, or the mail's end."""
    while True:
        position = raw.find(b"\n--", position)
        if position < 0:
            return len(raw)
        line = raw[position + 3 : position + 303].split(b"\n", 1)[0].rstrip()
        if line in boundaries or line.removesuffix(b"--") in boundaries or not boundaries:
            return position
        position += 1


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"


def _is_base64(view: memoryview, start: int, end: int) -> bool:
    """Whether a body is base64 and nothing else, save a short tail that a list or a virus scanner added."""
    step = 1 << 20
    for offset in range(start, end, step):
        rest = bytes(view[offset : min(offset + step, end)]).translate(None, _BASE64)
        if rest:
            return len(rest) * 50 < end - start
    return True


def decode_base64(data: bytes | memoryview) -> bytes:
    """Lenient base64: foreign characters skipped, missing padding added; never raises."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:  # a body cut off in mid-quantum: `QUJDR`
        kept = bytes(data).translate(None, b" \t\r\n")
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", kept)
        return binascii.a2b_base64(kept[: len(kept) // 4 * 4] if len(kept) % 4 == 1 else kept + b"=" * (-len(kept) % 4))


UU_ENCODINGS = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})


def decode_uu(data: bytes) -> bytes:
    """A uuencoded body, with or without its `begin` and `end`; lines that are none are skipped."""
    pieces = []
    for line in data.splitlines():
        if line.startswith(b"begin ") or not line or line in (b"end", b"`"):
            continue
        length = ((line[0] - 32) & 63) * 4 // 3 + 3
        try:
            pieces.append(binascii.a2b_uu(line[: 1 + length].rstrip()))
        except binascii.Error:  # a line that a mail program broke
            continue
    return b"".join(pieces)
