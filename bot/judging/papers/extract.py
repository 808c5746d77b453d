"""From a document's content to its facts: fields, sections, lists, statistics, seals, year."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.facts import EMPTY_LIST, Copy, DocumentFacts, SealFacts, SectionFacts
from bot.judging.fingerprint import TEXT_KINDS, find_fingerprint
from bot.judging.papers.classify import find_kind, form_labels, heading_lines, is_call
from bot.names import lowered, name_key
from bot.programme.programme import Programme
from parsers.forms.forms import Label, find_fields, find_rows
from parsers.forms.lists import has_header
from parsers.forms.prose import count_characters, find_sections, find_title
from parsers.forms.statistics import StatisticLabel, find_statistics
from parsers.values import Block, Scan, ScannedPage, Seal, blocks_text

_RECOMMENDER_LABELS = ("推荐单位", "推荐地市、行业质协", "推荐省市自治区、行业", "省、市、自治区、行业", "推荐协会")
_YEAR = re.compile(r"(?<![\d〔\[(])(20\d{2})(?!\d)")
_LIKE_A_TITLE = re.compile(r"(?:表|总结|材料|汇总)$")
_PERIOD = re.compile(r"(20\d{2})年?[./-]?(\d{1,2})月?[-—–~至到]+(20\d{2})年?[./-]?(\d{1,2})月?")
_POOR = 0.80
"""Below this mean confidence a page's text is not relied on."""
_ALIKE = 90
"""Names less alike, of 100, are not one name read twice."""


def extract(programme: Programme, facts: DocumentFacts, blocks: Sequence[Block], *, scanned: bool = False) -> DocumentFacts:
    """The facts of a classified document, completed from its blocks. `scanned`: the blocks come from OCR."""
    text = blocks_text(tuple(blocks))
    fields = names_stated(programme, blocks, scanned)
    facts = replace(
        facts,
        characters=count_characters(text),
        year=_find_year(programme, blocks),
        period=find_period(text),
        scanned=scanned,
        fields=fields,
        fingerprint=find_fingerprint(text) if not scanned and facts.kind in (*TEXT_KINDS, "other") else (),
    )
    if facts.kind == "application_form":
        form = find_fields(blocks, form_labels(programme), fuzzy=scanned)
        return replace(facts, fields=form.fields)
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


def _find_year(programme: Programme, blocks: Sequence[Block]) -> int:
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


def find_seal(pages: Sequence[ScannedPage]) -> SealFacts:
    """The seals of several pages as one fact. A "none" is certain only where every page has colour and could be read."""
    seals: list[Seal] = sorted((seal for page in pages for seal in page.seals), key=lambda seal: -seal.confidence)
    red = [seal for seal in seals if seal.colour == "red"]
    shown = red or seals
    certain = bool(pages) and all(page.colour for page in pages) and (bool(red) or not seals)
    return SealFacts(bool(shown), tuple(seal.text for seal in shown), tuple(seal.confidence for seal in shown), certain)


def extract_scan(programme: Programme, facts: DocumentFacts, scan: Scan, *, scanned: bool = True) -> DocumentFacts:
    """The facts of a document that was looked at; a combined PDF's pages are told apart by what they say. `scanned`: its text
    comes from the pixels too."""
    by_kind: dict[str, list[ScannedPage]] = {}
    current = ""
    for page in scan.pages:
        said = find_kind(programme, "", "", page.blocks, fuzzy=True) if page.blocks else "other"
        current = said if said != "other" else current or said
        by_kind.setdefault(current, []).append(page)
    bundle = next((spec for spec in programme.documents if spec.contains), None)
    parts = tuple(kind for kind in by_kind if bundle and kind in bundle.contains)
    blocks = tuple(block for page in scan.pages for block in page.blocks)
    poor = bool(scan.pages) and min(page.confidence for page in scan.pages) < _POOR
    facts = replace(facts, seal=find_seal(scan.pages))
    if bundle and len(parts) > 1:
        facts = replace(facts, kind=bundle.kind, parts=parts, part_seals={kind: find_seal(by_kind[kind]) for kind in parts})
        statistics = tuple(block for page in by_kind.get("statistics_form", ()) for block in page.blocks)
        numbers = find_statistics(statistics, statistic_labels(programme), fuzzy=True) if statistics else {}
        whole = extract(programme, facts, blocks, scanned=scanned)
        # The year of an award notice or of a letter's number says nothing about the form.
        return replace(whole, statistics=numbers, year=_find_year(programme, statistics), period=find_period(blocks_text(statistics)))
    kinds = [kind for kind in by_kind if kind != "other"]
    if kinds and (facts.kind == "other" or kinds[0] != facts.kind):
        facts = replace(facts, kind=kinds[0])
    facts = extract(programme, facts, blocks, scanned=scanned)
    return replace(facts, doubtful=tuple(facts.fields), notes=(*facts.notes, "poor-scan")) if poor else facts


def extract_scans(programme: Programme, facts: DocumentFacts, scan: Scan) -> tuple[DocumentFacts, ...]:
    """The facts of a scan: one document, or one for each paper that somebody scanned into the same file (the stamped form,
    list and statistics behind each other, the forms of several teams). Each has the file's path and its own seals."""
    papers = [] if any(spec.contains for spec in programme.documents) else _papers(programme, scan.pages)
    if scan.pages and is_call(scan.pages[0].blocks):
        return (replace(facts, kind="other"),)
    if len(papers) < 2:
        return (extract_scan(programme, facts, scan),)
    return tuple(extract_scan(programme, replace(facts, kind=kind), replace(scan, pages=tuple(pages))) for kind, pages in papers)


def _papers(programme: Programme, pages: Sequence[ScannedPage]) -> list[tuple[str, list[ScannedPage]]]:
    """The pages by paper, each with its kind. A page begins a new one where it is plainly another of the kinds that are asked
    for on paper, or the same of another team; any other page goes on with the one before."""
    asked = {r.document for r in programme.requirements if r.copy_ is not Copy.EDITABLE}
    papers: list[tuple[str, list[ScannedPage]]] = []
    names: dict[str, str] = {}
    for page in pages:
        kind = find_kind(programme, "", "", page.blocks, fuzzy=True) if page.blocks else "other"
        stated = names_stated(programme, page.blocks, True) if kind in asked else {}
        if papers and papers[-1][0] == "other" and kind in asked:
            papers[-1] = (kind, [*papers[-1][1], page])
            names = stated
        elif not papers or (kind in asked and (kind != papers[-1][0] or anothers(names, stated))):
            papers.append((kind, [page]))
            names = stated
        else:
            papers[-1][1].append(page)
    return papers


def anothers(names: Mapping[str, str], stated: Mapping[str, str]) -> bool:
    """Whether a page of the same kind is another team's: it states names, and not all of them are alike."""
    from rapidfuzz.fuzz import ratio

    both = [(names[key], stated[key]) for key in ("organisation", "team", "title") if names.get(key) and stated.get(key)]
    return bool(both) and min(ratio(name_key(a), name_key(b)) for a, b in both) < _ALIKE


def new_facts(path: str, data: bytes, format: str, kind: str, copy: Copy) -> DocumentFacts:
    """The facts that need no reading."""
    return DocumentFacts(path, hashlib.sha256(data).hexdigest(), len(data), format, kind, copy)
