"""Scans read as the forms that they show."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from parsers.pixels.rasters import Raster, rasters
from parsers.scan.scan import scan
from parsers.values import Box, Grid, Reason, Refusal, Scan, ScannedPage
from tests.scans import cases, forms, stamps, wear

pytestmark = pytest.mark.slow

RNG_SEED = 7


def form(face: str = "", **options: float) -> tuple[Image.Image, dict[str, str]]:
    fields = forms.fields_of("municipal", random.Random(RNG_SEED))
    drawn = forms.draw_form("municipal", fields, face=face or "song", **options)  # type: ignore[arg-type]
    stamp = stamps.draw_stamp(stamps.Stamp(fields["organisation"]), 200)
    stamps.press(drawn.page, stamp, (120.0, 75.0), 200)
    return drawn.page, drawn.fields


def only_page(data: bytes, **options: bool) -> ScannedPage:
    found = scan("form.pdf", data, **options)
    assert isinstance(found, Scan)
    return found.pages[0]


def values(page: ScannedPage) -> list[str]:
    return [cell.text for block in page.blocks if isinstance(block, Grid) for cell in block.cells]


def test_a_stamped_scan_gives_cells_and_its_seal() -> None:
    page, fields = form()
    read = only_page(wear.as_pdf([wear.scanned(page, random.Random(1))], 200))
    cells = values(read)
    for key in ("organisation", "team", "address", "postcode", "contact", "contact_mobile", "leader_mobile", "headcount"):
        assert fields[key] in cells, key
    assert read.colour
    assert [seal.text for seal in read.seals] == [fields["organisation"]]
    assert read.seals[0].confidence > 0.9
    grids = [block for block in read.blocks if isinstance(block, Grid)]
    assert len(grids) == 1
    first = next(iter(grids[0].rows()))
    assert [cell.text for cell in first] == ["质量信得过班组名称", fields["team"]]
    assert first[1].colspan > 1  # the rows below are parted further


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180])
def test_a_page_on_its_side_or_head_is_turned(turn: Image.Transpose) -> None:
    page, fields = form(row_mm=8)
    read = only_page(wear.as_pdf([wear.scanned(page, random.Random(2)).transpose(turn)], 200), seals=False)
    assert fields["organisation"] in values(read)
    assert read.seals == ()


def test_a_photograph_is_cut_out_and_straightened() -> None:
    page, fields = form(row_mm=8)
    found = scan("photo.jpg", wear.as_file(wear.photographed(page, random.Random(3))))
    assert isinstance(found, Scan)
    cells = values(found.pages[0])
    assert {fields["organisation"], fields["contact_mobile"], fields["postcode"]} <= set(cells)
    assert len(found.pages[0].seals) == 1


def test_only_the_pages_asked_for_are_read() -> None:
    blank = Image.new("RGB", (827, 1169), "white")
    found = scan("three.pdf", wear.as_pdf([blank, blank, blank], 100), pages=[2, 9], text=False)
    assert isinstance(found, Scan)
    assert [page.number for page in found.pages] == [2]
    assert [(note.code, note.detail) for note in found.notes] == [("page-not-drawn", "9")]


def test_a_photograph_without_a_line_of_text_says_nothing() -> None:
    rng = np.random.default_rng(RNG_SEED)
    colours = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize((2400, 1800), Image.Resampling.BICUBIC)
    grain = np.asarray(colours).astype(np.int16) + rng.normal(0, 6, (1800, 2400, 1)).astype(np.int16)
    out = io.BytesIO()
    Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=88)
    read = only_page(out.getvalue())
    assert (read.blocks, read.confidence) == ((), 0.0)


def test_an_empty_page_has_nothing_on_it() -> None:
    read = only_page(wear.as_pdf([Image.new("RGB", (1654, 2339), "white")], 200))
    assert (read.blocks, read.seals, read.boxes) == ((), (), ())


def test_grey_scans_say_so() -> None:
    page, _ = form(row_mm=8)
    assert not only_page(wear.as_pdf([wear.grey(page)], 200), text=False).colour


@pytest.mark.parametrize(("mode", "colour"), [("RGB", True), ("L", False)])
def test_beside_a_page_in_colour_a_bare_one_is_known_to_have_none(mode: str, colour: bool) -> None:
    page, _ = form()
    red = page.copy()
    red.paste((200, 40, 40), (100, 100, 200, 200))
    found = scan("scan.pdf", wear.as_pdf([red, page.convert("L").convert(mode)], 200), text=False)
    assert isinstance(found, Scan)
    assert [one.colour for one in found.pages] == [True, colour]


MISREAD = {
    "the star and ring of a grey seal taken for lines": ("grey, seal over text", 3, ["organisation", "qualification", "team"]),
    "a grey ring across tight rows": ("grey, seal over text", 1, ["pass_rate", "accidents"]),
    "a digit under a rim, read otherwise from each of two pages": ("200 dpi, small type (9 points)", 2, ["headcount"]),
}


@pytest.mark.parametrize(("condition", "index", "keys"), MISREAD.values(), ids=MISREAD)
def test_seals_over_a_form_leave_its_fields_whole(condition: str, index: int, keys: list[str]) -> None:
    (made,) = (known for known in cases.FIELD_CONDITIONS if known.name == condition)
    case = made.make(random.Random(f"20251120 {condition} {index}"), index)
    found = values(only_page(case.data, seals=False))
    assert [case.fields[key] for key in keys if case.fields[key] not in found] == []


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", Reason.EMPTY), (b"%PDF-1.7 rubbish", Reason.UNREADABLE), (b"no picture", Reason.UNREADABLE)]
)
def test_what_cannot_be_opened_is_refused(data: bytes, reason: Reason) -> None:
    refusal = scan("x", data)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is reason


def test_the_boxes_lie_where_the_text_stands() -> None:
    page, fields = form(row_mm=8)
    read = only_page(wear.as_pdf([page], 200), seals=False)
    box = next(box for box, text in read.boxes if text == fields["organisation"])
    assert 70 < box.left < 90  # the second column begins at 79 mm
    assert box.bottom - box.top < 8
    out = io.BytesIO()
    page.save(out, "PNG")
    assert isinstance(scan("form.png", out.getvalue(), text=False, seals=False), Scan)


@pytest.mark.parametrize("way", ["scanned", "photographed", "on its side", "on its head"])
def test_what_was_read_is_placed_on_the_page_as_it_came(way: str) -> None:
    page, fields = form(row_mm=8)
    if way == "photographed":
        data = wear.as_file(wear.photographed(page, random.Random(3)))
    else:
        worn = wear.scanned(page, random.Random(1))
        turn = {"on its side": Image.Transpose.ROTATE_90, "on its head": Image.Transpose.ROTATE_180}.get(way)
        data = wear.as_pdf([worn.transpose(turn) if turn else worn], 200)
    raster = next(iter(drawn(data)))
    ink = np.argwhere((raster.rgb[:, :, 0].astype(int) - raster.rgb[:, :, 1:].max(axis=2)) > 60)  # the seal's red
    read = only_page(data)
    (seal,) = read.seals
    middle = ((seal.box.top + seal.box.bottom) / 2, (seal.box.left + seal.box.right) / 2)
    assert np.abs(np.median(ink, axis=0) * raster.mm_per_pixel - middle).max() < 4
    name = next(box for box, text in read.boxes if text == fields["organisation"])
    assert (name.right - name.left > name.bottom - name.top) == (way != "on its side")
    dark = raster.rgb[_rows(name, raster.mm_per_pixel)].max(axis=2) < 110
    assert 0.02 < dark.mean() < 0.5  # letters on paper


def drawn(data: bytes) -> Iterator[Raster]:
    found = rasters(data)
    assert not isinstance(found, Refusal)
    return found


def _rows(box: Box, mm_per_pixel: float) -> tuple[slice, slice]:
    top, bottom, left, right = (round(edge / mm_per_pixel) for edge in (box.top, box.bottom, box.left, box.right))
    return slice(top, bottom), slice(left, right)
