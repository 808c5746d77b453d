"""What a reader sees on the page of a .docx is in its blocks, once; what is not on the page is not."""

from __future__ import annotations

import base64
import zipfile
from io import BytesIO

import pytest

from parsers.documents.word import read_docx
from parsers.text.symbols import symbol
from parsers.values import Block, Cell, Content, Grid, Note, Paragraph, Reason, Refusal
from tests.office import cell, control, deleted, docx, inserted, package, par, row, run, table, text_box


def blocks(*body: str, header: str = "", styles: str = "") -> tuple[Block, ...]:
    content = read_docx(docx(*body, header=header, styles=styles))
    assert isinstance(content, Content), content
    assert content.format == "docx"
    return content.blocks


def _check_box(state: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{state}</w:checkBox></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _drop_down(state: str) -> str:
    entries = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in ("国有企业", "民营企业"))
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList>{state}{entries}</w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


INLINE = [
    ("runs", run("甲") + run("乙"), "甲乙"),
    ("tab and line break", run("甲\t乙\n丙"), "甲\t乙\n丙"),
    ("content control", run("甲") + control(run("乙")) + run("丙"), "甲乙丙"),
    ("control in a control", control(control(run("乙"))), "乙"),
    ("insertion", run("甲") + inserted(run("乙")), "甲乙"),
    ("deletion", run("甲") + deleted("乙"), "甲"),
    ("inserted, then deleted", run("甲") + f"<w:ins><w:del>{run('乙')}</w:del></w:ins>", "甲"),
    ("moved from here", run("甲") + f"<w:moveFrom>{run('乙')}</w:moveFrom>", "甲"),
    ("moved here", run("甲") + f"<w:moveTo>{run('乙')}</w:moveTo>", "甲乙"),
    ("hyperlink", f"<w:hyperlink>{run('a@b.cn')}</w:hyperlink>", "a@b.cn"),
    ("simple field", f'<w:fldSimple w:instr=" DATE ">{run("2025年")}</w:fldSimple>', "2025年"),
    ("field code", '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>' + run("3"), "3"),
    ("field data", '<w:r><w:fldChar w:fldCharType="begin"><w:fldData>QUJD</w:fldData></w:fldChar></w:r>' + run("甲"), "甲"),
    ("smart tag", f"<w:smartTag><w:smartTagPr/>{run('南京')}</w:smartTag>", "南京"),
    ("hidden", run("甲") + run("乙", "<w:vanish/>"), "甲"),
    ("hidden switched off", run("甲") + run("乙", '<w:vanish w:val="0"/>'), "甲乙"),
    ("Wingdings 2 tick", '<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>' + run("是"), "☑是"),
    ("Wingdings ticked box", '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run("是"), "☑是"),
    ("Wingdings box", '<w:r><w:sym w:font="Wingdings" w:char="00A8"/></w:r>' + run("否"), "□否"),
    ("letter set in Wingdings 2", run("R", '<w:rFonts w:ascii="Wingdings 2"/>') + run("是"), "☑是"),
    ("box set in Wingdings 2", run("£", '<w:rFonts w:ascii="Wingdings 2"/>') + run("否"), "□否"),
    ("private-use tick, as LibreOffice writes it", run("\uf052是"), "☑是"),
    ("form check box, ticked", _check_box('<w:default w:val="0"/><w:checked/>') + run("是"), "☑是"),
    ("form check box, ticked by default", _check_box('<w:default w:val="1"/>') + run("是"), "☑是"),
    ("form check box, taken off", _check_box('<w:default w:val="1"/><w:checked w:val="0"/>') + run("否"), "□否"),
    ("form list", _drop_down('<w:result w:val="1"/>'), "民营企业"),
    ("form list's default", _drop_down(""), "国有企业"),
    ("form list out of range", run("甲") + _drop_down('<w:result w:val="7"/>'), "甲"),
    ("check box control, ticked", control(run("☒"), '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>') + run("是"), "☑是"),
    ("check box control, blank", control(run("☐"), '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>') + run("否"), "□否"),
    ("placeholder", run("甲") + control(run("单击此处输入文字。"), "<w:showingPlcHdr/>"), "甲"),
    ("placeholder's flag left on real text", control(run("南京市质量协会"), "<w:showingPlcHdr/>"), "南京市质量协会"),
    ("ruby", "<w:r><w:ruby><w:rt>" + run("zhì") + "</w:rt><w:rubyBase>" + run("质") + "</w:rubyBase></w:ruby></w:r>" + run("量"), "质量"),
    ("formula", "<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", "x=1"),
    ("soft and hard hyphens", "<w:r><w:t>025</w:t><w:noBreakHyphen/><w:t>8331</w:t><w:softHyphen/><w:t>1645</w:t></w:r>", "025-83311645"),
    ("alternate content in a run", '<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:t>甲</w:t></mc:Choice>'
     "<mc:Fallback><w:t>甲</w:t></mc:Fallback></mc:AlternateContent></w:r>", "甲"),
    ("only the fallback says anything", '<w:r><mc:AlternateContent><mc:Choice Requires="x"><w:x/></mc:Choice>'
     "<mc:Fallback><w:t>乙</w:t></mc:Fallback></mc:AlternateContent></w:r>", "乙"),
]  # fmt: skip


@pytest.mark.parametrize(("xml", "text"), [case[1:] for case in INLINE], ids=[case[0] for case in INLINE])
def test_inline(xml: str, text: str) -> None:
    assert blocks(par(xml)) == (Paragraph(text),)
    assert blocks(table(row(cell(par(xml))))) == (Grid((Cell(0, 0, text),)),)


def test_a_paragraph_whose_end_was_deleted_runs_on() -> None:
    first = par(run("南京市"), properties="<w:rPr><w:del/></w:rPr>")
    assert blocks(first, par("质量协会"), par("二")) == (Paragraph("南京市质量协会"), Paragraph("二"))


def test_blank_paragraphs_are_left_out() -> None:
    assert blocks(par(""), par(" \u3000"), par("甲")) == (Paragraph("甲"),)


def test_a_text_box_stands_once_after_its_paragraph() -> None:
    assert blocks(par(run("锚"), text_box(par("框内"))), par("后")) == (Paragraph("锚"), Paragraph("框内"), Paragraph("后"))
    vml = f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{par('旧框')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    assert blocks(par(vml)) == (Paragraph("旧框"),)


def test_a_table_in_a_text_box() -> None:
    assert blocks(par(text_box(table(row(cell("邮编"), cell("210000")))))) == (Grid((Cell(0, 0, "邮编"), Cell(0, 1, "210000"))),)


def test_merged_cells_stand_once_with_their_spans() -> None:
    body = table(
        row(cell("甲", span=2, merge="restart"), cell("乙")),
        row(cell("", span=2, merge="continue"), cell("丙")),
        row(cell("丁"), cell("戊", span=2)),
    )
    cells = (Cell(0, 0, "甲", 2, 2), Cell(0, 2, "乙"), Cell(1, 2, "丙"), Cell(2, 0, "丁"), Cell(2, 1, "戊", 1, 2))
    assert blocks(body) == (Grid(cells),)


def test_old_sideways_merges_and_rows_that_start_late() -> None:
    joined = "<w:tc><w:tcPr><w:hMerge/></w:tcPr>" + par("") + "</w:tc>"
    late = "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>" + cell("乙") + "</w:tr>"
    first = row("<w:tc><w:tcPr><w:hMerge w:val='restart'/></w:tcPr>" + par("甲") + "</w:tc>", joined)
    assert blocks(table(first, late)) == (Grid((Cell(0, 0, "甲", 1, 2), Cell(1, 1, "乙"))),)


def test_a_merge_that_continues_nothing_is_a_cell() -> None:
    assert blocks(table(row(cell("甲", merge="continue")))) == (Grid((Cell(0, 0, "甲"),)),)


def test_controls_around_cells_rows_and_tables() -> None:
    body = control(table(control(row(control(cell("甲")), cell("乙")))))
    assert blocks(body) == (Grid((Cell(0, 0, "甲"), Cell(0, 1, "乙"))),)


def test_deleted_rows_and_cells_are_gone() -> None:
    gone = "<w:tr><w:trPr><w:del/></w:trPr>" + cell("旧") + "</w:tr>"
    removed = "<w:tc><w:tcPr><w:cellDel/></w:tcPr>" + par("旧") + "</w:tc>"
    assert blocks(table(gone, row(removed, cell("新")))) == (Grid((Cell(0, 0, "新"),)),)


def test_nested_tables() -> None:
    inner = table(row(cell("姓名"), cell("张三")), row(cell("手机"), cell("138")))
    assert blocks(table(row(cell(par("甲") + inner + par("乙"))))) == (
        Grid((Cell(0, 0, "甲\n乙"),)),
        Grid((Cell(0, 0, "姓名"), Cell(0, 1, "张三"), Cell(1, 0, "手机"), Cell(1, 1, "138"))),
    )
    boxes = table(row(*map(cell, "210000")))
    assert blocks(table(row(cell("邮编"), cell(boxes + par(""))))) == (Grid((Cell(0, 0, "邮编"), Cell(0, 1, "210000"))),)


def test_headings() -> None:
    styles = (
        '<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>'
        '<w:style w:styleId="a"><w:name w:val="我的"/><w:basedOn w:val="1"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="大纲"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
        '<w:style w:styleId="x"><w:name w:val="x"/><w:basedOn w:val="y"/></w:style>'
        '<w:style w:styleId="y"><w:name w:val="y"/><w:basedOn w:val="x"/></w:style>'
    )
    marks = [('<w:pStyle w:val="1"/>', 1), ('<w:pStyle w:val="a"/>', 1), ('<w:pStyle w:val="b"/>', 3), ('<w:outlineLvl w:val="0"/>', 1),
             ('<w:outlineLvl w:val="9"/>', 0), ('<w:pStyle w:val="x"/>', 0), ('<w:pStyle w:val="nowhere"/>', 0), ("", 0)]  # fmt: skip
    body = [par(run("标题"), properties=mark) for mark, _ in marks]
    assert [b.level for b in blocks(*body, styles=styles) if isinstance(b, Paragraph)] == [level for _, level in marks]


def test_a_header_with_a_form_line_comes_first_and_decoration_does_not() -> None:
    form = table(row(cell("组织名称"), cell("甲")))
    assert blocks(form, header=par("推荐协会：湖北省市政工程协会"))[0] == Paragraph("推荐协会：湖北省市政工程协会")
    assert blocks(form, header=par("江苏省质量管理协会")) == blocks(form)
    assert blocks(par("正文"), header=par("编号：1")) == (Paragraph("正文"),)


def test_only_pictures_is_noted() -> None:
    content = read_docx(docx(par("<w:r><w:drawing/></w:r>"), par("<w:r><w:pict/></w:r>")))
    assert content == Content("docx", (), notes=(Note("pictures-only", "2"),))


@pytest.mark.parametrize(
    ("beside", "only"),
    [
        ((par("附件2"), par("2025年江苏省质量信得过班组建设典型经验申报表")), True),
        ((par("实施背景"), par("班组承担着全市的供水检测任务。" * 5)), False),
        ((table(row(cell("组织名称"), cell("甲公司"))),), False),
    ],
    ids=["a title", "text", "a table"],
)
def test_a_title_above_pictures_says_no_more(beside: tuple[str, ...], only: bool) -> None:
    content = read_docx(docx(*beside, par("<w:r><w:drawing/></w:r>")))
    assert isinstance(content, Content)
    assert [note.code for note in content.notes] == ["pictures-only"] * only


def test_strict_open_xml() -> None:
    data = docx(par("甲"))
    strict = package({
        "word/document.xml": '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>甲</w:t></w:r></w:p>'
        "</w:body></w:document>"
    })  # fmt: skip
    assert read_docx(strict) == read_docx(data)


def test_a_main_part_of_another_name() -> None:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    data = package({
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{relation}" Target="/word/document2.xml"/></Relationships>',
        "word/document2.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>甲</w:t></w:r></w:p></w:body></w:document>",
    })  # fmt: skip
    assert isinstance(content := read_docx(data), Content)
    assert content.text() == "甲"


def with_chunk(name: str, data: bytes) -> bytes:
    """A .docx whose body is a heading and a reference to a document inside it."""
    with zipfile.ZipFile(BytesIO(docx(par("申报表"), '<w:altChunk r:id="rId7"/>', par("完")))) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    parts["word/_rels/document.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId7" Type="{relation}" Target="/word/{name}"/></Relationships>'
    ).encode()
    return package({**parts, f"word/{name}": data})


PAGE = "<html><head><meta charset='utf-8'></head><body><p>前</p><table><tr><td>邮编</td><td>210000</td></tr></table></body></html>".encode()
ARCHIVE = (
    b"MIME-Version: 1.0\nContent-Type: multipart/related; type=text/html; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n"
    b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(PAGE) + b"\n--b--\n"
)
FORM = (Paragraph("前"), Grid((Cell(0, 0, "邮编"), Cell(0, 1, "210000"))))
CHUNKS = [("page.html", PAGE), ("afchunk.mht", ARCHIVE), ("part.docx", docx(par("前"), table(row(cell("邮编"), cell("210000")))))]


@pytest.mark.parametrize(("name", "data"), CHUNKS, ids=[name for name, _ in CHUNKS])
def test_a_document_that_is_a_page_with_word_around_it(name: str, data: bytes) -> None:
    content = read_docx(with_chunk(name, data))
    assert isinstance(content, Content), content
    assert content.blocks == (Paragraph("申报表"), *FORM, Paragraph("完"))


def test_a_part_that_only_word_can_show_is_for_staff() -> None:
    refusal = read_docx(with_chunk("part.rtf", b"{\\rtf1 x}"))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == Reason.NO_CONVERTER


def test_documents_in_documents_are_followed_once() -> None:
    content = read_docx(with_chunk("a.docx", with_chunk("b.docx", docx(par("深")))))
    assert isinstance(content, Content)
    assert content.text() == "申报表\n申报表\n完\n完"


GOOD = docx(par("甲"), table(row(cell("乙"))))
BOMB = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
UTF_16 = '<?xml version="1.0" encoding="UTF-16"?>'
AT = GOOD.index(b"word/document.xml") + 60
BAD = [
    ("empty", b"", Reason.UNREADABLE),
    ("text", b"hello", Reason.UNREADABLE),
    ("truncated", GOOD[: len(GOOD) // 2], Reason.UNREADABLE),
    ("end cut off", GOOD[:-30], Reason.UNREADABLE),
    ("damaged inside", GOOD[:AT] + b"\x00" * 30 + GOOD[AT + 30 :], Reason.UNREADABLE),
    ("no main part", package({"a.txt": "x"}), Reason.UNREADABLE),
    ("broken XML", package({"word/document.xml": "<w:document"}), Reason.UNREADABLE),
    ("empty XML", package({"word/document.xml": ""}), Reason.UNREADABLE),
    ("entities", package({"word/document.xml": BOMB + "<w>&b;</w>"}), Reason.UNSAFE),
    ("entities in UTF-16", package({"word/document.xml": (UTF_16 + BOMB + "<w>&b;</w>").encode("utf-16")}), Reason.UNSAFE),
    ("a thousand levels", package({"word/document.xml": "<a>" * 1000 + "</a>" * 1000}), Reason.UNREADABLE),
    ("a part of 70 MB", package({"word/document.xml": b" " * (70 << 20)}), Reason.UNSAFE),
]  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_files_are_refused(data: bytes, reason: Reason) -> None:
    refusal = read_docx(data)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason == reason


def test_symbols_without_a_meaning() -> None:
    assert symbol("Wingdings", "") == ""
    assert symbol("Wingdings", "D800") == ""
    assert symbol("Symbol", "0041") == "A"
