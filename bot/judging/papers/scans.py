"""A document that was looked at: what each of its pages says it is, and where one paper ends and the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.facts import Copy, SealFacts
from bot.judging.evidence import Choice, Sign
from bot.judging.papers.classify import Paper, weigh
from bot.judging.papers.extract import anothers, extract, find_period, find_year, names_stated, statistic_labels
from bot.judging.papers.headings import call_title
from bot.judging.papers.votes import OTHER, VOTES, Original, Said, cast
from bot.programme.programme import Programme
from bot.programme.specs import DocumentSpec
from parsers.forms.statistics import find_statistics
from parsers.values import Scan, ScannedPage, Seal, blocks_text

_POOR = 0.80
"""Below this mean confidence a page's text is not relied on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page and what it says by itself."""

    page: ScannedPage
    choice: Choice[str]

    @property
    def kind(self) -> str:
        return self.choice.best or OTHER


Find = Callable[[Programme, Sequence[Seen]], Iterable[Said]]


def first_page(_programme: Programme, pages: Sequence[Seen]) -> Iterable[Said]:
    """The first page that says what it is; those behind it go on with it.

    A cover, then the form, shows the form; three pages of photographs are silent.
    """
    for one in pages:
        if one.kind != OTHER:
            seen = "；".join(evidence.seen for evidence in one.choice.why)
            yield one.kind, f"第{one.page.number}页：{seen}"
            return


def papers_within(programme: Programme, pages: Sequence[Seen]) -> Iterable[Said]:
    """At least two of the papers that the notice wants in one combined PDF.

    The letter, then the statistics, shows the bundle; the letter alone is silent.
    """
    bundle = find_bundle(programme)
    parts = [kind for kind in by_kind(pages) if bundle and kind in bundle.contains]
    if bundle and len(parts) > 1:
        specs = (programme.document(kind) for kind in parts)
        yield bundle.kind, "、".join(spec.label for spec in specs if spec)


def call_within(_programme: Programme, pages: Sequence[Seen]) -> Iterable[Said]:
    """A call for entries on the first page; the blank forms behind it are its own.

    关于开展质量信得过班组建设活动的通知 above everything shows it; the same behind the form is silent.
    """
    if pages and (title := call_title(pages[0].page.blocks)):
        yield OTHER, title


PAGE_VOTES: tuple[Sign[Find], ...] = (
    Sign("call-on-first-page", 512, call_within),
    Sign("papers-within", 256, papers_within),
    Sign("first-page", 128, first_page),
)


def read_pages(programme: Programme, pages: Iterable[ScannedPage]) -> Sequence[Seen]:
    """What each page says by itself."""
    return [Seen(page, weigh(cast(VOTES, Original(programme, "", "", page.blocks, fuzzy=True)))) for page in pages]


def find_bundle(programme: Programme) -> DocumentSpec | None:
    """The combined PDF that the programme wants, if any."""
    return next((spec for spec in programme.documents if spec.contains), None)


def by_kind(pages: Sequence[Seen]) -> dict[str, list[ScannedPage]]:
    """The pages by kind, in order; one that says nothing goes on with the page before."""
    found: dict[str, list[ScannedPage]] = {}
    current = ""
    for one in pages:
        current = one.kind if one.kind != OTHER else current or one.kind
        found.setdefault(current, []).append(one.page)
    return found


def find_seal(pages: Sequence[ScannedPage]) -> SealFacts:
    """The seals of several pages as one fact. A "none" is certain only where every page has colour and could be read."""
    seals: list[Seal] = sorted((seal for page in pages for seal in page.seals), key=lambda seal: -seal.confidence)
    red = [seal for seal in seals if seal.colour == "red"]
    shown = red or seals
    certain = bool(pages) and all(page.colour for page in pages) and (bool(red) or not seals)
    return SealFacts(bool(shown), tuple(seal.text for seal in shown), tuple(seal.confidence for seal in shown), certain)


def extract_scans(programme: Programme, paper: Paper, scan: Scan, *, scanned: bool = True) -> tuple[Paper, ...]:
    """A scan as one document, or one for each paper that somebody scanned into the same file (the stamped form, list and
    statistics behind each other, the forms of several teams). Each has the file's path and its own seals. `scanned`: its text
    comes from the pixels too."""
    pages = read_pages(programme, scan.pages)
    if any(call_within(programme, pages)):
        return (paper.heard(cast(PAGE_VOTES, programme, pages)),)
    parts = [] if find_bundle(programme) or not scanned else _parts(programme, pages)
    return tuple(_extract(programme, paper, part, scanned) for part in (parts if len(parts) > 1 else [pages]))


def _extract(programme: Programme, paper: Paper, pages: Sequence[Seen], scanned: bool) -> Paper:
    """The document that these pages are."""
    found = by_kind(pages)
    bundle = find_bundle(programme)
    blocks = tuple(block for one in pages for block in one.page.blocks)
    paper = paper.heard(cast(PAGE_VOTES, programme, pages))
    facts = replace(paper.facts, seal=find_seal([one.page for one in pages]))
    parts = tuple(kind for kind in found if bundle and kind in bundle.contains)
    if len(parts) > 1:
        facts = replace(facts, parts=parts, part_seals={kind: find_seal(found[kind]) for kind in parts})
        statistics = tuple(block for page in found.get("statistics_form", ()) for block in page.blocks)
        numbers = find_statistics(statistics, statistic_labels(programme), fuzzy=True) if statistics else {}
        whole = extract(programme, facts, blocks, scanned=scanned)
        # The year of an award notice or of a letter's number says nothing about the form.
        year, period = find_year(programme, statistics), find_period(blocks_text(statistics))
        return replace(paper, facts=replace(whole, statistics=numbers, year=year, period=period))
    facts = extract(programme, facts, blocks, scanned=scanned)
    if pages and min(one.page.confidence for one in pages) < _POOR:
        facts = replace(facts, doubtful=tuple(facts.fields), notes=(*facts.notes, "poor-scan"))
    return replace(paper, facts=facts)


def _parts(programme: Programme, pages: Sequence[Seen]) -> list[list[Seen]]:
    """The pages by paper. A page begins a new one where it is plainly another of the kinds that are asked for on paper, or the
    same of another team; any other page goes on with the one before."""
    asked = {r.document for r in programme.requirements if r.copy_ is not Copy.EDITABLE}
    papers: list[list[Seen]] = []
    kind = OTHER
    names: Mapping[str, str] = {}
    for one in pages:
        stated = names_stated(programme, one.page.blocks, True) if one.kind in asked else {}
        if papers and kind == OTHER and one.kind in asked:
            papers[-1].append(one)
        elif not papers or (one.kind in asked and (one.kind != kind or anothers(names, stated))):
            papers.append([one])
        else:
            papers[-1].append(one)
            continue
        kind, names = one.kind, stated
    return papers
