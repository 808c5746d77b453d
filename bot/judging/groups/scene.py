"""What the clues look at: papers and groups with their names evened out, and where the groups' papers lie."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.facts import Copy, DocumentFacts
from bot.judging.groups.merged import NAMES, merged_fields
from bot.names import folder, lowered, name_key, organisation_key, shared_run, stem, trade_name

FORM = "application_form"
SHARED = "recommendation_form"
"""A recommender may write one for all its teams."""

_ALIKE = 85
"""Of 100: names less alike than that are two names."""

_MARK = re.compile(r"[(（]\d{1,2}[)）]$|[-_]\d{1,2}$|[-_ ]?副本$|^[(（]?\d{1,2}(?=\D)")


def mark_of(path: str) -> str:
    """What tells a file from others of its name: a copy's number behind it, or a number before it; "" for none."""
    found = _MARK.search(stem(path).strip())
    return found.group() if found else ""


def names_of(document: DocumentFacts) -> dict[str, str]:
    """The names that a document states, by `NAMES`."""
    return {key: document.fields[key] for key in NAMES if document.fields.get(key)}


def folders_around(path: str) -> Iterator[str]:
    """The folders a file lies in, the innermost first, without the top."""
    place = folder(path)
    while place:
        yield place
        place = folder(place)


@dataclass(frozen=True, slots=True)
class Name:
    """A name evened out: `whole`, and `short` as people write it in the names of files."""

    whole: str
    short: str


def _evened(key: str, name: str) -> Name:
    return Name(organisation_key(name), trade_name(name)) if key == "organisation" else Name(name_key(name), name_key(name))


def identity_of(document: DocumentFacts) -> tuple[str, ...]:
    """The names that a document states, as what must be the same to the letter."""
    names = names_of(document)
    return tuple(_evened(key, names[key]).whole if key in names else "" for key in NAMES)


def is_word(document: DocumentFacts) -> bool:
    """Whether it is an editable form that states names: its team's own word on what it is called."""
    return document.kind == FORM and document.copy is Copy.EDITABLE and bool(names_of(document))


class Paper:
    """A document as the clues look at it: `names` that it states, `place` the letters of its path, `folder`, `mark`."""

    __slots__ = ("document", "folder", "grams", "identity", "mark", "names", "place")

    def __init__(self, document: DocumentFacts) -> None:
        self.document = document
        self.names = {key: _evened(key, name) for key, name in names_of(document).items()}
        self.identity = identity_of(document)
        self.folder = folder(document.path)
        self.mark = mark_of(document.path)
        self.place = name_key(lowered(stem(document.path)) + "/" + lowered(self.folder))
        self.grams = frozenset(self.place[at : at + 3] for at in range(len(self.place)))

    @property
    def is_form(self) -> bool:
        """Whether it is an application form, of either copy."""
        return self.document.kind == FORM

    @property
    def is_word(self) -> bool:
        """Whether it is an editable form that states names: its team's own word on what it is called."""
        return is_word(self.document)


@dataclass(slots=True, eq=False)
class Group:
    """An application in the making: its documents, the first the one that opened it, and names known of it beforehand."""

    documents: list[DocumentFacts] = field(default_factory=list)
    known: Mapping[str, str] = field(default_factory=dict)
    _told: dict[str, tuple[Name, ...]] | None = None
    _words: set[tuple[str, ...]] | None = None

    def names(self) -> dict[str, str]:
        """What it is called, as far as its documents and what was known say."""
        return {**merged_fields(self.documents), **self.known}

    def add(self, document: DocumentFacts) -> None:
        """Take a document in, which may tell more names."""
        self.documents.append(document)
        self._told = self._words = None

    def told(self) -> dict[str, tuple[Name, ...]]:
        """The names it goes by: those its best forms state, where none states any those of its other papers; in whatever order
        they came, all of them."""
        if self._told is None:
            self._told = self._tell()
        return self._told

    def _tell(self) -> dict[str, tuple[Name, ...]]:
        naming = [d for d in self.documents if names_of(d)]
        forms = [d for d in naming if d.kind == FORM]
        best = min(((d.copy is not Copy.EDITABLE, d.scanned) for d in forms), default=None)
        tellers = [d for d in forms if (d.copy is not Copy.EDITABLE, d.scanned) == best] if forms else naming
        told: dict[str, dict[Name, None]] = {}
        for document in tellers:
            for key, name in names_of(document).items():
                told.setdefault(key, {})[_evened(key, name)] = None
        known = {key: (_evened(key, self.known[key]),) for key in NAMES if self.known.get(key)}
        return {key: tuple(names) for key, names in told.items()} | known

    @property
    def forms(self) -> list[DocumentFacts]:
        """Its application forms, of either copy."""
        return [d for d in self.documents if d.kind == FORM]

    def words(self) -> set[tuple[str, ...]]:
        """What its editable forms say it is called; empty where none was read."""
        if self._words is None:
            self._words = {identity_of(d) for d in self.documents if is_word(d)}
        return self._words

    def label(self) -> str:
        """What staff call it: organisation and team, else its title, else the path of what opened it."""
        names = self.names()
        unit = "/".join(names[key] for key in ("organisation", "team") if names.get(key))
        return unit or names.get("title", "") or (self.documents[0].path if self.documents else "")


