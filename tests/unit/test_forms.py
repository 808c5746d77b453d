"""Every way in which people fill the three application forms comes to the same fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from bot.programme.load import load_programmes
from parsers.documents.word import read_docx
from parsers.forms.forms import Form, Label, find_fields
from parsers.values import Block, Cell, Content, Grid, Paragraph
from tests import office
from tests.office import cell, control, deleted, inserted, pair, par, plain_control, row, run, table, text_box

PROGRAMMES = load_programmes()
FORMS = {"jsaq-2025": office.JSAQ, "cmea-2020": office.CMEA, "caq-2020": office.CAQ}


def labels_of(programme: str) -> list[Label]:
    return [Label(spec.key, spec.labels, spec.after, spec.line) for spec in PROGRAMMES[programme].fields]


def read(data: bytes, programme: str, *, fuzzy: bool = False) -> Form:
    content = read_docx(data)
    assert isinstance(content, Content), content
    return find_fields(content.blocks, labels_of(programme), fuzzy=fuzzy)


def _value(wrap: Callable[[str], str]) -> office.Writer:
    return lambda label, value, a, b: [cell(label, span=a), cell(wrap(value) if value else "", span=b)]


def _colon(label: str, value: str, a: int, b: int) -> list[str]:
    return [cell(f"{label}：{value}", span=a + b)]


def _colon_line(label: str, value: str, a: int, b: int) -> list[str]:
    return [cell(par(f"{label}:"), par(value), span=a + b)]


def _blank_between(label: str, value: str, a: int, b: int) -> list[str]:
    return [cell(f"{label}  {value}", span=a + b)]


def _around_cell(label: str, value: str, a: int, b: int) -> list[str]:
    return [cell(label, span=a), control(cell(value, span=b))]


def _nested(label: str, value: str, a: int, b: int) -> list[str]:
    return [cell(label, span=a), cell(table(row(cell(value))) + par(""), span=b)]


def _split_paragraphs(label: str, value: str, a: int, b: int) -> list[str]:
    half = max(1, len(value) // 2)
    return [cell(label, span=a), cell(par(value[:half]) + par(value[half:]), span=b) if len(value) > 14 else cell(value, span=b)]


def _placeholder(label: str, value: str, a: int, b: int) -> list[str]:
    prompt = control(run("单击或点击此处输入文字。"), "<w:showingPlcHdr/>")
    return [cell(label, span=a), cell(run(value) if value else prompt, span=b)]


def _revised(value: str) -> str:
    return deleted("作废") + run(value[:1]) + inserted(run(value[1:])) + deleted(value)


def _field(value: str) -> str:
    begin = '<w:r><w:fldChar w:fldCharType="begin"><w:fldData>AAAA</w:fldData><w:ffData><w:textInput/></w:ffData></w:fldChar></w:r>'
    return (
        begin + "<w:r><w:instrText> FORMTEXT </w:instrText></w:r>" + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run(value) + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )  # fmt: skip


WRITERS: dict[str, office.Writer] = {
    "label and value side by side": pair,
    "label and value in one cell, colon": _colon,
    "label and value in one cell, value in the next line": _colon_line,
    "label and value in one cell, blanks": _blank_between,
    "value in a content control": _value(lambda value: control(run(value))),
    "value in a content control of nothing": _value(lambda value: plain_control(run(value))),
    "cell in a content control": _around_cell,
    "value inserted, another deleted": _value(_revised),
    "value moved here": _value(lambda value: f'<w:moveTo w:id="3">{run(value)}</w:moveTo>'),
    "value in a text box": _value(lambda value: text_box(par(value))),
    "value in a nested table": _nested,
    "value in a form field": _value(_field),
    "value in a simple field": _value(lambda value: f'<w:fldSimple w:instr="X">{run(value)}</w:fldSimple>'),
    "value in a smart tag": _value(lambda value: f"<w:smartTag>{run(value)}</w:smartTag>"),
    "value in a hyperlink": _value(lambda value: f"<w:hyperlink>{run(value)}</w:hyperlink>"),
    "value in single characters' runs": _value(lambda value: "".join(map(run, value))),
    "value with hidden text": _value(lambda value: run(value) + run("隐藏", "<w:vanish/>")),
    "value with blanks around": _value(lambda value: run(f" \u3000{value}\u00a0 ")),
    "value on underlines": _value(lambda value: run(f"__{value}____")),
    "long value broken over paragraphs": _split_paragraphs,
    "placeholder in blank cells": _placeholder,
}

LABELS: dict[str, Callable[[str], str]] = {
    "as printed": str,
    "blanks between the letters": lambda text: " ".join(text),
    "wide blanks": lambda text: "\u3000".join(text[:4]) + text[4:],
    "non-breaking blanks": lambda text: text[:1] + "\u00a0\u00a0" + text[1:],
    "zero-width blanks": lambda text: "\u200b".join(text),
    "star before": lambda text: "＊" + text,
    "star after": lambda text: text + " *",
    "colon": lambda text: text + "：",
    "star and colon": lambda text: "*" + text + ":",
    "numbered": lambda text: "3、" + text,
    "broken over lines": lambda text: text[: len(text) // 2] + "\n" + text[len(text) // 2 :],
    "full-width signs": lambda text: text.replace("/", "／").replace("%", "％").replace("(", "（").replace(")", "）"),
    "other separators": lambda text: text.replace("、", "，").replace("/", "、"),
    "without its unit": lambda text: text.partition("(")[0].partition("（")[0].rstrip(" %"),
    "with a hint": lambda text: text + "（必填）",
    "in brackets": lambda text: f"【{text}】",
}


@pytest.mark.parametrize("programme", FORMS)
@pytest.mark.parametrize("way", WRITERS)
def test_every_way_of_writing_values(programme: str, way: str) -> None:
    data = office.docx(office.form_table(FORMS[programme], office.VALUES, WRITERS[way]))
    assert read(data, programme).fields == office.expected(FORMS[programme], office.VALUES)


@pytest.mark.parametrize("programme", FORMS)
@pytest.mark.parametrize("way", LABELS)
def test_every_way_of_spelling_labels(programme: str, way: str) -> None:
    data = office.docx(office.form_table(FORMS[programme], office.VALUES, label=LABELS[way]))
    assert read(data, programme).fields == office.expected(FORMS[programme], office.VALUES)


@pytest.mark.parametrize("programme", FORMS)
@pytest.mark.parametrize("way", [way for way in LABELS if way != "in brackets"])
def test_spelling_in_one_cell(programme: str, way: str) -> None:
    data = office.docx(office.form_table(FORMS[programme], office.VALUES, _colon_line, label=LABELS[way]))
    assert read(data, programme).fields == office.expected(FORMS[programme], office.VALUES)


@pytest.mark.parametrize("programme", FORMS)
@pytest.mark.parametrize("way", WRITERS)
def test_blank_forms_state_nothing(programme: str, way: str) -> None:
    data = office.docx(office.form_table(FORMS[programme], {}, WRITERS[way]))
    form = read(data, programme)
    assert form.fields == {}
    assert set(form.seen) >= {key for pairs in FORMS[programme] for _, key, _, _ in pairs}


@pytest.mark.parametrize("programme", FORMS)
def test_only_the_missing_field_is_missing(programme: str) -> None:
    keys = list(office.expected(FORMS[programme], office.VALUES))
    assert {"organisation", "team"} <= set(keys)
    for key in keys:
        values = {**office.VALUES, key: ""}
        form = read(office.docx(office.form_table(FORMS[programme], values)), programme)
        assert form.fields == office.expected(FORMS[programme], values), key
        assert key in form.seen


@pytest.mark.parametrize("wrap", ["row", "table", "inserted row"])
def test_wrapped_rows_and_tables(wrap: str) -> None:
    plain = office.form_table(office.JSAQ, office.VALUES)
    if wrap == "row":
        data = plain.replace("<w:tr>", "<w:sdt><w:sdtPr/><w:sdtContent><w:tr>").replace("</w:tr>", "</w:tr></w:sdtContent></w:sdt>")
    elif wrap == "table":
        data = control(plain)
    else:
        data = plain.replace("<w:tr>", "<w:tr><w:trPr><w:ins/></w:trPr>")
    assert read(office.docx(data), "jsaq-2025").fields == office.expected(office.JSAQ, office.VALUES)


def test_a_deleted_row_is_gone() -> None:
    old = row(*pair("组织名称", "旧名称有限公司")).replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>")
    form = read(office.docx(table(old, row(*pair("组织名称", "新名称有限公司")))), "jsaq-2025")
    assert form.fields == {"organisation": "新名称有限公司"}


def test_a_form_within_a_layout_table() -> None:
    outer = table(row(cell(par("申报表") + office.form_table(office.JSAQ, office.VALUES) + par("注：填写真实"))))
    assert read(office.docx(outer), "jsaq-2025").fields == office.expected(office.JSAQ, office.VALUES)


def test_values_below_their_labels() -> None:
    rows = [row(*(cell(text) for text in part)) for part in (("组织名称", "班组名称", "经验名称"), ("甲公司", "一班", "实施甲的经验"))]
    rows += [row(*(cell(text) for text in part)) for part in (("邮编", "主管部门", "班组人数"), ("210000", "", "12"))]
    form = read(office.docx(table(*rows)), "jsaq-2025")
    assert form.fields == {"organisation": "甲公司", "team": "一班", "title": "实施甲的经验", "postcode": "210000", "headcount": "12"}
    assert "department" in form.seen


def test_a_credit_code_in_boxes() -> None:
    code = office.VALUES["uscc"]
    form = read(
        office.docx(table(row(cell("统一社会信用代码"), *map(cell, code)), row(cell("组织名称"), cell("甲公司", span=18)))), "jsaq-2025"
    )
    assert form.fields == {"uscc": code, "organisation": "甲公司"}


def test_labels_merged_over_rows() -> None:
    rows = [
        row(cell("直接联系人", merge="restart"), cell("王强", merge="restart"), cell("手机"), cell("13800000001")),
        row(cell("", merge="continue"), cell("", merge="continue"), cell("邮编"), cell("210000")),
    ]
    assert read(office.docx(table(*rows)), "jsaq-2025").fields == {"contact": "王强", "contact_mobile": "13800000001", "postcode": "210000"}


# --- lines above the table and long cells ---

LINES = [
    (
        "cmea-2020",
        "推荐协会（可选项）：湖北省市政工程协会                    申报年度：2020",
        {"recommender": "湖北省市政工程协会", "year": "2020"},
    ),
    ("cmea-2020", "推荐协会（可选项）：                                  申报年度：2020", {"year": "2020"}),
    ("cmea-2020", "推荐协会（可选项）：____________申报年度：2020年", {"year": "2020年"}),
    ("cmea-2020", "推荐协会: 四川省市政工程协会\t申报年度: 2020", {"recommender": "四川省市政工程协会", "year": "2020"}),
    (
        "cmea-2020",
        "推荐协会（可选项）： 湖北省市政工程协会（盖章）\n申报年度： 2020",
        {"recommender": "湖北省市政工程协会", "year": "2020"},
    ),
    ("caq-2020", "推荐省市自治区、行业 湖南省        序号 1", {"recommender": "湖南省", "serial": "1"}),
    ("caq-2020", "推荐省市自治区、行业 _____ 序号 _____", {}),
    ("caq-2020", "推荐省市自治区、行业：湖南省质量协会（盖章）", {"recommender": "湖南省质量协会"}),
    ("caq-2020", "推荐省市自治区、行业质协：湖南省质量协会   序号：12", {"recommender": "湖南省质量协会", "serial": "12"}),
    ("caq-2020", "推荐省市自治区、行业__湖南省质量协会__ 序号__3__", {"recommender": "湖南省质量协会", "serial": "3"}),
    ("jsaq-2025", "推荐地市、行业质协  南京市质量协会  (盖章)", {"recommender": "南京市质量协会"}),
    ("jsaq-2025", "推荐地市、行业质协    (盖章)", {}),
    ("jsaq-2025", "推荐地市、行业质协 _____ (盖章) _____", {}),
    ("jsaq-2025", "推荐地市、行业质协：南京市质量协会（盖章）", {"recommender": "南京市质量协会"}),
    ("jsaq-2025", "推荐地市、行业质协南京市质量协会（盖章）", {"recommender": "南京市质量协会"}),
    ("jsaq-2025", "推荐地市、行业质协（盖章）：江苏省机械行业协会", {"recommender": "江苏省机械行业协会"}),
    ("jsaq-2025", "注：1. 组织名称以公章为准，班组名称须用全称。", {}),
    ("jsaq-2025", "2. 各地市、行业质协统计时须扣除直属企业数据", {}),
    ("jsaq-2025", "组织名称：甲公司", {"organisation": "甲公司"}),
    ("jsaq-2025", "组织名称\t甲公司", {"organisation": "甲公司"}),
    ("jsaq-2025", "手机\t13800000001\t座机：025-1", {"contact_mobile": "13800000001", "telephone": "025-1"}),
    ("jsaq-2025", "我们的班组名称：一班，是这样来的。", {}),
]


@pytest.mark.parametrize(("programme", "text", "fields"), LINES, ids=[text for _, text, _ in LINES])
def test_lines_of_text(programme: str, text: str, fields: dict[str, str]) -> None:
    assert find_fields((Paragraph(text),), labels_of(programme)).fields == fields


@pytest.mark.parametrize(("programme", "text", "fields"), [line for line in LINES if "推荐" in line[1]])
def test_the_same_lines_as_a_row_of_the_table(programme: str, text: str, fields: dict[str, str]) -> None:
    assert find_fields((Grid((Cell(0, 0, text, 1, 6),)),), labels_of(programme)).fields == fields


HINTS = """1、班组成员组成，班组职责，主要工作内容，班组文化和愿景。
2、班组基础建设、组织建设、规范建设、技能建设、健康安全环保意识等活动情况。
3、班组成员质量意识、技能培训、工具方法应用能力。
4、班组质量改进和创新能力。
5、班组服务、活动目标、考核指标。"""
PROFILE = "质量信得过班组简介及活动成果（另附纸2000-3000字）："

LONG_CELLS = [
    (f"{PROFILE}\n见附件。", {"profile": "见附件。"}),
    (f"{PROFILE}：\n见附件。", {"profile": "见附件。"}),
    (f"{PROFILE}\n{HINTS}", {}),
    (f"{PROFILE}\n{HINTS}\n详见附件材料", {"profile": "详见附件材料"}),
    (f"{PROFILE}", {}),
    (
        f"{PROFILE}\n1、班组现有成员26人。\n2、班组职责：铣削。\n3、成效。\n4、创新。",
        {"profile": "1、班组现有成员26人。\n2、班组职责：铣削。\n3、成效。\n4、创新。"},
    ),
    ("本企业意见：\n同意申报。\n盖章    2020年6月28日", {"enterprise_opinion": "同意申报。"}),
    ("本企业意见：：\n同意申报。\n盖章    2020年6月28日", {"enterprise_opinion": "同意申报。"}),
    ("本企业意见：\n\n\n盖章                 年  月  日", {}),
    ("本企业意见：\n盖章  2020年6月28日", {}),
    ("本企业意见：同意  （盖章） 二〇二〇年六月二十八日", {"enterprise_opinion": "同意"}),
    ("本企业意见：\n情况属实，同意推荐。\n2020年6月28日（公章）", {"enterprise_opinion": "情况属实，同意推荐。"}),
    ("本企业意见：同意申报\n负责人签字：    盖章\n2020.6.28", {"enterprise_opinion": "同意申报"}),
    ("协会推荐理由：\n该班组成果突出，同意推荐。\n协会盖章  2020年7月3日", {"recommendation_reason": "该班组成果突出，同意推荐。"}),
    ("协会推荐理由：\n\n\n\n协会盖章             年  月  日", {}),
    (
        "协会推荐理由：\n该班组2019年获省级质量信得过班组。\n协会盖章： 2020-07-03",
        {"recommendation_reason": "该班组2019年获省级质量信得过班组。"},
    ),
]


@pytest.mark.parametrize(("text", "fields"), LONG_CELLS, ids=[text.replace("\n", "¶")[:40] for text, _ in LONG_CELLS])
def test_long_cells(text: str, fields: dict[str, str]) -> None:
    assert find_fields((Grid((Cell(0, 0, text, 1, 6),)),), labels_of("cmea-2020")).fields == fields


@pytest.mark.parametrize(("text", "fields"), LONG_CELLS, ids=[text.replace("\n", "¶")[:40] for text, _ in LONG_CELLS])
def test_long_cells_parted_in_label_and_value(text: str, fields: dict[str, str]) -> None:
    label, _, value = text.partition("：")
    beside = Grid((Cell(0, 0, label), Cell(0, 1, value.lstrip("："))))
    below = Grid((Cell(0, 0, f"{label}：", 1, 6), Cell(1, 0, value.lstrip("："), 1, 6)))
    assert find_fields((beside,), labels_of("cmea-2020")).fields == fields
    assert find_fields((below,), labels_of("cmea-2020")).fields == fields


VALUES = [
    ("组织名称", "甲公司(盖章)", "organisation", "甲公司"),
    ("组织名称", "甲公司（加盖公章）", "organisation", "甲公司"),
    ("组织名称", "江苏甲（集团）有限公司", "organisation", "江苏甲（集团）有限公司"),
    ("组织名称", "(盖章)", "organisation", None),
    ("组织名称", "   （盖章）\n", "organisation", None),
    ("组织名称", "国网江苏省电力有限公司\n南京供电分公司", "organisation", "国网江苏省电力有限公司南京供电分公司"),
    ("所属央企集团全称", "（非央企不用填）", "central_soe_group", None),
    ("所属央企集团全称", "(非央企不用填)国家电网有限公司", "central_soe_group", "国家电网有限公司"),
    ("所属央企集团全称", "国家电网有限公司（非央企不用填）", "central_soe_group", "国家电网有限公司"),
    ("是否属于央企", "☑是  □否", "is_central_soe", "是"),
    ("是否属于央企", "□是  ☑否", "is_central_soe", "否"),
    ("是否属于央企", "□是  □否", "is_central_soe", None),
    ("是否属于央企", "是□  否√", "is_central_soe", "否"),
    ("是否属于央企", "□√是  □否", "is_central_soe", "是"),
    ("是否属于央企", "是（√） 否（ ）", "is_central_soe", "是"),
    ("是否属于央企", "√是    否", "is_central_soe", "是"),
    ("是否属于央企", "是  否√", "is_central_soe", "否"),
    ("是否属于央企", "是☑/否□", "is_central_soe", "是"),
    ("是否属于央企", "□是\n☑否", "is_central_soe", "否"),
    ("班组名称", "班组名称：一班", "team", "一班"),
    ("组织名称", "甲公司 盖章", "organisation", "甲公司"),
    ("组织类型", "□国有企业 ■民营企业 □外商投资企业 □其他", "organisation_type", "民营企业"),
    ("班组名称", "＿＿＿＿", "team", None),
    ("班组名称", "请输入班组名称", "team", None),
    ("产品/服务满意度（%）", "98.5%", "satisfaction_rate", "98.5%"),
    ("产品/服务满意度（%）", "98.5 ％", "satisfaction_rate", "98.5 ％"),
    ("手 机", "13812345678\n025-83311645", "contact_mobile", "13812345678 025-83311645"),
    ("手 机", "138123\n45678", "contact_mobile", "13812345678"),
    ("详细通讯地址", "江苏省南京市\n鼓楼区1号", "address", "江苏省南京市鼓楼区1号"),
    ("经验名称", "《运用看板管理的经验》", "title", "《运用看板管理的经验》"),
    ("经验名称", "运用PDCA\n提升准时率的经验", "title", "运用PDCA提升准时率的经验"),
    ("班组人数", "26人", "headcount", "26人"),
    ("顾客投诉数（个）", "0", "complaints", "0"),
    ("顾客投诉数（个）", "无", "complaints", "无"),
]


@pytest.mark.parametrize(("label", "value", "key", "field"), VALUES, ids=[f"{a} {b!r}" for a, b, _, _ in VALUES])
def test_values(label: str, value: str, key: str, field: str | None) -> None:
    form = find_fields((Grid((Cell(0, 0, label), Cell(0, 1, value), Cell(1, 0, "邮编"), Cell(1, 1, "210000"))),), labels_of("jsaq-2025"))
    assert form.fields == {"postcode": "210000", **({key: field} if field else {})}
    assert form.seen == (key, "postcode")


def test_two_labels_and_values_in_one_cell() -> None:
    grid = Grid(
        (Cell(0, 0, "直接联系人：王强  手机：13800000001"), Cell(0, 1, "联系邮箱：a@b.cn"), Cell(1, 0, "班组长：李明\n手机：13900000002"))
    )
    assert find_fields((grid,), labels_of("cmea-2020")).fields == {
        "contact": "王强", "contact_mobile": "13800000001", "contact_email": "a@b.cn", "leader": "李明", "leader_mobile": "13900000002",
    }  # fmt: skip


def test_a_second_label_in_the_value_cell() -> None:
    grid = Grid((Cell(0, 0, "直接联系人"), Cell(0, 1, "王强 手机：13800000001")))
    assert find_fields((grid,), labels_of("cmea-2020")).fields == {"contact": "王强", "contact_mobile": "13800000001"}


@pytest.mark.parametrize("blank", ["contact_mobile", "leader_mobile", "contact", "leader"])
def test_the_municipal_forms_two_mobiles_stay_apart(blank: str) -> None:
    values = {**office.VALUES, blank: ""}
    form = read(office.docx(office.form_table(office.CMEA, values)), "cmea-2020")
    assert form.fields == office.expected(office.CMEA, values)


def test_the_leader_before_the_contact() -> None:
    grid = Grid(tuple(
        Cell(r, c, text)
        for r, line in enumerate((("班组长", "李明", "手机", "13900000002"), ("直接联系人", "王强", "手机", "13800000001")))
        for c, text in enumerate(line)
    ))  # fmt: skip
    fields = find_fields((grid,), labels_of("cmea-2020")).fields
    assert (fields["leader_mobile"], fields["contact_mobile"]) == ("13900000002", "13800000001")


def test_mentions_in_long_text_do_not_fill_a_blank_field() -> None:
    text = "质量信得过班组简介及活动成果：\n我们班组名称：一班。班组人数：26人，班组长：李明。"
    grid = Grid((Cell(0, 0, "班组人数"), Cell(0, 1, ""), Cell(1, 0, "班组长"), Cell(1, 1, ""), Cell(2, 0, text, 1, 2)))
    fields = find_fields((grid,), labels_of("cmea-2020")).fields
    assert "headcount" not in fields
    assert "leader" not in fields


def test_a_long_text_that_begins_with_a_label_seen_before() -> None:
    profile = "班组人数：26人，负责数控铣削。" + "我们坚持每日点检。" * 10
    grid = Grid((Cell(0, 0, "班组人数"), Cell(0, 1, "26"), Cell(1, 0, "质量信得过班组简介及活动成果：", 1, 2), Cell(2, 0, profile, 1, 2)))
    assert find_fields((grid,), labels_of("cmea-2020")).fields == {"headcount": "26", "profile": profile}


def test_a_list_in_the_document_is_no_form() -> None:
    texts = (("序号", "班组名称", "人数"), ("1", "甲班", "12"), ("2", "乙班", "9"))
    grid = Grid(tuple(Cell(r, c, text) for r, line in enumerate(texts) for c, text in enumerate(line)))
    assert find_fields((grid,), labels_of("jsaq-2025")) == Form({}, ())


# --- from scans ---

CONFUSED = [
    ("caq-2020", "产晶/服务不合格率%", "defect_rate"),
    ("caq-2020", "产品/服务一次台格率", "first_pass_rate"),
    ("caq-2020", "质量信得过班组名祢", "team"),
    ("jsaq-2025", "统一杜会信用代码", "uscc"),
    ("jsaq-2025", "产品/服务满意庋(%)", "satisfaction_rate"),
    ("jsaq-2025", "质量、安全事改数(个)", "accidents"),
    ("jsaq-2025", "详细通汛地址", "address"),
    ("jsaq-2025", "组识名称", "organisation"),
    ("jsaq-2025", "班组入数", "headcount"),
    ("jsaq-2025", "质量成本（万元(年)", "quality_cost"),
    ("jsaq-2025", "邮编丨", "postcode"),
    ("jsaq-2025", "I手机", "contact_mobile"),
]


@pytest.mark.parametrize(("programme", "label", "key"), CONFUSED)
def test_confused_characters_in_scanned_labels(programme: str, label: str, key: str) -> None:
    blocks: tuple[Block, ...] = (Grid((Cell(0, 0, label), Cell(0, 1, "8"))),)
    assert find_fields(blocks, labels_of(programme), fuzzy=True).fields == {key: "8"}
    assert find_fields(blocks, labels_of(programme)).fields == {}


@pytest.mark.parametrize(
    ("programme", "label"),
    [
        *(("caq-2020", label) for label in ("产品/服务合格率", "服务率", "名称", "产品/服务率")),
        *(("jsaq-2025", label) for label in ("新手机", "手机壳", "副班长")),
    ],
)
def test_doubtful_labels_are_nobodys(programme: str, label: str) -> None:
    assert find_fields((Grid((Cell(0, 0, label), Cell(0, 1, "8"))),), labels_of(programme), fuzzy=True).fields == {}


def test_rates_are_never_mistaken_for_each_other() -> None:
    grid = Grid((Cell(0, 0, "产品/服务满意度"), Cell(0, 1, "97"), Cell(0, 2, "产品/服务合格率"), Cell(0, 3, "99")))
    assert find_fields((grid,), labels_of("jsaq-2025"), fuzzy=True).fields == {"satisfaction_rate": "97", "pass_rate": "99"}


def test_a_confused_label_with_its_value_in_one_cell() -> None:
    assert find_fields((Grid((Cell(0, 0, "组识名称：甲公司"),)),), labels_of("jsaq-2025"), fuzzy=True).fields == {"organisation": "甲公司"}


def test_a_line_that_a_wide_gap_parted() -> None:
    lines = (Paragraph("推荐地市、行业质协"), Paragraph("南京市质量协会（盖章）"), Paragraph("2025年"))
    assert find_fields(lines, labels_of("jsaq-2025"), fuzzy=True).fields == {"recommender": "南京市质量协会"}
    assert find_fields(lines, labels_of("jsaq-2025")).fields == {}


def test_a_label_in_two_cells_of_a_scan() -> None:
    grid = Grid((Cell(0, 0, "统一社会"), Cell(0, 1, "信用代码"), Cell(0, 2, office.VALUES["uscc"])))
    assert find_fields((grid,), labels_of("jsaq-2025"), fuzzy=True).fields == {"uscc": office.VALUES["uscc"]}


def test_scanned_forms_read_as_exactly_as_word_forms() -> None:
    for programme, form in FORMS.items():
        data = office.docx(office.form_table(form, office.VALUES))
        assert read(data, programme, fuzzy=True).fields == office.expected(form, office.VALUES)


def test_no_labels_no_fields() -> None:
    assert find_fields((Paragraph("组织名称：甲公司"),), []) == Form({}, ())


label = partial(Label, texts=("手机",))


def test_a_label_that_waits_for_another_is_not_seen_before_it() -> None:
    blocks = (Grid((Cell(0, 0, "手机"), Cell(0, 1, "1"), Cell(1, 0, "班组长"), Cell(1, 1, "李"), Cell(2, 0, "手机"), Cell(2, 1, "2"))),)
    form = find_fields(blocks, [Label("leader", ("班组长",)), label("mobile", after="leader")])
    assert form == Form({"leader": "李", "mobile": "2"}, ("leader", "mobile"))
