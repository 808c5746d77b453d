"""The engine alone: lines found and read."""

from __future__ import annotations

import os

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from parsers.limits import OCR_THREADS
from parsers.pixels import ocr
from parsers.sandbox.walls import environment
from tests.scans.forms import font

pytestmark = pytest.mark.slow


def written(text: str, size: int = 34) -> NDArray[np.uint8]:
    image = Image.new("L", (900, 120), 255)
    ImageDraw.Draw(image).text((60, 40), text, 0, font=font("song", size))
    return np.array(image, dtype=np.uint8)


def test_a_line_is_found_and_read() -> None:
    page = written("南京市质量协会 2025年")
    (area,) = ocr.engine().detect(page)
    assert area.left < 66
    assert area.top < 51
    (read,) = ocr.engine().read([page[area.top : area.bottom, area.left : area.right]])
    assert read.text.replace(" ", "") == "南京市质量协会2025年"
    assert read.confidence > 0.95


@pytest.mark.parametrize(
    ("processors", "said", "threads"), [(1, "", 1), (2, "", 1), (4, "", 2), (64, "", 2), (4, "1", 1), (2, "3", 3), (2, "x", 1)]
)
def test_threads_leave_processors_for_other_pages(monkeypatch: pytest.MonkeyPatch, processors: int, said: str, threads: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    monkeypatch.setenv(OCR_THREADS, said)
    assert ocr.count_threads() == threads
    assert environment()[OCR_THREADS] == said  # the sandbox's children are told as well


def test_crops_of_all_sizes_come_back_in_their_order() -> None:
    texts = ["0", "邮编", "18851529207", "实施可视化管理提升焊缝一次合格率的探索"]
    crops = []
    for text in texts:
        page = written(text)
        (area,) = ocr.engine().detect(page)
        crops.append(page[area.top : area.bottom, area.left : area.right])
    assert [read.text for read in ocr.engine().read(crops)] == texts


def test_a_line_in_a_corner_of_bare_paper_is_found_where_it_stands() -> None:
    page = np.full((3000, 2400), 255, dtype=np.uint8)
    page[2800:2920, 1450:2350] = written("无锡市中山街692号")
    (area,) = ocr.engine().detect(page)
    ink = np.argwhere(page < 128)
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    assert area.left <= left < area.left + 30
    assert area.top <= top < area.top + 30
    assert right < area.right <= right + 31
    assert bottom < area.bottom <= bottom + 31


def test_nothing_is_read_from_nothing() -> None:
    blank = np.full((400, 400), 255, dtype=np.uint8)
    assert ocr.engine().detect(blank) == []
    assert ocr.engine().read([]) == []


def test_one_engine_a_process() -> None:
    assert ocr.engine() is ocr.engine()
