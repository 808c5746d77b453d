"""Bad input, end to end: each mail ends in a finding or a salvage note, and the next mail is judged all the same."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bot.intake.check import check_files

pytestmark = pytest.mark.slow

HEAD = b"From: a@example.cn\r\nTo: jsaqbanzu@126.com\r\nSubject: =?utf-8?B?55Sz5oql5p2Q5paZ?=\r\nDate: Tue, 10 Jun 2025 10:00:00 +0800\r\n"
GOOD = HEAD + b"Message-ID: <good@example.cn>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + "请问字数限制是多少？".encode()


def mail(*files: tuple[str, bytes], text: str = "申报材料请查收。", subject: str = "申报材料") -> bytes:
    """A mail to jsaq-2025 with these files."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.cn", "jsaqbanzu@126.com", subject
    message["Date"], message["Message-ID"] = "Tue, 10 Jun 2025 10:00:00 +0800", "<x@example.cn>"
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def docx() -> bytes:
    """A small Word file."""
    from docx import Document

    document = Document()
    document.add_paragraph("2025年江苏省质量信得过班组建设典型经验申报表")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def nested(depth: int) -> bytes:
    """A mail of `depth` multiparts, each in the one before."""
    lines = [HEAD.rstrip(b"\r\n")]
    for number in range(depth):
        lines += [b'Content-Type: multipart/mixed; boundary="b%d"' % number, b"", b"--b%d" % number]
    lines += [b"Content-Type: text/plain", b"", b"deep"]
    return b"\r\n".join(lines)


WORD = docx()
ARCHIVE = zipped(("附件2 申报表.docx", WORD), ("典型经验.docx", WORD * 20))
CASES: dict[str, tuple[bytes, str, set[str]]] = {
    # name: (raw mail, kind, codes that must be among the findings)
    "forgotten attachment": (mail(), "submission", {"missing-document"}),
    "empty file": (mail(("附件2 申报表.docx", b"")), "submission", {"unreadable-document"}),
    "truncated zip": (mail(("申报材料.zip", ARCHIVE[: len(ARCHIVE) // 2])), "submission", {"unreadable-document"}),
    "truncated docx": (mail(("附件2 申报表.docx", WORD[: len(WORD) // 2])), "submission", {"unreadable-document"}),
    "a docx called doc": (mail(("附件2 申报表.doc", WORD)), "submission", {"missing-document"}),
    "a picture called docx": (mail(("附件2 申报表.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 50)), "submission", {"unreadable-document"}),
    "no id or subject": (
        b"From: a@example.cn\r\nTo: jsaqbanzu@126.com\r\nDate: Tue, 10 Jun 2025 10:00:00 +0800\r\n\r\n" + "申报材料请查收".encode(),
        "submission",
        {"missing-document"},
    ),
    "no date": (HEAD.split(b"Date:")[0] + b"\r\n" + "请问字数限制是多少？".encode(), "enquiry", set()),
    "3,000 nested parts": (nested(3000), "submission", set()),
    "a broken Message-ID": (GOOD.replace(b"<good@example.cn>", b"<"), "enquiry", set()),
    "nothing at all": (b"", "other", set()),
    "bytes that are no mail": (bytes(range(256)) * 40, "other", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_judged_and_the_next_mail_too(name: str, tmp_path: Path) -> None:
    raw, kind, codes = CASES[name]
    paths = [tmp_path / "bad.eml", tmp_path / "good.eml"]
    paths[0].write_bytes(raw)
    paths[1].write_bytes(GOOD)
    bad, good = check_files(paths)
    assert bad["kind"] == kind
    assert codes <= found(bad)
    assert bad["decision"] in ("incomplete", "held")
    assert "internal-error" not in found(bad)
    assert (good["kind"], good["decision"]) == ("enquiry", "held")


def found(outcome: dict[str, Any]) -> set[str]:
    """All finding codes of an outcome."""
    return {f["code"] for f in outcome["findings"]} | {f["code"] for a in outcome["applications"] for f in a["findings"]}
