"""What a rule's options may be: their types, and what each text among them refers to in the programme.

A rule module with options of its own declares `class Options(RuleOptions)` in these types. `bot.rules.checked` validates what a
programme states against them with the programme as pydantic's context; `options_of` validates without it, for a programme that
was checked when it was loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StrictBool, StrictStr, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from bot.programme.programme import Programme
from bot.toml_file import nearest

T = TypeVar("T")


class RuleOptions(BaseModel):
    """What a programme may set of every rule in `[rules.<id>]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: StrictBool = True


def own_options(options: type[RuleOptions]) -> dict[str, FieldInfo]:
    """The options that a rule has beside every rule's, by name."""
    return {name: field for name, field in options.model_fields.items() if name not in RuleOptions.model_fields}


@dataclass(frozen=True, slots=True)
class Refers:
    """A text that names something which the programme declares.

    `what`: what it names, to follow "no ..." in an error and for docs/rules.md; `known`: the names that there are. With `or_none`
    the empty text names nothing, and may. Defaults are held against no programme: one that declares less has less to check.
    """

    what: str
    known: Callable[[Programme], Iterable[str]]
    or_none: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, name: str, info: ValidationInfo) -> str:
        if info.context is None or (self.or_none and not name):
            return name
        known = tuple(dict.fromkeys(self.known(info.context)))
        if name not in known:
            what = f"no {self.what}: {name!r}{nearest(name, known)}"
            raise PydanticCustomError("refers_to_nothing", "{what}", {"what": what, "allowed": ", ".join(known) or "none is declared"})
        return name


def _fields(programme: Programme, *types: str) -> Iterable[str]:
    return (spec.key for spec in programme.fields if not types or spec.type in types)


def _kinds(programme: Programme, *scopes: str) -> Iterable[str]:
    return (spec.kind for spec in programme.documents if not scopes or spec.scope in scopes)


FieldKey = Annotated[StrictStr, Refers("key of a `[[field]]`", _fields)]
CountKey = Annotated[
    StrictStr,
    Refers("key of a `[[field]]` that can hold a count", lambda programme: _fields(programme, "text", "number", "integer", "percent")),
]
NameKey = Annotated[Literal["organisation", "team"], Refers("key of a `[[field]]`", _fields)]
"""A field whose name may have a superior's before it."""
StatisticKey = Annotated[StrictStr, Refers("key of a `[[statistic]]`", lambda programme: (spec.key for spec in programme.statistics))]
Kind = Annotated[StrictStr, Refers("kind of a `[[document]]`", _kinds)]
KindOrNone = Annotated[StrictStr, Refers("kind of a `[[document]]`", _kinds, or_none=True)]
ApplicationKind = Annotated[
    StrictStr, Refers("kind of a `[[document]]` of scope application", lambda programme: _kinds(programme, "application"))
]
PackageKind = Annotated[StrictStr, Refers("kind of a `[[document]]` of scope package", lambda programme: _kinds(programme, "package"))]
ListKind = Annotated[
    StrictStr,
    Refers(
        "kind of a `[[document]]` of scope package with `columns`",
        lambda programme: (spec.kind for spec in programme.documents if spec.columns and spec.scope == "package"),
    ),
]
CombinedKindOrNone = Annotated[
    StrictStr,
    Refers("kind of a `[[document]]` with `contains`", lambda programme: (d.kind for d in programme.documents if d.contains), or_none=True),
]
PartKind = Annotated[
    StrictStr, Refers("kind that a `[[document]]` `contains`", lambda programme: (kind for d in programme.documents for kind in d.contains))
]
ArchiveFormat = Literal["zip", "rar", "7z", "tar", "gz", "bz2", "xz"]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
"""How alike, or how sure: 0 to 1."""


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    twice = [value for at, value in enumerate(values) if value in values[:at]]
    if twice:
        raise ValueError(f"listed twice: {twice[0]!r}")
    return values


def _one_or_more(values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise PydanticCustomError("empty", "the list is empty", {"allowed": "one or more; `enabled = false` switches the rule off"})
    return values


Several = Annotated[tuple[T, ...], AfterValidator(_each_once)]
AtLeastOne = Annotated[tuple[T, ...], AfterValidator(_each_once), AfterValidator(_one_or_more)]
