"""Whose a paper is: the clues by which a document and an application are weighed.

Names weigh by where they stand. What holds a team's form and no other's (a folder) says most, then what the paper states itself, then
what its path carries; a mark, or a form beside, only decides where nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.judging.evidence import Evidence, Sign
from bot.judging.groups.merged import NAMES
from bot.judging.groups.scene import SHARED, Group, Paper, Scene
from bot.names import folder

Seen = tuple[float, str] | None
"""How strongly a clue was seen, as a factor of its weight, and in what; None where it is silent."""

Clue = Sign[Callable[[Paper, Group, Scene], Seen]]

LEAST = 0.1
"""What a clue must weigh at least to say whose a paper is."""

LEAD = 0.055
"""How much more than for the next group: one character of a path, less than one of a name of thirty."""

_UNLIKE, _UNLIKE_APART = 60, 80
"""Names less alike, of 100, are two names; beside other teams, or in another folder than the team's form, more alike ones are."""


def states_organisation(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The paper states the organisation of the application.

    Speaks: 经验.docx begins with 南京甲乙水务有限公司, and so does one form of two. Silent: it states no organisation.
    """
    return _states("organisation", paper, group, scene)


def states_team(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The paper states the team of the application.

    Speaks: 推荐表.docx recommends 第一化验班, which one form of two is for. Silent: it recommends 第二化验班.
    """
    return _states("team", paper, group, scene)


def states_title(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The paper states the title of the application.

    Speaks: the experience's heading is the title in one form of two. Silent: its heading is 典型经验.
    """
    return _states("title", paper, group, scene)


def organisation_in_path(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The file's name or a folder carries the organisation, wholly or shortened; each character weighs, a whole name's twice.

    Speaks: 甲乙水务经验.docx for 南京甲乙水务有限公司. Silent: 经验.docx.
    """
    return _carries("organisation", paper, group, scene)


def team_in_path(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The file's name or a folder carries the team, wholly or shortened.

    Speaks: 第一化验班/照片.jpg. Silent: 照片.jpg.
    """
    return _carries("team", paper, group, scene)


def title_in_path(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The file's name or a folder carries the title, wholly or shortened.

    Speaks: 运用看板管理减少投诉的经验.docx. Silent: 典型经验.docx.
    """
    return _carries("title", paper, group, scene)


def own_folder(paper: Paper, group: Group, scene: Scene) -> Seen:
    """What opened the application lies in the paper's folder, or in one around it or beside it, and no other's does. Other papers say
    nothing: folders may be the kinds' (典型经验, 申报表), each with all the teams' in it.

    Speaks: 一/经验.docx where 一/申报表.docx is one form of two. Silent: 组/经验.docx where both forms lie in 组.
    """
    found = scene.opened_around(paper)
    return (1.0, found[1]) if found is not None and found[0] is group else None


def same_mark(paper: Paper, group: Group, scene: Scene) -> Seen:
    """Of several forms in one folder the application's alone bears the paper's mark or number, or alone none as it.

    Speaks: 推荐表 (2).docx beside 申报表.docx and 申报表 (2).docx. Silent: 推荐表 (3).docx beside them.
    """
    if len(scene.forms_beside(paper)) < 2:
        return None
    same = scene.forms_marked(paper)
    return (1.0, paper.mark or paper.document.path) if len(same) == 1 and group in same else None


def only_form_beside(paper: Paper, group: Group, scene: Scene) -> Seen:
    """The application's form lies where the paper does, while the others' lie elsewhere. Of a recommendation form, and of a file of no
    known kind, that says nothing: they may be for all.

    Speaks: 经验.docx attached beside 申报表.docx, the other team packed in 二.zip. Silent: both forms are attached beside it.
    """
    near = scene.forms_beside(paper)
    if len(scene.groups) < 2 or len(near) != 1 or paper.document.kind in (SHARED, "other"):
        return None
    return (1.0, paper.folder) if group in near else None


def only_team(paper: Paper, group: Group, scene: Scene) -> Seen:
    """There is no other application, and its form says what it is called; or nothing tells of a second team: the papers lie
    together, no two are of one kind, and not both state names. A file that can't be read and is of no known kind is nobody's.

    Speaks: 材料.docx in a mail with one form. Silent: 材料.docx in a mail with two.
    """
    if len(scene.groups) != 1 or not group.documents:
        return None
    if paper.document.kind == "other":
        return (1.0, "") if paper.document.refusal is None else None
    if group.words():
        return (1.0, "")
    together = any(_together(paper.folder, folder(d.path)) for d in group.documents)
    return (1.0, "") if scene.one_team and together and not (paper.names and group.told()) else None


def other_names(paper: Paper, group: Group, scene: Scene) -> Seen:
    """Against: a form that could be read well states two names at least that the application states too, none of them alike.

    Speaks: 盖章.pdf is 苏州恒通轨道交通集团's 盾构掘进二工段, the form 南京甲乙水务's 第一化验班. Silent: only the teams differ.
    """
    from rapidfuzz.fuzz import ratio

    if not paper.is_form or paper.document.doubtful:
        return None
    told = group.told()
    shared = [key for key in NAMES if key in told and key in paper.names]
    if "organisation" in shared and "team" in shared:
        shared = ["organisation", "team"]  # two teams may well have used one method: titles are alike by chance
    if len(shared) < 2:
        return None
    apart = all(folder(d.path) != paper.folder for d in group.forms)
    limit = _UNLIKE_APART if apart or len(scene.groups) > 1 else _UNLIKE
    if any(ratio(name.short, paper.names[key].short) >= limit for key in shared for name in told[key]):
        return None
    return 1.0, "/".join(paper.document.fields[key] for key in shared)


def another_word(paper: Paper, group: Group, scene: Scene) -> Seen:
    """Against: the paper is an editable form, the application has one, and they don't state exactly the same names. A form that
    its team wrote is its own word, however alike another is.

    Speaks: 申报表2.docx of 第二化验班, the application is 第一化验班's. Silent: 申报表 (1).docx is the same form again.
    """
    if not paper.is_word:
        return None
    words = group.words()
    return (1.0, "/".join(paper.names[key].whole for key in paper.names)) if words and paper.identity not in words else None


def second_form(paper: Paper, group: Group, scene: Scene) -> Seen:
    """Against: the application has a form of that copy already, and the paper is a form that states none of its names.

    Speaks: 扫描2.pdf in the folder of 扫描1.pdf, of another team. Silent: 扫描2.pdf is the same team's again.
    """
    if not paper.is_form or not paper.names or paper.document.doubtful:
        return None
    if not any(d.copy is paper.document.copy and d.fields for d in group.forms):
        return None
    told = group.told()
    shared = [key for key in NAMES if key in told and key in paper.names]
    alike = any(_alike(key, paper, group, scene) for key in shared)
    return (1.0, group.forms[0].path) if shared and not alike else None


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


def evidence(paper: Paper, group: Group, scene: Scene) -> list[Evidence]:
    """All that speaks for and against a paper's being an application's."""
    found = []
    for clue in CLUES:
        seen = clue.find(paper, group, scene)
        if seen is not None:
            found.append(Evidence(clue.name, clue.weight * seen[0], seen[1]))
    return found


def _alike(key: str, paper: Paper, group: Group, scene: Scene) -> float:
    own, told = paper.names.get(key), group.told().get(key)
    if own is None or not told or not own.whole:
        return 0.0
    return max(scene.likeness(own.whole, name.whole) if name.whole else 0.0 for name in told)


def _states(key: str, paper: Paper, group: Group, scene: Scene) -> Seen:
    alike = _alike(key, paper, group, scene)
    return (alike, paper.document.fields[key]) if alike else None


def _carries(key: str, paper: Paper, group: Group, scene: Scene) -> Seen:
    told = group.told().get(key)
    if not told:
        return None
    most = max(scene.carried(name.short, paper.place) if name.short else 0 for name in told)
    return (float(most), paper.document.path) if most else None


def _together(one: str, other: str) -> bool:
    """Whether of two folders one is the other, or around it; the top is around all."""
    return one == other or not one or not other or one.startswith(other + "/") or other.startswith(one + "/")
