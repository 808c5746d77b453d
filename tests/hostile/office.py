"""Office packages, PDFs and pictures that carry something they should not; each named by what it carries."""

from __future__ import annotations

import struct
import zlib

from tests.hostile.zips import raw_zip, simple_zip

TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
DOCUMENT = (
    b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>hello</w:t></w:r></w:p></w:body></w:document>"
)
RELS = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
FOLDERS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def package(kind: str = "docx", parts: dict[str, bytes] | None = None) -> bytes:
    """An OOXML package's skeleton with further parts."""
    skeleton = {"[Content_Types].xml": TYPES, "_rels/.rels": RELS % b"", FOLDERS[kind]: DOCUMENT}
    return simple_zip(skeleton | (parts or {}))


def external(kind: str, target: str) -> bytes:
    """A relationship part with one external target of that type."""
    tag = f'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/x/{kind}" Target="{target}" TargetMode="External"/>'
    return RELS % tag.encode()


def package_bomb() -> bytes:
    return raw_zip([(b"[Content_Types].xml", TYPES), (b"word/document.xml", bytes(64 << 20))])


def pdf(*objects: bytes, root: bytes = b"") -> bytes:
    """A PDF of a blank page and these objects (from number 4 on), with a right cross-reference table."""
    all_objects = [
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        *objects,
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(all_objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1) + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, len(out))


def stream(data: bytes, more: bytes = b"", *, times: int = 1) -> bytes:
    filters = b"/FlateDecode" * times
    for _ in range(times):
        data = zlib.compress(data, 9)
    return b"<<%s/Filter[%s]/Length %d>>\nstream\n" % (more, filters, len(data)) + data + b"\nendstream"


def png(width: int, height: int) -> bytes:
    """A PNG that declares a size and has next to no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")
