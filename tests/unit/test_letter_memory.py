"""A large mail is read within a few times its own size, however its attachment is encoded (bench/letter_memory.py measures 60 MB)."""

from __future__ import annotations

import tracemalloc

import pytest

from bench.letter_memory import KINDS, make_mail
from parsers.letter.letter import parse_letter

SIZE = 6 << 20


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_takes_less_than_four_times_its_size(kind: str) -> None:
    assert len(parse_letter(make_mail(kind, 100_000)).attachments) == 1  # what is imported and built once does not count
    tracemalloc.start()
    try:
        raw = make_mail(kind, SIZE)
        tracemalloc.reset_peak()
        letter = parse_letter(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(letter.attachments) == 1
    assert peak < 4 * len(raw)
