"""Slides come with all their text, in their order of show."""

from __future__ import annotations

from io import BytesIO

import pptx
import pytest
from pptx.util import Cm

from parsers.documents.slides import read_pptx
from parsers.values import Cell, Content, Grid, Paragraph, Reason, Refusal
from tests.office import package


def deck() -> bytes:
    show = pptx.Presentation()
    show.slide_width, show.slide_height = Cm(25.4), Cm(19.05)
    first = show.slides.add_slide(show.slide_layouts[0])
    first.shapes.title.text = "数控铣削二班"
    first.placeholders[1].text = "质量信得过\n班组建设"
    first.notes_slide.notes_text_frame.text = "备注：欢迎"
    second = show.slides.add_slide(show.slide_layouts[6])
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Cm(1), Cm(1), Cm(5), Cm(1)).text_frame.text = "组中文字"
    table = second.shapes.add_table(2, 2, Cm(1), Cm(3), Cm(10), Cm(3)).table
    for index, text in enumerate(("项目", "", "合格率", "99%")):
        table.cell(index // 2, index % 2).text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    out = BytesIO()
    show.save(out)
    return out.getvalue()


def test_a_deck() -> None:
    content = read_pptx(deck())
    assert isinstance(content, Content), content
    assert [page.number for page in content.pages] == [1, 2]
    assert (content.pages[0].width, content.pages[0].height) == (254.0, 190.5)
    assert content.pages[0].blocks == (
        Paragraph("数控铣削二班", 1),
        Paragraph("质量信得过"),
        Paragraph("班组建设"),
        Paragraph("备注：欢迎"),
    )
    assert content.pages[1].blocks == (
        Paragraph("组中文字"),
        Grid((Cell(0, 0, "项目", 1, 2), Cell(1, 0, "合格率"), Cell(1, 1, "99%"))),
    )
    assert content.blocks == content.pages[0].blocks + content.pages[1].blocks


_NS = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(**targets: str) -> str:
    items = "".join(f'<Relationship Id="{key}" Type="{_OFFICE}/{key}" Target="{target}"/>' for key, target in targets.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{items}</Relationships>'


def _shape(text: str) -> str:
    return f"<p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def _deck(slide: str, **more: str) -> bytes:
    return package({
        "ppt/presentation.xml": f'<p:presentation {_NS}><p:sldIdLst><p:sldId id="256" r:id="slide"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _relations(slide="slides/slide1.xml"),
        "ppt/slides/slide1.xml": slide,
        **more,
    })  # fmt: skip


def test_alternate_contents_and_diagrams() -> None:
    tree = (
        f"<p:sld {_NS}><p:cSld><p:spTree><mc:AlternateContent><mc:Choice>{_shape('甲')}</mc:Choice>"
        f"<mc:Fallback>{_shape('甲')}</mc:Fallback>"
        '</mc:AlternateContent><p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="diagramData"/></a:graphicData></a:graphic>'
        "</p:graphicFrame></p:spTree></p:cSld></p:sld>"
    )
    diagram = (
        f"<dgm:dataModel {_NS}><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>策划</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    )
    data = _deck(
        tree, **{"ppt/slides/_rels/slide1.xml.rels": _relations(diagramData="../diagrams/data1.xml"), "ppt/diagrams/data1.xml": diagram}
    )
    content = read_pptx(data)
    assert isinstance(content, Content), content
    assert content.blocks == (Paragraph("甲"), Paragraph("策划"))


def test_page_numbers_and_footers_are_no_text() -> None:
    footer = _shape("第1页").replace("<p:txBody>", '<p:nvSpPr><p:nvPr><p:ph type="sldNum"/></p:nvPr></p:nvSpPr><p:txBody>')
    content = read_pptx(_deck(f"<p:sld {_NS}>{footer}{_shape('甲')}</p:sld>"))
    assert isinstance(content, Content), content
    assert content.text() == "甲"


BAD = [
    ("empty", b"", Reason.UNREADABLE),
    ("truncated", deck()[:9000], Reason.UNREADABLE),
    ("its only slide damaged", _deck("<p:sld"), Reason.UNREADABLE),
    ("entities", package({"ppt/presentation.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), Reason.UNSAFE),
]


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_decks_are_refused(data: bytes, reason: Reason) -> None:
    refusal = read_pptx(data)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason == reason
