"""Choosing by evidence: the most weight, if it is enough and no other has nearly as much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judging.evidence import Choice, Evidence, Explanation, choose, explain

WEIGHTS = [
    ("the heaviest", {"a": 1.0, "b": 3.0}, "b", 2.0, "a"),
    ("too light", {"a": 0.4, "b": 0.1}, None, 0.3, "b"),
    ("too near the next", {"a": 3.0, "b": 2.9}, None, 0.1, "b"),
    ("the only one needs no lead", {"a": 1.0}, "a", 1.0, None),
    ("what speaks against all", {"a": -1.0, "b": -2.0}, None, 1.0, "b"),
    ("no option", {}, None, 0.0, None),
]


@pytest.mark.parametrize(("weights", "best", "margin", "runner_up"), [case[1:] for case in WEIGHTS], ids=[case[0] for case in WEIGHTS])
def test_the_heaviest_is_chosen_if_it_is_enough_and_leads(
    weights: dict[str, float], best: str | None, margin: float, runner_up: str | None
) -> None:
    choice = choose(weights, lambda option: [Evidence("weighs", weights[option])], least=1.0, lead=0.5)
    assert (choice.best, choice.runner_up) == (best, runner_up)
    assert choice.margin == pytest.approx(margin)


def test_several_signs_add_up_and_are_kept() -> None:
    signs = {"mine": [Evidence("own-folder", 3, "甲/"), Evidence("states-others", -1)], "yours": [Evidence("name-in-path", 1.5)]}
    choice = choose(signs, signs.__getitem__, least=1, lead=0.5)
    assert choice == Choice("mine", 0.5, (Evidence("own-folder", 3, "甲/"), Evidence("states-others", -1)), "yours")
    assert explain("owner", "甲/文本.docx", choice, str.upper) == Explanation("owner", "甲/文本.docx", "MINE", choice.why, 0.5, "YOURS")


def test_what_is_unknown_keeps_the_evidence_that_was_too_little() -> None:
    choice = choose(["a"], lambda option: [Evidence("a hint", 0.2)], least=1, lead=0)
    assert choice.best is None
    assert choice.why == (Evidence("a hint", 0.2),)
    assert explain("paper", "x.pdf", choice).answer == ""


@given(st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=6), st.integers(0, 9), st.integers(1, 9), st.randoms())
def test_the_order_of_the_options_decides_nothing(weights: dict[str, int], least: int, lead: int, random: object) -> None:
    options = list(weights)
    one = choose(options, lambda option: [Evidence("w", weights[option])], least, lead)
    random.shuffle(options)  # type: ignore[attr-defined]
    two = choose(options, lambda option: [Evidence("w", weights[option])], least, lead)
    assert (one.best, one.margin) == (two.best, two.margin)
