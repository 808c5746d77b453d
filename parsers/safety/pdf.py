"""A PDF before it is read: password, scripts, launch actions, embedded programs, Flate bombs.

The file's dictionaries are searched as bytes, streams left out (three letters occur by chance in any picture), object
streams inflated; so nothing depends on a reader finding its way through a damaged file.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator

from parsers.magic import identify
from parsers.safety.images import MOST_PIXELS
from parsers.values import Note, Reason, Refusal

Verdict = tuple[Refusal | None, tuple[Note, ...]]

_SCRIPT = re.compile(rb"/S\s*/(?:JavaScript|Launch|ImportData|Rendition)\b|/(?:JS|JavaScript)\s*[\(<\[/\d]")
_PROGRAM_NAME = re.compile(rb"(?i)\.(?:exe|scr|com|pif|bat|cmd|vbs|js|jse|wsf|hta|lnk|ps1|msi|jar)$")
_LARGEST_STREAM = 128 << 20
_LARGEST_TOTAL = 512 << 20
_SMALL = 16 << 10
"""Deflate grows at most 1032 times: a stream of 16 KiB can't become more than 16 MiB."""

_DAMAGE = (ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What pypdf raises over damaged files, beside its own errors."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def inspect_pdf(data: bytes) -> Verdict:
    """ENCRYPTED where a password is needed to open it, UNSAFE for scripts, programs and bombs, else notes."""
    notes: list[Note] = []
    decrypted = False
    if b"/Encrypt" in data:
        locked, decrypted = _locked(data)
        if locked:
            return Refusal(Reason.ENCRYPTED, "a PDF with a password"), ()
        if decrypted:
            notes.append(Note("owner-password"))
    total = 0
    for dictionary, content in _objects(data):
        plain = _plain_names(dictionary)
        verdict = _dictionary(plain)
        if verdict:
            return Refusal(Reason.UNSAFE, verdict), ()
        if content is None or not re.search(rb"/(?:FlateDecode|Fl)\b", plain):
            continue
        size, inner = _inflated(content, plain)
        total += size
        if size > _LARGEST_STREAM or total > _LARGEST_TOTAL:
            return Refusal(Reason.UNSAFE, f"decompression bomb: a stream of {len(content)} bytes becomes more than {size}"), ()
        if b"/ObjStm" in plain and not decrypted:
            verdict = _dictionary(_plain_names(inner))
            if verdict:
                return Refusal(Reason.UNSAFE, verdict), ()
            plain += b" /EmbeddedFile" if b"/EmbeddedFile" in inner else b""
        if b"/EmbeddedFile" in plain:
            notes.append(Note("embedded-file"))
            if b"/ObjStm" not in plain and identify("", inner) in ("exe", "script", "lnk", "jar", "chm", "cab"):
                return Refusal(Reason.UNSAFE, "an embedded program"), ()
    names = re.findall(rb"/U?F\s*\(([^)]{1,200})\)", data) if b"/EmbeddedFile" in data else []
    if any(_PROGRAM_NAME.search(name.replace(b"\x00", b"")) for name in names):
        return Refusal(Reason.UNSAFE, "an embedded program"), ()
    if decrypted and _scripts_inside(data):
        return Refusal(Reason.UNSAFE, "a script"), ()
    return None, tuple(dict.fromkeys(notes))


def _dictionary(plain: bytes) -> str:
    match = _SCRIPT.search(plain)
    return f"a script or launch action ({match[0][:24].decode('latin-1')})" if match else ""


def _plain_names(dictionary: bytes) -> bytes:
    """Names with their #xx escapes resolved: `/J#61vaScript`."""
    if b"#" not in dictionary:
        return dictionary
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), dictionary)


def _objects(data: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """The bytes between streams, each with the stream that follows it (None at the end)."""
    position = 0
    marker = re.compile(rb"stream(\r?\n|\r)")
    while True:
        match = marker.search(data, position)
        while match is not None and data[match.start() - 3 : match.start()] == b"end":
            match = marker.search(data, match.end())
        if match is None:
            yield data[position:], None
            return
        before = data[position : match.start()]
        length = re.search(rb"/Length\s+(\d{1,10})(?!\s+\d+\s+R)", before[-2000:])
        stop = match.end() + int(length[1]) if length else -1
        if stop < 0 or not re.match(rb"\s{0,4}endstream", data[stop : stop + 16]):
            stop = data.find(b"endstream", match.end())
            stop = len(data) if stop < 0 else stop
        yield before, data[match.end() : stop]
        position = stop


def _own_dictionary(before: bytes) -> bytes:
    return before[before.rfind(b" obj") :] if b" obj" in before else before


def _inflated(content: bytes, before: bytes) -> tuple[int, bytes]:
    """How much a Flate stream becomes (counting stops past the bound), and its first megabytes; filters in chains too."""
    own = _own_dictionary(before)
    wanted = b"/ObjStm" in own or b"/EmbeddedFile" in own
    if len(content) < _SMALL and not wanted and own.count(b"/FlateDecode") + own.count(b"/Fl ") < 2:
        return 0, b""
    if re.search(rb"/Subtype\s*/Image", own):
        return (0, b"") if _declared_pixels(own) <= MOST_PIXELS else (_LARGEST_STREAM + 1, b"")
    size, kept = _count(content)
    if own.count(b"/FlateDecode") >= 2 and kept:
        size = max(size, _count(kept)[0])
    return size, kept


def _declared_pixels(own: bytes) -> int:
    width, height = re.search(rb"/Width\s+(\d{1,9})", own), re.search(rb"/Height\s+(\d{1,9})", own)
    return int(width[1]) * int(height[1]) if width and height else 0


def _count(content: bytes) -> tuple[int, bytes]:
    engine = zlib.decompressobj()
    size, kept, pending = 0, bytearray(), content
    try:
        while pending and size <= _LARGEST_STREAM and not engine.eof:
            chunk = engine.decompress(pending, 1 << 20)
            size += len(chunk)
            if len(kept) < 4 << 20:
                kept += chunk
            pending = engine.unconsumed_tail
    except zlib.error:  # damaged: the reader says so
        pass
    return size, bytes(kept)


def _locked(data: bytes) -> tuple[bool, bool]:
    """Whether a user password is needed, and whether the file is encrypted and opens without one."""
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if not reader.is_encrypted:
            return False, False
        return reader.decrypt("") is PasswordType.NOT_DECRYPTED, True
    except DependencyError:
        return True, False
    except (PyPdfError, *_DAMAGE):
        return False, False  # damaged, or the word in a page's text: the reader says which


def _scripts_inside(data: bytes) -> bool:
    """Scripts in the object streams of a file that is encrypted with a blank password."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        reader.decrypt("")
        root = reader.root_object
        names = root.get("/Names")
        if names is not None and "/JavaScript" in names.get_object():
            return True
        action = root.get("/OpenAction")
        action = action.get_object() if action is not None else None
        return isinstance(action, dict) and action.get("/S") in ("/JavaScript", "/Launch")
    except (PyPdfError, *_DAMAGE):
        return False
