"""ZIP: names decoded one by one, members streamed, overlaps refused, and what can be saved of a damaged one."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise

from parsers.archives.budget import CHUNK, Budget, Entries, Entry
from parsers.text.charsets import guess_name
from parsers.values import Note, Reason, Refusal

_MOST_ENTRIES = 20_000
_KNOWN_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_DAMAGE = (
    zipfile.BadZipFile,  # a wrong checksum; a local header that names another file
    zlib.error,
    lzma.LZMAError,
    EOFError,  # the archive ends inside the member
    OSError,
    ValueError,  # a negative offset; UnicodeDecodeError: a name flagged as UTF-8 that is GBK
    NotImplementedError,  # a compression method or a version that zipfile does not know
    OverflowError,
    struct.error,
    RuntimeError,
)


class NotZip(Exception):
    """The bytes can't be opened as a ZIP at all; holds the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def zip_entries(data: bytes, budget: Budget) -> Entries:
    """The files of a ZIP in the order of its directory, folders left out. NotZip where nothing can be had of it."""
    end = data.rfind(b"PK\x05\x06")
    if end >= 0 and len(data) - end >= 22:
        disk, _, _, entries, size = struct.unpack_from("<HHHHI", data, end + 4)
        if size // 46 > _MOST_ENTRIES or entries == 0xFFFF:
            raise NotZip(Refusal(Reason.UNSAFE, f"a directory of {size} bytes"))
        if disk not in (0, 0xFFFF):
            raise NotZip(Refusal(Reason.UNREADABLE, f"multi-volume: part {disk + 1} of a split archive"))
    if data.startswith(b"PK\x07\x08"):
        raise NotZip(Refusal(Reason.UNREADABLE, "multi-volume: first part of a split archive"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except _DAMAGE as error:
        budget.notes.append(Note("archive-salvaged", f"zip: {type(error).__name__}: {error}"[:120]))
        yield from members_by_header(data, budget)
        return
    with archive:
        _refuse_overlaps(infos)
        if any(info.compress_type not in _KNOWN_METHODS and not info.flag_bits & 1 for info in infos):
            yield from _by_tool(data, infos, budget)
            return
        for info in infos:
            name = _name(info)
            if info.filename.endswith("/") or name.endswith("/"):
                continue
            budget.file()
            yield _entry(archive, info, name, data, budget)


def _refuse_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """NotZip (UNSAFE) where two members share compressed bytes: 10 kB would become as much as one likes."""
    spans = sorted((info.header_offset, info.header_offset + 30 + info.compress_size) for info in infos if not info.filename.endswith("/"))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise NotZip(Refusal(Reason.UNSAFE, "overlapping members"))


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: its Unicode path field, its UTF-8 flag, else its bytes read as UTF-8 or GB 18030."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", "replace")
    return _unicode_path(info.extra, raw) or guess_name(raw)


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """Info-ZIP's Unicode path field (0x7075), where it belongs to this very name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == 0x7075 and len(body) > 5 and body[0] == 1 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            try:
                return body[5:].decode("utf-8")
            except UnicodeDecodeError:
                return ""
    return ""


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, data: bytes, budget: Budget) -> Entry:
    if info.flag_bits & 1:
        return Entry(name, refusal=Refusal(Reason.ENCRYPTED, "zip member with a password"))
    if info.create_system == 3 and stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return Entry(name, refusal=Refusal(Reason.UNSAFE, "a link or device, not a file"))
    try:
        with archive.open(info) as member:
            return Entry(name, budget.collect(member.read, info.compress_size))
    except _DAMAGE as error:
        salvaged = _one_by_local_header(data, info.header_offset, info, budget)
        if salvaged is not None:
            budget.notes.append(Note("archive-salvaged", f"{name}: {type(error).__name__}"))
            return Entry(name, salvaged)
        return Entry(name, refusal=Refusal(Reason.UNREADABLE, f"zip: {type(error).__name__}: {error}"[:200]))


def _by_tool(data: bytes, infos: list[zipfile.ZipInfo], budget: Budget) -> Entries:
    """Members compressed in ways zipfile does not know (Deflate64, PPMd, Zstandard), taken out by 7zz under our names."""
    from parsers.archives.sevenzip import tool_entries

    names = [_name(info) for info in infos if not info.filename.endswith("/") and not info.orig_filename.endswith("/")]
    for number, entry in enumerate(tool_entries(data, budget)):
        yield Entry(names[number] if number < len(names) else entry.name, entry.data, entry.refusal)


# --- damaged archives ---------------------------------------------------------------------------------------------


def members_by_header(data: bytes, budget: Budget) -> Entries:
    """The members of a ZIP by their local headers, for one without a usable directory or joined from its parts.

    The one that is cut off is refused.
    """
    position = data.find(b"PK\x03\x04")
    if position < 0:
        raise NotZip(Refusal(Reason.UNREADABLE, "no member of this ZIP can be found"))
    while position >= 0 and len(data) - position >= 30:
        flags, method, crc, packed, size, name_length, extra_length = struct.unpack_from("<6xHH4xIIIHH", data, position)
        start = position + 30 + name_length + extra_length
        raw = data[position + 30 : position + 30 + name_length]
        name = raw.decode("utf-8", "replace") if flags & 0x800 and _is_utf8(raw) else guess_name(raw)
        if start > len(data) or not raw:
            return
        stop = start + packed
        if not name.endswith("/"):
            budget.file()
            if flags & 1:
                yield Entry(name, refusal=Refusal(Reason.ENCRYPTED, "zip member with a password"))
            else:
                content, stop = _inflate(data, start, method, flags, packed, budget)
                if content is None or (not flags & 8 and (zlib.crc32(content) != crc or len(content) != size)):
                    yield Entry(name, refusal=Refusal(Reason.UNREADABLE, "zip: the archive is cut off or damaged here"))
                else:
                    yield Entry(name, content)
        position = data.find(b"PK\x03\x04", max(stop, start))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _one_by_local_header(data: bytes, offset: int, info: zipfile.ZipInfo, budget: Budget) -> bytes | None:
    """One member by its local header where zipfile would not open it; None unless length and checksum are right."""
    if data[offset : offset + 4] != b"PK\x03\x04" or len(data) - offset < 30:
        return None
    name_length, extra_length = struct.unpack_from("<HH", data, offset + 26)
    start = offset + 30 + name_length + extra_length
    content, _ = _inflate(data, start, info.compress_type, 0, info.compress_size, budget)
    if content is None or len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        return None
    return content


def _inflate(data: bytes, start: int, method: int, flags: int, packed: int, budget: Budget) -> tuple[bytes | None, int]:
    """A member's bytes and where its compressed data end; None for what is cut off or compressed in an unknown way."""
    open_ended = bool(flags & 8) and not packed
    if method == zipfile.ZIP_STORED:
        if open_ended:
            later = re.compile(rb"PK(?:\x07\x08|\x01\x02|\x03\x04)").search(data, start)
            packed = (later.start() if later else len(data)) - start
        if start + packed > len(data):
            return None, len(data)
        budget.spend(packed)
        return data[start : start + packed], start + packed
    if method not in _STREAMS:
        return None, start + packed
    stream = _STREAMS[method](data, start, len(data) if open_ended else min(start + packed, len(data)))
    try:
        content = budget.collect(stream.read, max(1, stream.limit - start))
    except (zlib.error, OSError, ValueError, EOFError):  # damaged in the middle
        return None, stream.position
    return (content if stream.finished else None), stream.position


class _Deflated:
    """A raw Deflate stream inside the archive's bytes, read in bounded chunks up to its own end or `limit`."""

    def __init__(self, data: bytes, start: int, limit: int) -> None:
        self.data, self.position, self.limit = data, start, limit
        self.finished = False
        self._engine = zlib.decompressobj(-15)

    def read(self, size: int) -> bytes:
        while not self.finished:
            fed = self._engine.unconsumed_tail
            if not fed:
                fed = self.data[self.position : min(self.position + CHUNK, self.limit)]
                self.position += len(fed)
            chunk = self._engine.decompress(fed, size)
            if self._engine.eof:
                self.finished = True
                self.position -= len(self._engine.unused_data)
            if chunk or not fed:
                return chunk
        return b""


class _Bzipped:
    """The same for bzip2."""

    def __init__(self, data: bytes, start: int, limit: int) -> None:
        self.data, self.position, self.limit = data, start, limit
        self.finished = False
        self._engine = bz2.BZ2Decompressor()

    def read(self, size: int) -> bytes:
        while not self.finished:
            fed = b""
            if self._engine.needs_input:
                fed = self.data[self.position : min(self.position + CHUNK, self.limit)]
                self.position += len(fed)
                if not fed:
                    return b""
            chunk = self._engine.decompress(fed, size)
            if self._engine.eof:
                self.finished = True
                self.position -= len(self._engine.unused_data)
            if chunk:
                return chunk
        return b""


_STREAMS: dict[int, Callable[[bytes, int, int], _Deflated | _Bzipped]] = {zipfile.ZIP_DEFLATED: _Deflated, zipfile.ZIP_BZIP2: _Bzipped}