def several(documents: Iterable[DocumentFacts]) -> bool:
    """Whether documents without any form are of several teams: two of the same kind and copy."""
    counts = Counter((d.kind, d.copy) for d in documents if d.refusal is None)
    return any(count > 1 for count in counts.values())


class Scene:
    """All groups, and what lies where. `one_team`: nothing in the mail's papers tells of a second team. `told`: how often more names
    became known.

    Clues ask it; only `open` and `place` change it.
    """

    def __init__(self, groups: Sequence[Group] = (), *, one_team: bool = False) -> None:
        self.groups: list[Group] = []
        self.one_team = one_team
        self.told = 0
        self._openers: dict[str, dict[Group, None]] = {}
        self._forms: dict[str, dict[Group, None]] = {}
        self._marked: dict[tuple[str, str], dict[Group, None]] = {}
        self._filled: set[str] = set()
        self._names: dict[str, _Names] = {}
        self._alike: dict[tuple[str, str], dict[Group, float]] = {}
        self._carried: dict[tuple[str, str], dict[Group, int]] = {}
        for group in groups:
            self.groups.append(group)
            if group.documents:
                self._open(group)
            for document in group.documents:
                self._note(group, document)

    def open(self, document: DocumentFacts) -> Group:
        """A further group, opened by a document."""
        group = Group([document])
        self.groups.append(group)
        self._open(group)
        self._note(group, document)
        self._forget()
        return group

    def place(self, group: Group, document: DocumentFacts) -> None:
        """Put a document into a group."""
        before = group.told()
        group.add(document)
        self._note(group, document)
        if group.told() != before:
            self._forget()

    def _open(self, group: Group) -> None:
        for around in folders_around(group.documents[0].path):
            self._openers.setdefault(around, {})[group] = None

    def _note(self, group: Group, document: DocumentFacts) -> None:
        self._filled.update(folders_around(document.path))
        if document.kind == FORM:
            place = folder(document.path)
            self._forms.setdefault(place, {})[group] = None
            self._marked.setdefault((place, mark_of(document.path)), {})[group] = None

    def opened_around(self, paper: Paper) -> tuple[Group, str] | None:
        """The only group opened in the innermost of a paper's folders in which any was, and that folder."""
        for place in folders_around(paper.document.path):
            inside = self._openers.get(place)
            if inside:
                alone = len(inside) == 1 and (len(self.groups) > 1 or place == paper.folder)
                return (next(iter(inside)), place) if alone else None
        return None

    def forms_beside(self, paper: Paper) -> Mapping[Group, None]:
        """The groups that have a form in a paper's folder."""
        return self._forms.get(paper.folder, {})

    def forms_marked(self, paper: Paper) -> Mapping[Group, None]:
        """Those of them whose form bears the paper's mark."""
        return self._marked.get((paper.folder, paper.mark), {})

    def is_filled(self, place: str) -> bool:
        """Whether a paper of any group lies in a folder, or further in."""
        return place in self._filled

    def alike(self, key: str, paper: Paper) -> Mapping[Group, float]:
        """The groups that go by a name like the one that a paper states, with the likeness, 0.85 to 1."""
        own = paper.names.get(key)
        if own is None or not own.whole:
            return {}
        known = self._alike.get((key, own.whole))
        if known is None:
            from rapidfuzz import fuzz, process

            known = self._alike[key, own.whole] = {}
            groups = self._index()[key].whole
            for name, score, _ in process.extract_iter(own.whole, list(groups), scorer=fuzz.ratio, processor=None, score_cutoff=_ALIKE):
                for group in groups[name]:
                    known[group] = max(known.get(group, 0.0), score / 100)
        return known

    def carried(self, key: str, paper: Paper) -> Mapping[Group, int]:
        """The groups a name of which a paper's path carries, with the characters that it carries."""
        known = self._carried.get((key, paper.place))
        if known is None:
            known = self._carried[key, paper.place] = {}
            for name, groups in self._index()[key].short.items():
                count = _carried(name, paper)
                for group in groups if count else ():
                    known[group] = max(known.get(group, 0), count)
        return known

    def _index(self) -> Mapping[str, _Names]:
        if not self._names:
            self._names = {key: _Names() for key in NAMES}
            for group in self.groups:
                for key, told in group.told().items():
                    for name in told:
                        self._names[key].whole.setdefault(name.whole, []).append(group)
                        self._names[key].short.setdefault(name.short, []).append(group)
        return self._names

    def _forget(self) -> None:
        self.told += 1
        self._names, self._alike, self._carried = {}, {}, {}


@dataclass(slots=True)
class _Names:
    """The groups by their names, evened out as a paper states them and as a path carries them."""

    whole: dict[str, list[Group]] = field(default_factory=dict)
    short: dict[str, list[Group]] = field(default_factory=dict)


@lru_cache(1024)
def _grams(text: str) -> frozenset[str]:
    """All runs of three characters, or the text itself where it is shorter."""
    return frozenset(text[at : at + 3] for at in range(max(1, len(text) - 2)))


def _carried(name: str, paper: Paper) -> int:
    """How many characters of a short name stand in a path: a whole name's count double; a lone one, and below three of a longer name,
    say nothing. No more count than tell long names apart, so that one in a path is not worth more than one stated."""
    if len(name) < 3:
        return 2 * len(name) if len(name) == 2 and name in paper.place else 0
    if _grams(name).isdisjoint(paper.grams):
        return 0
    run = shared_run(name, paper.place)
    return min(2 * run, 30) if run == len(name) else min(run, 24)
