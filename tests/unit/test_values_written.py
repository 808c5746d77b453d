"""Values as people write them: what is taken for a remark, and what for the value."""

from __future__ import annotations

import pytest

from bot.rules.values import PROBLEMS, count_of


@pytest.mark.parametrize(
    ("type", "value", "problem"),
    [
        ("uscc", "91350211M0001XU43E", "uscc-check"),
        ("uscc", "91350211M000100Y46", ""),
        ("uscc", "91350211M000100Y46（三证合一）", ""),
        ("uscc", "91350211M000100Y46（三证合一）（新）", ""),
        ("mobile", "13800138000（微信同号）", ""),
        ("mobile", "（办公室（内线8））13800138000", ""),
        ("phone", "（0591）87654321", ""),
        ("phone", "0591-87654321转802", ""),
        ("percent", "98.5%", ""),
        ("percent", "12398.5%", "percent"),
        ("percent", "95%-98%", ""),
        ("number", "9" * 400, "number"),
        ("integer", "9" * 400, "number"),
    ],
)
def test_what_can_be_right(type: str, value: str, problem: str) -> None:
    assert PROBLEMS[type](value) == problem


@pytest.mark.parametrize(
    ("value", "count"),
    [("近三年发生2起", 2), ("近2年无", 0), ("2019年1起，2020年2起", 3), ("发生三起", 3), ("无", 0), ("9" * 400, None), ("12个月内3次", 3)],
)
def test_the_count_that_a_value_states(value: str, count: int | None) -> None:
    assert count_of(value) == count
