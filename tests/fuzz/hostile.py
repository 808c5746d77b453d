"""Hostile files, each built by code and named by its symptom. None is larger than it must be."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.fuzz import seeds

MIB = 1 << 20
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    + "]>"
)


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files:
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def replaced(package: bytes, part: str, content: bytes) -> bytes:
    """The package with one part's content another."""
    with zipfile.ZipFile(io.BytesIO(package)) as before:
        return packed([(info.filename, content if info.filename == part else before.read(info)) for info in before.infolist()])


# --- archives ----------------------------------------------------------------------------------------------------


def flat_bomb() -> bytes:
    return packed([("zeros.txt", bytes(200 * MIB))])


def many_small_bombs() -> bytes:
    return packed([(f"{number}.txt", bytes(MIB)) for number in range(300)])


def nested_bomb() -> bytes:
    data = packed([("zeros.txt", bytes(30 * MIB))])
    for level in range(6):
        data = packed([(f"{number}-{level}.zip", data) for number in range(10)])
    return data


def overlapping() -> bytes:
    """Forty directory entries that all name the same ten kilobytes of deflated zeros."""
    body = zlib.compress(bytes(10 * MIB), 9)[2:-4]
    crc = zlib.crc32(bytes(10 * MIB))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(body), 10 * MIB, 1, 0) + b"a" + body
    entries = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, crc, len(body), 10 * MIB, 2, 0, 0, 0, 0, 0, 0) + b"%02d" % number
        for number in range(40)
    )
    return local + entries + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 40, 40, len(entries), len(local), 0)


def lying_sizes() -> bytes:
    """A member that says it has 10 bytes and has 100 MiB."""
    data = bytearray(packed([("a.txt", bytes(100 * MIB))]))
    for place in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
        data[place : place + 4] = struct.pack("<I", 10)
    return bytes(data)


def traversal() -> bytes:
    return packed([("../../../../tmp/escaped.txt", b"x"), ("/etc/escaped", b"x"), ("..\\..\\escaped.txt", b"x"), ("a/../../b", b"x")])


def symlinks() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        package.writestr(link, "/etc/passwd")
        package.writestr("link/passwd", "x")
    return out.getvalue()


