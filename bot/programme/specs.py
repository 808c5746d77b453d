"""The parts of a programme: fields, statistics, documents, requirements, channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic import Field as _Field

from bot.facts import Channel, Copy

DOCUMENT_KINDS = (
    "application_form",
    "experience",
    "team_material",
    "slides",
    "summary_sheet",
    "statistics_form",
    "work_summary",
    "recommendation_letter",
    "recommendation_form",
    "recommendation_bundle",
    "award_notice",
    "review_summary",
    "other",
)


FieldType = Literal["text", "uscc", "mobile", "phone", "postcode", "email", "percent", "number", "integer", "year", "yes-no"]


def _not_above_max(least: int, info: ValidationInfo) -> int:
    most = info.data.get("max", 0)
    if most and least > most:
        raise ValueError(f"{least} is above `max`, {most}: no text could be right")
    return least


Most = Annotated[int, _Field(strict=True, ge=0)]
"""Characters at most, blanks not counted; 0: no limit."""
Least = Annotated[int, _Field(strict=True, ge=0), AfterValidator(_not_above_max)]
"""Characters at least; stands after the `max` of its table."""
Positive = Annotated[int, _Field(strict=True, ge=1)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contacts(Part):
    """Whom a submitter may ask, as the notice gives it."""

    department: str = ""
    people: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    """Further lines, ready to print: an address, a website, a chat group."""


class ChannelRule(Part):
    """One way of sending. Where `accepted` is false, `instead` says in Chinese where this sender must go."""

    accepted: bool
    instead: str = ""
    listed: bool = False
    """True where only recommenders on the programme's list may send."""


class FieldSpec(Part):
    """One field of the application form.

    `labels`: its labels, any spacing. `after`: the key of the field whose label must come before this one in reading
    order (the municipal form's second 手机). `line`: the field stands in a line of text, not in the table. `channels`:
    required only on these channels. `when`: required where another field has that value. `needed`: False for optional.
    """

    key: str
    label: str
    labels: tuple[str, ...]
    type: FieldType = "text"
    required: bool = True
    channels: tuple[Channel, ...] = (Channel.ENTERPRISE, Channel.RECOMMENDER)
    when: tuple[str, str] | None = None
    after: str | None = None
    line: bool = False


class StatisticSpec(Part):
    """One number or line of the statistics form: its key, its labels (fragments a label must contain), its type."""

    key: str
    label: str
    contains: tuple[tuple[str, ...], ...]
    """Alternatives; each is the set of fragments that the label must all contain."""
    excludes: tuple[str, ...] = ()
    type: FieldType = "number"
    required: bool = False
    line: bool = False
    after: str | None = None
    """The key of the line that must come before, for forms with one label twice."""


class SectionSpec(Part):
    """A section the notice asks for, by its headings. `max`/`min` characters (blanks not counted), 0: no limit."""

    key: str
    headings: tuple[str, ...]
    required: bool = True
    max: Most = 0
    min: Least = 0


class DocumentSpec(Part):
    """A kind of document: how it is recognised and what its text must keep.

    `titles`: phrases of its heading; `names`: phrases of its file name; `words`: phrases of its text. `scope`:
    whether one belongs to each application or to the whole package. `max`/`min`: characters of the whole document.
    """

    kind: str
    label: str
    scope: Literal["application", "package"] = "application"
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    """Formats of the editable copy that the notice admits; empty: any."""
    max: Most = 0
    min: Least = 0
    sections: tuple[SectionSpec, ...] = ()
    contains: tuple[str, ...] = ()
    """For a combined PDF: the kinds of document that must be found in it."""
    columns: Mapping[str, tuple[str, ...]] = {}
    """For a list: field keys and their column headings. `pair` is a column that holds organisation/team in one cell."""
    pages: Positive = 3
    """How many pages of a scan are read at most."""

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in DOCUMENT_KINDS:
            raise ValueError(f"unknown document kind {kind!r} (allowed: {', '.join(DOCUMENT_KINDS)})")
        return kind


class Requirement(Part):
    """A copy of a document that must be sent. `label`: as the reply names it. `seals`: whose seals a stamped copy bears:
    "organisation", "recommender" (only where there is one)."""

    document: str
    copy_: Copy | None = _Field(default=None, alias="copy")
    """editable or stamped; None where the notice takes either."""
    label: str
    channels: tuple[Channel, ...] = (Channel.ENTERPRISE, Channel.RECOMMENDER)
    seals: tuple[Literal["organisation", "recommender"], ...] = ()
    required: bool = True


class TitleRule(Part):
    """How an experience is named: begins with one of `begin`, ends with one of `end`, at most `max` characters."""

    begin: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    max: Most = 0
