"""Whose a paper is: the clues by which a document and an application are weighed.

Names weigh by where they stand. What holds a team's form and no other's (a folder) says most, then what the paper states itself, then
what its path carries; a mark, or a form beside, only decides where nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.judging.evidence import Evidence, Sign
from bot.judging.groups.merged import NAMES
from bot.judging.groups.scene import SHARED, Group, Paper, Scene
from bot.names import folder

Spoken = Mapping[Group, tuple[float, str]]
"""The applications of which a clue was seen in a paper: how strongly, as a factor of its weight, and in what."""

Clue = Sign[Callable[[Paper, Scene], Spoken]]

LEAST = 0.1
"""What a clue must weigh at least to say whose a paper is."""

LEAD = 0.055
"""How much more than for the next group: one character of a path, less than one of a name of thirty."""

_UNLIKE, _UNLIKE_APART = 60, 80
"""Names less alike, of 100, are two names; beside other teams, or in another folder than the team's form, more alike ones are."""


def states_organisation(paper: Paper, scene: Scene) -> Spoken:
    """The paper states the organisation of the application.

    Speaks: 经验.docx begins with 南京甲乙水务有限公司, and so does one form of two. Silent: it states no organisation.
    """
    return _states("organisation", paper, scene)


def states_team(paper: Paper, scene: Scene) -> Spoken:
    """The paper states the team of the application.

    Speaks: 推荐表.docx recommends 第一化验班, which one form of two is for. Silent: it recommends 第二化验班.
    """
    return _states("team", paper, scene)


def states_title(paper: Paper, scene: Scene) -> Spoken:
    """The paper states the title of the application.

    Speaks: the experience's heading is the title in one form of two. Silent: its heading is 典型经验.
    """
    return _states("title", paper, scene)


def organisation_in_path(paper: Paper, scene: Scene) -> Spoken:
    """The file's name or a folder carries the organisation, wholly or shortened; each character weighs, a whole name's twice.

    Speaks: 甲乙水务经验.docx for 南京甲乙水务有限公司. Silent: 经验.docx.
    """
    return _carries("organisation", paper, scene)


def team_in_path(paper: Paper, scene: Scene) -> Spoken:
    """The file's name or a folder carries the team, wholly or shortened.

    Speaks: 第一化验班/照片.jpg. Silent: 照片.jpg.
    """
    return _carries("team", paper, scene)


def title_in_path(paper: Paper, scene: Scene) -> Spoken:
    """The file's name or a folder carries the title, wholly or shortened.

    Speaks: 运用看板管理减少投诉的经验.docx. Silent: 典型经验.docx.
    """
    return _carries("title", paper, scene)


def own_folder(paper: Paper, scene: Scene) -> Spoken:
    """What opened the application lies in the paper's folder, or in one around it or beside it, and no other's does. Other papers say
    nothing: folders may be the kinds' (典型经验, 申报表), each with all the teams' in it.

    Speaks: 一/经验.docx where 一/申报表.docx is one form of two. Silent: 组/经验.docx where both forms lie in 组.
    """
    found = scene.opened_around(paper)
    return {found[0]: (1.0, found[1])} if found is not None else {}


def same_mark(paper: Paper, scene: Scene) -> Spoken:
    """Of several forms in one folder the application's alone bears the paper's mark or number, or alone none as it.

    Speaks: 推荐表 (2).docx beside 申报表.docx and 申报表 (2).docx. Silent: 推荐表 (3).docx beside them.
    """
    same = scene.forms_marked(paper)
    if len(same) != 1 or len(scene.forms_beside(paper)) < 2:
        return {}
    return dict.fromkeys(same, (1.0, paper.mark or paper.document.path))


def only_form_beside(paper: Paper, scene: Scene) -> Spoken:
    """The application's form lies where the paper does, while the others' lie elsewhere. Of a recommendation form, and of a file of no
    known kind, that says nothing: they may be for all.

    Speaks: 经验.docx attached beside 申报表.docx, the other team packed in 二.zip. Silent: both forms are attached beside it.
    """
    near = scene.forms_beside(paper)
    if len(scene.groups) < 2 or len(near) != 1 or paper.document.kind in (SHARED, "other"):
        return {}
    return dict.fromkeys(near, (1.0, paper.folder))


def only_team(paper: Paper, scene: Scene) -> Spoken:
    """There is no other application, and its form says what it is called; or nothing tells of a second team: the papers lie
    together, no two are of one kind, and not both state a name. A file that can't be read and is of no known kind is nobody's.

    Speaks: 材料.docx in a mail with one form. Silent: 材料.docx in a mail with two.
    """
    if len(scene.groups) != 1:
        return {}
    group = scene.groups[0]
    if paper.document.kind == "other":
        only = bool(group.documents) and paper.document.refusal is None
    elif group.words():
        only = True
    else:
        together = any(_together(paper.folder, folder(d.path)) for d in group.documents)
        only = scene.one_team and together and not any(key in group.told() for key in paper.names)
    return {group: (1.0, "")} if only else {}


