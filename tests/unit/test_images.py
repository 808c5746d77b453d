"""Pictures as documents: what is read, salvaged and refused."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from parsers.documents.images import read_image
from parsers.pixels.rasters import rasters
from parsers.values import Content, Reason, Refusal


def picture(form: str, size: tuple[int, int] = (60, 80), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "white").save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "name"), [("JPEG", "jpg"), ("PNG", "png"), ("BMP", "bmp"), ("GIF", "gif"), ("TIFF", "tiff"), ("WEBP", "webp")]
)
def test_every_format_is_one_scanned_page(form: str, name: str) -> None:
    content = read_image(picture(form))
    assert isinstance(content, Content)
    assert content.format == name
    assert [(page.number, page.scanned, page.blocks) for page in content.pages] == [(1, True, ())]


def test_each_page_of_a_tiff_counts() -> None:
    out = io.BytesIO()
    pages = [Image.new("L", (200, 300), shade) for shade in (0, 128, 255)]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    content = read_image(out.getvalue())
    assert isinstance(content, Content)
    assert [page.number for page in content.pages] == [1, 2, 3]
    opened = rasters(out.getvalue(), [3])
    assert not isinstance(opened, Refusal)
    assert [raster.number for raster in opened] == [3]


def test_the_size_comes_from_a_believable_resolution_only() -> None:
    believable = read_image(picture("JPEG", (1654, 2339), dpi=(200, 200)))
    telephone = read_image(picture("JPEG", (1654, 2339), dpi=(72, 72)))
    assert isinstance(believable, Content)
    assert isinstance(telephone, Content)
    assert (round(believable.pages[0].width), round(believable.pages[0].height)) == (210, 297)
    assert (telephone.pages[0].width, telephone.pages[0].height) == (0, 0)


def test_exif_orientation_turns_the_page() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright, stored lying
    data = picture("JPEG", (400, 300), exif=exif)
    opened = rasters(data)
    assert not isinstance(opened, Refusal)
    assert next(iter(opened)).rgb.shape == (400, 300, 3)


@pytest.mark.parametrize(("form", "size"), [("PNG", (300, 300)), ("JPEG", (300, 300)), ("JPEG", (2400, 1800))])
@pytest.mark.parametrize("share", [0.1, 0.6, 0.98])
def test_a_picture_cut_off_is_unreadable(form: str, size: tuple[int, int], share: float) -> None:
    out = io.BytesIO()
    grain = random.Random(1).randbytes(size[0] * size[1] * 3)
    Image.frombytes("RGB", size, grain).save(out, form)
    whole = out.getvalue()
    assert isinstance(read_image(whole), Content)
    refusal = read_image(whole[: round(len(whole) * share)])
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.UNREADABLE


def test_rubbish_and_nothing() -> None:
    rubbish, nothing = read_image(b"\x89PNG\r\n\x1a\nrubbish"), read_image(b"")
    assert isinstance(rubbish, Refusal)
    assert isinstance(nothing, Refusal)
    assert (rubbish.reason, nothing.reason) == (Reason.UNREADABLE, Reason.EMPTY)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(3751) * 30000)) + chunk(b"IEND", b"")
    refusal = read_image(bomb)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.UNSAFE


def test_transparent_parts_are_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    opened = rasters(out.getvalue())
    assert not isinstance(opened, Refusal)
    assert next(iter(opened)).rgb.min() == 255


def test_grey_pictures_have_no_colour() -> None:
    for data, colour in ((picture("JPEG", mode="L"), False), (picture("PNG", mode="1"), False), (picture("PNG"), False)):
        opened = rasters(data)
        assert not isinstance(opened, Refusal)
        assert next(iter(opened)).colour is colour


@pytest.mark.parametrize(("edge", "colour"), [(0, False), (6, False), (20, True), (600, True)])
def test_a_spot_of_colour_is_colour(edge: int, colour: bool) -> None:
    page = Image.new("RGB", (1654, 2339), (120, 120, 120))
    page.paste((200, 60, 60), (301, 1001, 301 + edge, 1001 + edge))
    out = io.BytesIO()
    page.save(out, "PNG")
    opened = rasters(out.getvalue())
    assert not isinstance(opened, Refusal)
    assert next(iter(opened)).colour is colour