def tar_links() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name, kind, target in (("a", tarfile.SYMTYPE, "/etc/passwd"), ("b", tarfile.LNKTYPE, "../../x"), ("dev", tarfile.CHRTYPE, "")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            file.addfile(info)
    return out.getvalue()


def gzip_bomb() -> bytes:
    return gzip.compress(gzip.compress(bytes(300 * MIB)))


def seven_zip_bomb() -> bytes:
    from parsers.archives.sevenzip import tool

    with tempfile.TemporaryDirectory() as folder:
        with open(Path(folder, "zeros"), "wb") as file:
            file.truncate(400 * MIB)
        subprocess.run([tool(), "a", "-mx1", "-bd", "a.7z", "zeros"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        return Path(folder, "a.7z").read_bytes()


# --- office ------------------------------------------------------------------------------------------------------


def docx_of_laughs() -> bytes:
    return replaced(seeds.docx(), "word/document.xml", (LAUGHS + "<x>&a11;</x>").encode())


def docx_of_spaces() -> bytes:
    return replaced(seeds.docx(), "word/document.xml", b"<x>" + b" " * (300 * MIB) + b"</x>")


def docx_nested_deeply() -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    depth = 3000
    table = "<w:tbl><w:tr><w:tc>" * depth + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * depth
    return replaced(seeds.docx(), "word/document.xml", f"<w:document {space}><w:body>{table}</w:body></w:document>".encode())


def docx_with_wide_cells() -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>'
    rows = f"<w:tr><w:trPr><w:gridBefore w:val='1999999999'/></w:trPr>{cell * 50}</w:tr>" * 50
    return replaced(seeds.docx(), "word/document.xml", f"<w:document {space}><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>".encode())


def xlsx_of_laughs() -> bytes:
    return replaced(seeds.xlsx(), "xl/worksheets/sheet1.xml", (LAUGHS + "<x>&a11;</x>").encode())


def xlsx_with_far_cells() -> bytes:
    """Two cells, the second at the very end of the sheet: a grid between them has seventeen thousand million."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    sheet = f'<worksheet {space}><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
    return replaced(seeds.xlsx(), "xl/worksheets/sheet1.xml", sheet.encode())


def xlsx_with_many_merges() -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    merges = "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1, 2000))
    sheet = (
        f'<worksheet {space}><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells>{merges}</mergeCells></worksheet>'
    )
    return replaced(seeds.xlsx(), "xl/worksheets/sheet1.xml", sheet.encode())


def pptx_of_laughs() -> bytes:
    return replaced(seeds.pptx(), "ppt/slides/slide1.xml", (LAUGHS + "<x>&a11;</x>").encode())


def ole_of_nothing() -> bytes:
    """A compound file whose every pointer leads to itself."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(4088)


def rtf_nested_deeply() -> bytes:
    return b"{\\rtf1" + b"{\\b " * 100_000 + b"x" + b"}" * 100_000 + b"}"


# --- PDF and pictures --------------------------------------------------------------------------------------------


def _content() -> bytes:
    whole = seeds.pdf()
    return whole[whole.index(b"stream\n") + 7 : whole.index(b"\nendstream")]


def _with_stream(raw: bytes, filters: bytes) -> bytes:
    content = _content()
    whole = seeds.pdf().replace(b"/Length %d >>" % len(content), b"/Length %d /Filter %s >>" % (len(raw), filters))
    return whole.replace(content, raw)


def pdf_flate_bomb() -> bytes:
    return _with_stream(zlib.compress(b"0 0 m " * (40 * MIB), 9), b"/FlateDecode")


def pdf_double_flate_bomb() -> bytes:
    return _with_stream(zlib.compress(zlib.compress(bytes(800 * MIB), 9), 9), b"[/FlateDecode /FlateDecode]")


def pdf_that_is_its_own_page() -> bytes:
    return seeds.pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


def pdf_of_a_million_pages() -> bytes:
    return seeds.pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [" + b"3 0 R " * 100_000 + b"] /Count 1000000")


def pdf_of_a_huge_page() -> bytes:
    return seeds.pdf().replace(b"[0 0 595 842]", b"[0 0 1000000 1000000]")


def pdf_nested_deeply() -> bytes:
    return seeds.pdf(extra=b"/X " + b"[" * 100_000 + b"]" * 100_000)


def png(width: int, height: int, rows: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes((1 + 3 * width) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_of_900_megapixels() -> bytes:
    return png(30_000, 30_000)


def png_of_text_bombs() -> bytes:
    plain = png(10, 10, 10)
    bomb = b"a\x00\x00" + zlib.compress(bytes(300 * MIB), 9)
    chunk = struct.pack(">I", len(bomb)) + b"zTXt" + bomb + struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
    return plain[:33] + chunk + plain[33:]


def tiff_in_a_circle() -> bytes:
    """A directory whose next directory is itself."""
    entries = [
        (256, 3, 1, 10),
        (257, 3, 1, 10),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 200),
        (277, 3, 1, 1),
        (278, 3, 1, 10),
        (279, 4, 1, 100),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 8)
    return (b"II*\x00\x08\x00\x00\x00" + directory).ljust(200, b"\x00") + bytes(100)


# --- letters and text --------------------------------------------------------------------------------------------


def letter_nested_deeply() -> bytes:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(3000))
    return ("From: a@b.cn\nSubject: deep\n" + parts + "Content-Type: text/plain\n\nx\n").encode()


def letter_of_broken_fields() -> bytes:
    return b"From: a@b.cn\nSubject: broken\nMessage-ID: <\nTo: " + b"a@b.cn, " * 20_000 + b"\nReferences: " + b"<" * 100_000 + b"\n\nx\n"


def letter_of_nested_comments() -> bytes:
    return b"From: " + b"(" * 50_000 + b" a@b.cn\nSubject: comments\nDate: " + b"(" * 50_000 + b"\n\nx\n"


def letter_of_many_parts() -> bytes:
    return b"From: a@b.cn\nSubject: parts\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000 + b"--b--\n"


def letter_with_winmail_bomb() -> bytes:
    """winmail.dat of a few hundred bytes, one property of which announces four billion values."""
    import base64

    properties = struct.pack("<IHHI", 1, 0x1003, 0x1234, 0xFFFFFFFF) + bytes(16)
    attribute = struct.pack("<BII", 1, 0x00069003, len(properties)) + properties + struct.pack("<H", sum(properties) & 0xFFFF)
    bomb = struct.pack("<IH", 0x223E9F78, 1) + attribute
    head = b"From: a@b.cn\nSubject: winmail\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return head + base64.encodebytes(bomb)


def html_nested_deeply() -> bytes:
    return b"<html><body>" + b"<div>" * 200_000 + b"x"


def html_with_wide_cells() -> bytes:
    return b"<html><table>" + b"<tr><td colspan=1000000000 rowspan=1000000000>x" * 1000


def text_of_one_line() -> bytes:
    return ("组织名称：" * (2 * MIB)).encode()


def program() -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\x00\x00" + bytes(200)


ARCHIVES: tuple[Callable[[], bytes], ...] = (
    *(flat_bomb, many_small_bombs, nested_bomb, overlapping, lying_sizes, traversal, symlinks, tar_links, gzip_bomb, seven_zip_bomb),
)
DOCUMENTS: tuple[Callable[[], bytes], ...] = (
    *(docx_of_laughs, docx_of_spaces, docx_nested_deeply, docx_with_wide_cells, xlsx_of_laughs, xlsx_with_far_cells, xlsx_with_many_merges),
    *(pptx_of_laughs, ole_of_nothing, rtf_nested_deeply, pdf_flate_bomb, pdf_double_flate_bomb, pdf_that_is_its_own_page),
    *(pdf_of_a_million_pages, pdf_of_a_huge_page, pdf_nested_deeply, png_of_900_megapixels, png_of_text_bombs, tiff_in_a_circle),
    *(html_nested_deeply, html_with_wide_cells, text_of_one_line, program),
)
LETTERS: tuple[Callable[[], bytes], ...] = (
    *(letter_nested_deeply, letter_of_broken_fields, letter_of_nested_comments, letter_of_many_parts, letter_with_winmail_bomb),
)
