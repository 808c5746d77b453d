"""Characters, sections and titles, as people write them."""

from __future__ import annotations

import pytest

from parsers.forms.prose import count_characters, find_sections, find_title
from parsers.values import Block, Cell, Grid, Paragraph

KEYS = ("班组概况", "实施背景", "实施过程", "实施效果")
HEADINGS = {key: (key,) for key in KEYS}
BODY = {
    "班组概况": "我们班组有二十六人，负责数控铣削。",
    "实施背景": "装配错漏率居高不下，上级要求改进。",
    "实施过程": "我们绘制了流程图，并找出了三个薄弱环节。实施过程中，班组概况、实施背景都向成员讲解过。\n随后逐一改进。",
    "实施效果": "错漏率由百分之三降到千分之五。",
}  # fmt: skip

COUNTS = [
    ("", 0),
    (" \u3000\t\r\n\u00a0\u2003\u2028", 0),
    ("质量 信得过\u3000班组", 7),
    ("PDCA循环 12.5%", 11),
    ("，。！（）《》", 7),
    ("零\u200b宽\ufeff连\u200d接\u2060符\u00ad", 5),
    ("……——", 4),
    ("①㎡℃", 3),
    ("𠮷野家", 3),
    ("e\u0301", 1),
    ("a\x00\x07b", 2),
    ("\u202e反向\u202c", 2),
]


@pytest.mark.parametrize(("text", "count"), COUNTS)
def test_count_characters(text: str, count: int) -> None:
    assert count_characters(text) == count


STYLES = {
    "bare": "{}",
    "一、": "{n}、{}",
    "1.": "{i}. {}",
    "1、": "{i}、{}",
    "2.1": "2.{i} {}",
    "（一）": "（{n}）{}",
    "(1)": "({i}) {}",
    "①": "{c}{}",
    "第一部分": "第{n}部分 {}",
    "第一部分：": "第{n}部分：{}",
    "第1部分、": "第{i}部分、{}",
    "number and blank": "{i} {}",
    "Roman": "Ⅱ、{}",
    "colon": "{}：",
    "number and colon": "{n}、{}:",
    "brackets": "【{}】",
    "number and brackets": "{i}、《{}》",
    "limit": "{}（500字以内）",
    "number, limit and colon": "{i}. {} (5000 字以内)：",
    "blanks within": "{w}",
    "blanks before": "\u3000\u3000{n}、{}",
    "bullet": "◆ {}",
    "壹、": "{t}、{}",
    "A.": "{a}. {}",
    "PART 1": "PART {i} {}",
    "Part.01": "Part.0{i} {}",
    "pointed brackets": "〈{}〉",
    "underlines": "_{}_",
    "dashes": "——{}——",
    "markdown": "## {}",
    "no separator": "{n}{}",
    "line break after": "{}\n",
}


def _heading(style: str, index: int, key: str) -> str:
    return style.format(key, n="一二三四五"[index], i=index + 1, c="①②③④⑤"[index], t="壹贰叁肆"[index], a="ABCD"[index], w=" ".join(key))


@pytest.mark.parametrize("name", STYLES)
def test_headings_on_lines_of_their_own(name: str) -> None:
    blocks: list[Block] = [Paragraph("运用防错法降低装配错漏率的实践")]
    for index, key in enumerate(KEYS):
        blocks += [Paragraph(_heading(STYLES[name], index, key)), Paragraph(BODY[key])]
    sections = find_sections(blocks, HEADINGS)
    assert [(s.key, s.text) for s in sections] == [(key, BODY[key]) for key in KEYS]
    assert [s.characters for s in sections] == [count_characters(BODY[key]) for key in KEYS]
    assert all(key in s.heading.replace(" ", "") for key, s in zip(KEYS, sections))


@pytest.mark.parametrize(
    "style",
    [
        "{}：",
        "{n}、{}：",
        "{i}.{}:",
        "（{n}）{}（500字以内）：",
        "{n}、{} —— ",
        "{n}、{}    ",
        "{n}、{} ",
        "{}\n",
        "【{}】：",
        "【{}】",
        "{n}、{}。",
        "{}　　",
    ],
)
def test_headings_with_their_text_on_the_same_line(style: str) -> None:
    blocks = [Paragraph(_heading(style, index, key) + BODY[key]) for index, key in enumerate(KEYS)]
    assert [(s.key, s.text) for s in find_sections(blocks, HEADINGS)] == [(key, BODY[key]) for key in KEYS]


