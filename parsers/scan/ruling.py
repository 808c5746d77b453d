"""Ruled lines and the cells between them, on a straightened page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.pixels.ocr import Area

if TYPE_CHECKING:
    import cv2
    import numpy as np
    from numpy.typing import NDArray

    from parsers.pixels.inks import Grey

LEVEL_MM, PLUMB_MM = 6.0, 3.2
"""Shortest runs taken for lines. Rows are as low as 4.6 mm, so that plumb ones must be short; text is told by its ends."""
LONE_MM = 18.0
"""A level line shorter than this bounds no table."""
TALL_MM, TIGHT_MM, STROKE_MM = 9.0, 6.0, 5.5
"""Plumb runs above this are no strokes of letters."""
BROAD_MM = 0.8
DARK = 205
"""A hair-line between two pixels darkens each only by half."""
SAME_LINE_MM = 1.3
REACH_MM = 1.2


@dataclass(frozen=True, slots=True)
class Box:
    """A cell by its place in the grid and on the page."""

    row: int
    column: int
    rowspan: int
    colspan: int
    area: Area


@dataclass(frozen=True, slots=True)
class Table:
    area: Area
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Masks (height, width), 255 where a level or a plumb line is, where any ink is, and where a seal may hide a line.

    `paper`: the page itself, as it was searched.
    """

    level: Grey
    plumb: Grey
    ink: Grey
    veil: Grey
    paper: Grey

    def part(self, top: int, left: int, high: int, wide: int, within: NDArray[np.bool_]) -> Ruling:
        """A window of it; lines only where `within` (high, wide) is True."""
        import numpy as np

        window = (slice(top, top + high), slice(left, left + wide))
        level, plumb = (np.where(within, mask[window], 0).astype(np.uint8) for mask in (self.level, self.plumb))
        return Ruling(level, plumb, self.ink[window], self.veil[window], self.paper[window])


def find_ruling(paper: Grey, mm_per_pixel: float, veil: Grey | None = None, beneath: Grey | None = None) -> Ruling:
    """The lines of a page whose background was made even (white 255): long runs, kernels in proportion to the page.

    `veil` (255 where it covers) tells where the ink of a seal lies, under which a line is hard to see; `beneath` is the
    page with what is under that ink made dark again.
    """
    import cv2
    import numpy as np

    ink = np.where(paper < DARK, 255, 0).astype(np.uint8)
    veil = np.zeros_like(ink) if veil is None else veil
    if beneath is not None:
        ink = np.where((beneath < DARK) & (veil > 0), 255, ink).astype(np.uint8)
    # A run may step by a pixel where the page is not quite straight: thickened across before it is measured along.
    level = cv2.morphologyEx(
        cv2.dilate(ink, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, round(LEVEL_MM / mm_per_pixel)), np.uint8)
    )
    plumb = cv2.morphologyEx(
        cv2.dilate(ink, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((round(PLUMB_MM / mm_per_pixel), 1), np.uint8)
    )
    thick = round(1.6 / mm_per_pixel)
    level = cv2.subtract(level, cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((thick, 1), np.uint8)))
    plumb = cv2.subtract(plumb, cv2.morphologyEx(plumb, cv2.MORPH_OPEN, np.ones((1, thick), np.uint8)))
    if beneath is None:  # the ring and the star of a grey seal are as dark as lines, but broader
        broad = max(4, round(BROAD_MM / mm_per_pixel))
        level = cv2.subtract(level, _broad(level, (broad, 1), veil))
        plumb = cv2.subtract(plumb, _broad(plumb, (1, broad), veil))
    level = _in_lines(np.asarray(level), veil if beneath is not None else np.zeros_like(veil), mm_per_pixel)
    plumb = _held(np.asarray(plumb), level, ink, veil, paper, mm_per_pixel)
    return Ruling(level, plumb, ink, veil, paper)


def _broad(runs: cv2.typing.MatLike, span: tuple[int, int], veil: Grey) -> cv2.typing.MatLike:
    """What is as broad as `span` and under the veil, with its rims."""
    import cv2
    import numpy as np

    found = cv2.bitwise_and(cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones(span, np.uint8)), veil)
    return cv2.dilate(found, np.ones((5, 5), np.uint8))


