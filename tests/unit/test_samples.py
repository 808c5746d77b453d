"""The invented submissions are what they claim to be; what reads them is tested elsewhere."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from random import Random

import pytest

from bot.programme.load import load_programmes
from bot.samples import cast, make_font, notices, paper, word
from bot.samples.layout import Line, table, value
from bot.samples.letters import STYLES
from bot.samples.package import Package, write_package
from bot.samples.zips import NAMINGS, write_zip

MAKERS = {"jsaq-2025": notices.jsaq, "cmea-2020": notices.cmea, "caq-2020": notices.caq, "cacem-2024": notices.cacem}


def without_scans(package: Package) -> Package:
    for entry in package.entries:
        entry.pieces = {role: piece for role, piece in entry.pieces.items() if piece.copy == "editable"}
    package.common = {role: piece for role, piece in package.common.items() if piece.copy == "editable"}
    return package


def test_credit_codes_keep_gb_32100() -> None:
    from stdnum.cn import uscc

    rng = Random(1)
    codes = [cast.uscc(rng) for _ in range(200)]
    assert all(uscc.is_valid(code) for code in codes)
    assert not any(uscc.is_valid(cast.broken_uscc(code)) for code in codes)


@pytest.mark.parametrize("characters", [1, 2, 60, 500, 5000])
def test_prose_has_exactly_so_many_characters(characters: int) -> None:
    assert len(cast.prose(Random(2), characters)) == characters


@pytest.mark.parametrize("style", [style for style in STYLES if style not in ("raw8",)])
def test_a_client_names_its_attachment(style: str) -> None:
    package = without_scans(notices.jsaq(Random(3)))
    raw = write_package(package, style=style, naming="gbk", rng=Random(3))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.get_filename() for part in message.iter_attachments()] == [package.archive]
    assert message["Subject"] == package.subject


def test_raw_eight_bit_headers_are_gbk_bytes() -> None:
    package = without_scans(notices.jsaq(Random(3)))
    raw = write_package(package, style="raw8", naming="gbk", rng=Random(3))
    assert b'filename="' + package.archive.encode("gb18030") + b'"' in raw


@pytest.mark.parametrize(("naming", "charset", "flag"), [("utf8", "utf-8", 0x800), ("gbk", "gb18030", 0), ("utf8-unflagged", "utf-8", 0)])
def test_zip_names_are_stored_three_ways(naming: str, charset: str, flag: int) -> None:
    assert naming in NAMINGS
    data = write_zip([("材料/申报表.docx", b"x")], naming=naming)
    assert "材料/申报表.docx".encode(charset) in data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.infolist()[0].flag_bits & 0x800 == flag
        assert archive.read(archive.infolist()[0]) == b"x"


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_package_is_addressed_to_its_programme(name: str) -> None:
    programme = load_programmes()[name]
    package = MAKERS[name](Random(4))  # type: ignore[operator]
    assert (package.programme, package.mailbox) == (programme.id, programme.mailbox)
    assert programme.opens <= package.received.date() <= programme.deadline
    assert package.pieces()


def test_listed_recommenders_are_the_notices_own() -> None:
    assert set(notices.ASSOCIATIONS["cacem-2024"]) <= set(load_programmes()["cacem-2024"].recommenders)


@pytest.mark.parametrize("wrap", ["", "control", "cell-control", "inserted", "split"])
def test_word_keeps_the_value_in_every_wrap(wrap: str) -> None:
    from dataclasses import replace

    box = replace(value("第一检修班", "team"), wrap=wrap)
    with zipfile.ZipFile(io.BytesIO(word.write_docx((Line("表"), table((box,)))))) as archive:
        xml = archive.read("word/document.xml").decode()
    text = "".join(part.partition("</w:t>")[0] for part in xml.split('<w:t xml:space="preserve">')[1:])
    assert text == "表第一检修班"


def test_the_font_draws_every_character_of_the_samples() -> None:
    """Run `python -m bot.samples.make_font` when this fails: the samples have learnt new words."""
    face = paper._font(None, 24)
    missing = face.getmask("\U000f0000").getbbox(), bytes(face.getmask("\U000f0000"))
    blank = [c for c in make_font.characters() if not c.isspace() and (face.getmask(c).getbbox(), bytes(face.getmask(c))) == missing]
    assert blank == []


def test_a_scan_is_pixels_only() -> None:
    from pypdf import PdfReader

    page = (Line("推荐函"),)
    reader = PdfReader(io.BytesIO(paper.write_scan([(page, [paper.Stamp("无锡市质量协会")])] * 2, rng=Random(5), dpi=60)))
    assert [page.extract_text() for page in reader.pages] == ["", ""]
