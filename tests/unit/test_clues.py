"""Whose a paper is: every clue and every sign of an opening has one case where it decides and one where it is silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts import Copy, DocumentFacts
from bot.judging.groups import clues, openings
from bot.judging.groups.groups import find_owner, group_documents
from bot.judging.groups.scene import Group, Paper, Scene
from tests.world import document

A = {"organisation": "南京甲乙水务有限公司", "team": "第一化验班", "title": "运用看板管理减少投诉的经验"}
B = {"organisation": "苏州恒通轨道交通集团有限公司", "team": "盾构掘进二工段", "title": "推行准时化配送压缩换型时间的探索"}
C = {"organisation": "无锡丰源食品有限公司", "team": "灌装车间夜班组", "title": "以防错法降低封口不良率"}


def form(path: str, names: Mapping[str, str]) -> DocumentFacts:
    return document("application_form", Copy.EDITABLE, names, name=path)


def scan(path: str, names: Mapping[str, str], *doubtful: str) -> DocumentFacts:
    return replace(document("application_form", Copy.STAMPED, names, name=path), doubtful=doubtful)


def paper(path: str, kind: str = "experience", **names: str) -> DocumentFacts:
    return replace(document(kind, Copy.EDITABLE, {}, name=path), fields=names, title="")


@dataclass(frozen=True)
class Case:
    """`speaks`: the documents of a mail, the last the paper in question, and `teams`: the paths of each application, only so because of the
    clue. `silent`: those of a mail where it says nothing of the last."""

    speaks: Sequence[DocumentFacts]
    teams: Sequence[set[str]]
    silent: Sequence[DocumentFacts]


TWO = (form("组/1甲.docx", A), form("组/1乙.docx", B))
AMONG_TWO = [{"组/1甲.docx"}, {"组/1乙.docx"}]


def of_second(path: str) -> list[set[str]]:
    return [AMONG_TWO[0], {*AMONG_TWO[1], path}]


CLUES: dict[str, Case] = {
    "own-folder": Case(
        [form("一/表/申报表.docx", A), form("二/申报表.docx", B), paper("一/文/经验.docx")],
        [{"一/表/申报表.docx", "一/文/经验.docx"}, {"二/申报表.docx"}],
        [*TWO, paper("组/经验.docx")],
    ),
    "states-organisation": Case(
        [*TWO, paper("组/经验.docx", organisation=B["organisation"])], of_second("组/经验.docx"), [*TWO, paper("组/经验.docx")]
    ),
    "states-team": Case(
        [*TWO, paper("组/经验.docx", team=B["team"])], of_second("组/经验.docx"), [*TWO, paper("组/经验.docx", team=C["team"])]
    ),
    "states-title": Case(
        [*TWO, paper("组/经验.docx", title=B["title"])], of_second("组/经验.docx"), [*TWO, paper("组/经验.docx", title="典型经验")]
    ),
    "organisation-in-path": Case(
        [*TWO, paper("组/恒通轨道经验.docx")], of_second("组/恒通轨道经验.docx"), [*TWO, paper("组/恒久轨迹经验.docx")]
    ),
    "team-in-path": Case([*TWO, paper("组/盾构掘进.docx")], of_second("组/盾构掘进.docx"), [*TWO, paper("组/掘进.docx")]),
    "title-in-path": Case(
        [*TWO, paper("组/准时化配送.docx")], of_second("组/准时化配送.docx"), [*TWO, paper("组/典型经验.docx", title=B["title"])]
    ),
    "same-mark": Case(
        [form("申报表.docx", A), form("申报表 (2).docx", B), paper("推荐表 (2).docx", "recommendation_form")],
        [{"申报表.docx"}, {"申报表 (2).docx", "推荐表 (2).docx"}],
        [form("申报表.docx", A), form("申报表 (2).docx", B), paper("推荐表 (3).docx", "recommendation_form")],
    ),
    "only-form-beside": Case(
        [form("申报表.docx", A), form("二/申报表.docx", B), paper("经验.docx")],
        [{"申报表.docx", "经验.docx"}, {"二/申报表.docx"}],
        [form("申报表.docx", A), form("二/申报表.docx", B), paper("推荐表.docx", "recommendation_form")],
    ),
    "only-team": Case(
        [form("申报表.docx", A), paper("材料.docx", "team_material")],
        [{"申报表.docx", "材料.docx"}],
        [form("申报表.docx", A), form("申报表 (2).docx", B), paper("材料.docx", "team_material")],
    ),
    "another-word": Case(
        [form("申报表1.docx", A), form("申报表2.docx", {**A, "team": "第二化验班"})],
        [{"申报表1.docx"}, {"申报表2.docx"}],
        [form("申报表.docx", A), form("申报表 (1).docx", A)],
    ),
    "other-names": Case(
        [form("申报表.docx", A), scan("盖章.pdf", B)],
        [{"申报表.docx"}, {"盖章.pdf"}],
        [form("申报表.docx", A), scan("盖章.pdf", B, "organisation")],
    ),
    "second-form": Case(
        [scan("包/扫描1.pdf", A), scan("包/扫描2.pdf", B)],
        [{"包/扫描1.pdf"}, {"包/扫描2.pdf"}],
        [scan("包/扫描1.pdf", A), scan("包/扫描2.pdf", {**A, "team": B["team"]})],
    ),
}

OPENINGS: dict[str, Case] = {
    "own-word": Case(
        [form("申报表1.docx", {**A, "team": "第一化验运维中心班"}), form("申报表2.docx", {**A, "team": "第二化验运维中心班"})],
        [{"申报表1.docx"}, {"申报表2.docx"}],
        [form("申报表.docx", A), form("申报表 (1).docx", A)],
    ),
    "form": Case(
        [scan("扫描1.pdf", {}), scan("扫描2.pdf", {})],
        [{"扫描1.pdf"}, {"扫描2.pdf"}],
        [form("1.docx", A), form("2.docx", {**A, "team": B["team"]}), scan("盖章.pdf", {"organisation": A["organisation"]})],
    ),
    "names-of-no-team": Case([*TWO, paper("经验.docx", **C)], [*AMONG_TWO, {"经验.docx"}], [*TWO, paper("经验.docx", title=A["title"])]),
    "folder-of-its-own": Case(
        [*TWO, paper("三/经验.docx")], [*AMONG_TWO, {"三/经验.docx"}], [*TWO, paper("推荐表/推荐表.docx", "recommendation_form")]
    ),
    "first-of-one-team": Case(
        [paper("材料.docx", "team_material"), paper("经验.docx")],
        [{"材料.docx", "经验.docx"}],
        [form("申报表.docx", A), paper("经验.docx")],
    ),
}


def teams(documents: Sequence[DocumentFacts]) -> list[set[str]]:
    return [{d.path for d in group.documents} for group in group_documents(documents).groups]


def test_each_line_of_the_tables_has_its_cases() -> None:
    assert list(CLUES) == [clue.name for clue in clues.CLUES]
    assert list(OPENINGS) == [sign.name for sign in openings.OPENINGS]


@pytest.mark.parametrize("name", CLUES)
def test_a_clue_decides_its_case(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CLUES[name]
    assert teams(case.speaks) == list(case.teams)
    monkeypatch.setattr(clues, "CLUES", tuple(clue for clue in clues.CLUES if clue.name != name))
    assert teams(case.speaks) != list(case.teams)


@pytest.mark.parametrize("name", OPENINGS)
def test_a_sign_opens_its_case(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = OPENINGS[name]
    assert teams(case.speaks) == list(case.teams)
    monkeypatch.setattr(openings, "OPENINGS", tuple(sign for sign in openings.OPENINGS if sign.name != name))
    assert teams(case.speaks) != list(case.teams)


def asked(documents: Sequence[DocumentFacts]) -> tuple[Paper, Scene]:
    """The last of some documents as the tables are asked of it, beside the applications of the others."""
    *others, last = documents
    return Paper(last), Scene(group_documents(others).groups)


@pytest.mark.parametrize("name", CLUES)
def test_a_clue_speaks_and_is_silent(name: str) -> None:
    (clue,) = (clue for clue in clues.CLUES if clue.name == name)
    assert clue.find(*asked(CLUES[name].speaks))
    assert not clue.find(*asked(CLUES[name].silent))


@pytest.mark.parametrize("name", OPENINGS)
def test_a_sign_speaks_and_is_silent(name: str) -> None:
    (sign,) = (sign for sign in openings.OPENINGS if sign.name == name)
    speaks = OPENINGS[name].speaks
    asked_of = (Paper(speaks[-1]), Scene(one_team=True)) if name == "first-of-one-team" else asked(speaks)
    assert sign.find(*asked_of) is not None
    assert sign.find(*asked(OPENINGS[name].silent)) is None


NEARLY_A = {**A, "title": "运用看板管理减少投诉的实践"}
NAMES = ({}, A, B, C, NEARLY_A, {"title": A["title"]}, {"organisation": B["organisation"], "team": C["team"]}, {"team": A["team"]})
FOLDERS = ("", "一/", "二/", "一/附/", "盖章版/", "南京甲乙水务/")
KINDS = (
    ("application_form", Copy.EDITABLE, "申报表"), ("application_form", Copy.STAMPED, "盖章"), ("experience", Copy.EDITABLE, "经验"),
    ("recommendation_form", Copy.EDITABLE, "推荐表"), ("team_material", Copy.EDITABLE, "恒通轨道材料"),
)  # fmt: skip


@st.composite
def mails(draw: st.DrawFn) -> list[DocumentFacts]:
    """Up to nine documents of a mail, of up to four teams, each with a path of its own."""
    made = {}
    for _ in range(draw(st.integers(1, 9))):
        (kind, copy, word), place = draw(st.sampled_from(KINDS)), draw(st.sampled_from(FOLDERS))
        path = f"{place}{word}{draw(st.sampled_from(('', ' (2)', '3')))}.{'pdf' if copy is Copy.STAMPED else 'docx'}"
        made[path] = replace(document(kind, copy, {}, name=path), fields=draw(st.sampled_from(NAMES)))
    return list(made.values())


def parted(documents: Sequence[DocumentFacts]) -> tuple[set[frozenset[str]], set[str]]:
    found = group_documents(documents)
    return {frozenset(d.path for d in g.documents) for g in found.groups}, {d.path for d in found.unassigned}


@given(mails(), st.data())
def test_the_order_of_documents_decides_nothing(documents: list[DocumentFacts], data: st.DataObject) -> None:
    assert parted(data.draw(st.permutations(documents))) == parted(documents)


@given(mails(), st.permutations([A, B, C, NEARLY_A]))
def test_the_order_of_groups_decides_nothing(documents: list[DocumentFacts], names: list[dict[str, str]]) -> None:
    for one in documents:
        owner, again = (find_owner([Group(known=known) for known in order], one) for order in (names, names[::-1]))
        assert (owner and owner.known) == (again and again.known)


@given(mails())
def test_every_document_has_one_explanation(documents: list[DocumentFacts]) -> None:
    found = group_documents(documents)
    assert [one.about for one in found.why] == [d.path for d in documents]
    assert {one.question for one in found.why} == {"owner"}
    assert {one.about for one in found.why if not one.answer} == {d.path for d in found.unassigned}
