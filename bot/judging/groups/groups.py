"""Which documents belong to which application."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.facts import Copy, DocumentFacts
from bot.judging.groups.merged import NAMES, merged_fields
from bot.names import folder, lowered, name_key, organisation_key, shared_run, stem, trade_name


@dataclass(slots=True)
class Group:
    """An application in the making: its documents, and names known of it beforehand."""

    documents: list[DocumentFacts] = field(default_factory=list)
    known: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """What it is called, as far as its documents and what was known say."""
        return {**merged_fields(self.documents), **self.known}


def find_owner(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """The one group that a document belongs to, by the names it states or its path carries; None where none fits best."""
    return _by_content(groups, document) or _by_name(groups, document)


def group_documents(documents: Sequence[DocumentFacts]) -> tuple[list[Group], list[DocumentFacts]]:
    """The applications that application documents make up, and those that fit none."""
    groups: list[Group] = []
    by_identity: dict[tuple[str, str, str], Group] = {}
    forms = [d for d in documents if d.kind == "application_form"]
    later: list[DocumentFacts] = [d for d in documents if d.kind != "application_form"]
    for form in (d for d in forms if d.copy is Copy.EDITABLE and _stated(d)):
        key = (
            organisation_key(form.fields.get("organisation", "")),
            name_key(form.fields.get("team", "")),
            name_key(form.fields.get("title", "")),
        )
        group = by_identity.get(key)
        if group is None:
            group = by_identity[key] = Group()
            groups.append(group)
        group.documents.append(form)
    later = [d for d in forms if not (d.copy is Copy.EDITABLE and _stated(d))] + later
    waiting: list[DocumentFacts] = []
    for document in later:
        group = _by_folder(groups, document)
        if group is None and groups and all(_of_another(known, document, bundle=len(groups) > 1) for known in groups):
            group = Group()
            groups.append(group)
        group = group or _by_content(groups, document) or _by_name(groups, document)
        if group is None:
            waiting.append(document)
        else:
            group.documents.append(document)
    return groups, _place_waiting(groups, waiting)


def _stated(form: DocumentFacts) -> bool:
    return any(form.fields.get(key) for key in NAMES)


def _place_waiting(groups: list[Group], waiting: list[DocumentFacts]) -> list[DocumentFacts]:
    """Documents without a team so far: to the only team there is, else each folder or each set of names is a team."""
    if len(groups) == 1:
        groups[0].documents.extend(waiting)
        return []
    left: list[DocumentFacts] = []
    one_team = not groups and not _several(waiting)
    for document in sorted(waiting, key=lambda d: (d.kind != "application_form", d.scanned)):
        group = _by_folder(groups, document) or _by_content(groups, document) or _by_name(groups, document) or _by_mark(groups, document)
        group = group or _beside(groups, document)
        if group is None and one_team and len(groups) == 1 and _may_be_one(groups[0], document):
            group = groups[0]
        if group is None and ((one_team and not groups) or _stands_alone(groups, document)):
            group = Group()
            groups.append(group)
        if group is None:
            left.append(document)
        else:
            group.documents.append(document)
    return _share(groups, left)


def _may_be_one(group: Group, document: DocumentFacts) -> bool:
    """Whether nothing speaks against a document's being of the only team that came without a form to tell its names: they lie
    in one folder, and not both state names."""
    beside = any(folder(known.path) == folder(document.path) for known in group.documents)
    return beside and not (_names_of(document) and group.names())


_SHARED = "recommendation_form"
"""A recommender may write one for all its teams."""


def _share(groups: Sequence[Group], left: list[DocumentFacts]) -> list[DocumentFacts]:
    shared = [d for d in left if d.kind == _SHARED and not any(d.kind == own.kind for g in groups for own in g.documents)]
    if len(shared) != 1 or len(groups) < 2:
        return left
    for group in groups:
        group.documents.append(shared[0])
    return [d for d in left if d is not shared[0]]


def _stands_alone(groups: Sequence[Group], document: DocumentFacts) -> bool:
    """Whether a document that fits no team tells of a further one: a form, names that no team has, a folder of its own."""
    if document.kind == "application_form":
        return True
    names = _names_of(document)
    if names:
        return not any(_alike(key, name, g.names().get(key, "")) for key, name in names.items() for g in groups)
    place = folder(document.path)
    return bool(place) and not any(d.path.startswith(place + "/") for g in groups for d in g.documents)


_UNLIKE, _UNLIKE_APART = 60, 80
"""Names less alike, of 100, are two names; beside other teams, or in another folder than the team's form, more alike ones are."""


