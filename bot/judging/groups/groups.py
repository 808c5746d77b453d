"""Which documents belong to which application: all clues weighed for all pairs, the surest pairs first.

Each paper is asked whose it is (`clues`), and what is nobody's whether it opens an application (`openings`). What is settled surely
may tell more of an application, so the rest is then asked again. Neither the documents' order nor the applications' decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.facts import Copy, DocumentFacts
from bot.judging.evidence import Choice, Evidence, Explanation, choose, explain
from bot.judging.groups import clues, openings
from bot.judging.groups.scene import FORM, SHARED, Group, Paper, Scene, is_word, several


@dataclass(frozen=True, slots=True)
class Grouped:
    """The applications that documents make up, what belongs to none, and why: one explanation a document, in their order."""

    groups: list[Group]
    unassigned: list[DocumentFacts]
    why: tuple[Explanation, ...] = ()


def find_owner(groups: Sequence[Group], document: DocumentFacts) -> Group | None:
    """The one group that a document belongs to; None where none fits best."""
    return _choice(Paper(document), Scene(groups)).best


def group_documents(documents: Sequence[DocumentFacts], rest: Sequence[DocumentFacts] = ()) -> Grouped:
    """The applications that documents make up. `rest`: files of no known kind, which open none."""
    solver = _Solver(Scene(one_team=not any(is_word(d) for d in documents) and not several(documents)))
    papers, others = [Paper(d) for d in documents], [Paper(d) for d in rest]
    left = solver.solve(papers, may_open=True)
    shared = _shared(solver.scene.groups, left)
    if shared is not None:
        del left[shared]
        for group in solver.scene.groups:
            solver.scene.place(group, shared.document)
    left |= solver.solve(others, may_open=False)
    groups = _in_order(solver.scene.groups, [*documents, *rest])
    settled = {**left, **solver.settled}
    labels = {group: group.label() for group in groups}
    why = [
        explain("owner", paper.document.path, settled[paper], labels.__getitem__) if paper in settled else _for_all(paper, labels)
        for paper in (*papers, *others)
    ]
    return Grouped(groups, [paper.document for paper in left], tuple(why))


def _for_all(paper: Paper, labels: Mapping[Group, str]) -> Explanation:
    path = paper.document.path
    return Explanation("owner", path, "、".join(labels.values()), (Evidence("shared-form", 1.0, path),), 1.0)


class _Solver:
    """The assignment, solved in rounds. `settled`: what was chosen for each paper that has its place."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.settled: dict[Paper, Choice[Group]] = {}

    def solve(self, papers: Iterable[Paper], *, may_open: bool) -> dict[Paper, Choice[Group]]:
        """Give all papers their place; what has none is handed back, with what came nearest.

        A round settles what is at least half as sure as the surest: enough to let sure things speak first, and few rounds.
        """
        waiting = list(papers)
        while True:
            choices = {paper: _choice(paper, self.scene) for paper in waiting}
            surest = max((choice.margin for choice in choices.values() if choice.best is not None), default=0.0)
            opening = {p: _weight(openings.evidence(p, self.scene)) for p, c in choices.items() if may_open and c.best is None}
            strongest = max(opening.values(), default=0.0)
            if strongest >= openings.LEAST and strongest > surest:
                self._open(opening, strongest / 2)
            elif surest > 0:
                self._place(choices, surest / 2)
            else:
                return choices
            waiting = [paper for paper in waiting if paper not in self.settled]

    def _open(self, papers: Mapping[Paper, float], least: float) -> None:
        """Let papers open applications, what says most first; not those that then belong to one that another opened."""
        for paper in sorted(papers, key=lambda one: (-papers[one], _telling(one))):
            why = openings.evidence(paper, self.scene)
            if _weight(why) >= max(least, openings.LEAST) and _choice(paper, self.scene).best is None:
                self.settled[paper] = Choice(self.scene.open(paper.document), _weight(why), why)

    def _place(self, choices: Mapping[Paper, Choice[Group]], least: float) -> None:
        """Place papers, the surest first; one that has told of names makes those that come after it think again."""
        thought = self.scene.told
        for paper, choice in sorted(choices.items(), key=lambda one: (-one[1].margin, _telling(one[0]))):
            if choice.best is None or choice.margin < least:
                continue
            now = choice if self.scene.told == thought else _choice(paper, self.scene)
            if now.best is not None and now.margin >= least:
                self.scene.place(now.best, paper.document)
                self.settled[paper] = now


def _choice(paper: Paper, scene: Scene) -> Choice[Group]:
    found = clues.evidence(paper, scene)
    return choose(found, found.__getitem__, clues.LEAST, clues.LEAD)


def _weight(evidence: Iterable[Evidence]) -> float:
    return sum(one.weight for one in evidence)


def _telling(paper: Paper) -> tuple[int, bool, bool, str, str]:
    """What says more of an application comes first; of what says as much, what is called so: never what came first."""
    document = paper.document
    return -len(paper.names), document.copy is not Copy.EDITABLE, document.scanned, document.path, document.sha256


def _shared(groups: Sequence[Group], left: Iterable[Paper]) -> Paper | None:
    """The one recommendation form, where nobody has one of their own, that then stands for all."""
    forms = [paper for paper in left if paper.document.kind == SHARED]
    own = any(d.kind == SHARED for group in groups for d in group.documents)
    return forms[0] if len(forms) == 1 and len(groups) > 1 and not own else None


def _in_order(groups: Sequence[Group], documents: Sequence[DocumentFacts]) -> list[Group]:
    """The applications as their openers came, those of a form read first; in each the forms first, then what came with them."""
    place = {id(document): number for number, document in enumerate(documents)}
    ordered = sorted(groups, key=lambda g: (not is_word(g.documents[0]), place[id(g.documents[0])]))
    for group in ordered:
        group.documents.sort(key=lambda d: (d.kind != FORM, d.copy is not Copy.EDITABLE and d.kind == FORM, place[id(d)]))
    return ordered
