"""Does this paper open an application? Asked of what belongs to none that is there."""

from __future__ import annotations

from collections.abc import Callable

from bot.judging.evidence import Evidence, Sign
from bot.judging.groups.scene import SHARED, Paper, Scene

Seen = tuple[float, str] | None
"""How strongly a sign was seen, as a factor of its weight, and in what; None where it is silent."""

Opening = Sign[Callable[[Paper, Scene], Seen]]

LEAST = 0.25
"""What must speak for a further application at least."""


def own_word(paper: Paper, scene: Scene) -> Seen:
    """It is an editable form that states names, and no application's form states exactly the same ones.

    Speaks: each of 申报表1.docx of 第一化验班 and 申报表2.docx of 第二化验班. Silent: 盖章.pdf, which was read from a scan.
    """
    if not paper.is_word or any(paper.identity in group.words() for group in scene.groups):
        return None
    return 1.0, "/".join(paper.document.fields[key] for key in paper.names)


def form(paper: Paper, scene: Scene) -> Seen:
    """It is an application form. Where all it states is alike what some application there is states too, it may be that one's.

    Speaks: 盖章.pdf of 苏州恒通's 二工段 in a mail with 南京甲乙's form. Silent: it only states 南京甲乙, of which there are two forms.
    """
    if not paper.is_form:
        return None
    alike = {key: scene.alike(key, paper) for key in paper.names}
    for group in {group for groups in alike.values() for group in groups}:
        if all(group in alike[key] for key in paper.names if key in group.told()):
            return None
    return 1.0, paper.document.path


def names_of_no_team(paper: Paper, scene: Scene) -> Seen:
    """It states names, none of them alike any application's.

    Speaks: 经验.docx of 苏州恒通 in a mail with the forms of 南京甲乙 and 南京丙丁. Silent: it states no names.
    """
    if not paper.names or any(scene.alike(key, paper) for key in paper.names):
        return None
    return 1.0, "/".join(paper.document.fields[key] for key in paper.names)


def folder_of_its_own(paper: Paper, scene: Scene) -> Seen:
    """It states no names, and lies in a folder in which no application has a paper. One recommendation form may be for all.

    Speaks: 三/经验.docx beside 一 and 二, which have forms. Silent: it lies at the top.
    """
    if paper.is_form or paper.names or not paper.folder or scene.is_filled(paper.folder):
        return None
    if paper.document.kind == SHARED and len(scene.groups) > 1:
        return None
    return 1.0, paper.folder


def first_of_one_team(paper: Paper, scene: Scene) -> Seen:
    """There is no application yet, and nothing tells of several teams: no two papers are of one kind.

    Speaks: 经验.docx and 材料.docx sent without a form. Silent: two experiences sent without a form.
    """
    return (1.0, paper.document.path) if not scene.groups and scene.one_team else None


OPENINGS: tuple[Opening, ...] = (
    Sign("own-word", 9.0, own_word),
    Sign("form", 2.0, form),
    Sign("names-of-no-team", 1.0, names_of_no_team),
    Sign("folder-of-its-own", 0.5, folder_of_its_own),
    Sign("first-of-one-team", 0.3, first_of_one_team),
)
"""Who adds a sign adds a line here, and its two cases to the test of the table."""


def evidence(paper: Paper, scene: Scene) -> tuple[Evidence, ...]:
    """All that speaks for a paper's opening an application."""
    seen = [(sign, sign.find(paper, scene)) for sign in OPENINGS]
    return tuple(Evidence(sign.name, sign.weight * found[0], found[1]) for sign, found in seen if found is not None)
