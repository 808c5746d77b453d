"""ZIP and tar archives as Chinese senders make them, and as attackers do; each function is named by its symptom."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import tarfile
import zipfile
import zlib


def raw_zip(
    files: list[tuple[bytes, bytes]], *, flags: int = 0, extra: bytes = b"", method: int = 8, system: int = 0, mode: int = 0
) -> bytes:
    """A ZIP whose names are these very bytes, whatever the flags say of them."""
    body, directory = b"", b""
    for name, data in files:
        packed = zlib.compressobj(9, zlib.DEFLATED, -15) if method == 8 else None
        stream = packed.compress(data) + packed.flush() if packed else data
        common = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0x5A21, zlib.crc32(data), len(stream), len(data), len(name), len(extra))
        directory += b"PK\x01\x02" + struct.pack("<BB", 20, system) + common
        directory += struct.pack("<HHHII", 0, 0, 0, mode << 16, len(body)) + name + extra
        body += b"PK\x03\x04" + common + name + extra + stream
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def simple_zip(files: dict[str, bytes]) -> bytes:
    """What Python's zipfile writes: UTF-8 names, flagged."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 6, 1, 8, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unicode_path_extra(raw: bytes, name: str) -> bytes:
    body = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + name.encode("utf-8")
    return struct.pack("<HH", 0x7075, len(body)) + body


def overlapping_members(count: int = 200, size: int = 1 << 20) -> bytes:
    """Many directory entries that share one compressed kernel: 10 kB that become 200 MB."""
    whole = raw_zip([(b"a.txt", bytes(size))])
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : whole.index(b"PK\x05\x06")]
    return whole[:start] + entry * count + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(entry) * count, start, 0)


def one_huge_member(size: int = 64 << 20) -> bytes:
    return raw_zip([("申报表.docx".encode(), bytes(size))])


def nested(depth: int, innermost: bytes = b"hello") -> bytes:
    """zip in zip in zip, `depth` archives around one file."""
    data, name = innermost, "申报表.txt"
    for level in range(depth):
        data, name = simple_zip({name: data}), f"{level}.zip"
    return data


def tar_of(files: dict[str, bytes], *, link: str = "", encoding: str = "utf-8") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding=encoding) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo("link")
            info.type, info.linkname = tarfile.SYMTYPE, link
            archive.addfile(info)
    return out.getvalue()


def tar_gz(files: dict[str, bytes]) -> bytes:
    return gzip.compress(tar_of(files), mtime=0)


def tar_bz2(files: dict[str, bytes]) -> bytes:
    return bz2.compress(tar_of(files))


def gzip_bomb(size: int = 64 << 20) -> bytes:
    return gzip.compress(bytes(size), mtime=0)
