"""Lines of text put where they belong: into the cells of ruled tables, or into paragraphs between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.pixels.ocr import Area
from parsers.scan.ruling import Table
from parsers.values import Block, Cell, Grid, Paragraph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from parsers.pixels.inks import Grey

INK = 150
LETTERS = re.compile(r"[0-9A-Za-z@._+\-/%]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or the part of one that lies in a cell. `table` and `cell` are indexes, -1 outside tables."""

    area: Area
    table: int = -1
    cell: int = -1
    text: str = ""
    confidence: float = 0.0


def pieces(areas: Sequence[Area], tables: Sequence[Table], clean: Grey, mm_per_pixel: float) -> list[Piece]:
    """Areas of text cut at the borders of cells, and small ink in cells that the detector overlooked added to them.

    `clean` is the page without its lines.
    """
    result: list[Piece] = []
    for area in areas:
        result.extend(_cut(area, tables, clean, mm_per_pixel))
    result = _apart(result, clean)
    for number, table in enumerate(tables):
        for index, box in enumerate(table.boxes):
            inside = [piece.area for piece in result if piece.table == number and piece.cell == index]
            result.extend(Piece(area, number, index) for area in _overlooked(box.area, inside, clean, mm_per_pixel))
    return result


def _cut(area: Area, tables: Sequence[Table], clean: Grey, mm_per_pixel: float) -> list[Piece]:
    """The parts of an area by the cells that they lie in; a part without ink of its own is only the area's margin."""
    parts: list[Piece] = []
    slack = round(0.5 / mm_per_pixel)
    for number, table in enumerate(tables):
        if _common(area, table.area) < 0.3 * area.width * area.height:
            continue
        for index, box in enumerate(table.boxes):
            cell = box.area
            left, right = max(area.left, cell.left), min(area.right, cell.right)
            top, bottom = max(area.top, cell.top - slack), min(area.bottom, cell.bottom + slack)
            if right - left < 0.25 * area.height and right - left < area.width:
                continue
            if bottom - top < 0.45 * area.height and bottom - top < 0.6 * cell.height:
                continue
            part = Area(left, top, right, bottom)
            if part.width >= 3 and part.height >= 3 and (part == area or _has_ink(part, clean)):
                parts.append(Piece(part, number, index))
        if parts:
            return parts
    return [Piece(area)]


def _common(a: Area, b: Area) -> int:
    return max(0, min(a.right, b.right) - max(a.left, b.left)) * max(0, min(a.bottom, b.bottom) - max(a.top, b.top))


def _has_ink(area: Area, clean: Grey) -> bool:
    part = clean[area.top + 1 : area.bottom - 1, area.left + 2 : area.right - 2] < INK
    return bool(part.size) and int(part.sum()) >= 12


