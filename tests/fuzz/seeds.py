"""Small files of every kind, built by code: the ground from which the fuzzer starts."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from functools import cache

FORM = [
    ("组织名称", "江苏某某有限公司"),
    ("班组名称", "机电设备保全班"),
    ("统一社会信用代码", "91320000134765198A"),
    ("手机", "13800138000"),
    ("邮　编：", "210000"),
]

IDLE = ("docProps/", "theme", "thumbnail", "customXml", "webSettings", "stylesWithEffects", "fontTable", "printerSettings", "numbering")
"""Parts of the libraries' templates that say nothing and only take the fuzzer's time."""


@cache
def docx() -> bytes:
    import docx as library
    from docx.oxml import parse_xml

    document = library.Document()
    document.add_heading("质量信得过班组典型经验", 1)
    document.add_paragraph("一、班组概况")
    document.add_paragraph("我们班组有十二人。" * 5)
    table = document.add_table(rows=0, cols=4)
    for label, value in FORM:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
        cells[2].merge(cells[3]).text = "合并"
    body = document.element.body
    inserted = parse_xml(
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:ins w:id="1" w:author="a">'
        "<w:r><w:t>插入</w:t></w:r></w:ins>"
        '<w:del w:id="2" w:author="a"><w:r><w:delText>删除</w:delText></w:r></w:del>'
        "<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )
    body.insert(0, inserted)
    return _saved(document.save)


@cache
def xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("序号", "企业名称", "班组名称"), (1, "某公司", "一班"), (2.5, "=A2", None)):
        sheet.append(row)
    sheet.merge_cells("A5:C6")
    book.create_sheet("空表")
    return _saved(book.save)


@cache
def pptx() -> bytes:
    import pptx as library

    deck = library.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "经验交流"
    table = slide.shapes.add_table(2, 2, 0, 0, 914400, 914400).table
    table.cell(0, 0).text = "班组"
    table.cell(0, 0).merge(table.cell(0, 1))
    return _saved(deck.save)


def pdf(content: bytes = b"BT /F1 12 Tf 72 720 Td (Hello) Tj ET 72 700 m 300 700 l S 72 700 m 72 600 l S", extra: bytes = b"") -> bytes:
    """A page of A4 with text and two lines, nothing compressed."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length " + str(len(content)).encode() + b" >>\nstream\n" + content + b"\nendstream",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


@cache
def pictures() -> tuple[bytes, ...]:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (120, 160), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, 110, 60), outline="black")
    pen.ellipse((40, 80, 100, 140), outline=(220, 20, 20), width=3)
    out = []
    for kind in ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"):
        file = io.BytesIO()
        picture.save(file, kind)
        out.append(file.getvalue())
    return tuple(out)


def letters() -> tuple[bytes, ...]:
    file = base64.encodebytes(b"PK\x03\x04 not really").decode()
    inner = "From: b@example.cn\nSubject: inner\n\ntext\n"
    return (
        f"""\
Received: from a by b; Tue, 10 Jun 2025 10:05:00 +0800
Message-ID: <1@example.cn>
From: =?gb2312?B?1cXI/Q==?= <a@example.cn>
To: "x" <b@example.cn>, c@example.cn
Subject: =?utf-8?B?55Sz5oql?= =?utf-8?Q?=E6=9D=90?=
Date: Tue, 10 Jun 2025 10:05:00 +0800
References: <0@x> <1@y>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: multipart/alternative; boundary=y

--y
Content-Type: text/plain; charset=gbk
Content-Transfer-Encoding: 8bit

text
--y
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>=E4=BD=A0<a href=3D"https://wx.mail.qq.com/ftn/download?func=3D3">a.zip (86.2M, 2025=E5=B9=B47=E6=9C=8810=E6=97=A5)</a></p>
--y--
--x
Content-Type: application/octet-stream; name="=?gb2312?B?uL28/i5kb2N4?="
Content-Disposition: attachment; filename*0*=gb2312''%B8%BD%BC; filename*1*=%FE.docx
Content-Transfer-Encoding: base64

{file}
--x
Content-Type: message/rfc822

{inner}
--x--
""".encode(),
        "Subject: 申报\nFrom: a@b.cn\nContent-Type: text/plain; charset=x-gbk\n\n您好".encode("gbk"),
        b"From: a@b.cn\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(tnef()),
        b"From: a@b.cn\nSubject: uu\n\nbegin 644 a.txt\n#86)C\n`\nend\n",
    )


