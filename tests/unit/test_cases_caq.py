"""caq-2020: bundles under bare names, years that are not the form's, values and names as people write them, enterprises by themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import docx
import pytest

from bot.samples import cast, forms
from bot.samples.layout import Layout
from bot.samples.notices import CHINA
from bot.samples.sheets import write_xlsx
from bot.samples.word import write_docx
from tests.papers import Papers, codes, judged, mail_to
from tests.staff_data import page_picture

UNIT = "湖北省质量协会"
FORM = {
    "recommender": UNIT,
    "organisation": "武汉新城机械制造集团有限公司",
    "team": "第一焊接班",
    "address": "湖北省武汉市人民路367号",
    "postcode": "430011",
    "department": "质量部",
    "contact": "吕敏",
    "contact_mobile": "13917771030",
    "telephone": "027-88329760",
    "leader": "孙振华",
    "headcount": "47",
    "work_completion_rate": "100",
    "assessment_pass_rate": "100",
    "defect_rate": "1.19",
    "accidents": "0",
    "complaints": "0",
    "first_pass_rate": "97.5",
    "training": "163/1045",
    "improvement_participation_rate": "96",
    "quality_cost": "6.7",
}
OTHER = FORM | {"organisation": "西安华宁排水管理（集团）有限公司", "team": "机电装配一线室", "contact_mobile": "15088255691"}
RECEIVED = datetime(2020, 9, 8, 9, 17, tzinfo=CHINA)
NUMBERS = {"enterprises": "62", "teams": "161", "participants": "6599", "contact": "黎敏", "mobile": "13912345678", "email": "lm@163.com"}


def prose(title: str, *headings: str, characters: int = 4000) -> bytes:
    sections = [(heading, cast.prose(Random(5), characters // len(headings))) for heading in headings]
    return write_docx(forms.prose_layout(title, sections))


def statistics(count: int = 2, period: str = "2019年6月至2020年6月") -> Layout:
    numbers = NUMBERS | {"recommended_teams": str(count)}
    return forms.statistics_form("质量信得过班组活动统计表", period, f"推荐省市自治区、行业 {UNIT}", forms.CAQ_STATISTICS, numbers)


def of_team(fields: Mapping[str, str], *, recommended: bool = True) -> dict[str, bytes]:
    """One team's files by what they are."""
    opinion = [("推荐意见", f"{fields['organisation']}{fields['team']}：活动记录清晰完整，同意推荐。")]
    files = {
        "申报表": write_docx(forms.caq_form(fields)),
        "班组创建材料": prose(f"{fields['team']}班组创建材料", "一、成员组成", "二、基础管理", "三、荣誉"),
    }
    if recommended:
        files["推荐表"] = write_docx(forms.prose_layout("2020年全国质量信得过班组建设典型经验推荐表", opinion))
    return files


SUMMARY = ("一、基本情况", "二、推进经验和做法", "三、存在问题及改进方向")


def of_unit(*teams: Mapping[str, str]) -> dict[str, bytes]:
    """The association's own files."""
    heads = ("序号", "企业/班组名称", "材料评价（符合标准程度/特色/不足之处）", "打分/排序", "评委")
    rows = [(str(n), f"{fields['organisation']}/{fields['team']}", "符合标准", "95", "评审组") for n, fields in enumerate(teams, 1)]
    return {
        "附件4活动统计表": write_docx(statistics(len(teams))),
        "附件3活动总结": prose("2020年推进质量信得过班组建设活动总结", *SUMMARY),
        "附件6材料评审汇总表": write_docx(forms.list_layout("2020年全国质量信得过班组材料评审汇总表", heads, rows)),
    }


def bundle(*teams: Mapping[str, str], **changed: bytes) -> list[tuple[str, bytes]]:
    own = [(f"{fields['team']}{name}.docx", data) for fields in teams for name, data in of_team(fields).items()]
    return own + [(f"{name}.docx", data) for name, data in (of_unit(*teams) | changed).items()]


def sent(tmp_path: Path, *files: tuple[str, bytes], papers: Papers | None = None, sender: str = "黎敏") -> dict[str, Any]:
    mail = mail_to("66073178@163.com", RECEIVED, *files, sender=sender, subject="质量信得过班组典型经验申报")
    (outcome,) = judged(papers or Papers(), tmp_path, mail)
    return outcome


def test_every_file_under_a_bare_number(tmp_path: Path) -> None:
    files = [(f"{n}.docx", data) for n, (_, data) in enumerate(bundle(FORM, OTHER), start=1)]
    outcome = sent(tmp_path, *files)
    kinds = ["application_form", "team_material", "recommendation_form"] * 2 + ["statistics_form", "work_summary", "review_summary"]
    assert (codes(outcome), [d["kind"] for d in outcome["documents"]]) == ([], kinds)


def test_a_review_list_known_by_its_columns_alone(tmp_path: Path) -> None:
    """One column for 企业/班组 names both, so that no title and no file name is needed."""
    heads = ("序号", "企业/班组名称", "材料评价", "打分/排序", "评委")
    rows = [(str(n), f"{fields['organisation']}/{fields['team']}", "好", "95", "甲") for n, fields in enumerate((FORM, OTHER), 1)]
    files = [file for file in bundle(FORM, OTHER) if "评审汇总表" not in file[0]]
    assert codes(sent(tmp_path, *files, ("3.xlsx", write_xlsx([heads, *rows])))) == []


