"""Several papers typed into one Word file: each counts for what it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.samples import cast, forms, notices
from bot.samples.layout import Layout, Line
from bot.samples.package import Package
from bot.samples.word import write_docx
from tests.papers import Papers, codes, judged, mail_to

Files = dict[str, tuple[str, bytes]]


def text(*headings: str, characters: int = 500) -> Layout:
    """Headings, each with as many characters of prose."""
    return tuple(
        line for number, heading in enumerate(headings) for line in (Line(heading, 1), Line(cast.prose(Random(number), characters)))
    )


def files(papers: Papers, package: Package) -> Files:
    """A package's files by folder and role, its stamped forms on perfect paper."""
    made: Files = {}
    for entry in package.entries:
        for role, piece in entry.pieces.items():
            path = f"{entry.folder}/{piece.path}" if entry.folder else piece.path
            stamped = papers.paper((entry.layout(entry.fields), [entry.fields["organisation"]])) if piece.copy == "stamped" else b""
            made[f"{entry.folder}/{role}"] = (path, stamped or piece.make())
    return made | {role: (piece.path, piece.make()) for role, piece in package.common.items()}


def outcome(papers: Papers, folder: Path, package: Package, made: Files) -> dict[str, Any]:
    """What a mail with these files comes to."""
    attached = [(path.rpartition("/")[2] if path.count("/") == 0 else path.replace("/", "-"), data) for path, data in made.values()]
    (found,) = judged(papers, folder, mail_to(package.mailbox, package.received, *attached))
    return found


def form_and_experience(package: Package, made: Files) -> None:
    fields = package.entries[0].fields
    experience = (Line(fields["title"], 1, centred=True), *text("班组概况", "实施背景", "实施过程", "实施效果", characters=400))
    made["/form"] = ("申报材料.docx", write_docx((*forms.jsaq_form(fields), *experience)))
    del made["/experience"]


def form_behind_the_experience(package: Package, made: Files) -> None:
    fields = package.entries[0].fields
    experience = (Line(fields["title"], 1, centred=True), *text("班组概况", "实施背景", "实施过程", "实施效果", characters=400))
    made["/form"] = ("申报材料.docx", write_docx((*experience, *forms.jsaq_form(fields))))
    del made["/experience"]


def form_and_material(package: Package, made: Files) -> None:
    heading = (Line("质量信得过班组简介及活动成果", 1),)
    form = forms.cmea_form(package.entries[0].fields)
    made["/form"] = ("申报表.docx", write_docx((*form, *heading, *text("一、简介", "二、建设", "三、技能", "四、创新", "五、服务"))))
    del made["/material"]


def notes_behind_the_form(package: Package, made: Files) -> None:
    """The form repeats at some length what the material beside it tells: still one form."""
    heading = (Line("质量信得过班组简介及活动成果", 1),)
    made["/form"] = ("申报表.docx", write_docx((*forms.cmea_form(package.entries[0].fields), *heading, *text("简介", characters=700))))


def two_forms(package: Package, made: Files) -> None:
    for key in [key for key in made if key.endswith("/form")]:
        del made[key]
    made["form"] = ("申报表汇总.docx", write_docx(tuple(part for entry in package.entries for part in entry.layout(entry.fields))))


def the_associations_own(package: Package, made: Files) -> None:
    head = f"推荐省市自治区、行业：{package.recommender}"
    title = "质量信得过班组活动统计表"
    numbers = forms.statistics_form(title, "2019年6月至2020年6月", head, forms.CAQ_STATISTICS, package.statistics)
    heads = ("序号", "企业/班组名称", "材料评价（符合标准程度/特色/不足之处）", "打分/排序", "评委")
    rows = [
        (str(n), f"{e.fields['organisation']}/{e.fields['team']}", "符合", "95", "评审组") for n, e in enumerate(package.entries, start=1)
    ]
    review = forms.list_layout("2020年全国质量信得过班组材料评审汇总表", heads, rows)
    summary = (
        Line("2020年推进质量信得过班组建设活动总结", 1, centred=True),
        *text("一、基本情况", "二、做法", "三、问题", characters=1200),
    )
    made["work-summary"] = ("附件3-6.docx", write_docx((*summary, *numbers, *review)))
    del made["statistics"], made["review"]


def a_list_within_the_summary(package: Package, made: Files) -> None:
    """The summary names the teams in a table of its own, which is no review list."""
    rows = [(str(n), e.fields["organisation"], e.fields["team"], "95") for n, e in enumerate(package.entries, start=1)]
    listed = forms.list_layout("（一）推荐的班组", ("序号", "企业名称", "班组名称", "打分"), rows)
    title = Line("2020年推进质量信得过班组建设活动总结", 1, centred=True)
    summary = (title, *text("一、基本情况", characters=1700), *listed, *text("二、做法", "三、问题", characters=900))
    made["work-summary"] = ("附件3 活动总结.docx", write_docx(summary))
    del made["review"]


CASES: dict[str, tuple[Callable[[Package, Files], None], Callable[[], Package], list[str]]] = {
    "the form, then the experience": (form_and_experience, lambda: notices.jsaq(Random(5)), []),
    "the experience, then the form": (form_behind_the_experience, lambda: notices.jsaq(Random(5)), []),
    "the form, then its sheets of text": (form_and_material, lambda: notices.cmea(Random(3)), []),
    "the form with a shorter text beside the material": (notes_behind_the_form, lambda: notices.cmea(Random(3)), []),
    "the forms of two teams": (two_forms, lambda: notices.caq(Random(3)), []),
    "a list within the summary": (a_list_within_the_summary, lambda: notices.caq(Random(3)), ["missing-document"]),
    "summary, statistics and review": (the_associations_own, lambda: notices.caq(Random(3)), []),
}


@pytest.mark.parametrize("case", CASES)
def test_each_paper_of_a_file_counts(tmp_path: Path, case: str) -> None:
    change, make, expected = CASES[case]
    papers, package = Papers(), make()
    made = files(papers, package)
    change(package, made)
    found = outcome(papers, tmp_path, package, made)
    assert codes(found) == expected
    assert [a["fields"]["team"] for a in found["applications"]] == [entry.fields["team"] for entry in package.entries]


def test_a_text_too_long_is_found_behind_the_form_too(tmp_path: Path) -> None:
    papers, package = Papers(), notices.cmea(Random(3))
    made = files(papers, package)
    form = forms.cmea_form(package.entries[0].fields)
    made["/form"] = ("申报表.docx", write_docx((*form, Line("班组简介及活动成果", 1), *text(*"一二三四五六七八"))))
    del made["/material"]
    assert codes(outcome(papers, tmp_path, package, made)) == ["too-long"]