def _apart(found: list[Piece], clean: Grey) -> list[Piece]:
    """Pieces of one cell that hold two lines of text, one above the other, cut between them."""
    heights = sorted(piece.area.height for piece in found)
    if not heights:
        return found
    usual = heights[len(heights) // 2]
    result: list[Piece] = []
    for piece in found:
        area = piece.area
        if area.height < 1.7 * usual or area.width < area.height * 0.8:
            result.append(piece)
            continue
        rows = (clean[area.top : area.bottom, area.left : area.right] < INK).sum(axis=1)
        parts = [(start, end) for start, end in _stretches(rows > 0, 1) if end - start >= 0.35 * usual]
        if len(parts) < 2 or max(end - start for start, end in parts) > 1.5 * usual:
            result.append(piece)
            continue
        margin = max(2, usual // 8)
        result.extend(
            replace(
                piece, area=Area(area.left, max(area.top, area.top + start - margin), area.right, min(area.bottom, area.top + end + margin))
            )
            for start, end in parts
        )
    return result


def once(read: Sequence[Piece]) -> list[Piece]:
    """Without the pieces whose text stands in another one over it: where a seal's ink joins lines, the detector gives them twice."""
    return [piece for piece in read if not any(other is not piece and _covers(other, piece) for other in read)]


def _covers(other: Piece, piece: Piece) -> bool:
    if (other.table, other.cell) != (piece.table, piece.cell) or piece.text not in other.text:
        return False
    smaller = min(other.area.width * other.area.height, piece.area.width * piece.area.height)
    if _common(other.area, piece.area) < 0.5 * smaller:
        return False
    return piece.text != other.text or (piece.confidence, piece.area.left) < (other.confidence, other.area.left)


def _stretches(mask: NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """Runs of True, those with gaps of at most `gap` between them taken as one."""
    runs: list[tuple[int, int]] = []
    start = -1
    for index, value in enumerate([*mask.tolist(), False]):
        if value and start < 0:
            start = index
        elif not value and start >= 0:
            if runs and start - runs[-1][1] <= gap:
                runs[-1] = (runs[-1][0], index)
            else:
                runs.append((start, index))
            start = -1
    return runs


def _overlooked(cell: Area, taken: Sequence[Area], clean: Grey, mm_per_pixel: float) -> list[Area]:
    """Lines of ink in a cell that no area covers: single digits and letters are what a detector misses most."""
    import numpy as np

    inset = max(2, round(0.4 / mm_per_pixel))
    top, bottom, left, right = cell.top + inset, cell.bottom - inset, cell.left + inset, cell.right - inset
    if bottom - top < 6 or right - left < 6:
        return []
    ink = clean[top:bottom, left:right] < INK
    ink = np.array(ink)
    for area in taken:
        ink[max(0, area.top - top - 2) : max(0, area.bottom - top + 2), max(0, area.left - left - 3) : max(0, area.right - left + 3)] = (
            False
        )
    found: list[Area] = []
    for y1, y2 in _stretches(ink.sum(axis=1) > 0, round(0.6 / mm_per_pixel)):
        height = (y2 - y1) * mm_per_pixel
        if not 1.2 <= height <= 9:
            continue
        for x1, x2 in _stretches(ink[y1:y2].sum(axis=0) > 0, round(2.5 / mm_per_pixel)):
            width = (x2 - x1) * mm_per_pixel
            if width < 0.25 or int(ink[y1:y2, x1:x2].sum()) * mm_per_pixel**2 < 0.35:
                continue
            margin = round(0.5 / mm_per_pixel)
            found.append(Area(max(0, left + x1 - margin), max(0, top + y1 - margin), left + x2 + margin, top + y2 + margin))
    return found


# --- text --------------------------------------------------------------------------------------------------------


def blocks(read: Sequence[Piece], tables: Sequence[Table]) -> tuple[Block, ...]:
    """Grids and the paragraphs between them, from top to bottom."""
    loose = [piece for piece in read if piece.table < 0 and piece.text]
    placed: list[tuple[int, Block]] = []
    for number, table in enumerate(tables):
        cells = []
        for index, box in enumerate(table.boxes):
            inside = [piece for piece in read if piece.table == number and piece.cell == index and piece.text]
            text = "\n".join(_paragraphs(inside, box.area.right - max(6, (box.area.right - box.area.left) // 60)))
            cells.append(Cell(box.row, box.column, text, box.rowspan, box.colspan))
        placed.append((table.area.top, Grid(tuple(cells))))
    edges = [table.area.top for table in tables]
    groups: dict[int, list[Piece]] = {}
    for piece in loose:
        groups.setdefault(sum(piece.area.top > edge for edge in edges), []).append(piece)
    for group in groups.values():
        right = max([piece.area.right for piece in loose] + [table.area.right for table in tables])
        top = min(piece.area.top for piece in group)
        placed.extend((top, Paragraph(text)) for text in _paragraphs(group, right))
    return tuple(block for _, block in sorted(placed, key=lambda pair: pair[0]))


def _paragraphs(found: Sequence[Piece], right: int) -> list[str]:
    """Lines joined to paragraphs: a line goes on in the next where that one's first word had no room left in it."""
    rows = _rows(found)
    texts: list[str] = []
    previous: list[Piece] | None = None
    for row in rows:
        text = _row_text(row)
        if previous is not None and _goes_on(previous, row, text, right):
            texts[-1] = _joined(texts[-1], text)
        else:
            texts.append(text)
        previous = row
    return texts


def _rows(found: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces side by side in one row of text, left to right, rows from top to bottom."""
    rows: list[list[Piece]] = []
    for piece in sorted(found, key=lambda piece: piece.area.top + piece.area.bottom):
        middle = (piece.area.top + piece.area.bottom) / 2
        for row in reversed(rows[-3:]):
            other = row[-1].area
            if _stacked(row, piece):
                continue
            if other.top < middle < other.bottom and abs((other.top + other.bottom) / 2 - middle) < 0.45 * max(
                other.height, piece.area.height
            ):
                row.append(piece)
                break
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.area.left)
    return rows


def _stacked(row: Sequence[Piece], piece: Piece) -> bool:
    """Whether a piece stands below one of a row, not beside it: lines of tight rows overlap in height, words never in width."""
    area = piece.area
    return any(
        min(area.right, other.area.right) - max(area.left, other.area.left) > 0.5 * min(area.width, other.area.width)
        and abs(area.top + area.bottom - other.area.top - other.area.bottom) > 0.4 * min(area.height, other.area.height)
        for other in row
    )


def _row_text(row: Sequence[Piece]) -> str:
    """Pieces of a row as text. Those that overlap were cut from one line twice: a letter read in both stands once."""
    text, end = row[0].text, row[0].area.right
    for piece in row[1:]:
        gap, height = piece.area.left - end, piece.area.height
        if piece.area.right - end < 0.3 * height and gap < 0:
            continue
        more = piece.text
        if gap < -0.25 * height and more[:1] == text[-1:]:
            more = more[1:]
        text += (" " if gap > -0.2 * height and more else "") + more
        end = max(end, piece.area.right)
    return text


def _goes_on(previous: Sequence[Piece], row: Sequence[Piece], text: str, right: int) -> bool:
    last, first = previous[-1].area, row[0].area
    height = min(last.height, first.height)
    if first.top - last.bottom > 1.2 * height or first.left > previous[0].area.left + 0.6 * height:
        return False
    if max(last.height, first.height) > 1.35 * height and min(len(previous[-1].text), len(row[0].text)) > 3:
        return False
    word = LETTERS.match(text)
    needed = (len(word.group()) * 0.5 if word else 0.9) * height
    # Areas are a little wider than their letters.
    return right - last.right < needed + 0.5 * height


def _joined(before: str, after: str) -> str:
    """Two lines as one: blanks only between words of letters, as where a word processor breaks a line."""
    if before[-1:].isascii() and before[-1:].isalpha() and after[:1].isascii() and after[:1].isalpha() and " " in before.strip():
        return f"{before} {after}"
    return before + after
