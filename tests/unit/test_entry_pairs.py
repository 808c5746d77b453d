"""Which entries are the same: on a labelled set, a certain match must never be wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.judging.before.cases import EntryKeys, find_keys
from bot.judging.before.same import Likeness, compare_keys
from bot.programme.load import load_programmes

PAIRS = tomllib.loads((Path(__file__).parents[1] / "data" / "entry_pairs.toml").read_text(encoding="utf-8"))

_PROGRAMMES = load_programmes()


def keys(side: str) -> EntryKeys:
    """The keys of one side of a pair: organisation | title | team | credit code | mobile."""
    names = ("organisation", "title", "team", "uscc", "contact_mobile")
    return find_keys(dict(zip(names, side.split("|"), strict=True)))


def later_pairs(label: str) -> list[tuple[str, str, str]]:
    """Those of a label that were written after the rules."""
    return [("jsaq-2025", one, two) for one, two in PAIRS["later"][label]]


def pairs(label: str) -> list[tuple[str, str, str]]:
    """The pairs of a label, each with a programme that goes by organisation and title, or by organisation and team."""
    by_title = [("jsaq-2025", one, two) for one, two in PAIRS[label]] + later_pairs(label)
    return by_title + [("caq-2020", one, two) for one, two in PAIRS["by_team"][label]]


def likeness(pair: tuple[str, str, str]) -> Likeness:
    """How alike the pair's entries are to its programme."""
    programme, one, two = pair
    return compare_keys(_PROGRAMMES[programme], keys(one), keys(two)).likeness


@pytest.mark.parametrize("pair", pairs("same"), ids=" ~ ".join)
def test_the_same_entry_is_certain(pair: tuple[str, str, str]) -> None:
    assert likeness(pair) is Likeness.CERTAIN


@pytest.mark.parametrize("label", ["variant", "different"])
def test_certain_is_never_wrong(label: str) -> None:
    """A wrong "certain" would reject somebody's entry."""
    assert pairs(label)
    assert [pair for pair in pairs(label) if likeness(pair) is Likeness.CERTAIN] == []


@pytest.mark.parametrize(
    ("label", "wanted", "least"), [("variant", Likeness.PROBABLE, 0.9), ("different", Likeness.DIFFERENT, 0.9)], ids=["shown", "left alone"]
)
def test_staff_see_what_is_probably_one_entry_and_little_else(label: str, wanted: Likeness, least: float) -> None:
    found = [likeness(pair) for pair in pairs(label)]
    assert found.count(wanted) >= least * len(found), [pair for pair in pairs(label) if likeness(pair) is not wanted]


def test_the_set_is_large_and_no_pair_stands_in_it_twice() -> None:
    everything = [pair for label in ("same", "variant", "different") for pair in pairs(label)]
    assert len(everything) >= 150
    assert len({frozenset(pair) for pair in everything}) == len(everything)
