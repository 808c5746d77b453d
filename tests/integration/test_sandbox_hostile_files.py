"""Hostile files through the real parsers in the real sandbox: what each comes to, within its time, and the reader lives on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parsers.limits import Limits
from parsers.sandbox.sandbox import SandboxReader
from parsers.values import Content, Reason, Refusal, Scan
from tests.fuzz import hostile, seeds

pytestmark = pytest.mark.integration

LIMITS = Limits(unpacked_mb=50, archive_files=100, parse_seconds=60, parse_memory_mb=1024)
Builder = Callable[[], bytes]


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxReader]:
    with SandboxReader(LIMITS) as reader:
        yield reader


@pytest.fixture(autouse=True)
def lives_on(reader: SandboxReader) -> Iterator[None]:
    """After each hostile file a harmless one is read, and nothing has got out."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 2 * LIMITS.parse_seconds
    assert isinstance(reader.read("a.docx", seeds.docx()), Content)
    for place in (Path("/tmp/escaped.txt"), Path("/etc/escaped"), Path("escaped.txt"), Path("../escaped.txt")):
        assert not place.exists()


ARCHIVES: list[tuple[Builder, Reason]] = [
    (hostile.flat_bomb, Reason.UNSAFE),
    (hostile.nested_bomb, Reason.UNSAFE),
    (hostile.overlapping, Reason.UNSAFE),
    (hostile.lying_sizes, Reason.UNSAFE),
    (hostile.traversal, Reason.UNSAFE),
    (hostile.symlinks, Reason.UNSAFE),
    (hostile.tar_links, Reason.UNSAFE),
    (hostile.gzip_bomb, Reason.TOO_LARGE),
    (hostile.seven_zip_bomb, Reason.UNSAFE),
    (hostile.many_small_bombs, Reason.TOO_LARGE),
]


@pytest.mark.parametrize(("build", "reason"), ARCHIVES, ids=lambda value: getattr(value, "__name__", ""))
def test_archive(reader: SandboxReader, build: Builder, reason: Reason) -> None:
    unpacked = reader.unpack([("材料.zip", build()), ("申报表.docx", seeds.docx())])
    refusals = [member.refusal.reason for member in unpacked.members if member.refusal is not None]
    assert reason in refusals
    assert Reason.CRASHED not in refusals
    taken_out = [member for member in unpacked.members if member.refusal is None]  # a refused archive comes as it was
    assert sum(len(member.data) for member in taken_out) <= (LIMITS.unpacked_mb << 20) + len(seeds.docx())
    assert not any(".." in member.path.split("/") or member.path.startswith("/") for member in unpacked.members)


REFUSED: list[tuple[Builder, Reason]] = [
    (hostile.docx_of_laughs, Reason.UNSAFE),
    (hostile.docx_of_spaces, Reason.UNSAFE),
    (hostile.docx_nested_deeply, Reason.UNREADABLE),
    (hostile.xlsx_of_laughs, Reason.UNSAFE),
    (hostile.pptx_of_laughs, Reason.UNSAFE),
    (hostile.ole_of_nothing, Reason.UNSUPPORTED),
    (hostile.pdf_flate_bomb, Reason.UNSAFE),
    (hostile.pdf_double_flate_bomb, Reason.UNSAFE),
    (hostile.png_of_900_megapixels, Reason.UNSAFE),
    (hostile.png_of_text_bombs, Reason.UNREADABLE),
    (hostile.program, Reason.UNSAFE),
]


@pytest.mark.parametrize(("build", "reason"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_document_that_is_refused(reader: SandboxReader, build: Builder, reason: Reason) -> None:
    refusal = reader.read("申报表.docx", build())
    assert isinstance(refusal, Refusal)
    assert refusal.reason is reason, refusal


def test_text_of_one_line_is_refused(reader: SandboxReader) -> None:
    refusal = reader.read("说明.txt", hostile.text_of_one_line())
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.TOO_LARGE, refusal


READ: list[tuple[Builder, str]] = [
    (hostile.docx_with_wide_cells, "x"),
    (hostile.xlsx_with_far_cells, "1\n2"),
    (hostile.xlsx_with_many_merges, "1"),
    (hostile.pdf_of_a_huge_page, "Hello"),
    (hostile.pdf_nested_deeply, "Hello"),
    (hostile.pdf_of_a_million_pages, "Hello\nHello"),
    (hostile.pdf_that_is_its_own_page, ""),
    (hostile.tiff_in_a_circle, ""),
    (hostile.html_nested_deeply, ""),
    (hostile.html_with_wide_cells, "x"),
]


@pytest.mark.parametrize(("build", "text"), READ, ids=lambda value: getattr(value, "__name__", ""))
def test_document_that_is_read_all_the_same(reader: SandboxReader, build: Builder, text: str) -> None:
    content = reader.read("申报表", build())
    assert isinstance(content, Content), content
    assert content.text().startswith(text)
    assert len(content.pages) <= 1000


@pytest.mark.parametrize(
    "build", [hostile.png_of_900_megapixels, hostile.pdf_of_a_huge_page, hostile.png_of_text_bombs], ids=lambda build: build.__name__
)
def test_pixels_that_are_refused(reader: SandboxReader, build: Builder) -> None:
    refusal = reader.scan("扫描件", build(), text=False)
    assert isinstance(refusal, Refusal)
    assert refusal.reason in {Reason.UNSAFE, Reason.UNREADABLE}


def test_a_circle_of_tiff_pages_ends(reader: SandboxReader) -> None:
    scan = reader.scan("扫描件.tiff", hostile.tiff_in_a_circle(), text=False)
    assert isinstance(scan, Scan)
    assert [page.number for page in scan.pages] == [1]


LETTERS: list[tuple[Builder, str]] = [
    (hostile.letter_nested_deeply, "deep"),
    (hostile.letter_of_broken_fields, "broken"),
    (hostile.letter_of_nested_comments, "comments"),
    (hostile.letter_of_many_parts, "parts"),
    (hostile.letter_with_winmail_bomb, "winmail"),
]


@pytest.mark.parametrize(("build", "subject"), LETTERS, ids=lambda value: getattr(value, "__name__", ""))
def test_letter(reader: SandboxReader, build: Builder, subject: str) -> None:
    letter = reader.letter(build())
    assert letter.subject == subject
    assert "parser-died" not in [note.code for note in letter.notes]


def test_a_document_that_libreoffice_never_ends_with(reader: SandboxReader) -> None:
    with SandboxReader(Limits(parse_seconds=6)) as hasty:
        started = time.monotonic()
        refusal = hasty.read("申报表.rtf", hostile.rtf_nested_deeply())
        assert isinstance(refusal, Refusal)
        assert refusal.reason in {Reason.CRASHED, Reason.UNREADABLE, Reason.UNSAFE, Reason.NO_CONVERTER}
        assert time.monotonic() - started < 30


def test_a_large_file_crosses_whole(reader: SandboxReader) -> None:
    data = b"0123456789abcdef" * (3 << 20)
    unpacked = reader.unpack([("大文件.bin", data)])
    assert [member.data for member in unpacked.members] == [data]
    assert unpacked.members[0].data is data
