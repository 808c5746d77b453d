"""How people fill forms: labels spaced, broken, starred; label and value in one cell; content controls; tracked changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from bot.samples.layout import Box, Layout, Row, Table

Manner = Callable[[Layout, Random], Layout]


def _each_row(change: Callable[[Row, Random], Row]) -> Manner:
    def manner(layout: Layout, rng: Random) -> Layout:
        return tuple(Table(tuple(change(row, rng) for row in part.rows)) if isinstance(part, Table) else part for part in layout)

    return manner


def _labels(change: Callable[[str, Random], str]) -> Manner:
    def row_with(row: Row, rng: Random) -> Row:
        return tuple(replace(box, text=change(box.text, rng)) if box.key and not box.value else box for box in row)

    return _each_row(row_with)


def _values(wrap: str) -> Manner:
    return _each_row(lambda row, rng: tuple(replace(box, wrap=wrap) if box.value and box.text else box for box in row))


def _one_cell(row: Row, rng: Random) -> Row:
    """邮编：214000 in one cell: only rows that are nothing but label and value pairs, as people write them."""
    if len(row) % 2 or not all(a.key and a.key == b.key and b.value for a, b in zip(row[::2], row[1::2], strict=True)):
        return row
    return tuple(Box(f"{a.text}：{b.text}", a.across + b.across, b.key, value=True) for a, b in zip(row[::2], row[1::2], strict=True))


def _broken(text: str, rng: Random) -> str:
    middle = len(text) // 2
    return f"{text[:middle]}\n{text[middle:]}" if len(text) > 3 else text


def _spaced(text: str, rng: Random) -> str:
    plain = text.replace(" ", "")
    return rng.choice(("　", " ", "  ")).join(plain) if len(plain) <= 4 else text


def _sealed_value(row: Row, rng: Random) -> Row:
    return tuple(
        replace(box, text=f"{box.text}{rng.choice(('（盖章）', '(盖章)', '（公章）'))}") if box.value and box.key == "organisation" else box
        for box in row
    )


def _blanks(row: Row, rng: Random) -> Row:
    return tuple(
        replace(box, text=rng.choice((" {}", "{} ", "　{}", "{}\n")).format(box.text)) if box.value and box.text else box for box in row
    )


MANNERS: dict[str, Manner] = {
    "plain": lambda layout, rng: layout,
    "spaced": _labels(_spaced),
    "colons": _labels(lambda text, rng: text + rng.choice(("：", ":", ""))),
    "stars": _labels(lambda text, rng: rng.choice(("*", "＊", "")) + text),
    "broken": _labels(_broken),
    "halfwidth": _labels(lambda text, rng: text.replace("（", "(").replace("）", ")")),
    "one-cell": _each_row(_one_cell),
    "controls": _values("control"),
    "cell-controls": _values("cell-control"),
    "tracked": _values("inserted"),
    "split": _values("split"),
    "seal-note": _each_row(_sealed_value),
    "blanks": _each_row(_blanks),
}
"""By name; several may follow each other."""


def decorated(names: tuple[str, ...], rng: Random) -> Callable[[Layout], Layout]:
    """The manners of these names, one after the other."""

    def decorate(layout: Layout) -> Layout:
        for name in names:
            layout = MANNERS[name](layout, rng)
        return layout

    return decorate


def some(rng: Random) -> tuple[str, ...]:
    """One or two manners that go together."""
    about_labels = rng.choice(("plain", "spaced", "colons", "stars", "broken", "halfwidth"))
    about_values = rng.choice(("plain", "controls", "cell-controls", "tracked", "split", "seal-note", "blanks", "one-cell"))
    return (about_labels, about_values)