def _in_lines(level: Grey, veil: Grey, mm_per_pixel: float) -> Grey:
    """Level runs that are long, or that others go on with: the strokes of small letters side by side come to short ones."""
    import cv2
    import numpy as np

    _, labels, stats, centres = cv2.connectedComponentsWithStats(level, connectivity=8)
    wide, y = stats[:, cv2.CC_STAT_WIDTH] * mm_per_pixel, centres[:, 1] * mm_per_pixel
    keep = wide >= LONE_MM
    keep[0] = False
    for index in np.flatnonzero(~keep[1:]) + 1:
        left, top, across, high = (int(value) for value in stats[index][:4])
        along = float(wide[1:][np.abs(y[1:] - y[index]) < 0.8].sum())
        keep[index] = along >= LONE_MM or bool(veil[top : top + high, left : left + across].any())
    return np.where(keep[labels], 255, 0).astype(np.uint8)


def _held(plumb: Grey, level: Grey, ink: Grey, veil: Grey, paper: Grey, mm_per_pixel: float) -> Grey:
    """Plumb runs that end at level lines (or under a seal) on both sides: what else is upright is a stroke of a letter.

    Low runs must also stand alone: in a tight row the strokes of letters reach from line to line, but other strokes join them.
    """
    import cv2
    import numpy as np

    reach, close = round(REACH_MM / mm_per_pixel), max(1, round(0.18 / mm_per_pixel))
    near = cv2.dilate(cv2.bitwise_or(level, veil), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    touching = cv2.dilate(level, np.ones((2 * close + 1, 2 * close + 1), np.uint8))
    plain = np.asarray(cv2.subtract(ink, cv2.dilate(level, np.ones((3, 1), np.uint8))), dtype=np.uint8)  # a line that crosses is no letter
    count, labels, stats, _ = cv2.connectedComponentsWithStats(plumb, connectivity=8)
    height, width = plumb.shape
    keep = np.zeros(count, dtype=bool)
    for index in range(1, count):
        left, top, wide, high = (int(value) for value in stats[index][:4])
        middle, bottom = min(width - 1, left + wide // 2), min(height - 1, top + high - 1)
        if high * mm_per_pixel > TALL_MM:
            ends = bool(near[top, middle]) + bool(near[bottom, middle])
            keep[index] = ends == 2 or (ends == 1 and high * mm_per_pixel > 15) or high * mm_per_pixel > 30
        elif wide * mm_per_pixel < 1.2 and (high * mm_per_pixel > STROKE_MM or (touching[top, middle] and touching[bottom, middle])):
            # A run longer than strokes, whatever its ends, is what is left of a line where a seal breaks it.
            place = (left, top, wide, high, mm_per_pixel)
            keep[index] = _alone(plain, *place) or _alone_among_traces(paper, level, veil, *place)
    return np.where(keep[labels], 255, 0).astype(np.uint8)


def _alone(ink: Grey, left: int, top: int, wide: int, high: int, mm_per_pixel: float) -> bool:
    """True where both sides of a plumb run are nearly free of ink along all its length, and no stroke crosses it."""
    import numpy as np

    aside = max(2, round(0.35 / mm_per_pixel))
    inset = max(1, high // 10)
    part = slice(top + inset, top + high - inset)
    sides = [ink[part, x] > 0 for x in (left - aside, left + wide - 1 + aside) if 0 <= x < ink.shape[1]]
    if part.stop <= part.start:
        return False
    if any(float(side.mean()) > 0.15 for side in sides):
        return False
    return len(sides) < 2 or not bool(np.logical_and(*sides).any())


def _alone_among_traces(paper: Grey, level: Grey, veil: Grey, left: int, top: int, wide: int, high: int, mm_per_pixel: float) -> bool:
    """The same under a seal, whose letters leave outlines beside a line: only what is nearly as dark as the line counts."""
    import cv2
    import numpy as np

    near = max(2, round(0.35 / mm_per_pixel)) + 1
    start = max(0, left - near)
    window = (slice(top, top + high), slice(start, left + wide + near))
    if not veil[window].any():
        return False
    part = paper[window]
    darkest = part[:, left - start : left - start + wide].min(axis=1)
    limit = (255.0 + float(np.median(darkest))) / 2
    if float((darkest < limit).mean()) < 0.93:
        return False
    black = np.where((part < limit) & (cv2.dilate(level[window], np.ones((3, 1), np.uint8)) == 0), 255, 0).astype(np.uint8)
    return _alone(black, left - start, 0, wide, high, mm_per_pixel)


def without_lines(paper: Grey, ruling: Ruling, mm_per_pixel: float) -> Grey:
    """The page with its lines painted over, and the strokes that cross them kept."""
    import cv2
    import numpy as np

    span = max(5, round(1.1 / mm_per_pixel)) | 1
    level = cv2.dilate(ruling.level, np.ones((3, 1), np.uint8)) > 0
    plumb = cv2.dilate(ruling.plumb, np.ones((1, 3), np.uint8)) > 0
    clean = paper.copy()
    clean[level] = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((span, 1), np.uint8))[level]
    clean[plumb] = cv2.morphologyEx(clean, cv2.MORPH_CLOSE, np.ones((1, span), np.uint8))[plumb]
    return np.asarray(clean, dtype=np.uint8)


def find_tables(ruling: Ruling, mm_per_pixel: float) -> list[Table]:
    """Tables from top to bottom: where level and plumb lines hang together and bound at least two cells."""
    import cv2
    import numpy as np

    gap = round(1.5 / mm_per_pixel)
    lines = cv2.morphologyEx(cv2.bitwise_or(ruling.level, ruling.plumb), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    tables: list[Table] = []
    for index in range(1, count):
        left, top, wide, high = (int(value) for value in stats[index][:4])
        if wide * mm_per_pixel < 20 or high * mm_per_pixel < 4:
            continue
        part = labels[top : top + high, left : left + wide] == index
        table = _table(ruling.part(top, left, high, wide, part), left, top, mm_per_pixel)
        if table is not None:
            tables.append(table)
    return sorted(tables, key=lambda table: (table.area.top, table.area.left))


def _table(ruling: Ruling, left: int, top: int, mm_per_pixel: float) -> Table | None:
    import numpy as np

    rows = _places(ruling.level, 0, mm_per_pixel)
    columns = _places(ruling.plumb, 1, mm_per_pixel)
    if len(rows) < 2 or len(columns) < 2:
        return None
    below = np.zeros((len(rows), len(columns) - 1), dtype=bool)
    beside = np.zeros((len(rows) - 1, len(columns)), dtype=bool)
    for row, y in enumerate(rows):
        for column, (x1, x2) in enumerate(pairwise(columns)):
            below[row, column] = _drawn(ruling.level, ruling.ink, ruling.veil, y, x1, x2, mm_per_pixel, alone=False)
    turned = [np.ascontiguousarray(mask.T) for mask in (ruling.plumb, ruling.ink, ruling.veil, ruling.paper)]
    for column, x in enumerate(columns):
        for row, (y1, y2) in enumerate(pairwise(rows)):
            drawn = _drawn(turned[0], turned[1], turned[2], x, y1, y2, mm_per_pixel, alone=True)
            beside[row, column] = drawn or _drawn_among_traces(turned[0], turned[3], turned[2], x, y1, y2, mm_per_pixel)
    below[0], below[-1], beside[:, 0], beside[:, -1] = True, True, True, True  # a side worn away by the scan is still a side
    boxes = _boxes(below, beside, rows, columns, left, top)
    if len(boxes) < 2:
        return None
    return Table(Area(left + columns[0], top + rows[0], left + columns[-1], top + rows[-1]), tuple(boxes))


def _drawn(lines: Grey, ink: Grey, veil: Grey, place: int, start: int, end: int, mm_per_pixel: float, *, alone: bool) -> bool:
    """True where the level line at y = `place` is drawn between x = `start` and `end`.

    Lines found there decide; else the ink where the line would run, for a seal or a scratch breaks a line into runs too
    short to be found. What the veil covers counts for neither. `alone`: there must be no ink close by, as beside strokes of letters.
    """
    import numpy as np

    low = alone and (end - start) * mm_per_pixel < TALL_MM
    inset = 3 if low else max(2, (end - start) // 8)
    span = slice(start + inset, end - inset)
    reach = max(1, round(REACH_MM / mm_per_pixel))
    band = lines[max(0, place - reach) : place + reach + 1]
    found = band[:, span].any(axis=0)
    if found.size == 0:
        return False
    if not low and float(found.mean()) >= 0.5:
        return True
    known = np.flatnonzero(band.any(axis=0))
    if known.size == 0:
        return False
    nearest = int(known[np.argmin(np.minimum(np.abs(known - start), np.abs(known - end)))])
    if found.any():
        nearest = start + inset + int(np.flatnonzero(found)[found.sum() // 2])
    y = max(0, place - reach) + round(float(np.flatnonzero(band[:, nearest]).mean()))
    seen: NDArray[np.bool_] = np.logical_not((veil[max(0, y - 1) : y + 2, span] > 0).all(axis=0))
    strip: NDArray[np.bool_] = np.asarray((ink[max(0, y - 2) : y + 3, span] > 0).any(axis=0))
    aside = max(3, round(0.45 / mm_per_pixel))
    beside = [np.asarray(ink[side, span] > 0) for side in (y - aside, y + aside) if 0 <= side < ink.shape[0]]
    veiled = float(seen.mean()) < 0.6
    if alone and veiled and float(strip.mean()) >= 0.35 and all(float(side.mean()) <= 0.08 for side in beside):
        return True  # its traces under a seal, and nothing near them
    shown = max(float(strip.mean()), float(strip[seen].mean()) if float(seen.mean()) >= 0.3 else 0.0)
    if not alone:
        return shown >= 0.8
    # The lower the row, the nearer its letters come to filling it.
    if shown < (0.6 if not low else 0.93 if (end - start) * mm_per_pixel < TIGHT_MM else 0.75):
        return False
    sides = [side & seen for side in beside]
    if any(float(side.sum()) > 0.15 * max(1, int(seen.sum())) for side in sides):
        return False
    return len(sides) < 2 or int(np.logical_and(*sides).sum()) <= 1


def _drawn_among_traces(lines: Grey, paper: Grey, veil: Grey, place: int, start: int, end: int, mm_per_pixel: float) -> bool:
    """The same under a seal, with only what is nearly as dark as the line taken for ink."""
    import numpy as np

    reach = max(1, round(REACH_MM / mm_per_pixel))
    window = (slice(max(0, place - reach), place + reach + 1), slice(start, end))
    if not veil[window].any():
        return False
    known = np.flatnonzero(lines[window].sum(axis=1))
    if known.size == 0:
        return False
    limit = (255.0 + float(np.median(paper[window][known].min(axis=0)))) / 2
    ink = np.where(paper < limit, 255, 0).astype(np.uint8)
    return _drawn(lines, ink, np.zeros_like(ink), place, start, end, mm_per_pixel, alone=True)


def _places(mask: Grey, axis: int, mm_per_pixel: float) -> list[int]:
    """Where the lines stand across `axis` (0: y of level ones, 1: x of plumb ones), those of one line taken together."""
    import cv2

    count, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = sorted((float(centres[index][1 - axis]), int(stats[index][2 if axis == 0 else 3])) for index in range(1, count))
    groups: list[list[tuple[float, int]]] = []
    for place, length in found:
        if groups and place - _mean(groups[-1]) < SAME_LINE_MM / mm_per_pixel:
            groups[-1].append((place, length))
        else:
            groups.append([(place, length)])
    shortest = (LEVEL_MM if axis == 0 else PLUMB_MM) / mm_per_pixel
    return [round(_mean(group)) for group in groups if sum(length for _, length in group) >= shortest]


def _mean(group: list[tuple[float, int]]) -> float:
    return sum(place * length for place, length in group) / sum(length for _, length in group)


def _boxes(
    below: NDArray[np.bool_], beside: NDArray[np.bool_], rows: Sequence[int], columns: Sequence[int], left: int, top: int
) -> list[Box]:
    """Slots that no line parts, as cells. Slots that come to no rectangle are cut into the runs of their rows."""
    down, across = len(rows) - 1, len(columns) - 1
    owner = {(row, column): (row, column) for row in range(down) for column in range(across)}

    def root(slot: tuple[int, int]) -> tuple[int, int]:
        while owner[slot] != slot:
            owner[slot] = owner[owner[slot]]
            slot = owner[slot]
        return slot

    for row in range(down):
        for column in range(across):
            if column + 1 < across and not beside[row, column + 1]:
                owner[root((row, column + 1))] = root((row, column))
            if row + 1 < down and not below[row + 1, column]:
                owner[root((row + 1, column))] = root((row, column))
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for slot in owner:
        groups.setdefault(root(slot), []).append(slot)
    spans: list[tuple[int, int, int, int]] = []
    for slots in groups.values():
        r1, r2 = min(row for row, _ in slots), max(row for row, _ in slots)
        c1, c2 = min(column for _, column in slots), max(column for _, column in slots)
        if len(slots) == (r2 - r1 + 1) * (c2 - c1 + 1):
            spans.append((r1, c1, r2, c2))
        else:
            spans.extend(_runs(slots))
    starts_r, starts_c = sorted({span[0] for span in spans}), sorted({span[1] for span in spans})
    boxes = []
    for r1, c1, r2, c2 in sorted(spans):
        row, column = starts_r.index(r1), starts_c.index(c1)
        rowspan = sum(r1 <= start <= r2 for start in starts_r)
        colspan = sum(c1 <= start <= c2 for start in starts_c)
        boxes.append(
            Box(row, column, rowspan, colspan, Area(left + columns[c1], top + rows[r1], left + columns[c2 + 1], top + rows[r2 + 1]))
        )
    return boxes


def _runs(slots: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    spans: list[tuple[int, int, int, int]] = []
    for row in sorted({row for row, _ in slots}):
        columns = sorted(column for r, column in slots if r == row)
        start = previous = columns[0]
        for column in columns[1:]:
            if column != previous + 1:
                spans.append((row, start, row, previous))
                start = column
            previous = column
        spans.append((row, start, row, previous))
    return spans