def test_sections_in_a_table() -> None:
    wanted = [(key, BODY[key]) for key in KEYS]
    beside = Grid(tuple(Cell(row, column, (key, BODY[key])[column]) for row, key in enumerate(KEYS) for column in (0, 1)))
    below = Grid(tuple(Cell(2 * row + part, 0, (key, BODY[key])[part]) for row, key in enumerate(KEYS) for part in (0, 1)))
    numbered = Grid(tuple(Cell(row, c, (str(row + 1), key, BODY[key] * 2)[c]) for row, key in enumerate(KEYS) for c in range(3)))
    narrow = Grid(tuple(Cell(row, c, ("\n".join(key), BODY[key])[c]) for row, key in enumerate(KEYS) for c in (0, 1)))
    one = Grid((Cell(0, 0, "典型经验"), Cell(0, 1, "\n".join(f"{i + 1}. {key}\n{BODY[key]}" for i, key in enumerate(KEYS)))))
    for grid in (beside, below, narrow, one):
        assert [(s.key, s.text) for s in find_sections((grid,), HEADINGS)] == wanted
    assert [s.key for s in find_sections((numbered,), HEADINGS)] == list(KEYS)


NO_HEADINGS = [
    "实施过程中我们发现了三个问题。",
    "在实施效果方面，合格率提升到百分之九十九。",
    "班组概况和实施背景已在上文说明。",
    "本节介绍班组概况：人员、设备与环境。",
    "1. 我们从实施背景出发，找准短板。",
    "实施过程包括策划、部署、推进三个阶段，前后历时九个月",
]


@pytest.mark.parametrize("text", NO_HEADINGS)
def test_a_mention_is_no_heading(text: str) -> None:
    assert find_sections((Paragraph(text),), HEADINGS) == ()


def test_the_head_of_a_data_tables_column_is_no_heading() -> None:
    data = Grid(
        tuple(Cell(r, c, t) for r, line in enumerate((("措施", "负责人", "实施效果"), ("防错", "丁", "好"))) for c, t in enumerate(line))
    )
    blocks = (Paragraph("一、实施过程"), Paragraph("如下表："), data, Paragraph("此后持续改进。"))
    sections = find_sections(blocks, HEADINGS)
    assert [s.key for s in sections] == ["实施过程"]
    assert sections[0].text == "如下表：\n措施\n负责人\n实施效果\n防错\n丁\n好\n此后持续改进。"


def test_the_words_again_within_their_section() -> None:
    blocks = (Paragraph("三、实施过程"), Paragraph("先策划。"), Paragraph("实施过程："), Paragraph("再推进。"))
    assert [(s.key, s.characters) for s in find_sections(blocks, HEADINGS)] == [("实施过程", 8)]


def test_a_table_of_contents_opens_nothing() -> None:
    contents = [Paragraph(f"{key}{'.' * 20}{page}") for page, key in enumerate(KEYS, 1)]
    blocks = [Paragraph("目录"), *contents]
    for key in KEYS:
        blocks += [Paragraph(key, 1), Paragraph(BODY[key])]
    assert [(s.key, s.text) for s in find_sections(blocks, HEADINGS)] == [(key, BODY[key]) for key in KEYS]


@pytest.mark.parametrize(("text", "level"), [("三、实施过程与主要做法", 0), ("（三）经验实施过程", 0), ("实施过程及方法", 1)])
def test_a_heading_that_says_a_little_more(text: str, level: int) -> None:
    blocks = (Paragraph("一、班组概况"), Paragraph("甲"), Paragraph(text, level), Paragraph("乙"))
    assert [(s.key, s.text) for s in find_sections(blocks, HEADINGS)] == [("班组概况", "甲"), ("实施过程", "乙")]


def test_an_exact_heading_wins_over_one_that_says_more() -> None:
    blocks = (Paragraph("三、实施过程"), Paragraph("甲"), Paragraph("1. 实施过程策划"), Paragraph("乙"))
    assert [(s.key, s.text) for s in find_sections(blocks, HEADINGS)] == [("实施过程", "甲\n1. 实施过程策划\n乙")]


def test_the_next_part_by_another_name_ends_a_section() -> None:
    blocks = [
        Paragraph(line) for line in ("三、实施过程", "甲", "一、策划", "乙", "四、推广应用", "丙", "五、实施效果", "丁", "六、展望", "戊")
    ]
    assert [(s.key, s.text) for s in find_sections(blocks, HEADINGS)] == [("实施过程", "甲\n一、策划\n乙"), ("实施效果", "丁")]


