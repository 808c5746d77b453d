"""Programmes whose `[rules.<id>]` tables name rules and options that there are: a misspelt one would switch a check off unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError, Problem
from bot.programme.load import load_programme, load_programmes
from bot.programme.programme import Programme
from bot.rules.registry import RULES
from bot.toml_file import line_at, lines_of, read_text


def checked_programme(path: Path) -> Programme:
    """The programme in a file. Raises ConfigurationError naming every problem."""
    programme = load_programme(path)
    problems = list(option_problems(programme))
    if problems:
        lines = lines_of(read_text(path))
        raise ConfigurationError(str(path), [replace(p, line=line_at(lines, p.where.split("."))) for p in problems])
    return programme


def checked_programmes(folder: Path | None = None) -> dict[str, Programme]:
    """All programmes by id, as `load_programmes` gives them. Raises ConfigurationError naming every problem."""
    programmes = load_programmes(folder)
    problems = [replace(p, where=f"{one.id}: {p.where}") for one in programmes.values() for p in option_problems(one)]
    if problems:
        raise ConfigurationError("programmes", problems)
    return programmes


def option_problems(programme: Programme) -> Iterator[Problem]:
    """Rules and options that there are not, and values of another type than the option's default."""
    rules = {rule.id: {"enabled": True, **rule.options} for rule in RULES}
    for rule, given in programme.rules.items():
        if rule not in rules:
            yield Problem(f"rules.{rule}", "no such rule", ", ".join(sorted(rules)))
            continue
        for option, value in given.items():
            default = rules[rule].get(option)
            if default is None:
                yield Problem(f"rules.{rule}.{option}", "unknown key", ", ".join(sorted(rules[rule])))
            elif not _fits(value, default):
                yield Problem(f"rules.{rule}.{option}", f"not of the right type: {value!r}", _KINDS[type(default)])


_KINDS: dict[type, str] = {bool: "true or false", str: "a text", float: "a number", tuple: 'a list of texts: ["…"]'}


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, type(default))
