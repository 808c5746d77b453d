"""The values every parser returns: frozen, comparable, and safe to send between processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a file was not read. Each outcome has a name; None never stands for one."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    UNSAFE = "unsafe"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too-large"
    NO_CONVERTER = "no-converter"
    """A tool that the operator can install (LibreOffice) is missing: never the submitter's fault."""
    CRASHED = "crashed"
    """The parser's own process died or ran out of time or memory."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not read: the reason, and an English detail for the log (never shown to submitters)."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a parser salvaged or noticed: a short code (`charset-guessed`, `macro`, `number-lost-digits`) and facts."""

    code: str
    detail: str = ""


# --- letters -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: decoded display name ("" when none) and addr-spec, lower-cased."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a letter. `name` is decoded and never empty; `inline` is an image that the HTML shows."""

    name: str
    content_type: str
    data: bytes
    inline: bool = False


@dataclass(frozen=True, slots=True)
class CloudLink:
    """A cloud attachment: a link where a file should be. `expires` is None for links without an expiry or unknown."""

    url: str
    provider: str
    name: str = ""
    size: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A parsed RFC 5322 message.

    `headers` are all header fields in order, names lower-cased, values decoded. `text` is the plain text, or the HTML's
    text where there is none. Forwarded messages' (message/rfc822) and winmail.dat's files stand in `attachments`.
    `message_id`, `in_reply_to`, `references` keep their angle brackets off. `received_at` is the topmost Received
    header's time, `date` the Date header's; both aware, None when absent or unreadable.
    """

    message_id: str
    subject: str
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    received_at: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    content_type: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    links: tuple[CloudLink, ...]
    notes: tuple[Note, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header field of that name (any case), or None when the letter has none."""
        name = name.lower()
        return next((value for key, value in self.headers if key == name), None)


# --- archives ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A file at its innermost: `path` goes through archives with `/`. `refusal` is set where it could not be taken out."""

    path: str
    data: bytes
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What attachments come to once every archive in them is opened. `archives` are (path, format) of those opened."""

    members: tuple[Member, ...]
    archives: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()


# --- contents ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell at its top-left slot (0-based). A merged cell stands once, with its spans."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table or a sheet: cells in reading order. `name` is the sheet's name, "" for a table."""

    cells: tuple[Cell, ...]
    name: str = ""

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows from top to bottom, each with the cells that begin in it, left to right."""
        by_row: dict[int, list[Cell]] = {}
        for cell in self.cells:
            by_row.setdefault(cell.row, []).append(cell)
        for row in sorted(by_row):
            yield tuple(sorted(by_row[row], key=lambda cell: cell.column))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text; `level` is its heading level (1 = highest), 0 for body text."""

    text: str
    level: int = 0


Block = Paragraph | Grid


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF or picture. `number` from 1; size in millimetres, 0 where unknown; `scanned`: no text layer."""

    number: int
    blocks: tuple[Block, ...]
    width: float = 0.0
    height: float = 0.0
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A document's content: `blocks` in reading order (of all pages, sheets or slides), `pages` for paged formats."""

    format: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    notes: tuple[Note, ...] = ()

    def text(self) -> str:
        """All text, a line a paragraph and a row; a row's cells are parted by tabs."""
        return blocks_text(self.blocks)


Reading = Content | Refusal


def blocks_text(blocks: tuple[Block, ...]) -> str:
    """The text of blocks, a line a paragraph and a row; a row's cells are parted by tabs."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(block.text)
        else:
            lines.extend("\t".join(cell.text for cell in row) for row in block.rows())
    return "\n".join(lines)


# --- scans -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres from the page's top-left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal found on a page. `text` is the ring's, "" where unreadable; `confidence` of that text, 0 to 1.

    `colour` is "red", or "grey" where the page has no colour and only the shape was seen.
    """

    box: Box
    shape: str
    colour: str
    text: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page read from its pixels. `colour` is False for grey and black-and-white pages. `confidence` of its text, 0 to 1.

    `boxes` are the places of the read lines, for staff who look at the page beside the fields. They and the seals' boxes are
    in millimetres of the page as it came, however it lay.
    """

    number: int
    blocks: tuple[Block, ...]
    seals: tuple[Seal, ...]
    colour: bool
    confidence: float
    boxes: tuple[tuple[Box, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """What the pixels of a document's pages say."""

    pages: tuple[ScannedPage, ...]
    notes: tuple[Note, ...] = ()
