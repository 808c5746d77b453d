"""The associations' statistics forms, as they are printed and as they are filled."""

from __future__ import annotations

import pytest

from bot.programme.load import load_programmes
from parsers.forms.statistics import StatisticLabel, find_statistics
from parsers.values import Block, Cell, Grid, Paragraph

PROGRAMMES = load_programmes()


def labels(programme: str) -> list[StatisticLabel]:
    return [StatisticLabel(s.key, s.contains, s.excludes, s.type, s.line, s.after) for s in PROGRAMMES[programme].statistics]


def grid(*rows: tuple[str, ...]) -> Grid:
    return Grid(tuple(Cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)))


JSAQ = (
    ("统计项目", "单位", "数量"),
    ("本年度开展质量信得过班组建设活动组织数", "个", "30"),
    ("本年度开展质量信得过班组建设活动班组数", "个", "357"),
    ("本年度参与质量信得过班组建设活动员工数", "人次", "4211"),
    ("历年质量信得过班组建设典型经验累计数", "项", "769"),
    ("本年度推荐质量信得过班组建设典型经验数", "项", "3"),
    ("本年度对质量信得过班组建设推进活动投入费用\n(培训、交流、规范化等)", "万元", "7.7"),
    ("本年度对质量信得过班组建设活动奖励费用", "万元", "5.9"),
    ("本年度是否组织《质量信得过班组建设准则》宣贯培训", "☑ 是 ( 2 ) 次 □ 否", "培训人数", "120"),
    ("本年度是否组织质量信得过班组评委及骨干研修班", "□ 是 ( ) 次 ☑ 否", "研修人数", ""),
    ("本年度是否组织班组长能力提升研修班", "☑ 是 (1) 次 □ 否", "研修人数", "45"),
    ("质量信得过班组建设典型经验评审及交流形式", "☑ 发表评审 □ 现场评审 ☑ 与 QC 小组合开 □ 单独举办"),
    ("是否组织发表会", "☑ 是 □ 否", "发表会报名班组数", "40", "发表班组数", "36"),
    ("发表会时间", "2025年5月20日", "发表会地点", "南京", "参会人数", "200"),
    (
        "本质协质量信得过班组建设推进活动归口部门及负责人：质量部 张三\n"
        "联系人：马永康 手机：18853691119 邮箱：zx@example.org\n通信地址：南京市中山路1号 邮编：210008",
    ),
)  # fmt: skip
JSAQ_FIELDS = {
    "enterprises": "30", "teams": "357", "participants": "4211", "teams_cumulative": "769", "recommended_teams": "3",
    "activity_cost": "7.7", "award_cost": "5.9", "standard_training": "是 ( 2 ) 次", "standard_training_attendance": "120",
    "reviewer_training": "否",
    "leader_training": "是 (1) 次", "leader_training_attendance": "45",
    "review_forms": "发表评审、与 QC 小组合开", "presentation_held": "是", "presentation_entries": "40",
    "presentation_teams": "36", "presentation_time": "2025年5月20日", "presentation_place": "南京", "presentation_attendance": "200",
    "department": "质量部 张三", "contact": "马永康", "mobile": "18853691119", "email": "zx@example.org", "address": "南京市中山路1号",
    "postcode": "210008",
}  # fmt: skip


def _only(programme: str, fields: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key in {s.key for s in PROGRAMMES[programme].statistics}}


def test_the_jiangsu_form() -> None:
    assert find_statistics((grid(*JSAQ),), labels("jsaq-2025")) == _only("jsaq-2025", JSAQ_FIELDS)
    assert find_statistics((grid(*JSAQ),), labels("jsaq-2025"), fuzzy=True) == _only("jsaq-2025", JSAQ_FIELDS)


def test_a_label_printed_twice_belongs_to_the_line_above_it() -> None:
    """研修人数 stands beside two courses; a blank one leaves the other's number where it is."""
    both = [list(row) for row in JSAQ[9:11]]
    both[0][3] = "18"
    found = find_statistics((grid(*map(tuple, both)),), labels("jsaq-2025"))
    assert (found["reviewer_training_attendance"], found["leader_training_attendance"]) == ("18", "45")
    only = find_statistics((grid((*JSAQ[9][:3], ""), JSAQ[10]),), labels("jsaq-2025"))
    assert {key: value for key, value in only.items() if key.endswith("attendance")} == {"leader_training_attendance": "45"}


CAQ = (
    ("统 计 项 目", "单 位", "数 量"),
    ("本年度开展质量信得过班组企业数", "个", "62"),
    ("本年度开展质量信得过班组数", "个", "161"),
    ("历年质量信得过班组累计数", "个", "559"),
    ("本年度参与质量信得过班组活动员工数", "人次", "6,599"),
    ("本年度推荐全国质量信得过班组数", "个", "2"),
    ("本年度对质量信得过班组活动投入费用（培训、交流、规范化等）", "万元", "43.7"),
    ("本年度对质量信得过班组活动奖励费用", "万元", "20.8"),
    ("本年度开展质量信得过班组主要特点与问题：\n标准宣贯扎实，参与班组数逐年增加。问题：专家不足。",),
    ("质量信得过班组评审及交流形式", "发表评审 ☑ 现场评审 □ 与 QC 小组合开 √ 单独举办 □"),
    ("是否组织发表会", "□ 是 ☑ 否", "发表会报名班组数", "", "发表班组数", ""),
    ("质量信得过班组工作归口部门及负责人：",),
    ("联系人：高凯", "手机：15083496651", "邮箱：zx@example.org"),
    ("通信地址：长沙市1号", "邮编：410000"),
)
CAQ_FIELDS = {
    "enterprises": "62", "teams": "161", "teams_cumulative": "559", "participants": "6,599", "recommended_teams": "2",
    "activity_cost": "43.7", "award_cost": "20.8", "features": "标准宣贯扎实，参与班组数逐年增加。问题：专家不足。",
    "review_forms": "发表评审、与 QC 小组合开",
    "presentation_held": "否",
    "contact": "高凯", "mobile": "15083496651", "email": "zx@example.org", "address": "长沙市1号",
    "postcode": "410000",
}  # fmt: skip


