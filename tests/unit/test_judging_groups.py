"""Which document belongs to which team."""

from __future__ import annotations

from dataclasses import replace

from bot.facts import Copy, DocumentFacts
from bot.judging.groups.groups import group_documents
from tests.world import document, entry


def _form(path: str, number: int, **changes: str) -> DocumentFacts:
    return document("application_form", Copy.EDITABLE, entry(number, **changes), name=path)


def _other(path: str, kind: str = "experience", **fields: str) -> DocumentFacts:
    return replace(document(kind, Copy.EDITABLE, {}, name=path), fields=fields, title="")


def _paths(documents: list[DocumentFacts]) -> list[list[str]]:
    found = group_documents(documents)
    return [[d.path for d in group.documents] for group in found.groups] + [[d.path for d in found.unassigned]]


def test_two_teams_of_one_name_in_one_folder_are_told_by_the_copys_mark() -> None:
    documents = [_form("组/申报表.docx", 1), _form("组/申报表 (2).docx", 2), _other("组/经验.docx"), _other("组/经验 (2).docx")]
    assert _paths(documents) == [["组/申报表.docx", "组/经验.docx"], ["组/申报表 (2).docx", "组/经验 (2).docx"], []]


def test_what_fits_several_teams_is_no_further_team() -> None:
    documents = [_form("组/甲.docx", 1), _form("组/乙.docx", 2), _other("组/丙.docx", team=entry()["team"])]
    assert _paths(documents) == [["组/甲.docx"], ["组/乙.docx"], ["组/丙.docx"]]


def test_a_folder_of_its_own_is_a_further_team() -> None:
    documents = [_form("一/申报表.docx", 1), _form("二/申报表.docx", 2), _other("三/经验.docx")]
    assert _paths(documents) == [["一/申报表.docx"], ["二/申报表.docx"], ["三/经验.docx"], []]


def _scan(path: str, number: int, **changes: str) -> DocumentFacts:
    return document("application_form", Copy.STAMPED, entry(number, **changes), name=path)


def test_a_scanned_form_of_another_team_is_a_further_team() -> None:
    other = {"organisation": "苏州恒通轨道交通集团有限公司", "team": "盾构掘进二工段", "title": "推行准时化配送压缩换型时间的探索"}
    documents = [_form("一/申报表.docx", 1), _scan("二/扫描件.pdf", 2, **other), _other("二/经验.docx", title=other["title"])]
    assert _paths(documents) == [["一/申报表.docx"], ["二/扫描件.pdf", "二/经验.docx"], []]


def test_a_scanned_form_that_differs_in_one_name_stays_where_it_is() -> None:
    documents = [_form("电子版/申报表.docx", 1), _scan("盖章版/扫描件.pdf", 1, team="盾构掘进二工段")]
    assert _paths(documents) == [["电子版/申报表.docx", "盖章版/扫描件.pdf"], []]


def test_one_recommendation_form_may_stand_for_all_teams() -> None:
    shared = document("recommendation_form", Copy.EDITABLE, {}, name="附件5 推荐表.docx")
    documents = [_form("一/申报表.docx", 1), _form("二/申报表.docx", 2), shared]
    assert _paths(documents) == [["一/申报表.docx", "附件5 推荐表.docx"], ["二/申报表.docx", "附件5 推荐表.docx"], []]


def test_folders_may_be_the_kinds_and_not_the_teams() -> None:
    forms = [_form("申报表/1.docx", 1), _form("申报表/2.docx", 2)]
    scans = [_scan("盖章版/1.pdf", 1), _scan("盖章版/2.pdf", 2)]
    texts = [_other(f"典型经验/{n}.docx", title=entry(n)["title"]) for n in (1, 2)]
    expected = [[f"申报表/{n}.docx", f"盖章版/{n}.pdf", f"典型经验/{n}.docx"] for n in (1, 2)]
    assert _paths([*forms, *scans, *texts]) == [*expected, []]


def test_without_a_form_that_was_read_one_of_each_is_one_team() -> None:
    """The Word form is a picture, or locked: the scan beside it and the loose papers are still its team's."""
    nameless = _other("申报表.docx", "application_form")
    papers = [nameless, _scan("申报表盖章.pdf", 1), _other("经验.docx", title=entry(1)["title"]), _other("材料.docx", "team_material")]
    assert _paths(papers) == [["申报表.docx", "申报表盖章.pdf", "经验.docx", "材料.docx"], []]
    assert _paths([nameless, _other("材料.docx", "team_material")]) == [["申报表.docx", "材料.docx"], []]


def test_without_a_form_that_was_read_other_names_are_another_team() -> None:
    other = {"organisation": "苏州恒通轨道交通集团有限公司", "team": "盾构掘进二工段", "title": "推行准时化配送压缩换型时间的探索"}
    papers = [_other("申报表.docx", "application_form"), _scan("盖章.pdf", 1), _other("经验.docx", **other)]
    assert _paths(papers) == [["申报表.docx", "盖章.pdf"], ["经验.docx"], []]


def test_two_teams_scans_in_one_folder_are_two_teams() -> None:
    other = {"organisation": "苏州恒通轨道交通集团有限公司", "team": "盾构掘进二工段", "title": "推行准时化配送压缩换型时间的探索"}
    papers = [_scan("包/1.pdf", 1), _scan("包/2.pdf", 1, **other), _other("包/经验.docx", title=other["title"])]
    assert _paths(papers) == [["包/1.pdf"], ["包/2.pdf", "包/经验.docx"], []]


def test_papers_without_a_form_that_state_other_kinds_of_names_are_one_team() -> None:
    papers = [_other("经验.docx", title=entry()["title"]), _other("材料.docx", "team_material", team=entry()["team"])]
    assert _paths(papers) == [["经验.docx", "材料.docx"], []]


def test_one_recommendation_form_in_a_folder_of_its_own_stands_for_all_teams() -> None:
    shared = document("recommendation_form", Copy.EDITABLE, {}, name="推荐表/推荐表.docx")
    documents = [_form("一/申报表.docx", 1), _form("二/申报表.docx", 2), shared]
    assert _paths(documents) == [["一/申报表.docx", "推荐表/推荐表.docx"], ["二/申报表.docx", "推荐表/推荐表.docx"], []]
