"""Several papers typed into one file: the forms of two teams behind each other, a form with its text, all the lists in one.

A form or a list is known by its table, so a file is taken apart only around such tables: each begins a paper with the short
lines above it, and long text before, between or behind them is a paper where it says itself what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.facts import DocumentFacts
from bot.judging.evidence import Sign
from bot.judging.papers.classify import File, Paper, taken, weigh
from bot.judging.papers.extract import anothers, extract, names_stated, statistic_labels
from bot.judging.papers.votes import TEXTS, VOTES, Original, Said, Vote, cast
from bot.names import lowered
from bot.programme.programme import Programme
from parsers.forms.prose import count_characters
from parsers.forms.statistics import find_statistics
from parsers.values import Block, Grid, Paragraph, blocks_text

_SHAPES = tuple(sign for sign in VOTES if sign.name in ("list-columns", "form-fields"))
_TITLE = tuple(sign for sign in VOTES if sign.name == "heading")

_HEAD_LINES, _HEAD_LENGTH = 5, 60
_FEWEST_NUMBERS = 4
_SHORTEST_TEXT = 500
"""Characters; less is a form's note or a line between two tables."""


@dataclass(slots=True)
class _Part:
    """A stretch of the file that may be a paper: its kind ("" for none), its blocks, and what speaks for the kind."""

    kind: str
    blocks: list[Block]
    votes: tuple[Vote, ...] = ()


def extract_several(programme: Programme, whole: DocumentFacts, blocks: Sequence[Block]) -> tuple[Paper, ...]:
    """Each paper of a Word file, or nothing where it is one paper only. `whole`: the facts of it as one."""
    parts = _parts(programme, blocks) if whole.format in TEXTS else []
    if len(parts) < 2:
        return ()
    bare = replace(whole, fields={}, statistics={}, rows=(), sections=(), title="")
    papers: list[Paper] = []
    names: dict[str, str] = {}
    for part in parts:
        paper = taken(bare, part.votes)
        facts = extract(programme, paper.facts, part.blocks)
        if facts.kind == "application_form":
            names = {key: facts.fields[key] for key in ("organisation", "team") if facts.fields.get(key)}
        elif _of_one_team(programme, facts.kind):  # the text behind a form is that team's
            facts = replace(facts, fields={**names, **facts.fields})
        papers.append(replace(paper, facts=facts))
    return tuple(papers)


def part_elsewhere(whole: Paper, parts: Sequence[Paper], others: Sequence[Paper]) -> Iterable[Said]:
    """Another file is what a part of this one seemed to be, so this is one paper after all.

    A form that tells in its last cell what 评审材料.docx beside it tells at length shows it; the same form alone is silent.
    """
    seemed = {(part.facts.kind, part.facts.copy) for part in parts if part.facts.kind != whole.facts.kind}
    for other in sorted(others, key=lambda other: other.facts.path):
        if (other.facts.kind, other.facts.copy) in seemed:
            yield whole.facts.kind, other.facts.path
            return


WHOLE_VOTES: tuple[Sign[Callable[[Paper, Sequence[Paper], Sequence[Paper]], Iterable[Said]]], ...] = (
    Sign("part-elsewhere", 1, part_elsewhere),
)


def without_doubles(papers: Sequence[Paper], wholes: Mapping[File, Paper]) -> tuple[Paper, ...]:
    """The papers, those of a taken-apart file as the one it was where something says that it is one. `wholes`: the files taken apart."""
    others: Sequence[Paper] = [paper for paper in papers if paper.file not in wholes]
    kept: list[Paper] = []
    for file, group in groupby(papers, key=lambda paper: paper.file):
        parts: Sequence[Paper] = list(group)
        whole = wholes.get(file)
        votes = cast(WHOLE_VOTES, whole, parts, others) if whole else ()
        kept += [whole.heard(votes)] if whole and votes else parts
    return tuple(kept)


def _of_one_team(programme: Programme, kind: str) -> bool:
    spec = programme.document(kind)
    return spec is not None and spec.scope == "application"


def _parts(programme: Programme, blocks: Sequence[Block]) -> list[_Part]:
    asked = {requirement.document for requirement in programme.requirements}
    tables = [(n, votes) for n, block in enumerate(blocks) if isinstance(block, Grid) and (votes := _table(programme, blocks, n, asked))]
    if not tables:
        return []
    parts: list[_Part] = []
    names: dict[str, str] = {}
    at = 0
    for number, votes in tables:
        head = _head(blocks, at, number)
        _text(programme, parts, blocks[at:head], asked)
        own = list(blocks[head : number + 1])
        stated = names_stated(programme, own, False)
        kind = votes[0].kind
        if parts and parts[-1].kind == kind and not (kind == "application_form" and anothers(names, stated)):
            parts[-1].blocks.extend(own)
        else:
            parts.append(_Part(kind, own, votes))
            names = stated
        at = number + 1
    _text(programme, parts, blocks[at:], asked)
    return [part for part in parts if part.kind]


def _table(programme: Programme, blocks: Sequence[Block], number: int, asked: set[str]) -> tuple[Vote, ...]:
    """What makes a table a paper that is asked for, by itself: a form by its labels, a list or statistics if its title says so too,
    for a summary may well hold a table of teams or of numbers. None for any other table."""
    grid = blocks[number : number + 1]
    shape = cast(_SHAPES, Original(programme, "", "docx", grid))
    kind = weigh(shape).best
    if kind == "application_form":
        return tuple(vote for vote in shape if vote.kind == kind and kind in asked)
    if kind is None and len(find_statistics(grid, statistic_labels(programme))) >= _FEWEST_NUMBERS:
        kind = "statistics_form"
    titled = cast(_TITLE, Original(programme, "", "docx", blocks[_head(blocks, 0, number) : number + 1]))
    return (*titled, *(vote for vote in shape if vote.kind == kind)) if kind in asked and weigh(titled).best == kind else ()


def _head(blocks: Sequence[Block], first: int, table: int) -> int:
    """Where the lines above a table begin."""
    head = table
    while head > max(first, table - _HEAD_LINES) and _short(blocks[head - 1]):
        head -= 1
    return head


def _short(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(lowered(block.text)) <= _HEAD_LENGTH and not block.text.rstrip().endswith("。")


def _text(programme: Programme, parts: list[_Part], text: Sequence[Block], asked: set[str]) -> None:
    """Long text as a paper of its own; else it belongs to the paper before it."""
    if not text:
        return
    long = count_characters(blocks_text(tuple(text))) >= _SHORTEST_TEXT
    votes = cast(VOTES, Original(programme, "", "docx", text)) if long else ()
    kind = weigh(votes).best
    spec = programme.document(kind) if kind in asked else None
    if spec is not None and not spec.columns and spec.kind not in ("application_form", "statistics_form"):
        parts.append(_Part(spec.kind, list(text), votes))
    elif parts:
        parts[-1].blocks.extend(text)
    else:
        parts.append(_Part("", list(text)))
