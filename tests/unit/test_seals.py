"""Seals found, their rings read, and red things that are none left alone."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from parsers.seals.seals import find_seals
from parsers.values import Seal
from tests.scans import forms, stamps, wear

pytestmark = pytest.mark.slow

DPI = 200
MM = 25.4 / DPI
NAME = "南京鼎盛路桥工程有限公司"


def sheet() -> Image.Image:
    """A form without any red."""
    return forms.draw_form("municipal", forms.fields_of("municipal", random.Random(3)), face="song", row_mm=8).page


def pixels(page: Image.Image) -> NDArray[np.uint8]:
    return np.array(page.convert("RGB"), dtype=np.uint8)


def stamped(stamp: stamps.Stamp, at: tuple[float, float], strength: float = 0.85) -> tuple[Seal, ...]:
    page = sheet()
    stamps.press(page, stamps.draw_stamp(stamp, DPI), at, DPI, strength=strength)
    return find_seals(pixels(wear.scanned(page, random.Random(4))), MM)


def test_a_round_seal_its_place_and_its_text() -> None:
    (seal,) = stamped(stamps.Stamp(NAME, turn=17), (100, 220))
    assert (seal.shape, seal.colour, seal.text) == ("round", "red", NAME)
    assert seal.confidence > 0.9
    assert abs(seal.box.left - 79) < 4
    assert abs(seal.box.right - 121) < 4
    assert abs(seal.box.top - 199) < 4


def test_an_oval_seal() -> None:
    (seal,) = stamped(stamps.Stamp(NAME, 45, 30, foot="合同专用章", star=False), (100, 220))
    assert seal.shape == "oval"


def test_a_faint_seal_over_text_is_found() -> None:
    assert len(stamped(stamps.Stamp(NAME), (110, 80), strength=0.15)) == 1


@pytest.mark.parametrize("at", [(210.0, 150.0), (0.0, 150.0), (100.0, 297.0), (100.0, 0.0)])
def test_half_a_seal_is_found_and_its_text_not_trusted(at: tuple[float, float]) -> None:
    page = sheet()
    stamps.press(page, stamps.draw_stamp(stamps.Stamp(NAME), DPI), at, DPI)
    (seal,) = find_seals(pixels(page), MM)
    assert seal.confidence <= 0.5


def test_two_on_one_page() -> None:
    page = sheet()
    other = "江苏省质量管理协会"
    stamps.press(page, stamps.draw_stamp(stamps.Stamp(NAME), DPI), (70, 200), DPI)
    stamps.press(page, stamps.draw_stamp(stamps.Stamp(other, turn=-12), DPI), (150, 230), DPI)
    assert [seal.text for seal in find_seals(pixels(page), MM)] == [NAME, other]


def test_the_number_at_the_foot_is_no_part_of_the_name() -> None:
    (seal,) = stamped(stamps.Stamp(NAME, number="3201040012345"), (100, 220))
    assert seal.text == NAME


@pytest.mark.parametrize("kind", stamps.DECOYS)
def test_red_things_that_are_no_seals(kind: str) -> None:
    for seed in range(3):
        page = sheet()
        stamps.decoy(page, kind, DPI, random.Random(seed))
        assert find_seals(pixels(page), MM) == ()


def test_a_page_without_red_has_none() -> None:
    assert find_seals(pixels(sheet()), MM) == ()


def test_a_grey_scan_is_searched_by_shape() -> None:
    page = sheet()
    stamps.press(page, stamps.draw_stamp(stamps.Stamp(NAME), DPI), (100, 220), DPI)
    found = find_seals(pixels(wear.grey(page)), MM, colour=False)
    assert [seal.colour for seal in found] == ["grey"]
    assert find_seals(pixels(wear.grey(sheet())), MM, colour=False) == ()
