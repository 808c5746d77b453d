"""Files under a password. What a real program draws from the system's generator is drawn from the file's own bytes here."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

PASSWORD = "abc123"
_CRC = [zlib.crc32(bytes((octet ^ 0xFF,))) ^ 0xFF000000 for octet in range(256)]
"""The table of the bare CRC-32, without the inversions that zlib does before and after."""
_TIME, _DATE, _FILETIME = 0x4BC0, 0x5AC5, 133935606000000000
"""5 June 2025, 9:30 in China, as MS-DOS and as Windows count."""


@contextmanager
def _drawn_from(data: bytes) -> Iterator[None]:
    """Salts and keys come from a generator that these bytes seed."""
    with patch("secrets.token_bytes", Random(zlib.crc32(data)).randbytes):
        yield


def locked_word(data: bytes) -> bytes:
    """A Word file under the password, by ECMA-376 agile encryption."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    with _drawn_from(data), patch("msoffcrypto.method.container.ecma376_encrypted.datetime2filetime", return_value=_FILETIME):
        OOXMLFile(io.BytesIO(data)).encrypt(PASSWORD, out)
    return out.getvalue()


def locked_pdf(data: bytes) -> bytes:
    """A PDF under the password, by AES-256."""
    from pypdf import PdfWriter

    out = io.BytesIO()
    with _drawn_from(data):
        writer = PdfWriter(clone_from=io.BytesIO(data))
        writer.encrypt(PASSWORD, algorithm="AES-256")
        writer.write(out)
    return out.getvalue()


def locked_zip(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP whose members are under the password, by the format's own old encryption (APPNOTE 6.1), as most archivers choose."""
    body, directory = b"", b""
    for path, data in files:
        name, crc = path.encode(), zlib.crc32(data)
        packed = zlib.compressobj(6, zlib.DEFLATED, -15)
        head = Random(crc).randbytes(11) + bytes((crc >> 24,))
        stream = _zip_cipher(head + packed.compress(data) + packed.flush())
        common = struct.pack("<HHHHHIIIHH", 20, 0x801, 8, _TIME, _DATE, crc, len(stream), len(data), len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + common + name + stream
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def _zip_cipher(plain: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def take(octet: int) -> None:
        keys[0] = (keys[0] >> 8) ^ _CRC[(keys[0] ^ octet) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ _CRC[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for octet in PASSWORD.encode():
        take(octet)
    out = bytearray()
    for octet in plain:
        mixed = (keys[2] | 2) & 0xFFFF
        out.append(octet ^ ((mixed * (mixed ^ 1)) >> 8) & 0xFF)
        take(octet)
    return bytes(out)
