"""Text, CSV, HTML and saved mails as contents."""

from __future__ import annotations

import csv
import io
from typing import Any

from parsers.text.charsets import decode_text
from parsers.text.html import element_text, parse_html
from parsers.values import Block, Cell, Content, Grid, Note, Paragraph, Reading, Reason, Refusal

_MOST_CELLS = 200_000


def _decoded(data: bytes) -> tuple[str, tuple[Note, ...]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), ()
    text, guessed = decode_text(data.removeprefix(b"\xef\xbb\xbf"))
    return text, (Note("charset-guessed"),) if guessed else ()


def read_txt(data: bytes) -> Reading:
    """Plain text in any charset, a paragraph a line; blank lines are left out."""
    text, notes = _decoded(data)
    return Content("txt", tuple(Paragraph(line.strip()) for line in text.splitlines() if line.strip()), notes=notes)


def read_csv(data: bytes) -> Reading:
    """Comma- or tab-separated text as one grid."""
    text, notes = _decoded(data)
    delimiter = "\t" if text[:4096].count("\t") > text[:4096].count(",") else ","
    cells: list[Cell] = []
    try:
        for row, values in enumerate(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)):
            cells.extend(Cell(row, column, value.strip()) for column, value in enumerate(values) if value.strip())
            if len(cells) > _MOST_CELLS:
                return Refusal(Reason.TOO_LARGE, "csv cells")
    except csv.Error as error:  # a field longer than csv's limit: a quote that never closes
        return Refusal(Reason.UNREADABLE, f"csv: {error}")
    return Content("csv", (Grid(tuple(cells)),), notes=notes)


def read_html(data: bytes) -> Reading:
    """An HTML page: its tables as grids in their places, the rest as paragraphs."""
    import re

    meta = re.search(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]+)", data[:4096])
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        text, _ = decode_text(data, meta[1].decode("ascii") if meta else "")
    root = parse_html(text)
    if root is None:
        return Content("html", ())
    blocks: list[Block] = []
    outer = [node for node in root.iter("table") if not any(parent.tag == "table" for parent in node.iterancestors())]
    placed: list[Any] = []
    for number, table in enumerate(outer):
        grid = _grid(table)
        marker = f"\ue000{number}\ue001"
        tail = table.tail
        for child in list(table):
            table.remove(child)
        table.text, table.tail = marker, tail
        placed.append(grid)
    for line in element_text(root).splitlines():
        for piece in re.split(r"(\ue000\d+\ue001)", line):
            if re.fullmatch(r"\ue000\d+\ue001", piece):
                blocks.append(placed[int(piece[1:-1])])
            elif piece.strip():
                blocks.append(Paragraph(piece.strip()))
    return Content("html", tuple(blocks))


def _grid(table: Any) -> Grid:
    cells: list[Cell] = []
    free: dict[int, int] = {}  # column -> the first row that no cell from above reaches into
    row = -1
    for line in table.iter("tr"):
        row += 1
        column = 0
        for node in line:
            if node.tag not in ("td", "th"):
                continue
            while free.get(column, 0) > row:
                column += 1
            across, down = _span(node.get("colspan")), _span(node.get("rowspan"))
            free.update(dict.fromkeys(range(column, column + across), row + down))
            cells.append(Cell(row, column, element_text(node), down, across))
            column += across
            if len(cells) > _MOST_CELLS:
                return Grid(tuple(cells))
    return Grid(tuple(cells))


def _span(value: str | None) -> int:
    return min(int(value), 200) if value and value.strip().isdecimal() and int(value) > 0 else 1


def read_eml(data: bytes) -> Reading:
    """A saved mail's subject and text; its attachments are the business of whoever unpacks it."""
    from parsers.letter.letter import parse_letter

    letter = parse_letter(data)
    lines = [letter.subject, *letter.text.splitlines()]
    return Content("eml", tuple(Paragraph(line.strip()) for line in lines if line.strip()), notes=letter.notes)
