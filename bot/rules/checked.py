"""Programmes for use: every option in `[rules.<id>]` is one there is, of its type, and refers to something in the programme.

A misspelt one would switch a check off unseen. Whatever works with a programme loads it from here; `bot.programme.load` knows no rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigurationError, Problem
from bot.programme.load import load_programmes, parse_programme
from bot.programme.programme import Programme
from bot.programme.specs import DocumentSpec, FieldSpec, Part, StatisticSpec
from bot.rules.registry import RULES, Rule
from bot.toml_file import Place, line_at, lines_of, nearest, read_text, values_of

Spec = TypeVar("Spec", bound=Part)


def checked_programme(path: Path) -> Programme:
    """The programme in a file. Raises ConfigurationError naming every problem, those of rules' options among them."""
    text = read_text(path)
    values = values_of(text, str(path))
    problems: list[Problem] = []
    try:
        programme = parse_programme(text, str(path))
    except ConfigurationError as error:
        problems += error.problems
        programme = _as_far_as_right(values)
    wrong = list(_wrong_options(programme))
    if problems or wrong:
        lines = lines_of(text)
        problems += [replace(problem, line=line_at(lines, place)) for place, problem in wrong]
        raise ConfigurationError(str(path), sorted(problems, key=lambda problem: problem.line))
    return programme


def checked_programmes(folder: Path | None = None) -> dict[str, Programme]:
    """All programmes by id, as `load_programmes` gives them. Raises ConfigurationError naming every problem of every file."""
    return load_programmes(folder, checked_programme)


def _as_far_as_right(values: Mapping[str, Any]) -> Programme:
    """Of a programme with problems elsewhere, what rules' options may refer to: so that theirs are named at once, not next time."""
    rules = values.get("rules")
    return Programme.model_construct(
        fields=tuple(_right_specs(FieldSpec, "key", values.get("field"))),
        statistics=tuple(_right_specs(StatisticSpec, "key", values.get("statistic"))),
        documents=tuple(_right_specs(DocumentSpec, "kind", values.get("document"))),
        rules={rule: given for rule, given in rules.items() if isinstance(given, dict)} if isinstance(rules, dict) else {},
    )


def _right_specs(spec: type[Spec], name: str, tables: Any) -> Iterator[Spec]:
    """The tables as they are, and of a wrong one the keys that are right; none of it where its name is wrong."""
    for table in tables if isinstance(tables, list) else ():
        try:
            yield spec.model_validate(table)
        except ValidationError as error:
            wrong = {item["loc"][:1] for item in error.errors()}
            if isinstance(table, dict) and (name,) not in wrong:
                yield spec.model_construct(**{key: value for key, value in table.items() if (key,) not in wrong})


def _wrong_options(programme: Programme) -> Iterator[tuple[Place, Problem]]:
    """Rules and options that there are not, values of another type, and what refers to nothing; each with its place in the file."""
    rules = {rule.id: rule for rule in RULES}
    for name, given in programme.rules.items():
        rule = rules.get(name)
        if rule is None:
            yield ("rules", name), Problem(f"rules.{name}", f"no such rule{nearest(name, rules)}", ", ".join(sorted(rules)))
            continue
        try:
            rule.options.model_validate(given, context=programme)
        except ValidationError as error:
            for item in error.errors():
                yield ("rules", name, *item["loc"]), _problem(rule, item)


def _problem(rule: Rule, item: ErrorDetails) -> Problem:
    """What pydantic found wrong with an option, in the words of who writes a programme. An item of a list goes under its list's key."""
    where = ".".join(("rules", rule.id, *(str(part) for part in item["loc"] if isinstance(part, str))))
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "extra_forbidden":
        known = sorted(rule.options.model_fields)
        return Problem(where, f"unknown key{nearest(str(item['loc'][-1]), known)}", ", ".join(known))
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        return Problem(where, f"none of what is allowed: {value!r}{nearest(str(value), choices)}", ", ".join(choices))
    if kind in _TYPES:
        return Problem(where, f"not of the right type: {value!r}", _TYPES[kind])
    if kind in ("greater_than_equal", "less_than_equal"):
        return Problem(where, f"out of range: {value!r}", "a number from 0 to 1")
    return Problem(where, item["msg"].removeprefix("Value error, "), str(context.get("allowed", "")))


_TYPES = {
    "bool_type": "true or false",
    "string_type": "a text",
    "float_type": "a number from 0 to 1",
    "tuple_type": 'a list of texts: ["…"]',
}
