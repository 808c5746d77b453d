"""Working papers as data: what an association draws up from its applications, declared in a programme's `[[paper]]`.

`list`: a row an application, in the columns of the association's own sheet. `scores`: a sheet an accepted application,
with the notice's criteria and points, for the experts. `statistics`: a row a recommender, with totals.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from bot.programme.specs import Part, Positive

COLUMN_VALUES = frozenset({"number", "reference", "channel", "recommender", "received", "sender"})
"""What a column may hold beside fields and statistics."""


class PaperColumn(Part):
    """A column: its heading, and what stands in it.

    `value`: "number" (1, 2, 3...), "" (left blank, to be filled in by hand), field or statistics keys joined by "+"
    ("organisation+team"), or one of reference, channel, recommender, received, sender. `width`: characters.
    """

    label: str
    value: str = ""
    width: Positive = 16


class Criterion(Part):
    """One item of a scoring sheet and its most points."""

    item: str
    content: tuple[str, ...]
    points: Positive


class PaperSpec(Part):
    """One working paper. `lines` stand between title and table, `foot` below it; `{recommender}` in them is filled in.

    `decisions`: whose applications are listed.
    """

    kind: Literal["list", "scores", "statistics"]
    name: str
    """The sheet's name, and the file's."""
    title: str
    lines: tuple[str, ...] = ()
    columns: tuple[PaperColumn, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    foot: tuple[str, ...] = ()
    decisions: tuple[Literal["accepted", "incomplete", "held", "rejected"], ...] = ("accepted",)

    @model_validator(mode="after")
    def _complete(self) -> PaperSpec:
        if self.kind == "scores" and not self.criteria:
            raise ValueError(f"paper {self.name!r}: scores need [[paper.criteria]]")
        if self.kind == "list" and not self.columns:
            raise ValueError(f"paper {self.name!r}: a list needs columns")
        if len(self.name) > 31 or set(self.name) & set("[]:*?/\\"):
            raise ValueError(f"paper {self.name!r}: no name for a sheet (at most 31 characters, none of []:*?/\\)")
        return self
