"""Programmes from their files: one text, one file, all of the package and of a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from bot.errors import ConfigurationError, Problem
from bot.programme.programme import Programme
from bot.toml_file import problems_of, read_text, values_of


def parse_programme(text: str, source: str) -> Programme:
    """A programme from its TOML text. Raises ConfigurationError naming every problem; `source` is the file's name."""
    values = values_of(text, source)
    try:
        return Programme.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(source, problems_of(error, text)) from error


def load_programme(path: Path) -> Programme:
    """The programme in a file. Raises ConfigurationError: unreadable, not TOML, or any wrong or unknown key."""
    return parse_programme(read_text(path), str(path))


def load_programmes(folder: Path | None = None, load: Callable[[Path], Programme] = load_programme) -> dict[str, Programme]:
    """All programmes by id: the package's, and those of `folder`, which win. Errors of all files are raised together.

    What a programme says of rules' options is held against the rules by `bot.rules.checked`, from where it is loaded for use."""
    programmes: dict[str, Programme] = {}
    problems: list[Problem] = []
    files = sorted(Path(str(entry)) for entry in resources.files("programmes").iterdir() if entry.name.endswith(".toml"))
    if folder is not None:
        if not folder.is_dir():
            raise ConfigurationError(str(folder), [Problem("programmes.folder", "no such folder")])
        files += sorted(folder.glob("*.toml"))
    for file in files:
        try:
            programme = load(file)
        except ConfigurationError as error:
            problems += [
                replace(problem, where=f"{file}{f':{problem.line}' if problem.line else ''}: {problem.where}", line=0)
                for problem in error.problems
            ]
        else:
            programmes[programme.id] = programme
    if problems:
        raise ConfigurationError("programmes", problems)
    return programmes
