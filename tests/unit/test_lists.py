"""Lists: the header wherever it stands, and only the rows that name an entry. Headings of documents."""

from __future__ import annotations

import pytest

from parsers.forms.forms import find_heading, find_rows
from parsers.forms.lists import has_header
from parsers.values import Block, Cell, Grid, Paragraph

COLUMNS = {
    "serial": ("序号",),
    "organisation": ("组织名称", "企业名称"),
    "team": ("班组名称",),
    "title": ("经验名称",),
    "contact": ("直接联系人", "联系人"),
    "contact_mobile": ("手机",),
}
HEADER = ("序号", "组织名称", "班组名称", "经验名称", "直接联系人", "手机")
FIRST = ("1", "甲公司", "一班", "实施甲的经验", "丁", "13800000001")
SECOND = ("2", "乙公司", "二组", "运用乙的实践", "戊", "13900000002")
ROWS = (dict(zip(COLUMNS, FIRST)), dict(zip(COLUMNS, SECOND)))


def grid(*rows: tuple[str, ...], name: str = "") -> Grid:
    return Grid(tuple(Cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row) if text), name)


TITLE = ("2025年江苏省质量信得过班组建设典型经验申报汇总表",)
LISTS = {
    "header first": (grid(HEADER, FIRST, SECOND),),
    "titles above": (grid(TITLE, ("推荐单位（盖章）：南京市质量协会",), HEADER, FIRST, SECOND),),
    "blank rows": (grid(TITLE, (), HEADER, (), FIRST, (), SECOND, ()),),
    "spelt widely": (grid(("序 号", "组 织\n名 称", "班组名称*", "经验名称（30字以内）", "直接联系人：", "手 机"), FIRST, SECOND),),
    "other columns between": (grid(*((row[0], extra, *row[1:]) for row, extra in ((HEADER, "地市"), (FIRST, "南京"), (SECOND, "无锡")))),),
    "total below": (grid(HEADER, FIRST, SECOND, ("合计", "2"), ("", "填表人：王", "电话：025"), ("注：一式两份",)),),
    "an example first": (grid(HEADER, ("示例", "某公司", "某班", "实施某的经验", "某", "138"), FIRST, SECOND),),
    "numbered blank rows": (grid(HEADER, FIRST, SECOND, ("3",), ("4",)),),
    "several sheets": (grid(HEADER, FIRST, name="一"), grid(HEADER, SECOND, name="二"), grid(name="三")),
    "header again on the next page": (grid(HEADER, FIRST, HEADER, SECOND),),
    "a paragraph before": (Paragraph("附件3"), grid(HEADER, FIRST, SECOND)),
    "a sheet of something else first": (grid(("填表说明",), ("请如实填写",)), grid(HEADER, FIRST, SECOND)),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists(name: str) -> None:
    assert find_rows(LISTS[name], COLUMNS) == ROWS


def test_a_header_of_two_lines() -> None:
    head = (
        Cell(0, 0, "序号", 2), Cell(0, 1, "组织名称", 2), Cell(0, 2, "班组", 1, 2), Cell(0, 4, "联系方式", 1, 2),
        Cell(1, 2, "班组名称"), Cell(1, 3, "经验名称"), Cell(1, 4, "联系人"), Cell(1, 5, "手机"),
    )  # fmt: skip
    body = tuple(Cell(r + 2, c, text) for r, row in enumerate((FIRST, SECOND)) for c, text in enumerate(row))
    assert find_rows((Grid(head + body),), COLUMNS) == ROWS


def test_an_organisation_merged_over_its_teams() -> None:
    cells = (
        *(Cell(0, c, text) for c, text in enumerate(HEADER)),
        Cell(1, 0, "1"), Cell(1, 1, "甲公司", 2), Cell(1, 2, "一班"), Cell(1, 3, "实施甲的经验"),
        Cell(2, 0, "2"), Cell(2, 2, "二班"), Cell(2, 3, "实施乙的经验"),
    )  # fmt: skip
    assert find_rows((Grid(cells),), COLUMNS) == (
        {"serial": "1", "organisation": "甲公司", "team": "一班", "title": "实施甲的经验"},
        {"serial": "2", "organisation": "甲公司", "team": "二班", "title": "实施乙的经验"},
    )


def test_one_column_is_enough_where_only_one_is_asked_for() -> None:
    block = grid(("序号", "企业/班组名称", "打分/排序"), ("1", "甲公司/一班", "92"), ("2", "乙公司/二组", "91"))
    assert find_rows((block,), {"entry": ("企业/班组名称",)}) == ({"entry": "甲公司/一班"}, {"entry": "乙公司/二组"})


def test_a_scanned_header() -> None:
    block = grid(("序号", "组识名称", "班组名祢", "经验名称", "直接联糸人", "手机"), FIRST, SECOND)
    assert find_rows((block,), COLUMNS, fuzzy=True) == ROWS


def test_no_header_no_rows() -> None:
    assert find_rows((grid(FIRST, SECOND), Paragraph("组织名称")), COLUMNS) == ()
    assert find_rows((), COLUMNS) == ()


def test_a_form_is_no_list() -> None:
    form = grid(("组织名称", "甲公司"), ("班组名称", "一班"), ("直接联系人", "丁", "手机", "138"))
    assert find_rows((form,), {"organisation": ("组织名称",), "team": ("班组名称",)}) == ()


@pytest.mark.parametrize(
    ("blocks", "there"),
    [
        ((grid(HEADER),), True),
        ((grid(TITLE, ("推荐单位（盖章）：",), HEADER, ("1",), ("2",), ("填表人：",)),), True),
        ((grid(("序 号", "组 织\n名 称", "班组名称*", "经验名称（30字以内）")),), True),
        ((grid(TITLE, ("单位", "班组", "经验")),), False),
        ((grid(("组织名称", "甲公司")), Paragraph("组织名称 班组名称 经验名称")), False),
    ],
    ids=["headings alone", "numbered lines", "spelt widely", "other headings", "one label and a line of text"],
)
def test_a_header_is_known_with_no_row_below(blocks: tuple[Block, ...], there: bool) -> None:
    assert has_header(blocks, COLUMNS) is there
    assert find_rows(blocks, COLUMNS) == ()


FORM = "质量信得过班组建设典型经验申报表"
HEADINGS: list[tuple[str, list[Block], str]] = [
    ("one line", [Paragraph("2025年活动统计表"), Paragraph("(2024年6月-2025年6月)")], "2025年活动统计表"),
    ("attachment before", [Paragraph("附件 2"), Paragraph(f"2020 年全国{FORM}")], f"2020年全国{FORM}"),
    ("attachment on the line", [Paragraph(f"附件一：  全国{FORM}")], f"全国{FORM}"),
    ("two lines", [Paragraph("2025年江苏省质量信得过班组"), Paragraph("建设典型经验申报表"), grid(HEADER)], f"2025年江苏省{FORM}"),
    ("line break", [Paragraph("关于推荐质量信得过班组\n的函")], "关于推荐质量信得过班组的函"),
    ("spread letters", [Paragraph("推  荐  函")], "推荐函"),
    ("a form's line first", [Paragraph("编号：12"), Paragraph("活动统计表")], "活动统计表"),
    ("a name and then text", [Paragraph("运用防错法的实践"), Paragraph("我们班组成立于二〇一〇年。")], "运用防错法的实践"),
    ("a sheet's title", [grid(("附件3",), TITLE, HEADER, FIRST)], TITLE[0]),
    ("a table without a title", [grid(HEADER, FIRST)], ""),
    ("only a form's line", [Paragraph("推荐单位：")], ""),
    ("nothing", [], ""),
]


@pytest.mark.parametrize(("blocks", "heading"), [case[1:] for case in HEADINGS], ids=[case[0] for case in HEADINGS])
def test_headings(blocks: list[Block], heading: str) -> None:
    assert find_heading(blocks) == heading
