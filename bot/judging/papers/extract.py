"""From a document's content to its facts: fields, sections, lists, statistics, year."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.facts import EMPTY_LIST, Copy, DocumentFacts, SectionFacts
from bot.judging.fingerprint import TEXT_KINDS, find_fingerprint
from bot.judging.papers.headings import heading_lines
from bot.judging.papers.votes import OTHER, form_labels
from bot.names import lowered, name_key
from bot.programme.programme import Programme
from parsers.forms.forms import Label, find_fields, find_rows
from parsers.forms.lists import has_header
from parsers.forms.prose import count_characters, find_sections, find_title
from parsers.forms.statistics import StatisticLabel, find_statistics
from parsers.values import Block, blocks_text

_RECOMMENDER_LABELS = ("推荐单位", "推荐地市、行业质协", "推荐省市自治区、行业", "省、市、自治区、行业", "推荐协会")
_YEAR = re.compile(r"(?<![\d〔\[(])(20\d{2})(?!\d)")
_LIKE_A_TITLE = re.compile(r"(?:表|总结|材料|汇总)$")
_PERIOD = re.compile(r"(20\d{2})年?[./-]?(\d{1,2})月?[-—–~至到]+(20\d{2})年?[./-]?(\d{1,2})月?")
_ALIKE = 90
"""Names less alike, of 100, are not one name read twice."""


def extract(programme: Programme, facts: DocumentFacts, blocks: Sequence[Block], *, scanned: bool = False) -> DocumentFacts:
    """The facts of a classified document, completed from its blocks. `scanned`: the blocks come from OCR."""
    text = blocks_text(tuple(blocks))
    facts = replace(
        facts,
        characters=count_characters(text),
        year=find_year(programme, blocks),
        period=find_period(text),
        scanned=scanned,
        fingerprint=find_fingerprint(text) if not scanned and facts.kind in (*TEXT_KINDS, OTHER) else (),
    )
    if facts.kind == "application_form":
        form = find_fields(blocks, form_labels(programme), fuzzy=scanned)
        return replace(facts, fields=form.fields)
    fields = names_stated(programme, blocks, scanned)
    facts = replace(facts, fields=fields)
    if facts.kind == "statistics_form":
        return replace(facts, statistics=find_statistics(blocks, statistic_labels(programme), fuzzy=scanned))
    spec = programme.document(facts.kind)
    if spec is None:
        return facts
    if spec.columns:
        columns = {key: list(texts) for key, texts in spec.columns.items()}
        facts = replace(facts, rows=_find_rows(blocks, columns, scanned))
        if not scanned and not facts.rows and (has_header(blocks, columns) or not facts.characters):
            facts = replace(facts, notes=(*facts.notes, EMPTY_LIST))
    if spec.sections:
        sections = find_sections(blocks, {section.key: section.headings for section in spec.sections})
        facts = replace(facts, sections=tuple(SectionFacts(section.key, section.characters) for section in sections))
    if facts.kind == "experience":
        title = find_title(blocks)
        facts = replace(facts, title=title, fields={**fields, **({"title": title} if title else {})})
    return facts


def statistic_labels(programme: Programme) -> tuple[StatisticLabel, ...]:
    """The labels of the programme's statistics form, for `parsers.forms.statistics`."""
    return tuple(StatisticLabel(spec.key, spec.contains, spec.excludes, spec.type, spec.line, spec.after) for spec in programme.statistics)


def names_stated(programme: Programme, blocks: Sequence[Block], fuzzy: bool) -> dict[str, str]:
    """What a document that is no form says of organisation, team, title and recommender beside their labels."""
    labels = [Label(spec.key, spec.labels, None, spec.line) for spec in programme.fields if spec.key in ("organisation", "team", "title")]
    texts = _RECOMMENDER_LABELS + tuple(text for spec in programme.fields if spec.key == "recommender" for text in spec.labels)
    stated = find_fields(blocks, [*labels, Label("recommender", tuple(dict.fromkeys(texts)), None, True)], fuzzy=fuzzy).fields
    # Below a blank 推荐单位（盖章）： stands the list's first heading (序号), which is nobody's name.
    headings = {lowered(text) for spec in programme.documents for columns in spec.columns.values() for text in columns}
    return {key: value for key, value in stated.items() if lowered(value) not in headings}


def _find_rows(blocks: Sequence[Block], columns: dict[str, list[str]], fuzzy: bool) -> tuple[dict[str, str], ...]:
    rows = []
    for row in find_rows(blocks, columns, fuzzy=fuzzy):
        pair = row.get("pair", "")
        if pair and "organisation" not in row:
            organisation, _, team = pair.replace("／", "/").replace("\n", "/").partition("/")
            row = {**row, "organisation": organisation.strip(), "team": team.strip()}
        rows.append(row)
    return tuple(rows)


def find_year(programme: Programme, blocks: Sequence[Block]) -> int:
    """The year in the document's title, or in the line before it; a year in any other line is not the form's."""
    lines = heading_lines(blocks)
    titles = [lowered(title) for spec in programme.documents for title in spec.titles]
    at = next((n for n, line in enumerate(lines) if any(title in line for title in titles)), None)
    if at is None:
        at = next((n for n, line in enumerate(lines) if _LIKE_A_TITLE.search(line)), None)
    for line in () if at is None else (lines[at], lines[at - 1] if at else ""):
        if not _PERIOD.search(line) and (found := _YEAR.findall(line)):
            years = [int(year) for year in found]
            return programme.year if programme.year in years else years[0]  # 2019-2020年度 is also this year's
    return 0


def find_period(text: str) -> str:
    """The first period of months stated near the top, as `YYYY-MM/YYYY-MM`, or ""."""
    found = _PERIOD.search(lowered(text[:600]))
    if not found:
        return ""
    first_year, first_month, last_year, last_month = (int(part) for part in found.groups())
    return f"{first_year}-{first_month:02d}/{last_year}-{last_month:02d}"


def anothers(names: Mapping[str, str], stated: Mapping[str, str]) -> bool:
    """Whether a page of the same kind is another team's: it states names, and not all of them are alike."""
    from rapidfuzz.fuzz import ratio

    both = [(names[key], stated[key]) for key in ("organisation", "team", "title") if names.get(key) and stated.get(key)]
    return bool(both) and min(ratio(name_key(a), name_key(b)) for a, b in both) < _ALIKE


def new_facts(path: str, data: bytes, format: str, kind: str, copy: Copy) -> DocumentFacts:
    """The facts that need no reading."""
    return DocumentFacts(path, hashlib.sha256(data).hexdigest(), len(data), format, kind, copy)
