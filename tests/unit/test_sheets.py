"""Sheets come with every digit that a person sees."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from parsers.documents.sheets import MAX_CELLS, read_xls, read_xlsx
from parsers.values import Cell, Content, Grid, Note, Reason, Refusal
from tests.office import package


def xlsx(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def one(value: object, number_format: str = "General") -> bytes:
    def fill(book: Any) -> None:
        book.active["B2"].value = value
        book.active["B2"].number_format = number_format

    return xlsx(fill)


VALUES: list[tuple[object, str, str]] = [
    ("甲公司", "General", "甲公司"),
    ("甲\n乙", "General", "甲\n乙"),
    ("'=1+1", "@", "'=1+1"),
    (18845126358, "General", "18845126358"),
    (18845126358.0, "0", "18845126358"),
    (13812345678, "0.00E+00", "13812345678"),
    (26.9, "General", "26.9"),
    (0.1 + 0.2, "General", "0.3"),
    (98.0, "0.00", "98"),
    (-3, "General", "-3"),
    (0.98, "0%", "98%"),
    (0.986, "0.00%", "98.60%"),
    (0.9865, "0%", "98.65%"),
    (1, "0%", "100%"),
    (12300, "000000", "012300"),
    (210000, "000000", "210000"),
    (date(2025, 6, 30), "yyyy-mm-dd", "2025-06-30"),
    (datetime(2025, 6, 30, 17, 0), "yyyy-mm-dd hh:mm", "2025-06-30 17:00"),
    (time(9, 30), "hh:mm", "09:30"),
    (True, "General", "TRUE"),
]


@pytest.mark.parametrize(("value", "number_format", "text"), VALUES, ids=[f"{v!r} as {f}" for v, f, _ in VALUES])
def test_values(value: object, number_format: str, text: str) -> None:
    content = read_xlsx(one(value, number_format))
    assert isinstance(content, Content), content
    assert content.blocks == (Grid((Cell(1, 1, text),), "Sheet"),)
    assert content.notes == ()


@pytest.mark.parametrize(
    ("value", "noted"), [(913201234567890123, True), (10**15, True), (999_999_999_999_999, False), ("913201234567890123", False)]
)
@pytest.mark.parametrize("number_format", ["General", "0%"])
def test_numbers_that_lost_digits_are_noted(value: object, noted: bool, number_format: str) -> None:
    content = read_xlsx(one(value, number_format))
    assert isinstance(content, Content)
    assert content.notes == ((Note("number-lost-digits", "Sheet!B2"),) if noted else ())


def test_merged_cells_hidden_sheets_and_gaps() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.title = "汇总表"
        sheet["A1"] = "申报汇总表"
        sheet.merge_cells("A1:F1")
        sheet["A3"] = "序号"
        sheet["C3"] = "组织名称"
        sheet.merge_cells("A3:A4")
        hidden = book.create_sheet("隐藏")
        hidden["A1"] = "在"
        hidden.sheet_state = "hidden"
        book.create_sheet("空")

    content = read_xlsx(xlsx(fill))
    assert isinstance(content, Content)
    assert content.blocks == (
        Grid((Cell(0, 0, "申报汇总表", 1, 6), Cell(2, 0, "序号", 2, 1), Cell(2, 2, "组织名称")), "汇总表"),
        Grid((Cell(0, 0, "在"),), "隐藏"),
        Grid((), "空"),
    )


def test_both_libraries_see_the_same() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        for row in (("序号", "组织名称", "手机"), (1, "甲公司", 18845126358), (2, "乙公司", "13800000001")):
            sheet.append(row)
        sheet["A5"] = "合计"
        sheet.merge_cells("A5:B5")
        sheet["C5"] = datetime(2025, 6, 30)

    def styled(book: Any) -> None:
        fill(book)
        book.active["Z9"].number_format = "0%"

    assert read_xlsx(xlsx(fill)) == read_xlsx(xlsx(styled))


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_dimension_that_claims_the_whole_sheet_and_a_failed_formula() -> None:
    parts = parts_of(one("甲"))
    name = "xl/worksheets/sheet1.xml"
    parts[name], claims = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', parts[name])
    assert claims == 1
    failed = b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    content = read_xlsx(package({**parts, name: parts[name].replace(b"</row>", failed)}))
    assert isinstance(content, Content)
    assert content.blocks == (Grid((Cell(1, 1, "甲"),), "Sheet"),)


def test_strict_open_xml() -> None:
    strict = {
        name: part.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        for name, part in parts_of(one("甲")).items()
    }
    assert read_xlsx(package(strict)) == read_xlsx(one("甲"))


def test_stored_results_of_formulas() -> None:
    parts = parts_of(one("=1+1"))
    name = "xl/worksheets/sheet1.xml"
    assert b"<f>1+1</f>" in parts[name]
    parts[name] = parts[name].replace(b"<v></v>", b"<v>2</v>").replace(b"<v/>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    content = read_xlsx(package(parts))
    assert isinstance(content, Content)
    assert content.text() == "2"


def test_a_sheet_without_end_is_cut() -> None:
    def fill(book: Any) -> None:
        for _ in range(MAX_CELLS // 100 + 5):
            book.active.append(["x"] * 100)

    content = read_xlsx(xlsx(fill))
    assert isinstance(content, Content)
    assert content.notes == (Note("cells-cut", "Sheet"),)
    assert isinstance(grid := content.blocks[0], Grid)
    assert len(grid.cells) == MAX_CELLS


def test_a_stray_value_at_the_far_corner_costs_nothing() -> None:
    def fill(book: Any) -> None:
        book.active["A1"] = "甲"
        book.active["XFD1048576"] = "乙"

    content = read_xlsx(xlsx(fill))
    assert isinstance(content, Content)
    assert content.blocks == (Grid((Cell(0, 0, "甲"), Cell(1048575, 16383, "乙")), "Sheet"),)


GOOD = one("甲")
BOMB = '<!DOCTYPE a [<!ENTITY b "c">]><sst>&b;</sst>'
BAD = [
    ("empty", b"", Reason.UNREADABLE),
    ("text", b"a,b,c", Reason.UNREADABLE),
    ("truncated", GOOD[: len(GOOD) // 2], Reason.UNREADABLE),
    ("a Word document", package({"word/document.xml": "<a/>"}), Reason.UNREADABLE),
    ("a workbook of nothing", package({"xl/workbook.xml": "<workbook/>"}), Reason.UNREADABLE),
    ("entities", package({"xl/workbook.xml": "<workbook/>", "xl/sharedStrings.xml": BOMB}), Reason.UNSAFE),
    ("entities in UTF-16", package({"xl/workbook.xml": "<workbook/>", "xl/styles.xml": BOMB.encode("utf-16")}), Reason.UNSAFE),
    ("a part of 70 MB", package({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": b" " * (70 << 20)}), Reason.UNSAFE),
]  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_workbooks_are_refused(data: bytes, reason: Reason) -> None:
    refusal = read_xlsx(data)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason == reason


@pytest.mark.parametrize("data", [b"", b"text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_bad_old_workbooks_are_refused(data: bytes) -> None:
    refusal = read_xls(data)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason == Reason.UNREADABLE


def test_one_library_stands_in_for_the_other() -> None:
    parts = parts_of(one(0.98, "0%"))
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"<fonts", b"<fonts><font><sz val='x'/></font></fonts><fonts", 1)
    content = read_xlsx(package(parts))
    assert isinstance(content, Content), content
    assert content.text() == "0.98"
    assert [note.code for note in content.notes] == ["salvaged"]


def test_an_old_workbook_whose_sectors_run_in_a_circle() -> None:
    """Following the small streams' table, a reader without care fills the memory."""
    import struct

    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 2, 1, end, 0)
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, 2, *[free] * 125)
    root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", 22, 5, 1, free, free, free, end, 0)
    refusal = read_xls(header + table + root.ljust(512, b"\0") + bytes(512))
    assert refusal == Refusal(Reason.UNREADABLE, "a chain of sectors runs in a circle")