def tnef() -> bytes:
    """winmail.dat with a subject and one attachment."""

    def attribute(level: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
        + attribute(1, 0x00018004, b"subject\x00")
        + attribute(2, 0x00069002, bytes(14))
        + attribute(2, 0x00018010, b"a.txt\x00")
        + attribute(2, 0x0006800F, b"content of the file")
    )


def html() -> tuple[bytes, ...]:
    return (
        '<div id="QQMailBigAttach"><a href="https://wx.mail.qq.com/ftn/download?func=3&amp;k=1">材料.zip</a>'
        " (86.2M, 2025年7月10日 10:20 到期)</div>".encode(),
        b'<div id="divNeteaseBigAttach"><a class="bigattach" filename="a.rar" filesize="10M" expiretime="1752113000000"'
        b' href="http://fs.163.com/a">x</a></div>',
        "<table><tr><td colspan=2>组织名称<td rowspan=3>某公司</table>"
        "<p>从QQ邮箱发来的超大附件<p>链接: https://pan.baidu.com/s/1abc 提取码: 1234".encode(),
    )


def texts() -> tuple[bytes, ...]:
    return (
        "一、班组概况\n我们班组\n二、实施背景：背景\n三 实施过程（5000字以内）\n过程"
        "\n四、实施效果——效果\n推荐地市：南京市  申报年度：2025".encode(),
        '序号,企业名称\r\n1,"某,公司"\r\n'.encode("gb18030"),
        "企业数量（家） 12\n班组数量：34 个\n活动经费 1,200.5 万元\n联系人：张三 手机：13800138000".encode("utf-16"),
    )


_UNITS = (
    '\n,\r\n, ,\u3000,\t,A,1,1.,一,申报,公司,第,（,(,),<,>,《,",[,-,_,·,、,：,#,=,(1,(a,a@,a@b.cn ,http://,'
    "Re: ,请问,是否,关于开展,2025年,(2025,JSAQ2025-0001 "
)


@cache
def runs() -> tuple[bytes, ...]:
    """The same again and again, which a pattern that goes back over it takes very long for."""
    units = [*_UNITS.split(","), ",", "1,某公司\n", "申报单位：\n", "一、\n", "附件1\n", "申报表\n"]
    return tuple((unit * (20_000 // len(unit)) + end).encode() for unit in units for end in ("", "。x"))


@cache
def archives() -> tuple[bytes, ...]:
    inner = _zipped([("申报表.txt", "内".encode() * 50), ("b/c.txt", b"c")])
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as file:
        info = tarfile.TarInfo("申报/a.txt")
        info.size = 5
        file.addfile(info, io.BytesIO(b"hello"))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(link)
    plain = tar.getvalue()
    nested = _zipped([("inner.zip", inner), ("a.tar.gz", gzip.compress(plain))])
    return (inner, nested, plain, gzip.compress(plain), bz2.compress(plain), lzma.compress(plain), *_seven_zipped())


def _seven_zipped() -> tuple[bytes, ...]:
    import subprocess
    import tempfile
    from pathlib import Path

    from parsers.archives.sevenzip import tool

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.txt").write_bytes(b"hello " * 30)
        subprocess.run([tool(), "a", "-bd", "a.7z", "a.txt"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        return (Path(folder, "a.7z").read_bytes(),)


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files:
            package.writestr(name, content)
    return out.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    with zipfile.ZipFile(out) as package:
        return _zipped(
            [(info.filename, package.read(info)) for info in package.infolist() if not any(part in info.filename for part in IDLE)]
        )
