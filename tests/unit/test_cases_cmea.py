"""cmea-2020: pages photographed one by one, texts under any name, forms filled as enterprises fill them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.samples import cast, forms
from bot.samples.layout import Layout, Line, Table, table
from bot.samples.notices import CHINA
from bot.samples.sheets import write_pptx
from bot.samples.word import write_docx
from tests.papers import Papers, codes, judged, mail_to

UNIT = "湖北省市政工程协会"
FORM = {
    "organisation": "武汉恒通路桥工程有限公司",
    "team": "第二泵站运行组",
    "qualification": "市政公用工程施工总承包壹级",
    "address": "湖北省武汉市中山路411号",
    "postcode": "430036",
    "contact": "贺志强",
    "contact_mobile": "13805738709",
    "contact_email": "g860921@qq.com",
    "leader": "戴彤",
    "leader_mobile": "18622077195",
    "headcount": "40",
    "profile": "详见附件材料。",
    "enterprise_opinion": "同意申报。",
}
OTHER = FORM | {"organisation": "昆明新城路桥工程股份有限公司", "team": "东区化验班", "contact_mobile": "13881050168"}
RECOMMENDED = {"recommender": UNIT, "recommendation_reason": "该班组管理规范，同意推荐。"}
RECEIVED = datetime(2020, 7, 6, 15, 38, tzinfo=CHINA)
HEADINGS = ("一、公司概况", "二、小组简介", "三、活动过程", "四、取得成效")


def prose(title: str, characters: int = 2500) -> bytes:
    sections = [(heading, cast.prose(Random(5), characters // len(HEADINGS))) for heading in HEADINGS]
    return write_docx(forms.prose_layout(title, sections))


def slides(title: str = "成果发布") -> bytes:
    return write_pptx([(title, ["班组简介"]), ("主要成效", ["合格率提高"])])


def sent(tmp_path: Path, papers: Papers, *files: tuple[str, bytes], sender: str = "贺志强") -> dict[str, Any]:
    (outcome,) = judged(papers, tmp_path, mail_to("1170678394@qq.com", RECEIVED, *files, sender=sender))
    return outcome


def whole(papers: Papers, form: Layout, **changed: tuple[str, bytes]) -> list[tuple[str, bytes]]:
    """An enterprise's complete files, some of them others."""
    files = {
        "form": ("申报表.docx", write_docx(form)),
        "stamped": ("申报表盖章.pdf", papers.paper((form, (FORM["organisation"],)))),
        "slides": ("发布.pptx", slides()),
        "material": ("评审材料.docx", prose("评审材料")),
    }
    return list((files | changed).values())


def halves(form: Layout) -> tuple[Layout, Layout]:
    """The form broken over two pages before its large cells."""
    lines, grid = form[:-1], form[-1]
    assert isinstance(grid, Table)
    return (*lines, table(*grid.rows[:6])), (table(*grid.rows[6:]),)


@pytest.mark.parametrize("names", [("申报表1.jpg", "申报表2.jpg"), ("微信图片_01.jpg", "微信图片_02.jpg")])
def test_two_photographs_of_one_form(tmp_path: Path, names: tuple[str, str]) -> None:
    papers = Papers()
    first, second = halves(forms.cmea_form(FORM))
    front = papers.paper((first, ()), format="jpg")
    back = papers.paper((second, (FORM["organisation"],)), format="jpg")
    files = whole(papers, forms.cmea_form(FORM), stamped=(names[0], front), back=(names[1], back))
    assert codes(sent(tmp_path, papers, *files)) == []
    unsealed = whole(papers, forms.cmea_form(FORM), stamped=(names[0], front), back=(names[1], papers.paper((second, ()), format="jpg")))
    assert codes(sent(tmp_path, papers, *unsealed)) == ["seal-missing"]


def test_a_scan_of_two_pages_sealed_on_the_second(tmp_path: Path) -> None:
    papers = Papers()
    first, second = halves(forms.cmea_form(FORM))
    data = papers.paper((first, ()), (second, (FORM["organisation"],)))
    assert codes(sent(tmp_path, papers, *whole(papers, forms.cmea_form(FORM), stamped=("扫描.pdf", data)))) == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("评审材料.docx", "匠心筑路 精益求精"),
        ("4.docx", "第二泵站运行组"),
        ("第二泵站运行组.docx", "匠心筑路 精益求精"),
        ("发布材料.docx", "匠心筑路 精益求精"),
        ("附件2.docx", "创建质量信得过班组 打造精品工程"),
        ("材料.docx", "第二泵站运行组质量信得过班组材料"),
    ],
)
def test_the_text_beside_the_form_is_the_material(tmp_path: Path, name: str, title: str) -> None:
    papers = Papers()
    outcome = sent(tmp_path, papers, *whole(papers, forms.cmea_form(FORM), material=(name, prose(title))))
    assert (codes(outcome), {d["path"]: d["kind"] for d in outcome["documents"]}[name]) == ([], "team_material")


def test_a_scoring_sheet_is_no_material(tmp_path: Path) -> None:
    papers = Papers()
    files = whole(papers, forms.cmea_form(FORM), material=("附件二 评分表.docx", prose("质量信得过班组建设评分表")))
    assert codes(sent(tmp_path, papers, *files)) == ["missing-document"]


@pytest.mark.parametrize("reason", ["无", "/", "企业自荐，无推荐协会", "——"])
def test_no_reason_is_no_recommender(tmp_path: Path, reason: str) -> None:
    papers = Papers()
    form = forms.cmea_form(FORM | {"recommender": "无", "recommendation_reason": reason})
    outcome = sent(tmp_path, papers, *whole(papers, form))
    assert (outcome["channel"], codes(outcome)) == ("enterprise", [])


@pytest.mark.parametrize("mark", ["{}", "{}.", "（{}）"])
def test_teams_told_apart_by_numbers_before_the_names(tmp_path: Path, mark: str) -> None:
    papers = Papers()
    files = []
    for number, fields in enumerate((FORM | RECOMMENDED, OTHER | RECOMMENDED), start=1):
        form, before = forms.cmea_form(fields), mark.format(number)
        files += [
            (f"{before}申报表.docx", write_docx(form)),
            (f"{before}申报表盖章.pdf", papers.paper((form, (fields["organisation"], UNIT)))),
            (f"{before}发布.pptx", slides()),
            (f"{before}评审材料.docx", prose(f"{fields['organisation']}{fields['team']}")),
        ]
    outcome = sent(tmp_path, papers, *files, sender=UNIT)
    assert (outcome["channel"], codes(outcome), len(outcome["applications"])) == ("recommender", [], 2)


def test_the_call_beside_the_material_is_no_second_form(tmp_path: Path) -> None:
    papers = Papers()
    call = (Line("关于开展2020年度“全国市政工程质量信得过班组建设”成果申报活动的通知", 1), *forms.cmea_form({}))
    files = [*whole(papers, forms.cmea_form(FORM)), ("通知.docx", write_docx(call))]
    outcome = sent(tmp_path, papers, *files)
    assert (codes(outcome), len(outcome["applications"])) == ([], 1)
