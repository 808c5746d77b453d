"""RAR archives written by hand (no free tool writes them): stored members only, RAR4 and RAR5, after their published formats."""

from __future__ import annotations

import struct
import zlib


def vint(number: int) -> bytes:
    out = bytearray()
    while True:
        out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def _block5(body: bytes) -> bytes:
    sized = vint(len(body)) + body
    return struct.pack("<I", zlib.crc32(sized)) + sized


def rar5(
    files: list[tuple[str, bytes]], *, encrypted: bool = False, headers_encrypted: bool = False, volume: int = 0, link: str = ""
) -> bytes:
    """A RAR5 archive. `volume` > 0 makes it the n-th part of several; `link` adds a symbolic link to that target."""
    out = b"Rar!\x1a\x07\x01\x00"
    if headers_encrypted:
        return out + _block5(vint(4) + vint(0) + vint(0) + vint(0) + b"\x0f" + bytes(range(16))) + bytes(range(200))
    out += _block5(vint(1) + vint(0) + (vint(3) + vint(volume) if volume else vint(0)))
    for name, data in files:
        extra = b""
        if encrypted:
            record = vint(1) + vint(0) + vint(0) + b"\x0f" + bytes(16) + bytes(range(16))
            extra = vint(len(record)) + record
            data = data + bytes(-len(data) % 16)
        out += _file5(name, data, extra)
    if link:
        record = vint(5) + vint(1) + vint(0) + vint(len(link)) + link.encode()
        out += _file5("link", b"", vint(len(record)) + record)
    return out + _block5(vint(5) + vint(0) + vint(1 if volume else 0))


def _file5(name: str, data: bytes, extra: bytes = b"") -> bytes:
    raw = name.encode("utf-8")
    flags = 0x02 | (0x01 if extra else 0)
    head = vint(2) + vint(flags) + (vint(len(extra)) if extra else b"") + vint(len(data))
    head += vint(0x04) + vint(len(data)) + vint(0x20) + struct.pack("<I", zlib.crc32(data)) + vint(0) + vint(0) + vint(len(raw)) + raw
    return _block5(head + extra) + data


def rar4(files: list[tuple[bytes, bytes]], *, encrypted: bool = False, volume: bool = False) -> bytes:
    """A RAR4 archive; names are raw bytes as old WinRAR writes them (GBK on a Chinese Windows)."""

    def block(kind: int, flags: int, rest: bytes, data: bytes = b"") -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0x0001 if volume else 0, bytes(6))
    for name, data in files:
        rest = struct.pack("<IIBIIBBHI", len(data), len(data), 0, zlib.crc32(data), 0x5A21_0000, 20, 0x30, len(name), 0x20) + name
        out += block(0x74, 0x8000 | (0x04 if encrypted else 0), rest, data)
    return out + block(0x7B, 0x4000, b"")


def rar5_volumes(name: str, data: bytes, count: int) -> list[bytes]:
    """One stored file cut over `count` RAR5 volumes."""
    size = -(-len(data) // count)
    raw = name.encode("utf-8")
    volumes = []
    for number in range(count):
        piece = data[number * size : (number + 1) * size]
        last = number == count - 1
        main = vint(1) + vint(0) + (vint(3) + vint(number) if number else vint(1))
        head = vint(2) + vint(0x02 | (0x08 if number else 0) | (0 if last else 0x10)) + vint(len(piece))
        check = zlib.crc32(data if last else piece)
        head += vint(0x04) + vint(len(data)) + vint(0x20) + struct.pack("<I", check) + vint(0) + vint(0) + vint(len(raw)) + raw
        volumes.append(
            b"Rar!\x1a\x07\x01\x00" + _block5(main) + _block5(head) + piece + _block5(vint(5) + vint(0) + vint(0 if last else 1))
        )
    return volumes
