"""Labels in traditional characters are found as the simplified ones that the programme names; values stay as written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from bot.judging.papers.classify import find_kind
from bot.judging.papers.extract import statistic_labels
from bot.judging.papers.votes import form_labels
from bot.programme.load import load_programmes
from bot.samples import forms
from bot.samples.layout import Line, Table
from bot.samples.word import write_docx
from parsers.forms.forms import Label, find_fields, find_rows
from parsers.forms.prose import find_sections, find_title
from parsers.forms.statistics import StatisticLabel, find_statistics
from parsers.text.traditional import _PAIRS, simplified
from parsers.values import Cell, Grid, Paragraph
from tests.papers import Papers, judged, mail_to
from tests.unit.test_cases_caq import FORM, RECEIVED, of_team

PROGRAMMES = load_programmes()
VARIANTS: defaultdict[str, list[str]] = defaultdict(list)
for traditional, plain in zip(_PAIRS[::2], _PAIRS[1::2], strict=True):
    VARIANTS[plain].append(traditional)


def in_big5(character: str) -> bool:
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def as_in_taiwan(text: str) -> str:
    """The text in the characters of Big5, which has no simplified ones."""
    return "".join(next((c for c in (*VARIANTS[character], character) if in_big5(c)), character) for character in text)


def pairs(*cells: tuple[str, str]) -> Grid:
    return Grid(tuple(Cell(row, column, text) for row, pair in enumerate(cells) for column, text in enumerate(pair)), "")


LABELS = [
    pytest.param(identity, spec.key, text, id=f"{identity} {text}")
    for identity, programme in PROGRAMMES.items()
    for spec in programme.fields
    for text in spec.labels
]


@pytest.mark.parametrize(("identity", "key", "text"), LABELS)
@pytest.mark.parametrize("shape", ["two cells", "one cell", "a line"])
def test_every_label_of_every_programme(identity: str, key: str, text: str, shape: str) -> None:
    written = as_in_taiwan(text)
    assert all(map(in_big5, written)), f"no traditional form is known of {text}"
    labels = [Label(label.key, label.texts) for label in form_labels(PROGRAMMES[identity]) if label.key == key]
    blocks = {
        "two cells": pairs((written, "陳麗華與劉國強")),
        "one cell": pairs((f"{written}：陳麗華與劉國強", "")),
        "a line": Paragraph(f"{written}：陳麗華與劉國強"),
    }
    assert find_fields([blocks[shape]], labels).fields == {key: "陳麗華與劉國強"}


@pytest.mark.parametrize("identity", [identity for identity, programme in PROGRAMMES.items() if programme.statistics])
def test_every_line_of_the_statistics(identity: str) -> None:
    specs = statistic_labels(PROGRAMMES[identity])
    assert specs
    for spec in specs:
        assert any(spec.contains), spec.key
        for part in spec.contains:
            for label in ("".join(part), as_in_taiwan("".join(part))):
                value = "123" if spec.type in ("number", "integer") else "陳麗華"
                found = find_statistics([pairs((label, value))], [StatisticLabel(spec.key, spec.contains, spec.excludes, spec.type)])
                assert found == {spec.key: value}, label


@pytest.mark.parametrize(
    ("identity", "columns"), [(identity, d.columns) for identity, p in PROGRAMMES.items() for d in p.documents if d.columns]
)
def test_every_column_of_the_lists(identity: str, columns: dict[str, tuple[str, ...]]) -> None:
    heads = [(key, as_in_taiwan(texts[0])) for key, texts in columns.items()]
    cells = [Cell(0, n, text) for n, (_, text) in enumerate(heads)] + [Cell(1, n, f"陳麗華{n}") for n in range(len(heads))]
    assert find_rows([Grid(tuple(cells), "")], columns) == ({key: f"陳麗華{n}" for n, (key, _) in enumerate(heads)},)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("組織名稱", "组织名称"), ("聯繫人", "联系人"), ("聯係人", "联系人"), ("電話", "电话"), ("單位名稱", "单位名称"), ("郵編", "邮编"),
        ("手機號碼", "手机号码"), ("統一社會信用代碼", "统一社会信用代码"), ("班組長姓名", "班组长姓名"),
        ("質量、安全事故數", "质量、安全事故数"),
        ("經驗名稱", "经验名称"), ("主管部門", "主管部门"), ("詳細通訊地址", "详细通讯地址"),
        ("產品/服務滿意度（％）", "产品/服务满意度（％）"),
        ("班组人数", "班组人数"), ("E-mail", "E-mail"),
    ],
)  # fmt: skip
def test_as_people_write_them(written: str, plain: str) -> None:
    assert simplified(written) == plain


def test_a_whole_form_by_mail(tmp_path: Path) -> None:
    """Labels and heading in traditional characters, values partly: the values are kept as they are."""
    fields = FORM | {"contact": "呂敏", "organisation": "武漢新城機械製造集團有限公司"}
    layout = tuple(_in_taiwan(part) for part in forms.caq_form(fields))
    files = [("申報表.docx", write_docx(layout)), *((f"{n}.docx", data) for n, data in of_team(fields).items() if n != "申报表")]
    (outcome,) = judged(Papers(), tmp_path, mail_to("66073178@163.com", RECEIVED, *files))
    assert outcome["documents"][0]["kind"] == "application_form"
    (application,) = outcome["applications"]
    stated = {key: value for key, value in fields.items() if key != "recommender"}
    assert {key: application["fields"].get(key) for key in stated} == stated


def _in_taiwan(part: Line | Table) -> Line | Table:
    """All that a form prints."""
    if isinstance(part, Line):
        return replace(part, text=as_in_taiwan(part.text))
    return Table(tuple(tuple(box if box.value else replace(box, text=as_in_taiwan(box.text)) for box in row) for row in part.rows))


def test_the_kind_of_a_paper_by_its_heading() -> None:
    heading = as_in_taiwan("质量信得过班组活动统计表")
    assert find_kind(PROGRAMMES["caq-2020"], "1.docx", "docx", [Paragraph(heading)]) == "statistics_form"


def test_the_sections_and_the_title_of_an_experience() -> None:
    """Their headings in traditional characters; the text is counted and the title kept as they were written."""
    texts = ["實施背景", "一、班組概況", "我們班組。", "二、實施過程：先做後想", "三、实施效果", "很好"]
    headings = {name: (name,) for name in ("班组概况", "实施过程", "实施效果")}
    blocks = [Paragraph(text) for text in texts]
    found = find_sections(blocks, headings)
    assert [(section.key, section.text) for section in found] == [
        ("班组概况", "我們班組。"),
        ("实施过程", "先做後想"),
        ("实施效果", "很好"),
    ]
    assert find_title([Paragraph("製造中心班組"), Paragraph("精細化管理的實踐"), *blocks]) == "精細化管理的實踐"
    assert find_title(blocks) == ""
