"""Several papers typed into one file: the forms of two teams behind each other, a form with its text, all the lists in one.

A form or a list is known by its table, so a file is taken apart only around such tables: each begins a paper with the short
lines above it, and long text before, between or behind them is a paper where it says itself what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.facts import DocumentFacts
from bot.judging.papers.classify import TEXTS, heading_lines, kind_by_content, kind_by_heading, kind_by_structure
from bot.judging.papers.extract import anothers, extract, names_stated, statistic_labels
from bot.names import lowered
from bot.programme.programme import Programme
from parsers.forms.prose import count_characters
from parsers.forms.statistics import find_statistics
from parsers.values import Block, Grid, Paragraph, blocks_text

Part = tuple[str, list[Block]]

_HEAD_LINES, _HEAD_LENGTH = 5, 60
_FEWEST_NUMBERS = 4
_SHORTEST_TEXT = 500
"""Characters; less is a form's note or a line between two tables."""


def extract_several(programme: Programme, whole: DocumentFacts, blocks: Sequence[Block]) -> tuple[DocumentFacts, ...]:
    """The facts of each paper of a Word file, or nothing where it is one paper only. `whole`: the facts of it as one."""
    parts = _parts(programme, blocks) if whole.format in TEXTS else []
    if len(parts) < 2:
        return ()
    bare = replace(whole, fields={}, statistics={}, rows=(), sections=(), title="")
    facts = [extract(programme, replace(bare, kind=kind), content) for kind, content in parts]
    names: dict[str, str] = {}
    for number, one in enumerate(facts):
        if one.kind == "application_form":
            names = {key: one.fields[key] for key in ("organisation", "team") if one.fields.get(key)}
        else:  # the text behind a form is that team's
            facts[number] = replace(one, fields={**names, **one.fields} if _of_one_team(programme, one.kind) else one.fields)
    return tuple(facts)


def without_doubles(documents: Sequence[DocumentFacts], wholes: dict[str, DocumentFacts]) -> tuple[DocumentFacts, ...]:
    """The documents, those of a taken-apart file as the one it was where another file is what one of its parts seemed to be:
    a form that tells in its last cell what the text beside it tells at length. `wholes`: by path, the files taken apart."""
    alone = {(d.kind, d.copy) for d in documents if d.path not in wholes}
    doubled = {d.path for d in documents if d.path in wholes and d.kind != wholes[d.path].kind and (d.kind, d.copy) in alone}
    kept: list[DocumentFacts] = []
    for document in documents:
        if document.path not in doubled:
            kept.append(document)
        elif (one := wholes[document.path]) not in kept:
            kept.append(one)
    return tuple(kept)


def _of_one_team(programme: Programme, kind: str) -> bool:
    spec = programme.document(kind)
    return spec is not None and spec.scope == "application"


def _parts(programme: Programme, blocks: Sequence[Block]) -> list[Part]:
    asked = {requirement.document for requirement in programme.requirements}
    tables = [(n, kind) for n, block in enumerate(blocks) if isinstance(block, Grid) and (kind := _kind_of(programme, blocks, n)) in asked]
    if not tables:
        return []
    parts: list[Part] = []
    names: dict[str, str] = {}
    at = 0
    for number, kind in tables:
        head = _head(blocks, at, number)
        _text(programme, parts, blocks[at:head], asked)
        own = list(blocks[head : number + 1])
        stated = names_stated(programme, own, False)
        if parts and parts[-1][0] == kind and not (kind == "application_form" and anothers(names, stated)):
            parts[-1][1].extend(own)
        else:
            parts.append((kind, own))
            names = stated
        at = number + 1
    _text(programme, parts, blocks[at:], asked)
    return [part for part in parts if part[0]]


def _kind_of(programme: Programme, blocks: Sequence[Block], number: int) -> str:
    """The kind that a table is by itself, "" for any other: a form by its labels, a list or statistics if its title says so
    too, for a summary may well hold a table of teams or of numbers."""
    grid = blocks[number : number + 1]
    kind = kind_by_structure(programme, grid, False)
    if kind == "application_form":
        return kind
    if kind is None and len(find_statistics(grid, statistic_labels(programme))) >= _FEWEST_NUMBERS:
        kind = "statistics_form"
    titled = kind and kind_by_heading(programme, heading_lines(blocks[_head(blocks, 0, number) : number + 1])) == kind
    return kind if kind and titled else ""


def _head(blocks: Sequence[Block], first: int, table: int) -> int:
    """Where the lines above a table begin."""
    head = table
    while head > max(first, table - _HEAD_LINES) and _short(blocks[head - 1]):
        head -= 1
    return head


def _short(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(lowered(block.text)) <= _HEAD_LENGTH and not block.text.rstrip().endswith("。")


def _text(programme: Programme, parts: list[Part], text: Sequence[Block], asked: set[str]) -> None:
    """Long text as a paper of its own; else it belongs to the paper before it."""
    if not text:
        return
    kind = kind_by_content(programme, "docx", text) if count_characters(blocks_text(tuple(text))) >= _SHORTEST_TEXT else None
    spec = programme.document(kind) if kind in asked else None
    if spec is not None and not spec.columns and spec.kind not in ("application_form", "statistics_form"):
        parts.append((spec.kind, list(text)))
    elif parts:
        parts[-1][1].extend(text)
    else:
        parts.append(("", list(text)))
