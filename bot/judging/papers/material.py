"""From a letter to the facts of its documents: unpack, read, classify, look at scans, extract.

This is the costly half of judging and depends on nothing but bytes and the programme, so mails are read in parallel and
in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from bot.facts import Copy, DocumentFacts
from bot.judging.evidence import Explanation
from bot.judging.papers.bare import HEAD, settle_bare
from bot.judging.papers.classify import STAMPED_FORMATS, find_copy, find_kind, kind_by_content
from bot.judging.papers.extract import extract, extract_scan, extract_scans, find_seal, new_facts
from bot.judging.papers.several import extract_several, without_doubles
from bot.names import name_key
from bot.programme.programme import Programme
from parsers.magic import identify
from parsers.reader import Reader
from parsers.values import Content, Letter, Member, Note, Reading, Refusal, Scan, blocks_text

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
    documents = tuple(d for member in unpacked.members for d in _documents(reader, programme, member, by_path.get(id(member)), budget))
    documents = without_doubles(documents, budget.wholes)
    heads = {
        member.path: name_key(blocks_text(reading.blocks)[:HEAD])
        for member, reading in zip(good, readings)
        if isinstance(reading, Content) and reading.blocks
    }
    return Material(
        settle_bare(programme, _without_namesakes(programme, documents, budget.named), heads), unpacked.archives, unpacked.notes
    )


@dataclass(slots=True)
class _Budget:
    pages: int
    named: set[str] = field(default_factory=set)
    """Paths of editable files that were read and that nothing but their name calls what they are taken for."""
    wholes: dict[str, DocumentFacts] = field(default_factory=dict)
    """By path, the files in which several papers were typed, as the one document that each seemed to be."""


def _without_namesakes(programme: Programme, documents: tuple[DocumentFacts, ...], named: Collection[str]) -> tuple[DocumentFacts, ...]:
    """Of the papers of the whole package, one that only its name calls so (合格率统计表.xlsx) is it no more where another says
    so itself, or where its format is none of those asked for."""

    def kept(document: DocumentFacts) -> bool:
        spec = programme.document(document.kind)
        if spec is None or spec.scope != "package" or document.path not in named:
            return True
        others = [d for d in documents if d.kind == document.kind and d.copy is document.copy and d.path not in named and not d.refusal]
        return not others and (not spec.formats or document.format in spec.formats)

    return tuple(d if kept(d) else replace(d, kind="other") for d in documents)


def _documents(reader: Reader, programme: Programme, member: Member, reading: Reading | None, budget: _Budget) -> tuple[DocumentFacts, ...]:
    """A file as one document, or as several where several papers were scanned into it."""
    format = identify(member.path, member.data) if member.data else _by_extension(member.path)
    refusal = member.refusal or (reading if isinstance(reading, Refusal) else None)
    if refusal is not None or not isinstance(reading, Content):
        facts = new_facts(member.path, member.data, format, find_kind(programme, member.path, format, ()), find_copy(format))
        return (replace(facts, refusal=refusal),)
    kind = find_kind(programme, member.path, reading.format, reading.blocks)
    facts = new_facts(member.path, member.data, reading.format, kind, find_copy(reading.format))
    facts = replace(facts, notes=tuple(f"{note.code}: {note.detail}".rstrip(": ") for note in reading.notes))
    if reading.format not in STAMPED_FORMATS:
        if kind_by_content(programme, reading.format, reading.blocks) is None:
            budget.named.add(member.path)
        facts = extract(programme, facts, reading.blocks)
        if several := extract_several(programme, facts, reading.blocks):
            budget.wholes[member.path] = facts
        return several or (facts,)
    return _stamped(reader, programme, member, reading, facts, budget)


def _by_extension(path: str) -> str:
    """The format that a file's name claims, where its bytes could not be taken out: a locked member of an archive."""
    return base.rpartition(".")[2].lower() if "." in (base := path.rsplit("/", 1)[-1]) else "unknown"


def _stamped(
    reader: Reader, programme: Programme, member: Member, content: Content, facts: DocumentFacts, budget: _Budget
) -> tuple[DocumentFacts, ...]:
    """A PDF or picture: its text layer where it has one, else OCR; and its seals where the notice asks for any."""
    text_pages = [page for page in content.pages if not page.scanned]
    if text_pages and content.blocks:
        facts = extract(programme, facts, content.blocks)
    if not _worth_a_look(programme, facts):
        return (facts,)
    spec = programme.document(facts.kind)
    bundle = next((d for d in programme.documents if d.contains), None)
    usual = max((spec.pages if spec else 3), bundle.pages if bundle else 0)
    most = min(max(usual, len(content.pages) if len(content.pages) <= _SEVERAL_PAPERS else 0), budget.pages)
    pages = [page.number for page in content.pages] or [1]
    if most < 1:
        return (replace(facts, notes=(*facts.notes, "too-many-scans")),)
    needs_text = len(text_pages) < len(content.pages) or not content.pages

    def look(numbers: Sequence[int]) -> Scan | Refusal:
        budget.pages -= len(numbers)
        scan = reader.scan(member.path, member.data, pages=numbers, text=needs_text, seals=True)
        return scan if isinstance(scan, Refusal) else _with_text(scan, content)

    scan = look(pages[:most])
    if isinstance(scan, Refusal):
        return (replace(facts, refusal=scan),)
    if not needs_text and bundle is None:
        return (replace(facts, seal=find_seal(scan.pages)),)
    if not needs_text:
        return (extract_scan(programme, facts, scan, scanned=False),)
    papers = extract_scans(programme, facts, scan)
    rest = pages[most : most + budget.pages]
    if bundle is not None and rest and not set(bundle.contains) <= set(papers[0].parts):
        # A long list of winners may stand before what is still sought.
        more = look(rest)
        if isinstance(more, Scan):
            papers = extract_scans(programme, facts, replace(scan, pages=scan.pages + more.pages))
    return papers


def _with_text(scan: Scan, content: Content) -> Scan:
    """The scan, with the text layer's blocks for the pages that have one."""
    layers = {page.number: page.blocks for page in content.pages if not page.scanned and page.blocks}
    return replace(scan, pages=tuple(replace(page, blocks=layers.get(page.number, page.blocks)) for page in scan.pages))


def _worth_a_look(programme: Programme, facts: DocumentFacts) -> bool:
    """Whether a stamped copy's pixels matter: a kind that must bear a seal or be read, or one not known yet."""
    if facts.kind == "other":
        return True
    kinds = {r.document for r in programme.requirements if r.copy_ in (Copy.STAMPED, None)}
    bundle = {kind for spec in programme.documents for kind in spec.contains}
    return facts.kind in kinds | bundle or facts.kind == "application_form"


def usable(documents: Sequence[DocumentFacts]) -> tuple[DocumentFacts, ...]:
    """The documents that could be read."""
    return tuple(document for document in documents if document.refusal is None)
