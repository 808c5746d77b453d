"""Lines of text as paragraphs and cells."""

from __future__ import annotations

from parsers.pixels.ocr import Area
from parsers.scan.layout import Piece, blocks, once
from parsers.values import Paragraph


def piece(text: str, left: int, top: int, right: int, bottom: int, confidence: float = 1.0) -> Piece:
    return Piece(Area(left, top, right, bottom), text=text, confidence=confidence)


def test_lines_of_tight_rows_stay_one_above_the_other() -> None:
    read = [piece("培训参与人数（", 230, 953, 421, 993), piece("人次)", 231, 972, 313, 1012)]
    assert blocks(read, ()) == (Paragraph("培训参与人数（人次)"),)


def test_words_side_by_side_are_one_line() -> None:
    read = [piece("2025年", 400, 104, 500, 144), piece("南京市", 100, 100, 220, 140)]
    assert blocks(read, ()) == (Paragraph("南京市 2025年"),)


def test_a_line_found_twice_is_taken_once() -> None:
    whole, part = piece("13809677433", 100, 100, 320, 140), piece("77433", 230, 98, 322, 142)
    assert once([part, whole]) == [whole]
    again = piece("13809677433", 98, 99, 322, 141, confidence=0.9)
    assert once([again, whole]) == [whole]


def test_equal_texts_apart_are_both_kept() -> None:
    both = [piece("0", 100, 100, 120, 140), piece("0", 400, 100, 420, 140)]
    assert once(both) == both
