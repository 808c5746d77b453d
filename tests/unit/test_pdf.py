"""Text PDFs: tables with their cells, lines between them, and which pages are pictures."""

from __future__ import annotations

import pytest

from bot.programme.load import load_programmes
from parsers.documents.pdf import MAX_PAGES, read_pdf
from parsers.forms.forms import Label, find_fields
from parsers.values import Cell, Content, Grid, Note, Paragraph, Reason, Refusal
from tests import office
from tests.pdfs import A4, Sheet, encrypted, pdf


def read(*sheets: Sheet) -> Content:
    content = read_pdf(pdf(*sheets))
    assert isinstance(content, Content), content
    return content


def full_picture() -> Sheet:
    return Sheet().picture(0, 0, *A4)


def test_a_form() -> None:
    rows = [["组织名称", "甲公司", "<", "<"], ["邮 编", "210000", "手 机", "13812345678"]]
    sheet = Sheet().text(200, 60, "典型经验申报表", 18).text(60, 100, "推荐地市、行业质协").text(260, 100, "南京市质量协会")
    content = read(sheet.table(60, 120, [100, 150, 100, 125], rows).text(60, 300, "注：如实填写。"))
    assert content.blocks == (
        Paragraph("典型经验申报表"),
        Paragraph("推荐地市、行业质协    南京市质量协会"),
        Grid((
            Cell(0, 0, "组织名称"), Cell(0, 1, "甲公司", 1, 3),
            Cell(1, 0, "邮 编"), Cell(1, 1, "210000"), Cell(1, 2, "手 机"), Cell(1, 3, "13812345678"),
        )),
        Paragraph("注：如实填写。"),
    )  # fmt: skip
    (page,) = content.pages
    assert (page.width, page.height, page.scanned, page.blocks) == (209.9, 297.0, False, content.blocks)


@pytest.mark.parametrize(("programme", "form"), [("jsaq-2025", office.JSAQ), ("cmea-2020", office.CMEA), ("caq-2020", office.CAQ)])
def test_whole_forms(programme: str, form: office.Form) -> None:
    rows = []
    for pairs in form:
        row: list[str] = []
        for label, key, label_span, value_span in pairs:
            row += [label, *["<"] * (label_span - 1), office.VALUES[key], *["<"] * (value_span - 1)]
        rows.append(row)
    content = read(Sheet(width=1400).table(20, 100, [220] * 6, rows))
    labels = [Label(spec.key, spec.labels, spec.after, spec.line) for spec in load_programmes()[programme].fields]
    assert find_fields(content.blocks, labels).fields == office.expected(form, office.VALUES)


def test_lines_that_fill_the_column_run_on() -> None:
    sheet = Sheet().text(260, 60, "实施过程", 14)
    sheet.text(84, 100, "我们绘制了过程流程图，按风险优先数排序后，确定了四个关键质量控制点，")
    sheet.text(60, 120, "并逐一制定措施。")
    sheet.text(84, 140, "其次，开展培训。")
    lines = ["实施过程", "我们绘制了过程流程图，按风险优先数排序后，确定了四个关键质量控制点，并逐一制定措施。", "其次，开展培训。"]
    assert read(sheet).blocks == tuple(Paragraph(line) for line in lines)


PAGES = [
    ("text", Sheet().text(60, 60, "推荐函"), False),
    ("blank", Sheet(), False),
    ("picture", full_picture(), True),
    ("curves", Sheet().line(10, 10, 200, 200), True),
    ("picture with a scanner app's line", full_picture().text(200, 830, "由 扫描全能王 扫描创建", 8), True),
    ("picture with an invisible text layer", full_picture().text(20, 100, "识别出的文字" * 20, 8, mode=3), True),
    ("text over a background picture", full_picture().text(20, 100, "这一页有足够多的文字" * 5, 8), False),
    ("text beside a seal's picture", Sheet().text(60, 60, "推荐函").picture(400, 700, 120, 120), False),
    ("text of private-use characters", Sheet().text(20, 60, "\ue000\ue001\ue002" * 20), True),
]


@pytest.mark.parametrize(("sheet", "scanned"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES])
def test_which_pages_are_scans(sheet: Sheet, scanned: bool) -> None:
    (page,) = read(sheet).pages
    assert page.scanned == scanned
    assert not (scanned and page.blocks)


def test_mixed_pages_keep_their_numbers() -> None:
    content = read(Sheet().text(60, 60, "推荐函"), full_picture(), Sheet().text(60, 60, "统计表"))
    assert [(page.number, page.scanned) for page in content.pages] == [(1, False), (2, True), (3, False)]
    assert content.text() == "推荐函\n统计表"


def test_double_struck_letters_count_once() -> None:
    assert read(Sheet().text(60, 60, "申报表").text(60.3, 60, "申报表")).text() == "申报表"


def test_a_frame_around_text_is_no_table() -> None:
    assert read(Sheet().table(60, 100, [300], [["只有一格"]])).blocks == (Paragraph("只有一格"),)


def test_passwords() -> None:
    data = pdf(Sheet().text(60, 60, "推荐函"))
    assert isinstance(opened := read_pdf(encrypted(data, "")), Content)
    assert opened.text() == "推荐函"
    refusal = read_pdf(encrypted(data, "secret"))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.ENCRYPTED


def test_many_pages_are_cut() -> None:
    content = read(*(Sheet() for _ in range(MAX_PAGES + 3)))
    assert len(content.pages) == MAX_PAGES
    assert content.notes == (Note("pages-cut", str(MAX_PAGES + 3)),)


GOOD = pdf(Sheet().text(60, 60, "推荐函"))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"hello", GOOD[:300]])
def test_bad_files_are_refused(data: bytes) -> None:
    refusal = read_pdf(data)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason == Reason.UNREADABLE


@pytest.mark.parametrize("data", [GOOD[:-6], GOOD.replace(b"startxref", b"startxxxx"), b"\r\n\r\n" + GOOD, GOOD + b"\0" * 2000])
def test_slightly_broken_files_are_read(data: bytes) -> None:
    content = read_pdf(data)
    assert isinstance(content, Content), content
    assert content.text() == "推荐函"
