"""Presentations (.pptx): the text of every shape, group, table, diagram and note, a page a slide.

An own walk, as in `word`: python-pptx skips the diagrams (SmartArt) and alternate contents in which Chinese slides keep text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from parsers.documents.ooxml import Package, PackageError
from parsers.text.symbols import symbol_text
from parsers.values import Block, Cell, Content, Grid, Note, Page, Paragraph, Reading, Reason

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"

MAX_SLIDES = 300
_EMU = 36_000  # English Metric Units a millimetre
_DECORATION = frozenset(("sldNum", "dt", "ftr", "hdr"))
"""Placeholders that repeat on each slide: number, date, footer, header."""


def read_pptx(data: bytes) -> Reading:
    """The slides of a .pptx (or .ppsx, .pptm) in their order of show; a slide's notes come after its shapes.

    A title is a Paragraph of level 1. Refusals: UNREADABLE, ENCRYPTED, UNSAFE.
    """
    try:
        package = Package(data)
        return _presentation(package)
    except PackageError as error:
        return error.refusal


def _presentation(package: Package) -> Content:
    name = package.main_part("ppt/presentation.xml")
    root = package.xml(name)
    relations = package.relations(name)
    size = root.find(_P + "sldSz")
    width, height = (0.0, 0.0) if size is None else (_millimetres(size.get("cx")), _millimetres(size.get("cy")))
    slides = [relations.get(e.get(_R + "id", ""), ("", ""))[1] for e in root.iter(_P + "sldId")]
    pages: list[Page] = []
    notes: list[Note] = []
    for number, slide in enumerate(slides[:MAX_SLIDES], 1):
        try:
            pages.append(Page(number, tuple(_slide(package, slide)), width, height))
        except PackageError as error:  # one damaged slide among good ones
            notes.append(Note("slide-unreadable", f"{number}: {error}"))
    if not pages and notes:
        raise PackageError(Reason.UNREADABLE, notes[0].detail)
    if len(slides) > MAX_SLIDES:
        notes.append(Note("pages-cut", str(len(slides))))
    return Content("pptx", tuple(block for page in pages for block in page.blocks), tuple(pages), tuple(notes))


def _slide(package: Package, name: str) -> Iterator[Block]:
    relations = package.relations(name)
    yield from _shapes(package.xml(name), package, relations)
    for kind, target in relations.values():
        if kind == "notesSlide" and target in package:
            yield from _shapes(package.xml(target), package, {})


def _shapes(parent: Any, package: Package, relations: dict[str, tuple[str, str]]) -> Iterator[Block]:
    for element in parent:
        tag = element.tag
        if tag == _P + "sp":
            place = element.find(f".//{_P}nvPr/{_P}ph")
            kind = "" if place is None else place.get("type", "")
            if kind not in _DECORATION:
                yield from _paragraphs(element, 1 if kind in ("title", "ctrTitle") else 0)
        elif tag == _A + "tbl":
            yield _table(element)
        elif tag == _DGM + "relIds":
            target = relations.get(element.get(_R + "dm", ""), ("", ""))[1]
            if target in package:
                yield from _paragraphs(package.xml(target), 0)
        elif tag == _MC + "AlternateContent":
            for choice in element:
                if found := list(_shapes(choice, package, relations)):
                    yield from found
                    break
        else:  # groups, graphic frames, connectors, pictures
            yield from _shapes(element, package, relations)


def _paragraphs(element: Any, level: int) -> Iterator[Paragraph]:
    for paragraph in element.iter(_A + "p"):
        text = _text(paragraph).strip()
        if text:
            yield Paragraph(text, level)


def _text(paragraph: Any) -> str:
    out: list[str] = []
    for element in paragraph.iter(_A + "t", _A + "br", _A + "tab"):
        out.append(symbol_text(element.text or "") if element.tag == _A + "t" else "\n" if element.tag == _A + "br" else "\t")
    return "".join(out)


def _table(table: Any) -> Grid:
    cells: list[Cell] = []
    for row, tr in enumerate(table.iterchildren(_A + "tr")):
        for column, tc in enumerate(tr.iterchildren(_A + "tc")):
            if tc.get("hMerge", "0") in ("1", "true") or tc.get("vMerge", "0") in ("1", "true"):
                continue
            text = "\n".join(line for p in tc.iter(_A + "p") if (line := _text(p)).strip())
            cells.append(Cell(row, column, text, _count(tc.get("rowSpan")), _count(tc.get("gridSpan"))))
    return Grid(tuple(cells))


def _count(value: str | None) -> int:
    return int(value) if value is not None and value.isdigit() else 1


def _millimetres(value: str | None) -> float:
    return round(int(value) / _EMU, 1) if value is not None and value.isdigit() else 0.0
