"""LibreOffice itself: forms in old formats give the same fields as in .docx; macros and links stay dead."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from bot.programme.load import load_programmes
from parsers.documents import legacy
from parsers.documents.pdf import read_pdf
from parsers.documents.sheets import read_xls, read_xlsx
from parsers.documents.slides import read_pptx
from parsers.documents.word import read_docx
from parsers.forms.forms import Label, find_fields
from parsers.forms.prose import find_sections
from parsers.values import Content, Grid, Refusal
from tests import office
from tests.office import cell, docx, package, par, row, run, table

pytestmark = [pytest.mark.integration, pytest.mark.skipif(legacy.soffice() is None, reason="LibreOffice is not installed")]

PROGRAMMES = load_programmes()
FORMS = {"jsaq-2025": office.JSAQ, "cmea-2020": office.CMEA, "caq-2020": office.CAQ}


def make(data: bytes, source: str, target: str) -> bytes:
    """A file in another format, as LibreOffice writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a.{source}")
        path.write_bytes(data)
        program = legacy.soffice()
        assert program is not None
        command = [
            program,
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            target,
            "--outdir",
            folder,
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Path(folder, f"a.{target.split(':')[0]}").read_bytes()


def converted(format: str, data: bytes) -> tuple[str, bytes]:
    (result,) = legacy.convert_many([(format, data)])
    assert not isinstance(result, Refusal), result
    return result


def fields(content: object, programme: str) -> dict[str, str]:
    assert isinstance(content, Content), content
    return find_fields(content.blocks, [Label(s.key, s.labels, s.after, s.line) for s in PROGRAMMES[programme].fields]).fields


def form(programme: str) -> bytes:
    title = par(run("申报表"))
    return docx(title, office.form_table(FORMS[programme], office.VALUES), par("注：如实填写。"))


@pytest.mark.parametrize("programme", FORMS)
def test_forms_in_old_word_formats(programme: str) -> None:
    old = make(form(programme), "docx", "doc:MS Word 97")
    rich = make(form(programme), "docx", "rtf")
    free = make(form(programme), "docx", "odt")
    results = legacy.convert_many([("doc", old), ("wps", old), ("rtf", rich), ("odt", free)])
    assert len(results) == 4
    for result in results:
        assert not isinstance(result, Refusal), result
        assert result[0] == "docx"
        assert fields(read_docx(result[1]), programme) == office.expected(FORMS[programme], office.VALUES)


def test_a_document_that_ends_in_its_table() -> None:
    old = make(docx(office.form_table(office.JSAQ, office.VALUES), par("")), "docx", "doc:MS Word 97")
    assert fields(read_docx(converted("doc", old)[1]), "jsaq-2025") == office.expected(office.JSAQ, office.VALUES)


def test_ticks_and_revisions_survive() -> None:
    tick = '<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>'
    value = office.deleted("旧") + office.inserted(run("甲公司"))
    body = table(row(cell("组织名称"), cell(value)), row(cell("是否属于央企"), cell(tick + run("是  □否"))))
    old = make(docx(body, par("完")), "docx", "doc:MS Word 97")
    assert fields(read_docx(converted("doc", old)[1]), "jsaq-2025") == {"organisation": "甲公司", "is_central_soe": "是"}


def test_sections_of_an_old_document() -> None:
    old = make(docx(par("一、班组概况"), par("甲"), par("二、实施背景"), par("乙")), "docx", "doc:MS Word 97")
    content = read_docx(converted("doc", old)[1])
    assert isinstance(content, Content)
    assert [(s.key, s.text) for s in find_sections(content.blocks, {k: (k,) for k in ("班组概况", "实施背景")})] == [
        ("班组概况", "甲"),
        ("实施背景", "乙"),
    ]


def test_sheets_and_slides() -> None:
    import openpyxl
    import pptx

    with tempfile.TemporaryDirectory() as folder:
        book = openpyxl.Workbook()
        book.active.append(["序号", "组织名称", "手机"])
        book.active.append([1, "甲公司", 18845126358])
        book.active.merge_cells("A4:C4")
        book.active["A4"] = "合计"
        book.save(f"{folder}/a.xlsx")
        show = pptx.Presentation()
        show.slides.add_slide(show.slide_layouts[0]).shapes.title.text = "数控铣削二班"
        show.save(f"{folder}/a.pptx")
        sheet, deck = Path(folder, "a.xlsx").read_bytes(), Path(folder, "a.pptx").read_bytes()
    expected = read_xlsx(sheet)
    assert isinstance(expected, Content)
    old_sheet, old_deck = make(sheet, "xlsx", "xls"), make(deck, "pptx", "ppt")
    results = legacy.convert_many([("et", old_sheet), ("dps", old_deck), ("ods", make(sheet, "xlsx", "ods")), ("ppt", old_deck)])
    (et, dps, ods, ppt) = [result for result in results if not isinstance(result, Refusal)]
    assert [result[0] for result in (et, dps, ods, ppt)] == ["xlsx", "pptx", "xlsx", "pptx"]
    for content in (read_xls(old_sheet), read_xlsx(et[1]), read_xlsx(ods[1])):
        assert isinstance(content, Content)
        assert content.blocks == expected.blocks
    for content in (read_pptx(dps[1]), read_pptx(ppt[1])):
        assert isinstance(content, Content)
        assert content.text() == "数控铣削二班"


@pytest.mark.parametrize("programme", FORMS)
def test_forms_as_text_pdfs(programme: str) -> None:
    content = read_pdf(make(form(programme), "docx", "pdf"))
    assert isinstance(content, Content)
    assert [page.scanned for page in content.pages] == [False]
    assert fields(content, programme) == office.expected(FORMS[programme], office.VALUES)


def test_rubbish_is_refused_and_costs_nothing() -> None:
    good = make(docx(par("甲")), "docx", "doc:MS Word 97")
    (damaged, fine) = legacy.convert_many([("doc", good[:700] + bytes(3000)), ("doc", good)])
    assert not isinstance(fine, Refusal)
    assert isinstance(content := read_docx(fine[1]), Content)
    assert content.text() == "甲"
    assert isinstance(damaged, Refusal), damaged


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:ooo="http://openoffice.org/2004/office" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
 <office:scripts><office:script script:language="ooo:Basic">
  <ooo:libraries xmlns:ooo="http://openoffice.org/2004/office"><ooo:library-embedded ooo:name="Standard">
   <ooo:module ooo:name="M"><ooo:source-code>Sub Main
   Open "MARK" For Output As #1
   Print #1, "ran"
   Close #1
   End Sub</ooo:source-code></ooo:module></ooo:library-embedded></ooo:libraries></office:script>
  <office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load"
   xlink:href="vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document"/></office:event-listeners></office:scripts>
 <office:body><office:text><text:p>甲<draw:frame><draw:image xlink:href="URL"/></draw:frame></text:p></office:text></office:body>
</office:document>"""


@pytest.mark.parametrize("fenced", [True, False])
def test_macros_do_not_run_and_nothing_is_fetched(fenced: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if fenced and not legacy._bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    if not fenced:
        monkeypatch.setattr(legacy, "_bubblewrap_works", lambda: False)
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    mark = tmp_path / "ran"
    try:
        document = MACRO.replace("MARK", str(mark)).replace("URL", f"http://127.0.0.1:{server.server_port}/x.png")
        target, data = converted("odt", document.encode())
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert target == "docx"
    assert isinstance(content := read_docx(data), Content)
    assert content.text() == "甲"
    assert not mark.exists()
    assert not asked


def test_a_fenced_converter_cannot_write_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not legacy._bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    # Not where the checkout lies: that may be /tmp, which the fence hides.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        program = Path(shutil.copy(Path(__file__).parent / "writes_everywhere.sh", folder))
        monkeypatch.setenv("SHENBAO_SOFFICE", str(program))
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        (result,) = legacy.convert_many([("doc", f"{tmp_path}".encode())])
    assert not isinstance(result, Refusal), result
    assert result[1].decode().split() == ["read-only", "no-network"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_a_web_archive(charset: str) -> None:
    page = f"<html><head><meta charset={charset}></head><body><table><tr><td>邮编</td><td>210000</td></tr></table></body></html>"
    archive = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"; type="text/html"\r\n\r\n--b\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + page.encode(charset) + b"\r\n--b--\r\n"
    )
    assert fields(read_docx(converted("mht", archive)[1]), "jsaq-2025") == {"postcode": "210000"}


def test_nested_package_is_not_taken_for_a_word_document() -> None:
    assert isinstance(read_docx(package({"a.docx": docx(par("甲"))})), Refusal)


def test_grids_keep_their_spans() -> None:
    body = table(row(cell("甲", span=2), cell("乙", merge="restart")), row(cell("丙"), cell("丁"), cell("", merge="continue")))
    content = read_docx(converted("doc", make(docx(body, par("完")), "docx", "doc:MS Word 97"))[1])
    assert isinstance(content, Content)
    grid = content.blocks[0]
    assert isinstance(grid, Grid)
    assert [(c.row, c.column, c.text, c.rowspan, c.colspan) for c in grid.cells] == [
        (0, 0, "甲", 1, 2), (0, 2, "乙", 2, 1), (1, 0, "丙", 1, 1), (1, 1, "丁", 1, 1),
    ]  # fmt: skip