def _of_another(group: Group, document: DocumentFacts, *, bundle: bool) -> bool:
    """Whether a scanned form is plainly another team's: of the names that both state, two at least, none is alike."""
    from rapidfuzz.fuzz import ratio

    if document.kind != "application_form" or document.doubtful:
        return False
    names, theirs = group.names(), _names_of(document)
    pairs = [(_bare(key, names[key]), _bare(key, theirs[key])) for key in NAMES if names.get(key) and theirs.get(key)]
    if names.get("organisation") and names.get("team") and theirs.get("organisation") and theirs.get("team"):
        pairs = pairs[:2]  # two teams may well have used one method: titles are alike by chance
    apart = all(folder(d.path) != folder(document.path) for d in group.documents)
    return len(pairs) >= 2 and all(ratio(*pair) < (_UNLIKE_APART if apart or bundle else _UNLIKE) for pair in pairs)


def _bare(key: str, name: str) -> str:
    """A name without what most names of its kind have in common."""
    return trade_name(name) if key == "organisation" else name_key(name)


_MARK = re.compile(r"[(（]\d{1,2}[)）]$|[-_]\d{1,2}$|[-_ ]?副本$|^[(（]?\d{1,2}(?=\D)")


def _mark(document: DocumentFacts) -> str:
    found = _MARK.search(stem(document.path).strip())
    return found.group() if found else ""


def _by_mark(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """Of several teams in one folder the one whose form bears the same mark or number: 推荐表 (2) goes with 申报表 (2)."""
    place, mark = folder(document.path), _mark(document)
    near = [g for g in groups if any(folder(d.path) == place and d.kind == "application_form" for d in g.documents)]
    same = [g for g in near if any(_mark(d) == mark for d in g.documents if d.kind == "application_form")]
    return same[0] if len(near) > 1 and len(same) == 1 else None


def _beside(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """The only team whose form lies where the document does, while the others' lie elsewhere."""
    place = folder(document.path)
    near = [g for g in groups if any(folder(d.path) == place and d.kind == "application_form" for d in g.documents)]
    return near[0] if len(near) == 1 and len(groups) > 1 and document.kind != _SHARED else None


def _several(documents: Sequence[DocumentFacts]) -> bool:
    """Whether documents without any form are of several teams: two of the same kind and copy."""
    counts = Counter((d.kind, d.copy) for d in documents if d.refusal is None)
    return any(count > 1 for count in counts.values())


def _by_folder(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """The one team whose form (what opened the team) lies in this document's folder, or in a folder around it or beside it.
    Other papers say nothing: folders may be the kinds' (典型经验, 申报表), each with all the teams' in it."""
    place = folder(document.path)
    while place:
        inside = [g for g in groups if g.documents and g.documents[0].path.startswith(place + "/")]
        if len(inside) == 1:
            return inside[0] if len(groups) > 1 or folder(document.path) == place else None
        if len(inside) > 1:
            return None
        place = folder(place)
    return None


def _names_of(document: DocumentFacts) -> dict[str, str]:
    return {key: document.fields[key] for key in NAMES if document.fields.get(key)}


def _by_content(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """The team whose names the document states, if just one fits best."""
    names = _names_of(document)
    if not names:
        return None
    scores = [(sum(_alike(key, names.get(key, ""), g.names().get(key, "")) for key in NAMES), index) for index, g in enumerate(groups)]
    scores.sort(reverse=True)
    if not scores or scores[0][0] < 0.85 or (len(scores) > 1 and scores[1][0] >= scores[0][0] - 0.05):
        return None
    return groups[scores[0][1]]


def _alike(key: str, a: str, b: str) -> float:
    if not a or not b:
        return 0.0
    from rapidfuzz.fuzz import ratio

    clean = organisation_key if key == "organisation" else name_key
    return score if (score := ratio(clean(a), clean(b)) / 100) >= 0.85 else 0.0


def _by_name(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """The team whose names the file's name or its folders carry, wholly or shortened, if just one fits best."""
    place = lowered(stem(document.path)) + "/" + lowered(folder(document.path))
    scored = sorted(((_named(group.names(), place), index) for index, group in enumerate(groups)), reverse=True)
    if not scored or scored[0][0] < 3 or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return groups[scored[0][1]]


def _named(names: dict[str, str], place: str) -> int:
    """How many characters of a team's names stand in a path: whole names count double."""
    total = 0
    for key in NAMES:
        name = trade_name(names.get(key, "")) if key == "organisation" else name_key(names.get(key, ""))
        if not name:
            continue
        run = shared_run(name, name_key(place))
        total += 2 * run if run == len(name) else run if run >= 3 else 0
    return total


def attach_rest(groups: list[Group], rest: Sequence[DocumentFacts], unassigned: list[DocumentFacts]) -> None:
    """Files of no known kind go to the team in whose folder or under whose name they lie, else stay unassigned."""
    for document in rest:
        group = _by_folder(groups, document) or _by_name(groups, document)
        if group is None and len(groups) == 1 and document.refusal is None:
            group = groups[0]
        (group.documents if group is not None else unassigned).append(document)