@pytest.mark.parametrize("titled", [False, True], ids=["a picture alone", "a picture under the form's title"])
def test_a_form_that_is_a_picture_in_word_is_one_finding(tmp_path: Path, titled: bool) -> None:
    (name, _), *files = bundle(FORM)
    outcome = sent(tmp_path, (name, picture("2020年全国质量信得过班组建设典型经验申报表" if titled else "")), *files)
    findings = [f for f in (*outcome["findings"], *outcome["applications"][0]["findings"]) if f["severity"] == "error"]
    assert [(f["code"], f["document"]) for f in findings] == [("missing-document", "application_form")]
    assert f"“{name}”中只有图片" in findings[0]["message"]
    assert outcome["decision"] == "incomplete"


def picture(title: str) -> bytes:
    """A Word file of one picture, as people make it of a scan."""
    document, out = docx.Document(), io.BytesIO()
    if title:
        document.add_paragraph(title)
    document.add_picture(io.BytesIO(page_picture()))
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("how", ["the template", "headings in Excel", "an empty sheet"])
def test_a_review_list_that_nobody_filled_in(tmp_path: Path, how: str) -> None:
    name, title = "附件6材料评审汇总表", "2020年全国质量信得过班组材料评审汇总表"
    heads = ("序号", "企业/班组名称", "材料评价（符合标准程度/特色/不足之处）", "打分/排序", "评委")
    template = write_docx(forms.list_layout(title, heads, [(str(n), "", "", "", "") for n in range(1, 5)]))
    ways = {"the template": (".docx", template), "headings in Excel": (".xlsx", write_xlsx([(title,), heads]))}
    suffix, data = ways.get(how, (".xlsx", write_xlsx([])))
    files = [file for file in bundle(FORM, OTHER) if name not in file[0]]
    outcome = sent(tmp_path, *files, (name + suffix, data))
    assert (outcome["decision"], codes(outcome)) == ("incomplete", ["missing-field"])
    (finding,) = outcome["findings"]
    assert (finding["document"], finding["field"]) == ("review_summary", None)
    assert finding["message"] == f"附件6 材料评审汇总表“{name}{suffix}”中没有填写任何一行，请填写完整后重新提交。"


@pytest.mark.parametrize(
    ("title", "first", "found"),
    [
        ("2019-2020年度质量信得过班组建设推进工作总结", "一、基本情况", []),
        ("质量信得过班组建设活动总结", "2019年，我会认真推进。", []),
        ("湖北省质量信得过班组建设总结", "T/CAQ 10204-2017宣贯情况", []),
        ("湖北省质量信得过班组建设活动推进情况", "一、基本情况（2019年6月-2020年6月）", []),
        ("2018年推进质量信得过班组建设活动总结", "一、基本情况", ["wrong-year"]),
    ],
)
def test_the_year_of_a_summary_is_its_titles(tmp_path: Path, title: str, first: str, found: list[str]) -> None:
    assert codes(sent(tmp_path, *bundle(FORM, OTHER, 附件3活动总结=prose(title, first, *SUMMARY[1:])))) == found


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("training", "120人/36小时", []),
        ("accidents", "近三年无事故", []),
        ("accidents", "1起", ["ineligible"]),
        ("first_pass_rate", "98.5 ％", []),
        ("defect_rate", "0.8‰", ["invalid-field"]),
        ("team", "武汉新城机械制造集团有限公司第一焊接班", ["team-name-rule"]),
        ("organisation", "国网湖北省电力有限公司武汉供电公司", []),
        ("organisation", "中国一重集团有限公司武汉新城机械制造有限公司", ["team-name-rule"]),
    ],
)
def test_what_people_write_in_the_form(tmp_path: Path, key: str, text: str, found: list[str]) -> None:
    assert codes(sent(tmp_path, *bundle(FORM | {key: text}, OTHER))) == found


def test_a_count_that_only_a_scan_states(tmp_path: Path) -> None:
    papers = Papers()
    own = [file for file in bundle(FORM, OTHER) if "统计表" not in file[0]]
    scan = ("附件4统计表.pdf", papers.paper((statistics(3), (UNIT,))))
    assert codes(sent(tmp_path, *own, scan, papers=papers)) == ["count-mismatch"]


@pytest.mark.parametrize("more", [(FORM | {"team": "第三焊接班"},), ()])
def test_an_enterprise_by_itself(tmp_path: Path, more: tuple[Mapping[str, str], ...]) -> None:
    """Its form names an association, it sends several teams, or a summary of its own: nothing shows the association's hand."""
    files = [(f"{f['team']}{name}.docx", data) for f in (FORM, *more) for name, data in of_team(f, recommended=False).items()]
    own_summary = ("第一焊接班活动总结.docx", prose("第一焊接班活动总结", *SUMMARY))
    outcome = sent(tmp_path, *files, *(() if more else (own_summary,)), sender="付磊")
    assert (outcome["channel"], codes(outcome)) == ("enterprise", ["wrong-channel"])