def other_names(paper: Paper, scene: Scene) -> Spoken:
    """Against: a form that could be read well states two names at least that the application states too, none of them alike.

    Speaks: 盖章.pdf is 苏州恒通轨道交通集团's 盾构掘进二工段, the form 南京甲乙水务's 第一化验班. Silent: only the teams differ.
    """
    if not paper.is_form or paper.document.doubtful:
        return {}
    shared = {group: _shared(paper, group) for group in scene.groups}
    return {
        group: (1.0, "/".join(paper.document.fields[key] for key in keys))
        for group, keys in shared.items()
        if len(keys) >= 2 and _unlike(paper, group, keys, bundle=len(scene.groups) > 1)
    }


def another_word(paper: Paper, scene: Scene) -> Spoken:
    """Against: the paper is an editable form, the application has one, and they don't state exactly the same names. A form that
    its team wrote is its own word, however alike another is.

    Speaks: 申报表2.docx of 第二化验班, the application is 第一化验班's. Silent: 申报表 (1).docx is the same form again.
    """
    if not paper.is_word:
        return {}
    own = "/".join(paper.document.fields[key] for key in paper.names)
    return {group: (1.0, own) for group in scene.groups if group.words() and paper.identity not in group.words()}


def second_form(paper: Paper, scene: Scene) -> Spoken:
    """Against: the application has a form of that copy already, and the paper is a form that states none of its names.

    Speaks: 扫描2.pdf in the folder of 扫描1.pdf, of another team. Silent: 扫描2.pdf is the same team's again.
    """
    if not paper.is_form or not paper.names or paper.document.doubtful:
        return {}
    found: dict[Group, tuple[float, str]] = {}
    for group in scene.groups:
        first = next((d for d in group.forms if d.copy is paper.document.copy and d.fields), None)
        shared = [key for key in group.told() if key in paper.names]
        if first is not None and shared and not any(group in scene.alike(key, paper) for key in shared):
            found[group] = (1.0, first.path)
    return found


CLUES: tuple[Clue, ...] = (
    Sign("own-folder", 8.0, own_folder),
    Sign("states-organisation", 2.0, states_organisation),
    Sign("states-team", 2.0, states_team),
    Sign("states-title", 2.0, states_title),
    Sign("organisation-in-path", 0.06, organisation_in_path),
    Sign("team-in-path", 0.06, team_in_path),
    Sign("title-in-path", 0.06, title_in_path),
    Sign("same-mark", 0.12, same_mark),
    Sign("only-form-beside", 0.12, only_form_beside),
    Sign("only-team", 0.12, only_team),
    Sign("another-word", -20.0, another_word),
    Sign("other-names", -5.5, other_names),
    Sign("second-form", -3.0, second_form),
)
"""Who adds a clue adds a line here, and its two cases to the test of the table."""


def evidence(paper: Paper, scene: Scene) -> dict[Group, list[Evidence]]:
    """All that speaks for and against a paper's being an application's, by the applications of which anything was seen."""
    found: dict[Group, list[Evidence]] = {}
    for clue in CLUES:
        for group, (strength, seen) in clue.find(paper, scene).items():
            found.setdefault(group, []).append(Evidence(clue.name, clue.weight * strength, seen))
    return found


def _states(key: str, paper: Paper, scene: Scene) -> Spoken:
    return {group: (alike, paper.document.fields[key]) for group, alike in scene.alike(key, paper).items()}


def _carries(key: str, paper: Paper, scene: Scene) -> Spoken:
    return {group: (float(count), paper.document.path) for group, count in scene.carried(key, paper).items()}


def _shared(paper: Paper, group: Group) -> list[str]:
    """The names, by their keys, that tell whether a form is another team's: those that both state."""
    told = group.told()
    shared = [key for key in NAMES if key in told and key in paper.names]
    if "organisation" in shared and "team" in shared:
        return ["organisation", "team"]  # two teams may well have used one method: titles are alike by chance
    return shared


def _unlike(paper: Paper, group: Group, keys: Iterable[str], *, bundle: bool) -> bool:
    from rapidfuzz.fuzz import ratio

    told = group.told()
    apart = all(folder(d.path) != paper.folder for d in group.forms)
    limit = _UNLIKE_APART if apart or bundle else _UNLIKE
    return all(ratio(name.short, paper.names[key].short) < limit for key in keys for name in told[key])


def _together(one: str, other: str) -> bool:
    """Whether of two folders one is the other, or around it; the top is around all."""
    return one == other or not one or not other or one.startswith(other + "/") or other.startswith(one + "/")
