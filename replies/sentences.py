"""The sentence for each finding, from sentences.toml: what is wrong, in which file, what to send."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter

Sentences = Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def all_sentences() -> Sentences:
    """Code to problem to sentences, the most telling first."""
    table = tomllib.loads(resources.files("replies").joinpath("sentences.toml").read_text(encoding="utf-8"))
    return {code: {problem: tuple(lines) for problem, lines in problems.items()} for code, problems in table.items()}


def facts_used(template: str) -> frozenset[str]:
    """The facts that a sentence needs."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def codes() -> frozenset[str]:
    """The codes that have a sentence."""
    return frozenset(all_sentences())


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """The Chinese sentence for a finding of `code` with its `facts`.

    `facts["problem"]` chooses among a code's lists; the first sentence of a list whose facts are all known, and not
    empty, is said. Raises KeyError for an unknown code; an unknown problem falls back to the code's general list.
    """
    problems = all_sentences()[code]
    lines = problems.get(str(facts.get("problem", "")), problems[""])
    known = {name: _written(name, value) for name, value in facts.items()}
    template = next(line for line in lines if all(known.get(name) for name in facts_used(line)))
    return template.format_map(known)


_CHOICES = frozenset({"begin", "end", "endings"})
_QUOTED = frozenset({"files", "owners"})
_CHANNELS = {"enterprise": "由企业直接报送", "recommender": "由推荐单位报送"}
_OURS = frozenset({"instead", "document", "section", "label", "department", "phones"})
"""Facts in the programme's own words: never cut."""


def _written(name: str, value: object) -> str:
    """A fact as it stands in a sentence. A long value is cut, so that a pasted page does not become a sentence."""
    if isinstance(value, tuple):
        items = [_written("", item) for item in value]
        if name in _CHOICES:
            return "或".join(part for part in ("、".join(f"“{item}”" for item in items[:-1]), f"“{items[-1]}”") if part) if items else ""
        if name in _QUOTED:
            return "、".join(f"“{item}”" for item in items)
        return ("或" if name == "formats" else "、").join(items)
    text = str(value)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    text = text.strip()
    if name == "channel":
        return _CHANNELS.get(text, "")
    return text if name in _OURS or len(text) <= 100 else f"{text[:99]}…"
