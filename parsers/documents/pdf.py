"""PDFs: the tables and paragraphs of the pages that have text; the others come back as scanned, for OCR.

pypdfium2 decides which is which in a millisecond a page and opens what is slightly broken; pdfplumber finds the tables.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from parsers.values import Block, Cell, Content, Grid, Note, Page, Paragraph, Reading, Reason, Refusal

MAX_PAGES = 200
MAX_OBJECTS = 20_000
"""Drawing objects of a page beyond which no tables are looked for: a CAD drawing, not a form."""

_MM = 25.4 / 72
_ENOUGH = 40
"""Characters that make a page of text although a picture covers it; scanner apps print a line of their own on each page."""


def read_pdf(data: bytes) -> Reading:
    """Pages with their size in mm: tables as Grids, other text as Paragraphs, top to bottom; nothing stands twice.

    A page of pictures or curves without usable text has `scanned` set and no blocks (a text layer that a scanner's own OCR
    put invisibly under its picture is not used). Opens files whose user password is empty. Notes: pages-cut,
    tables-unread (pdfplumber failed, lines are pdfium's). Refusals: ENCRYPTED, UNREADABLE, EMPTY (no pages).
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:  # "Incorrect password", "Data format error", "Unsupported security scheme"
        text = str(error)
        encrypted = "assword" in text or "ecurity" in text
        return Refusal(Reason.ENCRYPTED if encrypted else Reason.UNREADABLE, text)
    try:
        return _read(data, document)
    finally:
        document.close()


def _read(data: bytes, document: Any) -> Reading:
    import pypdfium2 as pdfium

    count = len(document)
    if count == 0:
        return Refusal(Reason.EMPTY, "no pages")
    notes: list[Note] = []
    if count > MAX_PAGES:
        notes.append(Note("pages-cut", str(count)))
    gates: list[_Gate] = []
    for index in range(min(count, MAX_PAGES)):
        try:
            page = document[index]
            gates.append(_gate(page))
            page.close()
        except pdfium.PdfiumError as error:  # a page object that is missing or damaged
            gates.append(_Gate(0.0, 0.0, "", scanned=False, objects=0))
            notes.append(Note("page-unreadable", f"{index + 1}: {error}"))
    texts = [index for index, gate in enumerate(gates) if gate.text.strip() and not gate.scanned]
    found = _plumb(data, texts, gates, notes) if texts else {}
    pages = tuple(Page(i + 1, found.get(i, ()), gate.width, gate.height, gate.scanned) for i, gate in enumerate(gates))
    return Content("pdf", tuple(block for page in pages for block in page.blocks), pages, tuple(notes))


class _Gate:
    """What pdfium says of a page."""

    __slots__ = ("height", "objects", "scanned", "text", "width")

    def __init__(self, width: float, height: float, text: str, *, scanned: bool, objects: int) -> None:
        self.width, self.height, self.text, self.scanned, self.objects = width, height, text, scanned, objects


def _gate(page: Any) -> _Gate:
    import pypdfium2.raw as raw

    width, height = page.get_size()
    textpage = page.get_textpage()
    text: str = textpage.get_text_range()
    textpage.close()
    covered, visible, objects = 0.0, False, 0
    for item in page.get_objects(max_depth=3):
        objects += 1
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            covered = max(covered, (min(right, width) - max(left, 0)) * (min(top, height) - max(bottom, 0)) / (width * height or 1))
        elif item.type == raw.FPDF_PAGEOBJ_TEXT and not visible:
            visible = raw.FPDFTextObj_GetTextRenderMode(item.raw) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
        if objects > MAX_OBJECTS:
            break
    letters = usable(text)
    if not letters:
        scanned = objects > 0
    else:
        scanned = (covered > 0.5 and (not visible or letters < _ENOUGH)) or letters < 0.7 * sum(not c.isspace() for c in text)
    return _Gate(round(width * _MM, 1), round(height * _MM, 1), text, scanned=scanned, objects=objects)


def usable(text: str) -> int:
    """How many characters can be read: no blanks, replacement or private-use characters, which fonts without a map leave."""
    return sum(not c.isspace() and c != "\ufffd" and unicodedata.category(c) not in ("Co", "Cc", "Cn", "Cs") for c in text)


def _plumb(data: bytes, indexes: Sequence[int], gates: list[_Gate], notes: list[Note]) -> dict[int, tuple[Block, ...]]:
    import logging

    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of each odd colour space
    found: dict[int, tuple[Block, ...]] = {}
    try:
        with pdfplumber.open(BytesIO(data), password="") as document:
            for index in indexes:
                page = document.pages[index]
                found[index] = tuple(_blocks(page, tables=gates[index].objects <= MAX_OBJECTS))
                page.close()
    except Exception as error:
        # pdfminer raises anything over damaged files that pdfium mends: PDFSyntaxError, PSEOF, KeyError, TypeError,
        # AttributeError, RecursionError; and for ciphers it does not know PDFEncryptionError.
        notes.append(Note("tables-unread", f"{type(error).__name__}: {error}"[:200]))
    for index in indexes:
        if not found.get(index):
            lines = gates[index].text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            found[index] = tuple(Paragraph(line.strip()) for line in lines if line.strip())
    return found


def _blocks(page: Any, *, tables: bool) -> list[Block]:
    """A page's tables and the lines between them, by their height on the page."""
    chars = [c for c in page.dedupe_chars().chars if c["text"] and c["text"] != "\0"]
    placed: list[tuple[float, Block]] = []
    boxes: list[tuple[float, float, float, float]] = []
    for table in page.find_tables() if tables else ():
        grid = _grid(table, chars)
        if grid is not None:
            boxes.append(table.bbox)
            placed.append((table.bbox[1], grid))
    outside = [c for c in chars if not any(_inside(c, box) for box in boxes)]
    lines = _lines(outside)
    left = min([line[1] for line in lines] + [box[0] for box in boxes], default=0.0)
    right = max([line[2] for line in lines] + [box[2] for box in boxes], default=0.0)
    placed += [(top, Paragraph(text)) for top, text in _paragraphs(lines, left, right)]
    placed.sort(key=lambda item: item[0])
    return [block for _, block in placed]


def _grid(table: Any, chars: list[Any]) -> Grid | None:
    """A table's cells at their slots. None for a frame around nothing, or one cell that only boxes in a page's text."""
    xs = _edges([x for cell in table.cells for x in (cell[0], cell[2])])
    ys = _edges([y for cell in table.cells for y in (cell[1], cell[3])])
    if len(xs) < 2 or len(ys) < 2 or len(table.cells) < 2:
        return None
    cells: list[Cell] = []
    inside = [c for c in chars if _inside(c, table.bbox)]
    for box in sorted(table.cells, key=lambda box: (_slot(ys, box[1]), _slot(xs, box[0]))):
        row, column = _slot(ys, box[1]), _slot(xs, box[0])
        lines = _lines([c for c in inside if _inside(c, box)])
        text = "\n".join(text for _, _, _, text, _ in lines)
        cells.append(Cell(row, column, text, max(1, _slot(ys, box[3]) - row), max(1, _slot(xs, box[2]) - column)))
    return Grid(tuple(cells)) if any(cell.text for cell in cells) else None


def _edges(values: list[float]) -> list[float]:
    """Coordinates of ruled lines, those within 2 pt taken as one."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > 2:
            out.append(value)
    return out


def _slot(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))


def _inside(char: Any, box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


Line = tuple[float, float, float, str, float]
"""top, left, right, text, size of its letters; points."""


def _lines(chars: list[Any]) -> list[Line]:
    """Characters as lines; a gap wider than a third of a letter is a blank, one of two letters several."""
    rows: list[list[Any]] = []
    for char in sorted(chars, key=lambda c: ((c["top"] + c["bottom"]) / 2, c["x0"])):
        middle = (char["top"] + char["bottom"]) / 2
        if rows:
            last = rows[-1][-1]
            if abs(middle - (last["top"] + last["bottom"]) / 2) < 0.5 * min(char["size"], last["size"]):
                rows[-1].append(char)
                continue
        rows.append([char])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda c: c["x0"])
        out: list[str] = []
        right = row[0]["x0"]
        for char in row:
            gap = char["x0"] - right
            if gap > 2 * char["size"]:
                out.append("    ")
            elif gap > 0.35 * char["size"]:
                out.append(" ")
            out.append(char["text"])
            right = max(right, char["x1"])
        text = "".join(out).strip()
        if text:
            size = sorted(c["size"] for c in row)[len(row) // 2]
            lines.append((row[0]["top"], row[0]["x0"], right, text, size))
    return lines


def _paragraphs(lines: list[Line], left: float, right: float) -> list[tuple[float, str]]:
    """Lines as paragraphs: one that fills the column (left to right) runs on into the next, unless that is indented or of
    another size; a centred heading does not."""
    out: list[tuple[float, str]] = []
    before: Line | None = None
    for line in lines:
        if before is not None and _runs_on(before, line, left, right):
            top, text = out[-1]
            latin = text[-1:].isascii() and text[-1:].isalpha() and line[3][:1].isascii() and line[3][:1].isalpha()
            out[-1] = (top, text + (" " if latin else "") + line[3])
        else:
            out.append((line[0], line[3]))
        before = line
    return out


def _runs_on(before: Line, line: Line, left: float, right: float) -> bool:
    size = before[4]
    fills = before[2] > right - 1.5 * size and before[1] < left + 3 * size and right - left > 12 * size
    return fills and line[1] < left + 0.8 * size and abs(line[4] - size) < 1 and line[0] - before[0] < 2.8 * size
