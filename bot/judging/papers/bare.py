"""Files whose names say little: whose they are, and what, by what the other files of the same mail say.

People call a text 成果.docx or 第二泵站运行组.docx and head it with a motto; it is still the material that everybody else's
mail calls 评审材料. And in a flat heap of files a text's first lines, or a slide's, tell its team.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.facts import DocumentFacts
from bot.names import folder, name_key, trade_name
from bot.programme.programme import Programme
from bot.programme.specs import DocumentSpec

HEAD = 1000
"""Characters at a document's beginning that are looked through for names."""
_LEAST = 500
"""Characters of running text; a shorter file is a note."""
_PROSE = frozenset({"docx", "doc", "wps", "rtf", "odt", "pdf"})
_SOMETHING_ELSE = re.compile(r"通知|办法|细则|准则|规定|制度|评分|评价表|证书|名单|目录|清单|承诺|证明|简历|合同|邀请|说明")


def settle_bare(programme: Programme, documents: Sequence[DocumentFacts], heads: Mapping[str, str]) -> tuple[DocumentFacts, ...]:
    """The documents with their team's names and their kind, as far as the others tell them. `heads`: how each file that is
    text begins, by its path."""
    entries = _entries(documents)
    named = [_named(document, entries, heads) if len(entries) > 1 else document for document in documents]
    for spec in programme.documents:
        if spec.scope == "application" and not spec.columns and (spec.min or spec.max) and programme.case == "application":
            named = _by_elimination(spec, named, len(entries), heads)
    return tuple(named)


def _entries(documents: Sequence[DocumentFacts]) -> dict[tuple[str, str], DocumentFacts]:
    """The form of each entry, by the keys of its organisation and its team."""
    forms = [d for d in documents if d.kind == "application_form" and not d.scanned]
    keyed = {(trade_name(form.fields.get("organisation", "")), name_key(form.fields.get("team", ""))): form for form in reversed(forms)}
    return {key: form for key, form in keyed.items() if any(key)}


def _named(document: DocumentFacts, entries: Mapping[tuple[str, str], DocumentFacts], heads: Mapping[str, str]) -> DocumentFacts:
    """A document that states no name beside a label, with the names that its beginning carries, if they are one entry's."""
    head = heads.get(document.path, "")
    if not head or document.kind == "application_form" or any(document.fields.get(key) for key in ("organisation", "team")):
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


def _by_elimination(spec: DocumentSpec, documents: Sequence[DocumentFacts], entries: int, heads: Mapping[str, str]) -> list[DocumentFacts]:
    """Where a team's text of this kind is not there, a text of no known kind beside its form is it."""
    forms = [d for d in documents if d.kind == "application_form" and not d.scanned]
    places = {folder(form.path) for form in forms} if entries > 1 else {""}
    found = list(documents)
    for place in places:
        apart = bool(place) and entries > 1
        near = [n for n, d in enumerate(found) if not apart or d.path.startswith(place + "/")]
        wanted = 1 if apart or entries == 1 else entries
        wanted -= sum(1 for n in near if found[n].kind == spec.kind)
        texts = [n for n in near if _is_text(found[n], heads)]
        for number in sorted(texts, key=lambda n: -found[n].characters)[: max(0, wanted)] if entries else ():
            found[number] = replace(found[number], kind=spec.kind)
    return found


def _is_text(document: DocumentFacts, heads: Mapping[str, str]) -> bool:
    begins = heads.get(document.path, "")[:60] + document.path.rsplit("/", 1)[-1]
    prose = document.kind == "other" and document.format in _PROSE and not document.scanned and document.refusal is None
    return prose and document.characters >= _LEAST and not _SOMETHING_ELSE.search(begins)
