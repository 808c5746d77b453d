"""Layouts drawn on paper, sealed, and scanned: pages as pictures, pictures as a PDF without text."""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bot.samples.layout import Layout, Line, Row, Table
from bot.samples.zips import WRITTEN

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_A4 = (210.0, 297.0)
_MARGIN = 25.0
_RED = (206, 32, 38)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A round seal: its ring's text, its centre on the page in millimetres, its radius, and how much ink it left (0 to 1)."""

    text: str
    x: float = 140.0
    y: float = 105.0
    radius: float = 20.0
    ink: float = 0.85


def write_scan(
    pages: Sequence[tuple[Layout, Sequence[Stamp]]], *, rng: Random, dpi: int = 200, font: Path | None = None, grey: bool = False
) -> bytes:
    """A PDF of scanned pages, each a layout with its seals: pixels only, slightly turned and noisy."""
    pictures = [_scanned(draw_page(layout, stamps, dpi=dpi, font=font), rng, grey=grey) for layout, stamps in pages]
    out = io.BytesIO()
    written = datetime(*WRITTEN).timetuple()
    pictures[0].save(
        out, "PDF", resolution=dpi, save_all=True, append_images=pictures[1:], quality=80, creationDate=written, modDate=written
    )
    return out.getvalue()


def write_photo(layout: Layout, stamps: Sequence[Stamp], *, rng: Random, dpi: int = 180, font: Path | None = None) -> bytes:
    """A JPEG of one page as a telephone takes it: larger border, slightly turned, uneven light."""
    from PIL import Image, ImageChops, ImageOps

    page = ImageOps.expand(draw_page(layout, stamps, dpi=dpi, font=font), border=dpi // 4, fill=(96, 84, 70))
    page = page.rotate(rng.uniform(-1.5, 1.5), resample=Image.Resampling.BICUBIC, fillcolor=(96, 84, 70))
    light = Image.linear_gradient("L").resize(page.size).point(lambda level: 215 + level * 40 // 255)
    page = ImageChops.multiply(page, Image.merge("RGB", (light, light, light)))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=82)
    return out.getvalue()


def draw_page(layout: Layout, stamps: Sequence[Stamp] = (), *, dpi: int = 200, font: Path | None = None) -> Image:
    """One A4 page: the layout's lines and tables from the top, the seals over them. What does not fit is cut off."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (round(_A4[0] / 25.4 * dpi), round(_A4[1] / 25.4 * dpi)), (253, 253, 251))
    pen = ImageDraw.Draw(page)
    scale = dpi / 25.4
    face = _font(font, round(3.7 * scale))
    top = _MARGIN * scale
    for part in layout:
        top = _draw_table(pen, part, top, scale, face) if isinstance(part, Table) else _draw_line(pen, part, top, scale, face)
        top += 2.5 * scale
    for stamp in stamps:
        page = _sealed(page, stamp, scale, font)
    return page


def _font(path: Path | None, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    if path is not None:
        return ImageFont.truetype(str(path), size)
    return ImageFont.truetype(io.BytesIO(resources.files("bot.samples").joinpath("sample.otf").read_bytes()), size)


def _draw_line(pen: object, line: Line, top: float, scale: float, face: FreeTypeFont) -> float:
    width = (_A4[0] - 2 * _MARGIN) * scale
    for text in _wrapped(line.text, width, face):
        left = _MARGIN * scale + (width - face.getlength(text)) / 2 if line.centred else _MARGIN * scale
        pen.text((left, top), text, font=face, fill=(30, 30, 32))  # type: ignore[attr-defined]
        top += face.size * 1.45
    return top


def _draw_table(pen: object, table: Table, top: float, scale: float, face: FreeTypeFont) -> float:
    columns = sum(box.across for box in table.rows[0])
    width = (_A4[0] - 2 * _MARGIN) * scale / columns
    for row in table.rows:
        top = _draw_row(pen, row, top, width, scale, face)
    return top


def _draw_row(pen: object, row: Row, top: float, width: float, scale: float, face: FreeTypeFont) -> float:
    padding = 1.2 * scale
    wrapped = [_wrapped(box.text, width * box.across - 2 * padding, face) for box in row]
    height = max(len(lines) for lines in wrapped) * face.size * 1.3 + 2 * padding
    left = _MARGIN * scale
    for box, lines in zip(row, wrapped, strict=True):
        right = left + width * box.across
        pen.rectangle((left, top, right, top + height), outline=(40, 40, 42), width=max(1, round(0.2 * scale)))  # type: ignore[attr-defined]
        for index, text in enumerate(lines):
            pen.text((left + padding, top + padding + index * face.size * 1.3), text, font=face, fill=(30, 30, 32))  # type: ignore[attr-defined]
        left = right
    return top + height


def _wrapped(text: str, width: float, face: FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for character in paragraph:
            if line and face.getlength(line + character) > width:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines


def _sealed(page: Image, stamp: Stamp, scale: float, font: Path | None) -> Image:
    """The page with the seal multiplied onto it, as ink lies on print."""
    from PIL import Image, ImageChops

    ink = _draw_seal(stamp, scale, font)
    layer = Image.new("RGB", page.size, (255, 255, 255))
    paint = Image.blend(Image.new("RGB", ink.size, (255, 255, 255)), Image.new("RGB", ink.size, _RED), stamp.ink)
    layer.paste(paint, (round(stamp.x * scale - ink.width / 2), round(stamp.y * scale - ink.height / 2)), ink)
    return ImageChops.multiply(page, layer)


def _draw_seal(stamp: Stamp, scale: float, font: Path | None) -> Image:
    """The seal as a mask: ring, star, and the text along the upper five sixths of the ring."""
    from PIL import Image, ImageDraw

    radius = stamp.radius * scale
    side = round(2 * radius) + 8
    mask = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    middle = side / 2
    pen.ellipse((middle - radius, middle - radius, middle + radius, middle + radius), outline=255, width=round(1.2 * scale))
    points = [
        (middle + math.sin(k * math.pi / 5) * r, middle - math.cos(k * math.pi / 5) * r)
        for k in range(10)
        for r in [radius * (0.3 if k % 2 == 0 else 0.115)]
    ]
    pen.polygon(points, fill=255)
    size = min(radius * 0.27, radius * 3.2 / max(len(stamp.text), 1))
    face = _font(font, max(8, round(size)))
    step = min(300 / max(len(stamp.text), 1), 26)
    for index, character in enumerate(stamp.text):
        angle = (index - (len(stamp.text) - 1) / 2) * step
        tile = Image.new("L", (round(face.size * 1.6),) * 2, 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), character, font=face, fill=255, anchor="mm")
        tile = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        away = radius - size * 0.62 - 1.6 * scale
        centre = (middle + math.sin(math.radians(angle)) * away, middle - math.cos(math.radians(angle)) * away)
        place = (round(centre[0] - tile.width / 2), round(centre[1] - tile.height / 2))
        mask.paste(255, place, tile)
    return mask


def _scanned(page: Image, rng: Random, *, grey: bool) -> Image:
    """The page as a flat-bed scanner returns it: turned by up to half a degree, a little noise, slightly soft."""
    from PIL import Image, ImageFilter

    page = page.rotate(rng.uniform(-0.5, 0.5), resample=Image.Resampling.BICUBIC, fillcolor=(253, 253, 251))
    page = page.filter(ImageFilter.GaussianBlur(0.4))
    noise = _noise(page).resize(page.size)
    page = Image.blend(page, Image.merge("RGB", (noise, noise, noise)), 0.03)
    return page.convert("L").convert("RGB") if grey else page


def _noise(page: Image) -> Image:
    """Grey noise of half the page's size, a standard deviation of 6: the page's own, for Pillow's comes from a generator without a seed."""
    import numpy as np
    from PIL import Image

    drawn = np.random.RandomState(zlib.crc32(page.tobytes())).normal(128, 6, (page.height // 2, page.width // 2))
    return Image.fromarray(drawn.clip(0, 255).astype(np.uint8))