@pytest.mark.parametrize("programme", ["caq-2020", "cacem-2024"])
def test_the_national_forms(programme: str) -> None:
    assert find_statistics((grid(*CAQ),), labels(programme)) == _only(programme, CAQ_FIELDS)


SHAPES = [
    ("label, value", ("本年度开展质量信得过班组活动企业数", "45")),
    ("unit in the label", ("本年度开展质量信得过班组活动企业数（个）", "45")),
    ("colon", ("本年度开展质量信得过班组活动企业数：", "个", "45")),
    ("one cell", ("本年度开展质量信得过班组活动企业数：45",)),
    ("broken over lines", ("本年度开展质量信得过\n班组活动企业数", "个", "45")),
    ("numbered", ("1", "本年度开展质量信得过班组活动企业数", "个", "45")),
    ("blanks", ("本年度 开展质量信得过班组活动 企业数", " 个 ", " 45 ")),
    ("a split cell before the value", ("本年度开展质量信得过班组活动企业数", "", "45")),
]


@pytest.mark.parametrize("row", [row for _, row in SHAPES], ids=[name for name, _ in SHAPES])
def test_shapes(row: tuple[str, ...]) -> None:
    assert find_statistics((grid(("统计项目", "单位", "数量"), row),), labels("cacem-2024")) == {"enterprises": "45"}


LINES = ["本年度开展质量信得过班组活动企业数 个 45", "本年度开展质量信得过班组活动企业数：45", "本年度开展质量信得过班组活动企业数    45个"]


@pytest.mark.parametrize("line", LINES)
def test_lines_without_a_table(line: str) -> None:
    assert find_statistics((Paragraph(line),), labels("cacem-2024")) == {"enterprises": "45"}


def test_a_blank_form_states_nothing() -> None:
    blank: list[Block] = []
    for form in (JSAQ, CAQ):
        rows = [
            tuple(text if column in (0, 2, 4) and (column == 0 or len(row) > 3) else "" for column, text in enumerate(row))
            for row in form[1:11]
        ]
        blank.append(grid(form[0], *rows, ("联系人：", "手机：", "邮箱："), ("是否组织发表会", "□ 是 □ 否")))
    for block in blank:
        assert find_statistics((block,), labels("jsaq-2025")).keys() <= {"features"}


def test_the_note_below_is_no_line() -> None:
    note = Paragraph("2. 各地区质协统计时须扣除行业直属企业数据")
    assert find_statistics((note, Paragraph("（2023年4月至2024年4月）")), labels("cacem-2024")) == {}


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("本年度开展质量信得过班组活动企业教", "enterprises"),
        ("历年质量信得过班组累汁数", "teams_cumulative"),
        ("本年度参与质量信得过班组活动贝工数", "participants"),
    ],
)
def test_confused_characters_in_scans(label: str, key: str) -> None:
    block = (grid((label, "个", "45")),)
    assert find_statistics(block, labels("cacem-2024"), fuzzy=True) == {key: "45"}
    assert find_statistics(block, labels("cacem-2024")) == {}


def test_allowance_for_scans_takes_no_other_line() -> None:
    """主要特点 is there as it is: that 班组主 is nearly 班组数 makes no count of it."""
    block = (grid(("本年度开展质量信得过班组主要特点与问题：\n质量好，服务优。",)),)
    assert find_statistics(block, labels("cacem-2024"), fuzzy=True) == {"features": "质量好，服务优。"}


def test_a_scan_runs_labels_together_and_misreads_units() -> None:
    """OCR drops the blanks between 联系人, 手机 and 邮箱, and reads the unit 个 as 今."""
    row = [("本年度推荐质量信得过班组建设典型经验数", "今", "6"), ("联系人：华明手机：17720998248邮箱：b06473@example.org",)]
    cells = tuple(Cell(r, c, text) for r, texts in enumerate(row) for c, text in enumerate(texts))
    specs = [
        StatisticLabel("recommended_teams", (("本年度", "推荐", "数"),), (), "number", False),
        StatisticLabel("contact", (("联系人",),), (), "text", True),
        StatisticLabel("mobile", (("手机",),), (), "mobile", True),
        StatisticLabel("email", (("邮箱",),), (), "email", True),
    ]
    assert find_statistics((Grid(cells),), specs, fuzzy=True) == {
        "recommended_teams": "6",
        "contact": "华明",
        "mobile": "17720998248",
        "email": "b06473@example.org",
    }
