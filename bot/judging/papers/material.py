"""From a letter to the facts of its documents: unpack, read, classify, look at scans, extract.

This is the costly half of judging and depends on nothing but bytes and the programme, so mails are read in parallel and
in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.facts import Copy, DocumentFacts
from bot.judging.evidence import Explanation
from bot.judging.papers.bare import find_entries, named_by_head
from bot.judging.papers.classify import STAMPED_FORMATS, File, Paper, find_copy, taken
from bot.judging.papers.extract import extract, new_facts
from bot.judging.papers.headings import head_text
from bot.judging.papers.neighbours import hear_the_mail
from bot.judging.papers.scans import extract_scans, find_bundle, find_seal
from bot.judging.papers.several import extract_several, without_doubles
from bot.judging.papers.votes import OTHER, VOTES, Original, cast
from bot.names import name_key
from bot.programme.programme import Programme
from parsers.magic import identify
from parsers.reader import Reader
from parsers.values import Content, Letter, Member, Note, Reading, Refusal, Scan

_INLINE_PICTURE = 100_000
"""An inline picture of this size or more may be a photographed form; smaller ones are signatures and smileys."""
_SCANS_A_MAIL = 60
"""Pages read by OCR for one mail at the most; a bundle of more is for staff."""
_SEVERAL_PAPERS = 12
"""A scan of up to so many pages is read whole: several papers may have been scanned into one file."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a letter's attachments come to. `archives` are (path, format) of the archives opened; `why`: what each file was
    taken for, and by what."""

    documents: tuple[DocumentFacts, ...]
    archives: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    why: tuple[Explanation, ...] = ()


def read_material(reader: Reader, letter: Letter, programme: Programme) -> Material:
    """Read everything that a letter brings."""
    files = [(a.name, a.data) for a in letter.attachments if not a.inline or len(a.data) >= _INLINE_PICTURE]
    if not files:
        return Material((), (), ())
    unpacked = reader.unpack(files)
    good = [member for member in unpacked.members if member.refusal is None]
    readings = reader.read_many([(member.path, member.data) for member in good])
    by_path = {id(member): reading for member, reading in zip(good, readings)}
    budget = _Budget(_SCANS_A_MAIL)
    papers = tuple(p for member in unpacked.members for p in _papers(reader, programme, member, by_path.get(id(member)), budget))
    heads = {
        member.path: name_key(head_text(reading.blocks))
        for member, reading in zip(good, readings)
        if isinstance(reading, Content) and reading.blocks
    }
    papers = hear_the_mail(programme, without_doubles(papers, budget.wholes))
    entries = find_entries(papers)
    documents = tuple(named_by_head(paper.facts, entries, heads.get(paper.facts.path, "")) for paper in papers)
    return Material(documents, unpacked.archives, unpacked.notes, tuple(paper.explained() for paper in papers))


@dataclass(slots=True)
class _Budget:
    pages: int
    wholes: dict[File, Paper] = field(default_factory=dict)
    """The files in which several papers were typed, as the one document that each seemed to be."""


def _papers(reader: Reader, programme: Programme, member: Member, reading: Reading | None, budget: _Budget) -> tuple[Paper, ...]:
    """A file as one document, or as several where several papers were typed or scanned into it."""
    content = reading if isinstance(reading, Content) and member.refusal is None else None
    format = content.format if content is not None else _claimed_format(member)
    blocks = content.blocks if content is not None else ()
    facts = new_facts(member.path, member.data, format, OTHER, find_copy(format))
    paper = taken(facts, cast(VOTES, Original(programme, member.path, format, blocks)))
    if content is None:
        refusal = member.refusal or (reading if isinstance(reading, Refusal) else None)
        return (replace(paper, facts=replace(paper.facts, refusal=refusal)),)
    notes = tuple(f"{note.code}: {note.detail}".rstrip(": ") for note in content.notes)
    paper = replace(paper, facts=replace(paper.facts, notes=notes))
    if format in STAMPED_FORMATS:
        return _stamped(reader, programme, member, content, paper, budget)
    paper = replace(paper, facts=extract(programme, paper.facts, blocks))
    if several := extract_several(programme, paper.facts, blocks):
        budget.wholes[paper.file] = paper
    return several or (paper,)


def _claimed_format(member: Member) -> str:
    """The format of a file that was not read: by its bytes, else, for a locked member of an archive, the one its name claims."""
    if member.data:
        return identify(member.path, member.data)
    return base.rpartition(".")[2].lower() if "." in (base := member.path.rsplit("/", 1)[-1]) else "unknown"


def _stamped(reader: Reader, programme: Programme, member: Member, content: Content, paper: Paper, budget: _Budget) -> tuple[Paper, ...]:
    """A PDF or picture: its text layer where it has one, else OCR; and its seals where the notice asks for any."""
    text_pages = [page for page in content.pages if not page.scanned]
    if text_pages and content.blocks:
        paper = replace(paper, facts=extract(programme, paper.facts, content.blocks))
    facts = paper.facts
    if not _worth_a_look(programme, facts):
        return (paper,)
    spec = programme.document(facts.kind)
    bundle = find_bundle(programme)
    usual = max((spec.pages if spec else 3), bundle.pages if bundle else 0)
    most = min(max(usual, len(content.pages) if len(content.pages) <= _SEVERAL_PAPERS else 0), budget.pages)
    pages = [page.number for page in content.pages] or [1]
    if most < 1:
        return (replace(paper, facts=replace(facts, notes=(*facts.notes, "too-many-scans"))),)
    needs_text = len(text_pages) < len(content.pages) or not content.pages

    def look(numbers: Sequence[int]) -> Scan | Refusal:
        budget.pages -= len(numbers)
        scan = reader.scan(member.path, member.data, pages=numbers, text=needs_text, seals=True)
        return scan if isinstance(scan, Refusal) else _with_text(scan, content)

    scan = look(pages[:most])
    if isinstance(scan, Refusal):
        return (replace(paper, facts=replace(facts, refusal=scan)),)
    if not needs_text and bundle is None:
        return (replace(paper, facts=replace(facts, seal=find_seal(scan.pages))),)
    papers = extract_scans(programme, paper, scan, scanned=needs_text)
    if not needs_text:
        return papers
    rest = pages[most : most + budget.pages]
    if bundle is not None and rest and not set(bundle.contains) <= set(papers[0].facts.parts):
        # A long list of winners may stand before what is still sought.
        more = look(rest)
        if isinstance(more, Scan):
            papers = extract_scans(programme, paper, replace(scan, pages=scan.pages + more.pages))
    return papers


def _with_text(scan: Scan, content: Content) -> Scan:
    """The scan, with the text layer's blocks for the pages that have one."""
    layers = {page.number: page.blocks for page in content.pages if not page.scanned and page.blocks}
    return replace(scan, pages=tuple(replace(page, blocks=layers.get(page.number, page.blocks)) for page in scan.pages))


def _worth_a_look(programme: Programme, facts: DocumentFacts) -> bool:
    """Whether a stamped copy's pixels matter: a kind that must bear a seal or be read, or one not known yet."""
    if facts.kind == OTHER:
        return True
    kinds = {r.document for r in programme.requirements if r.copy_ in (Copy.STAMPED, None)}
    bundle = {kind for spec in programme.documents for kind in spec.contains}
    return facts.kind in kinds | bundle or facts.kind == "application_form"


def usable(documents: Sequence[DocumentFacts]) -> tuple[DocumentFacts, ...]:
    """The documents that could be read."""
    return tuple(document for document in documents if document.refusal is None)
