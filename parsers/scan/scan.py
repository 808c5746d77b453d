"""Scans and photographs: what the pixels of a document's pages say, as tables, paragraphs and seals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parsers.pixels import ocr
from parsers.pixels.inks import even_paper, ink_without_red, red_veil, veil_of
from parsers.pixels.rasters import Raster, rasters
from parsers.pixels.straighten import Upright, page_corners, straighten
from parsers.scan import layout, ruling
from parsers.seals.grey import without_grey_seals
from parsers.values import Block, Box, Note, Reason, Refusal, Scan, ScannedPage, Seal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from parsers.pixels.inks import Grey

DOUBTFUL = 0.80
"""Mean confidence of lines below which a page may stand on its head."""

GLANCE_SIDE = 800
"""Longest side in pixels at which a photograph is searched for lines of text: those of a form are 8 to 10 pixels high then."""


@dataclass(frozen=True, slots=True)
class _Text:
    blocks: tuple[Block, ...]
    pieces: tuple[layout.Piece, ...]
    confidence: float


def scan(name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
    """Text (OCR) and seals of the pixels of the given pages (from 1; None: all) of a PDF or a picture.

    A page comes out with its blocks as a Word file would give them: a Grid for each ruled table, a Paragraph for each
    paragraph outside. What can't be opened, or has none of these pages, is a Refusal.
    """
    found = rasters(data, pages)
    if isinstance(found, Refusal):
        return found
    notes: list[Note] = []
    scanned = _pages(found, text, seals, notes)
    if not scanned:
        return Refusal(Reason.UNREADABLE, "no page of it could be drawn")
    if pages is not None:
        missing = sorted(set(pages) - {page.number for page in scanned})
        notes.extend(Note("page-not-drawn", str(number)) for number in missing)
    return Scan(scanned, tuple(notes))


def _pages(found: Iterator[Raster], text: bool, seals: bool, notes: list[Note]) -> tuple[ScannedPage, ...]:
    """The pages in turn. Where one shows colour, the others were scanned so as to show theirs, but for those stored in grey."""
    pages: list[ScannedPage] = []
    grey: set[int] = set()
    for raster in found:
        pages.append(_page(raster, text, seals, notes))
        if raster.grey:
            grey.add(raster.number)
    if any(page.colour for page in pages):
        pages = [replace(page, colour=page.number not in grey) for page in pages]
    return tuple(pages)


def _page(raster: Raster, text: bool, seals: bool, notes: list[Note]) -> ScannedPage:
    import numpy as np

    corners = page_corners(raster.rgb)
    if text and raster.photograph and corners is None and not _shows_text(raster.rgb):
        text, upright = False, Upright(raster.rgb, raster.mm_per_pixel)
    else:
        upright = straighten(raster, corners)
    rgb, scale = upright.rgb, upright.mm_per_pixel
    turns, read = 0, _Text((), (), 0.0)
    if text and (corners is None or not raster.photograph or _shows_text(rgb)):
        turns, read = _read(rgb, scale, raster.colour, raster.sized or upright.cut)
        if turns:
            rgb = np.ascontiguousarray(np.rot90(rgb, turns))
            notes.append(Note("page-turned", f"page {raster.number} by {turns * 90} degrees"))
    found: tuple[Seal, ...] = ()
    if seals:
        from parsers.seals.seals import find_seals

        found = find_seals(rgb, scale, colour=raster.colour, sized=raster.sized or upright.cut)

    def place(box: Box) -> Box:
        return upright.back(box, turns, raster.mm_per_pixel)

    boxes = tuple(
        (place(Box(*(edge * scale for edge in (p.area.left, p.area.top, p.area.right, p.area.bottom)))), p.text)
        for p in read.pieces
        if p.text
    )
    found = tuple(replace(seal, box=place(seal.box)) for seal in found)
    return ScannedPage(raster.number, read.blocks, found, raster.colour, round(read.confidence, 4), boxes)


def _read(rgb: NDArray[np.uint8], mm_per_pixel: float, colour: bool, sized: bool) -> tuple[int, _Text]:
    """The page's text, and the quarter turns (counter-clockwise) that stood it upright."""
    sheet = _Sheet.of(rgb, mm_per_pixel, colour, sized)
    engine = ocr.engine()
    turned, prepared = 0, _prepare(sheet, mm_per_pixel)
    areas = engine.detect(prepared.clean)
    if _lies(areas):
        turned, prepared = 1, _prepare(sheet.turned(1), mm_per_pixel)
        areas = engine.detect(prepared.clean)
    sample = _sample(areas)
    if not sample:  # not one line of text: a photograph of people at work
        return turned, _Text((), (), 0.0)
    read = None if turned else _recognised(prepared, areas, mm_per_pixel)
    if read is None or read.confidence < DOUBTFUL:
        here = _sureness(engine.read([_crop(prepared.clean, area) for area in sample]))
        upside = _turned(prepared.clean, 2)
        height, width = upside.shape
        flipped = [ocr.Area(width - a.right, height - a.bottom, width - a.left, height - a.top) for a in sample]
        if _sureness(engine.read([_crop(upside, area) for area in flipped])) > here + 0.05:
            turned = (turned + 2) % 4
            prepared = _prepare(sheet.turned(turned), mm_per_pixel)
            areas, read = engine.detect(prepared.clean), None
    return turned, read if read is not None else _recognised(prepared, areas, mm_per_pixel)


