"""What a file really is, whatever it is called; and that every format ends with its reader or a named reason."""

from __future__ import annotations

import bz2
import gzip
import io

import pytest

from parsers.formats import CONVERTED, READERS, read_many
from parsers.limits import Limits
from parsers.magic import identify
from parsers.values import Content, Grid, Paragraph, Reason, Refusal
from tests.hostile import mails, office, ole, rars, zips

DOC, XLS = ole.word(), ole.workbook()
PPT = ole.compound({"PowerPoint Document": b"", "Current User": b""})

CASES: list[tuple[str, str, bytes, str]] = [
    ("docx", "a.docx", office.package("docx"), "docx"),
    ("docx-named-doc", "a.doc", office.package("docx"), "docx"),
    ("docx-named-zip", "a.zip", office.package("docx"), "docx"),
    ("docx-without-name", "", office.package("docx"), "docx"),
    ("docx-cut-off", "a.docx", office.package("docx")[:-120], "docx"),
    ("docm", "a.docm", office.package("docx", {"word/vbaProject.bin": b"x"}), "docx"),
    ("xlsx", "a.xls", office.package("xlsx"), "xlsx"),
    ("pptx", "a.ppt", office.package("pptx"), "pptx"),
    ("xlsb", "a.xlsb", zips.simple_zip({"[Content_Types].xml": office.TYPES, "xl/workbook.bin": b"x"}), "xlsb"),
    ("doc", "a.doc", DOC, "doc"),
    ("doc-named-docx", "a.docx", DOC, "doc"),
    ("wps", "a.wps", DOC, "wps"),
    ("xls", "a.xls", XLS, "xls"),
    ("xls-named-pdf", "a.pdf", XLS, "xls"),
    ("et", "a.et", XLS, "et"),
    ("ppt", "a.ppt", PPT, "ppt"),
    ("dps", "a.dps", PPT, "dps"),
    ("works", "a.wps", ole.compound({"MatOST": b"", "MN0": b""}), "works"),
    ("works-contents", "a.wps", ole.compound({"CONTENTS": b"CHNKWKS", "CompObj": b""}), "works"),
    ("outlook", "a.msg", ole.compound({"__properties_version1.0": b"", "__substg1.0_0037001F": b""}), "msg"),
    ("locked-docx", "a.docx", ole.compound({"EncryptedPackage": b"", "EncryptionInfo": b""}), "docx"),
    ("ole-cut-off", "a.doc", DOC[:600], "doc"),
    ("rtf", "a.doc", b"{\\rtf1\\ansi hello}", "rtf"),
    ("odt", "a.odt", zips.raw_zip([(b"mimetype", b"application/vnd.oasis.opendocument.text"), (b"content.xml", b"<x/>")], method=0), "odt"),
    ("ods", "a.ods", zips.raw_zip([(b"mimetype", b"application/vnd.oasis.opendocument.spreadsheet")], method=0), "ods"),
    ("ofd", "a.ofd", zips.simple_zip({"OFD.xml": b"<ofd/>"}), "ofd"),
    ("pdf", "a.docx", office.pdf(), "pdf"),
    ("pdf-after-junk", "a.pdf", b"\r\n\xef\xbb\xbf junk " + office.pdf(), "pdf"),
    ("jpg", "a.png", b"\xff\xd8\xff\xe1" + bytes(40), "jpg"),
    ("png", "a.jpg", office.png(10, 10), "png"),
    ("gif", "a.gif", b"GIF89a" + bytes(20), "gif"),
    ("tiff", "a.tif", b"II*\x00" + bytes(20), "tiff"),
    ("bmp", "a.bmp", b"BM" + bytes(12) + b"\x28\x00\x00\x00" + bytes(40), "bmp"),
    ("webp", "a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(20), "webp"),
    ("heic", "IMG_0001.HEIC", b"\x00\x00\x00\x18ftypheic" + bytes(20), "heic"),
    ("video", "a.jpg", b"\x00\x00\x00\x18ftypisom" + bytes(20), "video"),
    ("zip", "a.rar", zips.simple_zip({"a.txt": b"x"}), "zip"),
    ("rar4", "a.zip", rars.rar4([(b"a", b"x")]), "rar"),
    ("rar5", "a.zip", rars.rar5([("a", b"x")]), "rar"),
    ("7z", "a.zip", b"7z\xbc\xaf\x27\x1c" + bytes(30), "7z"),
    ("gz", "a.tgz", gzip.compress(b"x"), "gz"),
    ("bz2", "a", bz2.compress(b"x" * 50), "bz2"),
    ("tar", "a.zip", zips.tar_of({"a": b"x"}), "tar"),
    ("exe", "申报表.docx", b"MZ\x90\x00" + bytes(60), "exe"),
    ("exe-named-pdf", "盖章.pdf", b"MZ\x90\x00" + bytes(60), "exe"),
    ("elf", "a.pdf", b"\x7fELF" + bytes(60), "exe"),
    ("lnk", "申报表.docx.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60), "lnk"),
    ("bat", "申报表.bat", b"@echo off\r\ndel *.*", "script"),
    ("js", "申报表.js", b"var a = 1;", "script"),
    ("vbs", "a.vbs", b'CreateObject("WScript.Shell")', "script"),
    ("scr", "a.scr", b"\x00\x01binary", "exe"),
    ("shebang", "a.txt", b"#!/bin/sh\nrm -rf x", "script"),
    ("jar", "a.docx", zips.simple_zip({"META-INF/MANIFEST.MF": b"x", "A.class": b"x"}), "jar"),
    ("txt-gbk", "说明.txt", "申报说明：材料见附件。".encode("gbk"), "txt"),
    ("txt-utf16", "说明.txt", "申报说明".encode("utf-16"), "txt"),
    ("txt-that-begins-MZ", "a.txt", b"MZ is a text", "txt"),
    ("csv", "汇总.csv", "序号,单位\n1,甲".encode("gbk"), "csv"),
    ("html", "a.html", b"<!DOCTYPE html><html><body>x</body></html>", "html"),
    ("html-named-xls", "汇总表.xls", "<html><table><tr><td>甲</td></tr></table></html>".encode("gbk"), "html"),
    ("word-xml", "a.doc", b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>', "doc"),
    ("mht", "a.doc", b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x", "mht"),
    ("eml", "转发.eml", mails.mail(mails.text("x")), "eml"),
    ("empty", "a.docx", b"", "empty"),
    ("blank", "a.docx", b"\x00" * 4096, "empty"),
    ("unknown", "a.docx", bytes(range(1, 200)), "unknown"),
]


@pytest.mark.parametrize(("name", "data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_identify(name: str, data: bytes, expected: str) -> None:
    assert identify(name, data) == expected


def test_every_reader_can_be_imported() -> None:
    import importlib

    assert {"docx", "xlsx", "pdf"} <= set(READERS)
    assert {"doc", "ppt"} <= set(CONVERTED)
    for target in {*READERS.values()}:
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
    assert set(CONVERTED.values()) <= set(READERS)


def read(name: str, data: bytes) -> Content | Refusal:
    return read_many([(name, data)], Limits())[0]


def test_readings_come_in_the_order_of_the_files() -> None:
    files = [
        ("a.txt", "一".encode()),
        ("b.exe", b"MZ" + bytes(9)),
        ("c.docx", b""),
        ("d.csv", "二,三".encode("gbk")),
        ("e.ofd", zips.simple_zip({"OFD.xml": b"x"})),
    ]
    readings = read_many(files, Limits())
    assert [reading.format if isinstance(reading, Content) else reading.reason.value for reading in readings] == [
        "txt",
        "unsafe",
        "empty",
        "csv",
        "unsupported",
    ]


def test_a_harmless_mismatch_is_only_a_note() -> None:
    reading = read("说明.doc", "申报说明".encode())
    assert isinstance(reading, Content)
    assert [(note.code, note.detail) for note in reading.notes] == [("extension-mismatch", "txt named .doc")]


def test_text_that_bears_the_name_of_a_packed_file_is_what_is_left_of_one() -> None:
    for name in ("申报表.docx", "汇总表.xlsx", "扫描件.pdf", "照片.JPG"):
        reading = read(name, b"hello world")
        assert isinstance(reading, Refusal)
        assert reading.reason is Reason.UNREADABLE


def test_text_in_any_charset() -> None:
    for charset in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"):
        reading = read("a.txt", "联系人：李四\r\n\r\n电话：138".encode(charset))
        assert isinstance(reading, Content)
        assert reading.blocks == (Paragraph("联系人：李四"), Paragraph("电话：138"))


def test_html_tables_become_grids_in_their_place() -> None:
    rows = "<tr><th colspan=2>单位</th></tr><tr><td rowspan=2>甲</td><td>一班</td></tr><tr><td>二班</td></tr>"
    html = f"<html><p>申报汇总表</p><table>{rows}</table><p>完</p></html>"
    reading = read("a.xls", html.encode("gbk"))
    assert isinstance(reading, Content)
    before, grid, after = reading.blocks
    assert (before, after) == (Paragraph("申报汇总表"), Paragraph("完"))
    assert isinstance(grid, Grid)
    assert [(cell.row, cell.column, cell.text, cell.rowspan, cell.colspan) for cell in grid.cells] == [
        (0, 0, "单位", 1, 2),
        (1, 0, "甲", 2, 1),
        (1, 1, "一班", 1, 1),
        (2, 1, "二班", 1, 1),
    ]


def test_csv_with_a_quote_that_never_closes() -> None:
    reading = read("a.csv", b'1,"' + b"x" * 300_000)
    assert isinstance(reading, Refusal)
    assert reading.reason is Reason.UNREADABLE


def test_a_saved_mail_reads_as_its_text() -> None:
    reading = read("转发.eml", mails.mail(mails.text("请查收")))
    assert isinstance(reading, Content)
    assert "请查收" in reading.text()


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.pdf", "a.png", "a.jpg"])
def test_a_cut_off_file_is_unreadable_and_no_reader_raises(name: str) -> None:
    kind = name.split(".")[1]
    whole = {
        "pdf": b"%PDF-1.7\n1 0 obj\n<</Type/Catalog",
        "png": office.png(10, 10)[:30],
        "jpg": b"\xff\xd8\xff\xe0" + bytes(10),
    }.get(kind) or office.package(kind)[:-150]
    reading = read(name, whole)
    assert isinstance(reading, Refusal)
    assert reading.reason is Reason.UNREADABLE


def test_a_reader_that_fails_costs_only_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes) -> Content:
        raise IndexError("inside a library")

    monkeypatch.setattr("parsers.documents.plain.read_csv", fail)
    readings = read_many([("a.csv", b"1,2"), ("b.txt", b"x")], Limits())
    assert isinstance(readings[0], Refusal)
    assert (readings[0].reason, "IndexError" in readings[0].detail) == (Reason.UNREADABLE, True)
    assert isinstance(readings[1], Content)


def test_a_broken_converter_costs_only_old_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(files: object) -> list[object]:
        raise OSError("no soffice")

    monkeypatch.setattr("parsers.documents.legacy.convert_many", fail)
    readings = read_many([("a.doc", DOC), ("b.txt", b"x")], Limits())
    assert isinstance(readings[0], Refusal)
    assert readings[0].reason is Reason.CRASHED
    assert isinstance(readings[1], Content)


def test_conversion_keeps_the_original_format(monkeypatch: pytest.MonkeyPatch) -> None:
    import docx

    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("申报表")
    document.save(out)
    monkeypatch.setattr("parsers.documents.legacy.convert_many", lambda files: [("docx", out.getvalue()) for _ in files])
    reading = read("a.docx", DOC)
    assert isinstance(reading, Content)
    assert (reading.format, reading.text()) == ("doc", "申报表")
    assert "extension-mismatch" in [note.code for note in reading.notes]


@pytest.mark.parametrize(("password", "readable"), [("VelvetSweatshop", True), ("secret", False)])
def test_excels_own_password_is_no_lock(password: str, readable: bool) -> None:
    import openpyxl
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, locked = io.BytesIO(), io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "申报汇总表"
    workbook.save(plain)
    OOXMLFile(plain).encrypt(password, locked)
    reading = read("汇总表.xlsx", locked.getvalue())
    if readable:
        assert isinstance(reading, Content)
        assert reading.text() == "申报汇总表"
        assert "default-password" in [note.code for note in reading.notes]
    else:
        assert isinstance(reading, Refusal)
        assert reading.reason is Reason.ENCRYPTED
