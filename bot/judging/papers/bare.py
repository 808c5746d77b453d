"""Files whose names say little: whose they are, by how they begin. In a flat heap of files a text's first lines, or a slide's, tell
its team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.facts import DocumentFacts
from bot.judging.papers.classify import Paper
from bot.names import name_key, trade_name

Entries = Mapping[tuple[str, str], DocumentFacts]


def find_entries(papers: Sequence[Paper]) -> Entries:
    """The form of each entry, by the keys of its organisation and its team."""
    forms = [paper.facts for paper in papers if paper.facts.kind == "application_form" and not paper.facts.scanned]
    keyed = {(trade_name(form.fields.get("organisation", "")), name_key(form.fields.get("team", ""))): form for form in reversed(forms)}
    return {key: form for key, form in keyed.items() if any(key)}


def named_by_head(document: DocumentFacts, entries: Entries, head: str) -> DocumentFacts:
    """A document that states no name beside a label, with the names that its beginning carries, if they are one entry's of several.
    `head`: how it begins, as a name's key."""
    if len(entries) < 2 or not head or document.kind == "application_form":
        return document
    if any(document.fields.get(key) for key in ("organisation", "team")):
        return document
    scored = sorted((_stands(organisation, head) + 2 * _stands(team, head), organisation, team) for organisation, team in entries)
    best, *key = scored[-1]
    if not best or scored[-2][0] == best:
        return document
    form = entries[key[0], key[1]]
    found = {name: form.fields[name] for name, text in zip(("organisation", "team"), key, strict=True) if _stands(text, head)}
    return replace(document, fields={**found, **document.fields})


def _stands(name: str, head: str) -> bool:
    return bool(name) and name in head
