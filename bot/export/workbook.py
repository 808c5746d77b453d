"""Writing .xlsx sheets that people open: strings stay strings, foreign text can't become a formula, tables print well."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate, count
from typing import Any

Value = str | int | float | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,14})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,11})(\.\d{1,6})?")
_MOST = 32_767
"""Characters that a cell can hold."""
_FACE = "宋体"
_LINE = 16.5
"""Points that a line of 11-point text takes, whatever face stands in for the named one."""
_PAGE = 190
"""Column widths that go on a landscape page and can still be read."""


def safe_text(text: str) -> str:
    """A text as a cell may hold it: a quote before what a spreadsheet would take for a formula, no control characters."""
    text = _ILLEGAL.sub("", text)[: _MOST - 1]
    return "'" + text if text.startswith(_FORMULA) else text


def number_of(text: str) -> Value:
    """The number a plain text is (12, 98.5), or the text itself: leading zeros, units and blanks are left as written."""
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def row_height(values: Sequence[Value], widths: Sequence[int]) -> float:
    """The height in points at which every wrapped text of a row shows; programs don't all find it by themselves."""
    lines = 1
    for value, width in zip(values, widths, strict=False):
        if isinstance(value, str):
            lines = max(lines, sum(max(1, math.ceil(_units(line) / max(1, width - 1))) for line in value.split("\n")))
    return min(lines * _LINE + 3, 409)


def _units(text: str) -> int:
    """A text's breadth in widths of a digit; an ideograph takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


class _Style:
    """What a sheet's cells are written in."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Border, Font, Side

        thin = Side(style="thin", color="808080")
        self.border = Border(left=thin, right=thin, top=thin, bottom=thin)
        self.middle, self.left = Alignment(wrap_text=True, vertical="center"), Alignment(vertical="center")
        self.centre = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self.plain, self.bold, self.heading = Font(_FACE, size=11), Font(_FACE, size=11, bold=True), Font(_FACE, bold=True, size=16)


def _print_on(sheet: Any, pages: int, *, landscape: bool) -> None:
    """So many A4 pages side by side, the first column on each."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    sheet.print_title_cols = "A:A" if pages > 1 else None
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


class Workbook:
    """A workbook in the making. `sheet` adds a sheet; `data` gives the file's bytes."""

    def __init__(self) -> None:
        from openpyxl import Workbook as Book

        self._book: Any = Book()
        self._book.remove(self._book.active)
        self._names: set[str] = set()

    def sheet(
        self,
        name: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[Value]],
        *,
        widths: Sequence[int] = (),
        title: str = "",
        lines: Sequence[str] = (),
        foot: Sequence[str] = (),
        landscape: bool = True,
        freeze: bool = True,
        least: float = 0,
    ) -> Any:
        """A table with its heading row; title and lines above it, `foot` below; rows at least so many points high.

        Returns openpyxl's sheet.
        """
        from openpyxl.utils import get_column_letter

        sheet = self._book.create_sheet(self._free_name(name))
        style = _Style()
        breadth = [widths[column] if column < len(widths) else 16 for column in range(len(heads))]
        pages = math.ceil(sum(breadth) / _PAGE)
        first = sum(total <= sum(breadth) / pages for total in accumulate(breadth))  # columns of the first page
        above = [(line, style.plain, style.left, _LINE + 3.0) for line in lines if line]
        if title:
            above.insert(0, (title, style.heading, style.centre, 2.0 * _LINE))
        numbers = count(1)
        for line, font, place, height in above:
            self._line(sheet, next(numbers), line, first, height, font, place)
        at = next(numbers)
        self._row(sheet, at, heads, style.bold, style.centre, style)
        for column, width in enumerate(breadth, 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.row_dimensions[at].height = row_height(heads, breadth)
        if freeze:
            sheet.freeze_panes = sheet.cell(at + 1, 1)
        sheet.print_title_rows = f"{at}:{at}"
        for row in rows:
            at = next(numbers)
            self._row(sheet, at, row, style.plain, style.middle, style)
            sheet.row_dimensions[at].height = max(least, row_height(row, breadth))
        for line in foot:
            self._line(sheet, next(numbers), line, first, 2 * _LINE, style.plain)
        _print_on(sheet, pages, landscape=landscape)
        return sheet

    def data(self) -> bytes:
        """The file."""
        if not self._book.worksheets:
            self.sheet("空", ["没有数据"], [])
        out = io.BytesIO()
        self._book.save(out)
        return out.getvalue()

    def _line(self, sheet: Any, at: int, text: str, columns: int, height: float, font: Any, place: Any = None) -> None:
        """A line above or below the table, as wide as the first page's columns."""
        self._put(sheet, at, 1, text)
        cell = sheet.cell(at, 1)
        cell.font = font
        if place is not None:
            cell.alignment = place
        sheet.row_dimensions[at].height = height
        if columns > 1:
            sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=columns)

    def _row(self, sheet: Any, at: int, values: Sequence[Value], font: Any, place: Any, style: _Style) -> None:
        for column, value in enumerate(values, 1):
            self._put(sheet, at, column, value)
            cell = sheet.cell(at, column)
            cell.font, cell.alignment, cell.border = font, style.centre if column == 1 else place, style.border

    def _put(self, sheet: Any, row: int, column: int, value: Value) -> None:
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            cell.value = safe_text(value)
            cell.data_type = "s"  # a string whatever it looks like; openpyxl would take "=1+1" for a formula
            cell.number_format = "@"
        else:
            cell.value = value

    def _free_name(self, name: str) -> str:
        clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'")[:31] or "表"
        free, n = clean, 1
        while free.casefold() in self._names:
            n += 1
            free = f"{clean[: 31 - len(str(n)) - 1]}~{n}"
        self._names.add(free.casefold())
        return free