def _shows_text(rgb: NDArray[np.uint8]) -> bool:
    """Whether a photograph, made small, has anything like a line of text: most show people at work, and cost little then."""
    import cv2
    import numpy as np

    ratio = min(1.0, GLANCE_SIDE / max(rgb.shape[:2]))
    size = max(1, round(rgb.shape[1] * ratio)), max(1, round(rgb.shape[0] * ratio))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return any(max(area.width, area.height) > 2 * min(area.width, area.height) for area in ocr.engine().detect(even_paper(small[:, :, 0])))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page's ink: as it is searched (`pale`), as it is read (`deep`), and where a seal's ink lies over it.

    `lines`: where ruled lines are sought; `traces`: `deep` may show what is left of a seal's letters.
    """

    pale: Grey
    deep: Grey
    veil: Grey | None
    lines: Grey
    traces: bool = True

    @classmethod
    def of(cls, rgb: NDArray[np.uint8], mm_per_pixel: float, colour: bool, sized: bool) -> _Sheet:
        import cv2

        if not colour:
            paper = even_paper(rgb[:, :, 1])
            pale = without_grey_seals(paper, rgb, mm_per_pixel, sized)
            return cls(pale, paper, veil_of(cv2.subtract(pale, paper), mm_per_pixel) if pale is not paper else None, paper, traces=False)
        pale, deep = ink_without_red(rgb)
        return cls(pale, deep, red_veil(rgb, mm_per_pixel), pale)

    def turned(self, turns: int) -> _Sheet:
        veil = None if self.veil is None else _turned(self.veil, turns)
        return _Sheet(_turned(self.pale, turns), _turned(self.deep, turns), veil, _turned(self.lines, turns), self.traces)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A sheet without its lines, and the tables that they made."""

    clean: Grey
    pale: Grey
    deep: Grey
    veil: Grey | None
    tables: tuple[ruling.Table, ...]
    traces: bool = True


def _turned(page: Grey, turns: int) -> Grey:
    import numpy as np

    return np.ascontiguousarray(np.rot90(page, turns))


