"""Spreadsheets (.xlsx, .xls): a Grid a sheet, hidden sheets included, numbers as the digits a person sees.

calamine reads values and merged cells in a tenth of openpyxl's time but knows no number formats, and with them loses 98%
(stored as 0.98) and 012300 (stored as 12300). So a workbook with such formats goes to openpyxl; each stands in where the
other fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from parsers.documents.ooxml import Package, PackageError
from parsers.values import Cell, Content, Grid, Note, Reading, Reason, Refusal

MAX_CELLS = 200_000
"""Cells read of a workbook. A summary of 1,000 teams has 30,000."""

_FORMAT_MATTERS = re.compile(rb'formatCode="(?:[^"]*%|0{2,}(?![.0])[^"]*)|<xf [^>]*numFmtId="(?:9|10)"')
_PERCENT = re.compile(r"(0(?:\.(0+))?)\s*\\?%")
_PADDED = re.compile(r"0{2,}")
_ROW = re.compile(rb'<row [^>]*?\br="(\d{1,9})"')
_FAR_COLUMN = re.compile(rb'<c [^>]*?r="[A-Z]{3}\d')
_DENSE_ROWS = 50_000
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DIGITS = 15
"""Excel keeps 15 significant digits of a number: any that follow are zeros that nobody typed."""


def read_xlsx(data: bytes) -> Reading:
    """The sheets of an .xlsx: Grids with their names, formulas as their stored results, dates as YYYY-MM-DD.

    Only cells with text stand in the Grids (and merged cells with their spans), at their own row and column. A code of more
    than 15 digits stored as a number adds Note("number-lost-digits", "sheet!B7"). Refusals: UNREADABLE, ENCRYPTED, UNSAFE.
    """
    try:
        package = Package(data)
        package.main_part("xl/workbook.xml")
        for name in package.names():
            if name.startswith("xl/") and name.endswith(".xml") and name.count("/") <= 2:
                package.check(name)
        styled = "xl/styles.xml" in package and _FORMAT_MATTERS.search(package.part("xl/styles.xml")) is not None
        styled = styled or any(_sparse(package.part(name)) for name in package.names() if name.startswith("xl/worksheets/sheet"))
    except PackageError as error:
        return error.refusal
    readers = (_by_openpyxl, _by_calamine) if styled else (_by_calamine, _by_openpyxl)
    return _first(readers, data, "xlsx")


def read_xls(data: bytes) -> Reading:
    """The sheets of an .xls (BIFF), as `read_xlsx` gives them; number formats other than dates are not known."""
    damage = _damaged_container(data)
    return Refusal(Reason.UNREADABLE, damage) if damage else _first((_by_calamine,), data, "xls")


def _damaged_container(data: bytes) -> str:
    """What is wrong with an OLE2 file's chains of sectors, "" for nothing: calamine follows a chain that runs in a circle
    until the memory is full."""
    import olefile

    try:
        ole = olefile.OleFileIO(BytesIO(data))
        small = ole.loadminifat() or ole.minifat
    except Exception as error:  # OleFileError, OSError ("not an OLE2 structured storage file"), IndexError, struct.error over rubbish
        return f"{type(error).__name__}: {error}"
    streams = [entry for entry in ole.direntries if entry is not None]
    cutoff = ole.minisectorcutoff
    large = [entry.isectStart for entry in streams if entry.size >= cutoff or entry is ole.root]
    for table, starts in (
        (ole.fat, [ole.first_dir_sector, ole.first_mini_fat_sector, *large]),
        (small, [entry.isectStart for entry in streams if entry.size < cutoff and entry is not ole.root]),
    ):
        if any(_runs_in_circle(table or (), start) for start in starts):
            return "a chain of sectors runs in a circle"
    return ""


def _runs_in_circle(table: Sequence[int], sector: int) -> bool:
    for _ in range(len(table) + 1):
        if not 0 <= sector < len(table):
            return False
        sector = table[sector]
    return True


def _sparse(sheet: bytes) -> bool:
    """Whether a value stands so far out that calamine, which holds a sheet as one full rectangle, would need gigabytes."""
    row = _ROW.match(sheet, max(0, sheet.rfind(b"<row ", 0, max(sheet.rfind(b"<v"), sheet.rfind(b"<t>")))))
    return (row is not None and int(row[1]) > _DENSE_ROWS) or _FAR_COLUMN.search(sheet) is not None


def _first(readers: Iterable[Any], data: bytes, format: str) -> Reading:
    failures: list[str] = []
    for reader in readers:
        try:
            grids, notes = reader(data)
        except BaseException as error:
            # Whatever a damaged workbook makes these libraries raise: calamine ZipError, XmlError, CfbError, and Rust panics,
            # which are no Exceptions; openpyxl KeyError (a missing part), TypeError and ValueError (styles by other programs).
            if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
                raise
            failures.append(f"{type(error).__name__}: {error}")
            continue
        if failures:
            notes.append(Note("salvaged", failures[-1][:200]))
        return Content(format, tuple(grids), notes=tuple(notes))
    detail = "; ".join(failures)
    return Refusal(Reason.ENCRYPTED if "assword" in detail or "ncrypt" in detail else Reason.UNREADABLE, detail[:300])


def _by_calamine(data: bytes) -> tuple[list[Grid], list[Note]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    book = CalamineWorkbook.from_filelike(BytesIO(data))
    builder = _Builder()
    for meta in book.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        start = sheet.start or (0, 0)
        merges = {(a[0], a[1]): (b[0] - a[0] + 1, b[1] - a[1] + 1) for a, b in sheet.merged_cell_ranges or ()}
        values = (  # iter_rows begins at the sheet's first row, but at the first column that has anything
            (r, start[1] + c, value, "")
            for r, row in enumerate(sheet.iter_rows())
            for c, value in enumerate(row)
            if value not in ("", None)
        )
        builder.add(meta.name, values, merges)
    return builder.grids, builder.notes


def _by_openpyxl(data: bytes) -> tuple[list[Grid], list[Note]]:
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Data Validation extension is not supported", and the like: nothing that we read
        book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    builder = _Builder()
    for sheet in book.worksheets:
        merges = {(r.min_row - 1, r.min_col - 1): (r.max_row - r.min_row + 1, r.max_col - r.min_col + 1) for r in sheet.merged_cells.ranges}
        cells = sorted(sheet._cells.items())
        values = ((row - 1, column - 1, cell.value, cell.number_format) for (row, column), cell in cells if cell.value is not None)
        builder.add(sheet.title, values, merges)
    return builder.grids, builder.notes


class _Builder:
    """Grids as they grow, with what was noticed; stops at MAX_CELLS."""

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self.notes: list[Note] = []
        self._left = MAX_CELLS

    def add(self, name: str, values: Iterator[tuple[int, int, Any, str]], merges: dict[tuple[int, int], tuple[int, int]]) -> None:
        cells: list[Cell] = []
        for row, column, value, form in values:
            if self._left == 0:
                self.notes.append(Note("cells-cut", name))
                break
            self._left -= 1
            text = _text(value, form)
            if not text.strip():
                continue
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**_DIGITS and float(value).is_integer():
                self.notes.append(Note("number-lost-digits", f"{name}!{_address(row, column)}"))
            rows, columns = merges.get((row, column), (1, 1))
            cells.append(Cell(row, column, text, rows, columns))
        self.grids.append(Grid(tuple(cells), name))


def _text(value: Any, form: str) -> str:
    """A cell's value as a person reads it."""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, form)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _number(value: float, form: str) -> str:
    plain = _QUOTED.sub("", form.split(";")[0])
    if match := _PERCENT.search(plain):
        places = len(match[2] or "")
        exact = f"{value * 100:.10f}".rstrip("0").rstrip(".")
        shown = f"{value * 100:.{places}f}"
        return (shown if len(shown) >= len(exact) else exact) + "%"
    whole = value == int(value) if abs(value) < 1e300 else True
    if whole:
        digits = str(int(value))
        return digits.zfill(len(plain)) if _PADDED.fullmatch(plain) else digits
    return repr(round(value, 12))


def _address(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
