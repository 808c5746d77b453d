"""What speaks for a paper's kind: each vote alone, with a document that shows it and one where it is silent, and all weighed."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.judging.papers as room
from bot.facts import DocumentFacts
from bot.judging.evidence import Evidence
from bot.judging.papers import neighbours, scans, several
from bot.judging.papers.classify import Paper, find_copy, taken, weigh
from bot.judging.papers.extract import new_facts
from bot.judging.papers.material import read_material
from bot.judging.papers.neighbours import MAIL_VOTES, hear_the_mail
from bot.judging.papers.scans import PAGE_VOTES, read_pages
from bot.judging.papers.several import WHOLE_VOTES, without_doubles
from bot.judging.papers.votes import OTHER, VOTES, Original, Vote, cast
from bot.programme.load import load_programmes
from bot.samples import forms
from bot.samples.layout import Line
from bot.samples.sheets import write_xlsx
from bot.samples.word import write_docx
from parsers.reader import DirectReader
from parsers.values import Address, Attachment, Block, Cell, Grid, Letter, Paragraph
from tests.papers import blocks, page
from tests.world import START, entry

PROGRAMMES = load_programmes()
CALL = "关于开展2025年质量信得过班组建设活动的通知"


def lines(*texts: str) -> tuple[Block, ...]:
    return tuple(Paragraph(text) for text in texts)


def row(*texts: str) -> tuple[Block, ...]:
    return (Grid((*(Cell(0, n, text) for n, text in enumerate(texts)), *(Cell(1, n, f"{n}甲") for n in range(len(texts))))),)


FORM = blocks(forms.jsaq_form(entry()))
TABLE = tuple(block for block in FORM if isinstance(block, Grid))
WORDS = ("班组概况", "实施背景", "实施过程", "实施效果")
LIST = row("序号", "组织名称", "班组名称", "经验名称")
STATISTICS = lines("活动统计表")

# --- a document by itself ---

Document = tuple[str, tuple[Block, ...]]
ALONE: dict[str, tuple[str, str, Document, Document]] = {
    # vote: (programme, kind, a document that is of that kind by this vote alone, one where the vote is silent)
    "presentation": ("cmea-2020", "slides", ("成果.pptx", lines("成果申报表")), ("发布材料.docx", lines("发布材料"))),
    "call": ("jsaq-2025", OTHER, ("通知.docx", lines(CALL, *WORDS)), ("通知.docx", lines("关于公布2025年获奖名单的通知"))),
    "heading": ("jsaq-2025", "work_summary", ("申报表.docx", lines("推进活动总结", *WORDS)), ("总结.docx", lines("精益求精", "一、概况"))),
    "list-columns": ("jsaq-2025", "summary_sheet", ("申报表.xlsx", LIST), ("1.xlsx", row("序号", "姓名", "班组名称", "手机"))),
    "form-fields": ("jsaq-2025", "application_form", ("总结.docx", TABLE), ("成员.docx", row("姓名", "职务", "电话"))),
    "key-words": ("jsaq-2025", "experience", ("申报表.docx", lines("精益求精", *WORDS[1:])), ("典型经验.docx", lines("精益求精"))),
    "file-name": ("jsaq-2025", "statistics_form", ("工作总结/附件4.docx", ()), ("新建文档.docx", ())),
    "folder-name": ("jsaq-2025", "work_summary", ("工作总结/正文.docx", ()), ("工作总结.zip/正文.docx", ())),
    "something-else": ("jsaq-2025", OTHER, ("评分办法.docx", ()), ("成果.docx", lines("精益求精"))),
}


def original(programme: str, document: Document) -> Original:
    path, content = document
    return Original(PROGRAMMES[programme], path, path.rpartition(".")[2], content)


@pytest.mark.parametrize("sign", VOTES, ids=lambda sign: sign.name)
def test_each_vote_speaks_for_its_case_and_is_silent_in_the_other(sign: Any) -> None:
    programme, kind, shown, silent = ALONE[sign.name]
    assert [said for said, _ in sign.find(original(programme, shown))] == [kind]
    assert list(sign.find(original(programme, silent))) == []


@pytest.mark.parametrize("sign", VOTES, ids=lambda sign: sign.name)
def test_without_its_vote_a_document_is_taken_for_something_else(sign: Any) -> None:
    programme, kind, shown, _ = ALONE[sign.name]
    document = original(programme, shown)
    assert weigh(cast(VOTES, document)).best == kind
    assert weigh(cast([other for other in VOTES if other is not sign], document)).best != kind


# --- a scan's pages ---

Pages = Sequence[tuple[Block, ...]]
LETTER = lines("推荐函", "现推荐下列班组")
PAGES: dict[str, tuple[str, str, Pages, Pages]] = {
    "call-on-first-page": ("jsaq-2025", OTHER, (lines(CALL), FORM), (FORM, lines(CALL))),
    "papers-within": ("cacem-2024", "recommendation_bundle", (LETTER, STATISTICS), (LETTER, lines("照片"))),
    "first-page": ("jsaq-2025", "application_form", (lines("封面"), FORM, LIST), (lines("照片"), lines("照片"))),
}


@pytest.mark.parametrize("sign", PAGE_VOTES, ids=lambda sign: sign.name)
def test_each_vote_of_the_pages(sign: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name, kind, shown, silent = PAGES[sign.name]
    programme = PROGRAMMES[name]
    with_it, without = (read_pages(programme, [page(n, content) for n, content in enumerate(case, 1)]) for case in (shown, silent))
    assert [said for said, _ in sign.find(programme, with_it)] == [kind]
    assert list(sign.find(programme, without)) == []
    named = cast(VOTES, original(name, ("总结.pdf", ())))
    assert weigh((*named, *cast(scans.PAGE_VOTES, programme, with_it))).best == kind
    monkeypatch.setattr(scans, "PAGE_VOTES", [other for other in PAGE_VOTES if other is not sign])
    assert weigh((*named, *cast(scans.PAGE_VOTES, programme, with_it))).best != kind


# --- the mail's other files ---

TEAM = {"organisation": "南京长江水务有限公司", "team": "第二泵站运行组"}
Files = Sequence[tuple[Document, dict[str, Any]]]
APPLICATION: tuple[Document, dict[str, Any]] = (("甲/申报表.docx", ()), {"fields": TEAM})
MOTTO: tuple[Document, dict[str, Any]] = (("甲/成果.docx", lines("精益求精")), {"characters": 2100})
MATERIAL: tuple[Document, dict[str, Any]] = (("甲/评审材料.docx", lines("评审材料")), {"characters": 2100})
NAMESAKE: tuple[Document, dict[str, Any]] = (("合格率统计表.docx", lines("一月")), {})
MAILS: dict[str, tuple[str, str, Files, Files]] = {
    # vote: (programme, the kind of the first file by this vote alone, a mail where it speaks of that file, one where it is silent)
    "missing-text": ("cmea-2020", "team_material", (MOTTO, APPLICATION), (MOTTO, APPLICATION, MATERIAL)),
    "another-says-so": ("jsaq-2025", OTHER, (NAMESAKE, (("附件4.docx", STATISTICS), {})), (NAMESAKE, (("附件4.docx", ()), {}))),
    "format-not-asked": ("jsaq-2025", OTHER, ((("合格率统计表.xlsx", row("月份", "合格率")), {}),), (NAMESAKE,)),
}


def papers(programme: str, files: Files) -> list[Paper]:
    """The files with their own votes, and the facts that their extraction would give them."""
    found = []
    for document, facts in files:
        seen = original(programme, document)
        new = new_facts(seen.path, b"", seen.format, OTHER, find_copy(seen.format))
        made = {name: getattr(new, name) for name in DocumentFacts.__slots__} | facts
        found.append(taken(DocumentFacts(**made), cast(VOTES, seen)))
    return found


@pytest.mark.parametrize("sign", MAIL_VOTES, ids=lambda sign: sign.name)
def test_each_vote_of_the_other_files(sign: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name, kind, shown, silent = MAILS[sign.name]
    programme = PROGRAMMES[name]
    with_it, without = (papers(name, files) for files in (shown, silent))
    assert any(sign.find(neighbours.Mail(programme, with_it), 0))
    assert not any(sign.find(neighbours.Mail(programme, without), 0))
    first = hear_the_mail(programme, with_it)[0]
    assert first.facts.kind == kind
    assert sign.name in [vote.evidence.what for vote in first.votes]
    monkeypatch.setattr(neighbours, "MAIL_VOTES", [other for other in MAIL_VOTES if other is not sign])
    assert hear_the_mail(programme, with_it)[0].facts.kind != kind


@pytest.mark.parametrize(("files", "kinds"), [
    ((MOTTO, MOTTO, APPLICATION), ["team_material", "team_material", "application_form"]),
    ((MOTTO, (("甲/心得.docx", lines("心得")), {"characters": 900}), APPLICATION), ["team_material", OTHER, "application_form"]),
    (((("甲/评分办法.docx", ()), {"characters": 9000}), MOTTO, APPLICATION), [OTHER, "team_material", "application_form"]),
    ((MOTTO,), [OTHER]),
])  # fmt: skip
def test_which_texts_are_the_missing_one(files: Files, kinds: list[str]) -> None:
    found = hear_the_mail(PROGRAMMES["cmea-2020"], papers("cmea-2020", files))
    assert [paper.facts.kind for paper in found] == kinds


# --- a file in which several papers seem to stand ---

MATERIAL_PART: tuple[Document, dict[str, Any]] = (("甲/申报表.docx", lines("评审材料")), {"characters": 700})
WHOLES = {"part-elsewhere": ((APPLICATION, MATERIAL_PART, MATERIAL), (APPLICATION, MATERIAL_PART))}


@pytest.mark.parametrize("sign", WHOLE_VOTES, ids=lambda sign: sign.name)
def test_each_vote_for_one_paper(sign: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, silent = (papers("cmea-2020", files) for files in WHOLES[sign.name])
    wholes = {shown[0].file: shown[0]}
    kinds = ["application_form", "team_material"]
    one = without_doubles(shown, wholes)
    assert [paper.facts.kind for paper in one] == kinds
    assert one[0].votes[-1] == Vote("application_form", Evidence(sign.name, sign.weight, "甲/评审材料.docx"))
    assert [paper.facts.kind for paper in without_doubles(silent, wholes)] == kinds
    assert len(without_doubles(shown[::-1], wholes)) == 2
    namesake = replace(shown[0], facts=replace(shown[0].facts, sha256="another"))
    assert without_doubles([namesake, *shown], wholes)[0] is namesake
    monkeypatch.setattr(several, "WHOLE_VOTES", [other for other in WHOLE_VOTES if other is not sign])
    assert len(without_doubles(shown, wholes)) == 3


# --- weighed ---


def test_each_weight_is_greater_than_all_lesser_ones_together() -> None:
    weights = sorted({sign.weight for sign in (*VOTES, *PAGE_VOTES)})
    assert all(weight > sum(weights[:number]) for number, weight in enumerate(weights))
    names = sum(sign.weight for sign in VOTES if sign.name in ("file-name", "folder-name"))
    assert all(sign.weight + names < 0 for sign in MAIL_VOTES if sign.weight < 0)


def vote(kind: str, weight: float, what: str = "w") -> Vote:
    return Vote(kind, Evidence(what, weight))


@pytest.mark.parametrize(("votes", "kind"), [
    ((), None),
    ((vote("a", 8), vote("b", 8)), None),
    ((vote("a", 8), vote("b", 8), vote("b", 4)), "b"),
    ((vote("a", 4), vote("a", -8)), None),
    ((vote("a", 4), vote("a", -8), vote("b", 2)), "b"),
])  # fmt: skip
def test_too_little_or_too_near_is_unknown(votes: tuple[Vote, ...], kind: str | None) -> None:
    assert weigh(votes).best == kind


@given(
    st.lists(st.builds(vote, st.sampled_from("abc"), st.sampled_from([-8, 1, 2, 4, 8]), st.sampled_from("xyz")), max_size=6),
    st.randoms(),
)
def test_the_order_of_votes_decides_nothing(votes: list[Vote], random: Random) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)
    assert weigh(shuffled) == weigh(votes)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_files_decides_nothing(seed: int) -> None:
    inner = [(("甲/乙/申报表.docx", ()), {"fields": {**TEAM, "team": "一班"}}), (("甲/乙/心得.docx", lines("心")), {"characters": 800})]
    top = [(("申报表.docx", ()), {"fields": {**TEAM, "team": "三班"}}), (("感想.docx", lines("感")), {"characters": 700})]
    files = [APPLICATION, MOTTO, NAMESAKE, (("附件4.docx", STATISTICS), {}), *inner, *top]
    plain = papers("cmea-2020", files)
    shuffled = Random(seed).sample(plain, len(plain))
    kinds = [{p.facts.path: p.explained() for p in hear_the_mail(PROGRAMMES["cmea-2020"], some)} for some in (plain, shuffled)]
    assert kinds[0] == kinds[1]
    assert kinds[0]["甲/乙/心得.docx"].answer == kinds[0]["甲/成果.docx"].answer == kinds[0]["感想.docx"].answer == "team_material"


# --- told ---


def test_what_each_file_was_taken_for_is_explained() -> None:
    files = (
        ("申报表.docx", write_docx(forms.jsaq_form(entry()))),
        ("合格率统计表.xlsx", write_xlsx([("月份", "合格率"), (1, 99)])),
        ("附件5.docx", write_docx((Line("一年来"),))),
    )
    attached = tuple(Attachment(name, "application/octet-stream", data) for name, data in files)
    letter = Letter("1@x", "", Address("", "a@qq.com"), (), (), (), START, START, (), (), (), "", "", "", attached, ())
    material = read_material(DirectReader(), letter, PROGRAMMES["jsaq-2025"])
    told = {one.about: one for one in material.why}
    assert {one.question for one in material.why} == {"paper"}
    assert {path: one.answer or OTHER for path, one in told.items()} == {d.path: d.kind for d in material.documents}
    assert [evidence.what for evidence in told["申报表.docx"].why] == ["heading", "form-fields", "file-name"]
    assert [(evidence.what, evidence.seen) for evidence in told["附件5.docx"].why] == [("file-name", "附件5.docx")]
    lost = told["合格率统计表.xlsx"]
    assert (lost.answer, [evidence.what for evidence in lost.why]) == ("", ["file-name", "format-not-asked"])


def test_a_kind_is_decided_in_one_place() -> None:
    changed = [
        path.name
        for path in sorted(Path(room.__path__[0]).glob("*.py"))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "replace" and any(word.arg == "kind" for word in call.keywords)
    ]
    assert changed == ["classify.py"]