def _prepare(sheet: _Sheet, mm_per_pixel: float) -> _Prepared:
    import cv2
    import numpy as np

    lines = ruling.find_ruling(sheet.lines, mm_per_pixel, sheet.veil, sheet.deep if sheet.traces else None)
    tables = tuple(ruling.find_tables(lines, mm_per_pixel))
    clean = ruling.without_lines(sheet.pale, lines, mm_per_pixel)
    if sheet.veil is None:
        return _Prepared(clean, clean, clean, None, tables)
    deep = ruling.without_lines(sheet.deep, lines, mm_per_pixel)
    if not sheet.traces:
        return _Prepared(clean, clean, deep, sheet.veil, tables, traces=False)
    both = np.asarray(cv2.addWeighted(clean, 0.5, deep, 0.5, 0), dtype=np.uint8)
    return _Prepared(both, clean, deep, sheet.veil, tables)


def _recognised(prepared: _Prepared, areas: Sequence[ocr.Area], mm_per_pixel: float) -> _Text:
    found = layout.pieces(areas, prepared.tables, prepared.clean, mm_per_pixel)
    found = [piece for piece in found if not _is_trace(prepared, piece.area)]
    veil = prepared.veil
    veiled = [] if veil is None else [index for index, piece in enumerate(found) if float((_crop(veil, piece.area) > 0).mean()) > 0.02]
    crops = [_crop(prepared.pale, piece.area) for piece in found] + [_crop(prepared.deep, found[index].area) for index in veiled]
    texts = ocr.engine().read(crops)
    for index, other in _settled(prepared, found, [(index, texts[index], deep) for index, deep in zip(veiled, texts[len(found) :])]):
        texts[index] = other
    read = layout.once(
        [replace(piece, text=result.text, confidence=result.confidence) for piece, result in zip(found, texts) if result.confidence >= 0.5]
    )
    weight = sum(len(piece.text) for piece in read)
    confidence = sum(piece.confidence * len(piece.text) for piece in read) / weight if weight else 0.0
    return _Text(layout.blocks(read, prepared.tables), tuple(read), confidence)


def _settled(
    prepared: _Prepared, found: Sequence[layout.Piece], read: Sequence[tuple[int, ocr.Read, ocr.Read]]
) -> Iterator[tuple[int, ocr.Read]]:
    """The better of the readings of each veiled line, (index, pale, deep). Where they differ, one of both together tips the scales."""
    differing = [index for index, pale, deep in read if prepared.traces and pale.text != deep.text]
    thirds = dict(zip(differing, ocr.engine().read([_crop(prepared.clean, found[index].area) for index in differing])))
    for index, pale, deep in read:
        third = thirds.get(index)
        if third is not None and third.text in (pale.text, deep.text):
            yield index, pale if third.text == pale.text else deep
        elif deep.confidence > pale.confidence - (0.05 if prepared.traces else 0.0):
            yield index, deep


def _is_trace(prepared: _Prepared, area: ocr.Area) -> bool:
    """True for what is left of a seal's own letters: dark only where light is reckoned, hardly anywhere in the red channel."""
    if prepared.veil is None or not prepared.traces or float((_crop(prepared.veil, area) > 0).mean()) < 0.3:
        return False
    shown = int((_crop(prepared.deep, area) < 150).sum())
    black = int((_crop(prepared.pale, area) < 120).sum())
    return black < 0.2 * shown


def _lies(areas: Sequence[ocr.Area]) -> bool:
    """True where most text runs up or down the page: it lies on its side."""
    tall = sum(area.height for area in areas if area.height > 1.6 * area.width)
    wide = sum(area.width for area in areas if area.width > 1.6 * area.height)
    return tall > 1.5 * wide and tall > 0


def _sample(areas: Sequence[ocr.Area]) -> list[ocr.Area]:
    """A few lines long enough to tell by their reading which way is up; none where there is no line of text."""
    fitting = [area for area in areas if 3 * area.height < area.width < 20 * area.height]
    return sorted(fitting, key=lambda area: abs(area.width / area.height - 7))[:6]


def _sureness(read: Sequence[ocr.Read]) -> float:
    return sum(result.confidence for result in read) / len(read) if read else 0.0


def _crop(page: Grey, area: ocr.Area) -> Grey:
    return page[max(0, area.top) : max(area.bottom, area.top + 1), max(0, area.left) : max(area.right, area.left + 1)]
