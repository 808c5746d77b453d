"""cacem-2024: what recommending units really merge, name and call their papers, and who may not send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.samples import forms
from bot.samples.layout import Box, Layout, Line, table
from bot.samples.notices import CHINA
from bot.samples.word import write_docx
from tests.papers import Papers, codes, judged, mail_to

UNIT = "湖南省建筑业协会"
NUMBERS = {"enterprises": "45", "teams": "145", "participants": "4806", "recommended_teams": "5"}
RECEIVED = datetime(2024, 5, 16, 11, 35, tzinfo=CHINA)


def letter(*title: str) -> Layout:
    asked = "根据《关于开展2024年工程建设质量信得过班组活动的通知》要求，经评审，现推荐长沙甲公司焊接班等5个班组。"
    signed = (Line(f"{UNIT}（盖章）"), Line("2024年5月13日"))
    return (*map(Line, title or ("推荐函",)), Line("中国施工企业管理协会："), Line(asked), *signed)


def statistics(period: str = "2023年4月至2024年4月") -> Layout:
    title = "工程建设质量信得过班组活动统计表"
    return forms.statistics_form(title, period, f"推荐单位：{UNIT}（盖章）", forms.CACEM_STATISTICS, NUMBERS, review="资料评审")


def winners(start: int) -> Layout:
    return (table(*(tuple(map(Box, (str(n), f"某{n}建设有限公司", f"第{n}焊接班"))) for n in range(start, start + 12))),)


def award(*title: str) -> Layout:
    heading = title or (f"{UNIT}关于公布2024年度质量信得过班组活动获奖名单的通知",)
    return (*map(Line, heading), Line("各会员单位："), *winners(1))


def sent(tmp_path: Path, *pages: Layout, name: str = f"{UNIT}.pdf", text: bool = False, seals: Sequence[str] = (UNIT,)) -> dict[str, Any]:
    """What one merged PDF of these pages comes to."""
    papers = Papers()
    data = papers.paper(*((layout, seals) for layout in pages), text=text)
    (outcome,) = judged(papers, tmp_path, mail_to("xzhd@cacem.com.cn", RECEIVED, (name, data), sender=UNIT))
    return outcome


LETTERS = [
    ("关于推荐2024年工程建设质量信得过班组的函",),
    ("湖南省建筑业协会文件", "湘建协函〔2023〕12号", "关于报送2024年工程建设质量信得过班组推荐材料的函"),
    ("关于推荐2024年度工程建设质量", "信得过班组的函"),
    ("推 荐 函",),
    ("推荐意见",),
    ("关于上报2024年度质量信得过班组推荐名单的函",),
]
AWARDS = [
    ("关于表彰2023年湖南省质量信得过班组的决定",),
    ("湖南省建筑业协会文件", "湘建协〔2023〕45号", "关于公布2023年湖南省质量信得过班组活动成果的通知"),
    ("关于授予甲公司焊接班等班组质量信得过班组称号的决定",),
    ("关于2024年工程建设质量信得过班组活动成果发布情况的通报",),
    ("关于公布2023年度湖南省建设工程", "质量信得过班组活动评审结果的通知"),
    ("关于开展2024年湖南省质量信得过班组活动评审结果的通知",),
]


@pytest.mark.parametrize("title", LETTERS, ids="".join)
def test_a_letter_by_any_title(tmp_path: Path, title: tuple[str, ...]) -> None:
    assert sent(tmp_path, letter(*title), statistics(), award())["decision"] == "accepted"


@pytest.mark.parametrize("title", AWARDS, ids="".join)
@pytest.mark.parametrize("first", [True, False])
def test_an_award_notice_by_any_title_and_of_any_year(tmp_path: Path, title: tuple[str, ...], first: bool) -> None:
    pages = (award(*title), letter(), statistics()) if first else (letter(), statistics(), award(*title))
    outcome = sent(tmp_path, *pages)
    assert (outcome["decision"], outcome["statistics"]["participants"]) == ("accepted", "4806")


@pytest.mark.parametrize("text", [True, False])
def test_what_is_not_in_the_pdf(tmp_path: Path, text: bool) -> None:
    assert codes(sent(tmp_path, letter(), award(), text=text)) == ["missing-document"]
    assert codes(sent(tmp_path, statistics(), award(), text=text)) == ["missing-document"]
    assert codes(sent(tmp_path, letter(), statistics(), text=text)) == ["missing-document"]


@pytest.mark.parametrize("pages", [(letter(),), (statistics(),), ((Line("同意"),), statistics())])
def test_the_only_pdf_under_the_units_name_is_merged_whatever_it_lacks(tmp_path: Path, pages: tuple[Layout, ...]) -> None:
    assert codes(sent(tmp_path, *pages)) == ["missing-document"]
    assert codes(sent(tmp_path, *pages, name="扫描件.pdf")) == ["missing-document", "packing-rule"]


def test_a_pdf_with_a_text_layer_is_taken_apart_too(tmp_path: Path) -> None:
    outcome = sent(tmp_path, letter(), statistics(), award(), text=True)
    assert (outcome["decision"], outcome["documents"][0]["kind"]) == ("accepted", "recommendation_bundle")
    assert codes(sent(tmp_path, letter(), statistics(), award(), text=True, seals=())) == ["seal-missing"]


def test_the_statistics_behind_a_long_list(tmp_path: Path) -> None:
    pages = [award(), *(winners(13 + 12 * n) for n in range(17)), letter(), statistics()]
    assert codes(sent(tmp_path, *pages)) == []


def test_last_years_statistics(tmp_path: Path) -> None:
    assert codes(sent(tmp_path, letter(), statistics("2022年4月至2023年4月"), award())) == ["wrong-year"]


@pytest.mark.parametrize("format", ["pdf", "jpg"])
@pytest.mark.parametrize("names", [("推荐函", "统计表", "获奖名单"), ("1", "2", "3"), (f"{UNIT}1", f"{UNIT}2", f"{UNIT}3")])
def test_three_files_are_not_one(tmp_path: Path, names: tuple[str, ...], format: str) -> None:
    papers = Papers()
    files = [(f"{name}.{format}", papers.paper((page, (UNIT,)), format=format)) for name, page in zip(names, PAGES, strict=True)]
    (outcome,) = judged(papers, tmp_path, mail_to("xzhd@cacem.com.cn", RECEIVED, *files, sender=UNIT))
    assert codes(outcome) == ["packing-rule"]


PAGES = (letter(), statistics(), award())


def test_word_files_beside_the_pdf(tmp_path: Path) -> None:
    papers = Papers()
    files = [(f"{UNIT}.pdf", papers.paper(*((page, (UNIT,)) for page in PAGES))), ("统计表.docx", write_docx(statistics()))]
    (outcome,) = judged(papers, tmp_path, mail_to("xzhd@cacem.com.cn", RECEIVED, *files, sender=UNIT))
    assert codes(outcome) == []


PROSE = (Line("焊接班申报材料"), *(Line("我班组坚持质量第一的方针。" * 10) for _ in range(8)))


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("长沙甲建设有限公司质量信得过班组申报", "请查收。", ()),
        ("班组申报", "现将我公司质量信得过班组申报材料发给您，请查收。", ()),
        ("班组申报", "请查收。", (Line("长沙甲建设有限公司"),)),
    ],
)
def test_an_enterprise_by_itself(tmp_path: Path, subject: str, text: str, title: Layout) -> None:
    mail = mail_to("xzhd@cacem.com.cn", RECEIVED, ("申报材料.docx", write_docx((*title, *PROSE))), subject=subject, text=text)
    (outcome,) = judged(Papers(), tmp_path, mail)
    assert (outcome["channel"], codes(outcome)) == ("enterprise", ["wrong-channel"])


def test_the_call_for_entries_is_no_material(tmp_path: Path) -> None:
    call = (Line("关于开展2024年工程建设", 1), Line("质量信得过班组活动的通知", 1), *statistics()[0:], Line("附件：1.推荐函"))
    mail = mail_to("xzhd@cacem.com.cn", RECEIVED, ("通知.docx", write_docx(call)), text="请问附件通知里的统计表要盖章吗？")
    (outcome,) = judged(Papers(), tmp_path, mail)
    assert (outcome["kind"], outcome["decision"]) == ("enquiry", "held")
