"""Whole mails with scans that are read perfectly: the judging of papers without the pixels, for many cases in little time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from bot.intake.check import check_files
from bot.samples.layout import Layout, Table
from bot.samples.letters import Mail, write_mail
from parsers.reader import DirectReader
from parsers.values import Block, Box, Cell, Content, Grid, Page, Paragraph, Reading, Refusal, Scan, ScannedPage, Seal

Sealed = tuple[Layout, Sequence[str]]
"""A page and the rings of the seals on it."""


def blocks(layout: Layout) -> tuple[Block, ...]:
    """A layout as a page's blocks."""
    found: list[Block] = []
    for part in layout:
        if not isinstance(part, Table):
            found.append(Paragraph(part.text))
            continue
        cells = []
        for row, boxes in enumerate(part.rows):
            column = 0
            for box in boxes:
                cells.append(Cell(row, column, box.text, 1, box.across))
                column += box.across
        found.append(Grid(tuple(cells)))
    return tuple(found)


def page(number: int, content: Sequence[Block], *seals: str) -> ScannedPage:
    """A page in colour that was read well, with these rings on it."""
    found = tuple(Seal(Box(0, 0, 40, 40), "round", "red", text, 0.95) for text in seals)
    return ScannedPage(number, tuple(content), found, True, 0.95)


@dataclass(frozen=True, slots=True)
class _Paper:
    pages: tuple[Sealed, ...]
    format: str
    text: bool


class Papers(DirectReader):
    """A reader that knows the papers it gave out by a mark in their bytes, and reads every other file as it is."""

    def __init__(self) -> None:
        super().__init__()
        self._papers: list[_Paper] = []
        self.looked_at: list[int] = []

    def paper(self, *pages: Sealed, format: str = "pdf", text: bool = False) -> bytes:
        """The bytes of a PDF (or `format`) of these pages; `text`: with a text layer."""
        self._papers.append(_Paper(pages, format, text))
        head = {"pdf": b"%PDF-1.4\n", "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF"}[format]
        return head + f"PAPER:{len(self._papers) - 1};".encode() + bytes(200_000)

    def _known(self, data: bytes) -> _Paper | None:
        found = re.search(rb"PAPER:(\d+);", data[:60])
        return self._papers[int(found[1])] if found else None

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        return [
            self._content(paper) if (paper := self._known(data)) else DirectReader.read_many(self, [(name, data)])[0]
            for name, data in files
        ]

    def _content(self, paper: _Paper) -> Reading:
        pages = [
            Page(n, blocks(layout) if paper.text else (), 210, 297, not paper.text) for n, (layout, _) in enumerate(paper.pages, start=1)
        ]
        return Content(paper.format, tuple(block for one in pages for block in one.blocks), tuple(pages))

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        paper = self._known(data)
        if paper is None:
            return super().scan(name, data, pages=pages, text=text, seals=seals)
        numbers = list(pages or range(1, len(paper.pages) + 1))
        self.looked_at += numbers
        return Scan(tuple(page(n, blocks(paper.pages[n - 1][0]) if text else (), *paper.pages[n - 1][1]) for n in numbers))


def judged(papers: Papers, folder: Path, *mails: Mail, style: str = "qqweb", programme: Path | None = None) -> list[dict[str, Any]]:
    """What `shenbao check --json` says of these mails, one after the other; by the programme of that file where there is one."""
    paths = []
    for number, mail in enumerate(mails, start=1):
        paths.append(folder / f"{number:02d}.eml")
        paths[-1].write_bytes(write_mail(mail, style=style, rng=Random(number)))
    return list(check_files(paths, None if programme is None else str(programme), reader=papers))


def codes(outcome: dict[str, Any]) -> list[str]:
    """The codes that weigh, of the mail and of its applications."""
    found = [*outcome["findings"], *(finding for application in outcome["applications"] for finding in application["findings"])]
    return sorted({finding["code"] for finding in found if finding["severity"] in ("error", "review", "reject")})


def mail_to(
    mailbox: str, received: datetime, *files: tuple[str, bytes], sender: str = "王芳", subject: str = "材料", text: str = "请查收。"
) -> Mail:
    """A mail with these files."""
    return Mail((sender, "wf@163.com"), mailbox, subject, text, received, tuple(files))
