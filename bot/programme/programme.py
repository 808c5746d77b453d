"""A notice as data: TOML -> Programme, every error named and all at once.

A programme states what a notice asks: who may send, until when, which documents with which limits, which fields, which
names. `docs/programmes.md` explains each key; `programmes/*.toml` are the four notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, field_validator, model_validator
from pydantic import Field as _Field
from pydantic_core import PydanticCustomError

from bot.facts import Channel
from bot.findings import DEFAULT_SEVERITIES, Severity
from bot.programme.papers import COLUMN_VALUES, PaperSpec
from bot.programme.specs import ChannelRule, Contacts, DocumentSpec, FieldSpec, Part, Requirement, StatisticSpec, TitleRule
from bot.toml_file import nearest


def _known_code(code: str) -> str:
    if code not in DEFAULT_SEVERITIES:
        what = f"unknown finding code: {code!r}{nearest(code, DEFAULT_SEVERITIES)}"
        raise PydanticCustomError("unknown_code", "{what}", {"what": what, "allowed": ", ".join(DEFAULT_SEVERITIES)})
    return code


FindingCode = Annotated[str, AfterValidator(_known_code)]


class Programme(Part):
    """One notice. Dates are the notice's own, in `timezone`; the deadline's day counts whole."""

    schema_: Literal[1] = _Field(alias="schema")
    id: str
    title: str
    association: str
    mailbox: str
    reference: str
    year: int
    timezone: str = "Asia/Shanghai"
    opens: date
    deadline: date
    changes: Literal["replace", "confirm"] = "replace"
    """After acceptance a changed entry replaces the accepted one, or needs staff's confirmation first."""
    changes_until: time | None = None
    """On the deadline's day, the hour until which changes may be confirmed."""
    supplement_until: date | None = None
    """The last day for supplements to a case opened in time; the deadline where absent."""
    case: Literal["application", "package"] = "application"
    """What gets a reference number: each team's application, or the recommender's package as a whole."""
    identity: tuple[tuple[str, ...], ...]
    """What makes two entries the same: each part is a list of field keys of which one must agree."""
    period: tuple[str, ...] = ()
    """First and last month of the statistics, as YYYY-MM."""
    contacts: Contacts
    essentials: tuple[str, ...]
    """The notice's essentials for someone who asks, a line each, in Chinese."""
    channels: Mapping[Channel, ChannelRule]
    recommenders: tuple[str, ...] = ()
    recommender_aliases: Mapping[str, str] = {}
    fields: tuple[FieldSpec, ...] = _Field(default=(), alias="field")
    statistics: tuple[StatisticSpec, ...] = _Field(default=(), alias="statistic")
    documents: tuple[DocumentSpec, ...] = _Field(alias="document")
    requirements: tuple[Requirement, ...] = _Field(alias="requirement")
    title_rule: TitleRule | None = None
    team_endings: tuple[str, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = {}
    """Options of rules, by rule id; `enabled = false` switches a rule off."""
    severity: Mapping[FindingCode, Severity] = {}
    papers: tuple[PaperSpec, ...] = _Field(default=(), alias="paper")
    """What the association draws up from the applications: see `bot.programme.papers`."""

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:  # "Mars/North"; "../etc"
            raise ValueError(f"no such time zone: {name!r}; for instance Asia/Shanghai") from error
        return name

    @field_validator("period")
    @classmethod
    def _two_months(cls, period: tuple[str, ...]) -> tuple[str, ...]:
        if period and not (len(period) == 2 and all(re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", month) for month in period)):
            raise ValueError(f'not two months: {list(period)}; for instance ["2024-06", "2025-06"]')
        return period

    @model_validator(mode="after")
    def _consistent(self) -> Programme:
        parts = (self._fields_at_odds(), self._days_at_odds(), self._documents_at_odds(), self._papers_at_odds(), self._senders_at_odds())
        problems = [problem for part in parts for problem in part]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _fields_at_odds(self) -> Iterator[str]:
        yield from _keys_at_odds("field", self.fields)
        yield from _keys_at_odds("statistic", self.statistics)
        keys = {spec.key for spec in self.fields}
        for spec in self.fields:
            if spec.when is not None and spec.when[0] not in keys:
                yield f"field {spec.key!r}: `when` names no field: {spec.when[0]!r}{nearest(spec.when[0], keys)}"
        identified = {key for part in self.identity for key in part}
        for key in sorted(identified - keys - {"recommender"}):
            yield f"identity: no [[field]] has the key {key!r}{nearest(key, keys)}"

    def _days_at_odds(self) -> Iterator[str]:
        if self.deadline < self.opens:
            yield f"deadline: {self.deadline} is before the first day, {self.opens}"
        if self.supplement_until is not None and self.supplement_until < self.deadline:
            yield f"supplement_until: {self.supplement_until} is before the deadline, {self.deadline}"

    def _documents_at_odds(self) -> Iterator[str]:
        kinds = {spec.kind for spec in self.documents}
        for requirement in self.requirements:
            if requirement.document not in kinds:
                unknown = requirement.document
                yield f"requirement {requirement.label!r}: no [[document]] of kind {unknown!r}{nearest(unknown, kinds)}"
        for spec in self.documents:
            for kind in spec.contains:
                if kind not in kinds:
                    yield f"document {spec.kind!r}: `contains` names no [[document]]: {kind!r}{nearest(kind, kinds)}"

    def _papers_at_odds(self) -> Iterator[str]:
        values = {spec.key for spec in self.fields} | {spec.key for spec in self.statistics} | COLUMN_VALUES
        for paper in self.papers:
            for column in paper.columns:
                for key in filter(None, column.value.split("+")):
                    if key not in values:
                        what = f"paper {paper.name!r}: column {column.label!r} holds no field's or statistic's value"
                        yield f"{what}: {key!r}{nearest(key, values)}"

    def _senders_at_odds(self) -> Iterator[str]:
        for name in sorted(set(self.recommender_aliases.values()) - set(self.recommenders)):
            yield f"recommender_aliases: {name!r} is on no list of recommenders"
        if set(self.channels) != set(Channel):
            yield "channels: both `enterprise` and `recommender` must be stated"

    @property
    def zone(self) -> ZoneInfo:
        """The notice's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def deadline_at(self) -> datetime:
        """The first moment that is too late: midnight after the deadline's day."""
        return _after(self.deadline, self.zone)

    @property
    def supplement_deadline_at(self) -> datetime:
        """The first moment too late for a supplement to a case that was opened in time."""
        return _after(self.supplement_until or self.deadline, self.zone)

    def closes_at(self, opened_at: datetime | None) -> datetime:
        """The first moment too late for a mail; `opened_at`: when its case was opened, None for a first mail."""
        in_time = opened_at is not None and opened_at < self.deadline_at
        return self.supplement_deadline_at if in_time else self.deadline_at

    @property
    def changes_closed_at(self) -> datetime:
        """From when on a change of an accepted entry can't be confirmed any more; aware."""
        if self.changes_until is None:
            return self.deadline_at
        return datetime.combine(self.deadline, self.changes_until, self.zone)

    def document(self, kind: str) -> DocumentSpec | None:
        """The document of that kind, or None where the notice knows none."""
        return next((spec for spec in self.documents if spec.kind == kind), None)

    def field(self, key: str) -> FieldSpec | None:
        """The field of that key, or None where the form has none."""
        return next((spec for spec in self.fields if spec.key == key), None)

    def required(self, scope: str, channel: Channel | None) -> tuple[Requirement, ...]:
        """The requirements of a scope on a channel; where the channel can't be told, those of every channel."""
        return tuple(
            r for r in self.requirements
            if r.required
            and (spec := self.document(r.document)) is not None
            and spec.scope == scope
            and (channel in r.channels if channel else set(r.channels) == set(Channel))
        )  # fmt: skip

    def severity_of(self, code: str) -> Severity:
        """The severity of a code under this programme."""
        return self.severity.get(code, DEFAULT_SEVERITIES[code])


def _keys_at_odds(table: str, specs: Sequence[FieldSpec] | Sequence[StatisticSpec]) -> list[str]:
    """Keys of a table that are listed twice, and those whose `after` names none of them."""
    keys = [spec.key for spec in specs]
    twice = [f"{table} {key!r} is listed twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    return twice + [
        f"{table} {spec.key!r}: `after` names no {table}: {spec.after!r}{nearest(spec.after, keys)}"
        for spec in specs
        if spec.after is not None and spec.after not in keys
    ]


def _after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), zone)