def test_another_word_for_a_heading_counts_where_its_own_is_nowhere() -> None:
    headings = {"实施过程": ("实施过程", "主要做法"), "实施效果": ("实施效果", "实施成效")}
    blocks = [Paragraph(line) for line in ("三、实施过程", "甲", "（一）主要做法", "乙", "四、实施成效", "丙")]
    assert [(s.key, s.text) for s in find_sections(blocks, headings)] == [("实施过程", "甲\n（一）主要做法\n乙"), ("实施效果", "丙")]


def test_a_blank_section_is_there_with_no_characters() -> None:
    sections = find_sections((Paragraph("班组概况"), Paragraph("实施背景"), Paragraph("甲")), HEADINGS)
    assert [(s.key, s.characters) for s in sections] == [("班组概况", 0), ("实施背景", 1)]


def test_no_headings_no_sections() -> None:
    assert find_sections((Paragraph("甲"),), HEADINGS) == ()
    assert find_sections((), HEADINGS) == ()


TITLE = "运用客户之声收集、分析关键顾客和其他重要相关方需求的经验"
TITLES = [
    ("label above", ["经验名称", TITLE], TITLE),
    ("label and colon", [f"经验名称：{TITLE}"], TITLE),
    ("numbered label", [f"一、经验名称：{TITLE}"], TITLE),
    ("label with its limit", ["1. 经验名称(30字以内)", TITLE], TITLE),
    ("label, limit, colon", [f"1、经验名称（30字以内）：{TITLE}"], TITLE),
    ("label and line break", [f"经验名称：\n{TITLE}"], TITLE),
    ("the label beats the first line", ["数控铣削二班", "经验名称", TITLE], TITLE),
    ("another label after it", [f"经验名称：{TITLE}    班组名称：一班"], TITLE),
    ("first line", [TITLE, "一、班组概况", "甲"], TITLE),
    ("attachment before", ["附件1", TITLE, "一、班组概况"], TITLE),
    ("attachment on its line", [f"附件1：{TITLE}"], TITLE),
    ("the programme's heading before", ["2025年江苏省质量信得过班组建设典型经验", TITLE], TITLE),
    ("organisation before", ["常州市明远精密（集团）有限公司", TITLE], TITLE),
    ("organisation and team before", ["常州市明远精密有限公司", "数控铣削二班", TITLE, "班组概况"], TITLE),
    ("only who", ["常州市明远精密有限公司数控铣削二班", "一、班组概况", "我们班组有二十六人，负责铣削。"], ""),
    ("典型经验 before", ["典型经验", TITLE], TITLE),
    ("ends as the programme's heading", ["实施5S管理提升现场质量的典型经验"], "实施5S管理提升现场质量的典型经验"),
    ("in 《》", [f"《{TITLE}》"], TITLE),
    ("《》 within", ["运用《质量信得过班组建设准则》"], "运用《质量信得过班组建设准则》"),
    (
        "broken by a line break",
        ["运用客户之声收集、分析关键顾客\n和其他重要相关方需求的经验"],
        "运用客户之声收集、分析关键顾客和其他重要相关方需求的经验",
    ),
    ("a sentence first", ["我们班组成立于2010年，负责铣削。", TITLE], ""),
    ("who sends before", ["组织名称：甲公司", "申报班组：一班", TITLE], TITLE),
    ("another label first", ["成果：甲", TITLE], ""),
    ("another word for the label", [f"典型经验名称：{TITLE}"], TITLE),
    ("标题", [f"标题：{TITLE}"], TITLE),
    ("a full stop behind it", [TITLE + "。", "一、班组概况"], TITLE + "。"),
    ("whose it is behind it", [f"{TITLE}——常州市明远精密有限公司数控铣削二班"], TITLE),
    ("label without a value", ["经验名称", "班组概况", "甲"], ""),
    ("nothing", [], ""),
]


@pytest.mark.parametrize(("lines", "title"), [case[1:] for case in TITLES], ids=[case[0] for case in TITLES])
def test_titles(lines: list[str], title: str) -> None:
    assert find_title([Paragraph(line) for line in lines]) == title


def test_a_title_in_a_table() -> None:
    grid = Grid((Cell(0, 0, "班组名称"), Cell(0, 1, "一班"), Cell(0, 2, "经验名称"), Cell(0, 3, TITLE)))
    assert find_title((Paragraph("典型经验"), grid)) == TITLE


def test_other_labels() -> None:
    assert find_title((Paragraph("成果名称：甲"),), labels=("课题名称", "成果名称")) == "甲"
