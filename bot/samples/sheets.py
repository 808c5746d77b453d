"""Rows as .xlsx, text as .pptx."""

from __future__ import annotations

import io
from collections.abc import Sequence

from bot.samples.zips import undated


def write_xlsx(rows: Sequence[Sequence[str | int | None]], *, sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet with these rows from its top-left cell."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return undated(out.getvalue())


def write_pptx(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A presentation: a title and lines of text a slide."""
    from pptx import Presentation

    deck = Presentation()
    for heading, lines in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = heading
        slide.placeholders[1].text = "\n".join(lines)
    out = io.BytesIO()
    deck.save(out)
    return undated(out.getvalue())
