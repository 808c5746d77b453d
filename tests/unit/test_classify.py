"""What kind of document a file is, by its content before its name."""

from __future__ import annotations

import pytest

from bot.judging.papers.classify import find_kind
from bot.judging.papers.material import read_material
from bot.programme.load import load_programmes
from bot.samples import forms
from bot.samples.layout import Line
from bot.samples.sheets import write_xlsx
from bot.samples.word import write_docx
from parsers.reader import DirectReader
from parsers.values import Address, Attachment, Block, Cell, Grid, Letter, Paragraph
from tests.world import START, entry

PROGRAMME = load_programmes()["jsaq-2025"]
SECTIONS = [Paragraph(heading) for heading in ("班组概况", "实施背景", "实施过程", "实施效果")]
ROSTER = Grid((*(Cell(0, column, text) for column, text in enumerate(("序号", "姓名", "班组名称", "手机"))), Cell(1, 2, "一班")))

KINDS: list[tuple[str, tuple[Block, ...], str]] = [
    ("新建文档.docx", (Paragraph("运用看板的经验"), *SECTIONS), "experience"),
    ("附件2.docx", (Paragraph("运用看板的经验"), *SECTIONS), "experience"),
    (
        "通知.docx",
        (Paragraph("苏质协〔2025〕9号"), Paragraph("关于开展2025年江苏省质量信得过班组建设"), Paragraph("推进活动的通知"), *SECTIONS),
        "other",
    ),
    ("通知.docx", (Paragraph("关于组织申报质量信得过班组典型经验的通知"), *SECTIONS), "other"),
    ("花名册.xlsx", (ROSTER,), "other"),
    ("附件4.docx", (), "statistics_form"),
]


@pytest.mark.parametrize(("path", "blocks", "kind"), KINDS)
def test_kinds(path: str, blocks: tuple[Block, ...], kind: str) -> None:
    assert find_kind(PROGRAMME, path, path.rpartition(".")[2], blocks) == kind


def kinds_of(*files: tuple[str, bytes]) -> dict[str, str]:
    attached = tuple(Attachment(name, "application/octet-stream", data) for name, data in files)
    letter = Letter("1@x", "", Address("", "a@qq.com"), (), (), (), START, START, (), (), (), "", "", "", attached, ())
    return {d.path: d.kind for d in read_material(DirectReader(), letter, PROGRAMME).documents}


def test_a_paper_that_only_its_name_calls_so_gives_way() -> None:
    heads = ("序号", "组织名称", "班组名称", "经验名称")
    listed = write_xlsx([("申报汇总表",), heads, ("1", *(entry()[key] for key in ("organisation", "team", "title")))])
    roster = write_xlsx([("序号", "姓名"), (1, "张三")])
    figures = write_xlsx([("月份", "合格率"), (1, 99)])
    found = kinds_of(("1.xlsx", listed), ("班组成员汇总表.xlsx", roster), ("合格率统计表.xlsx", figures))
    assert found == {"1.xlsx": "summary_sheet", "班组成员汇总表.xlsx": "other", "合格率统计表.xlsx": "other"}


def test_a_paper_alone_is_what_its_name_says() -> None:
    form = write_docx(forms.jsaq_form(entry()))
    found = kinds_of(("申报表.docx", form), ("附件5.docx", write_docx((Line("一年来的工作"),))))
    assert found == {"申报表.docx": "application_form", "附件5.docx": "work_summary"}
