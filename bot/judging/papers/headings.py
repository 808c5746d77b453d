"""How a document begins: its first lines, and what they call it.

In Chinese the noun that names a thing stands last, so of several phrases in one heading or name the one that ends last decides
(典型经验申报表 is a form, not an experience).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.names import lowered
from bot.programme.programme import Programme
from parsers.text.traditional import simplified
from parsers.values import Block, Paragraph, blocks_text

HEAD = 1000
"""Characters at a document's beginning that are looked through for names."""
_HEADING_LINES = 8
_HEADING_LENGTH = 60
_KEPT = 1024
"""Phrases of programmes: the same few for every document."""
_LINE_ENDS = ":;,.。、"
_CALL = re.compile(r"(?:|.*(?:协会|学会|质协|联合会|公司|集团|局|厅))关于(?:开展|组织|转发|做好|举办|召开|印发|征集)[^。《》]*")
_RESULTS = re.compile(r"名单|结果|公布|表彰|获奖|成绩")


def heading_lines(blocks: Iterable[Block], labels: Iterable[str] = ()) -> list[str]:
    """The first lines of a document, evened out: those before the first table, and a table's first lone cells that begin with
    none of a form's `labels`."""
    begins = tuple(lowered(label) for label in labels)
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(lowered(block.text))
        else:
            cells = [lowered(row[0].text) for row in list(block.rows())[:2] if len(row) == 1]
            lines += [cell for cell in cells if not (begins and cell.startswith(begins))]
            break
        if len([line for line in lines if line]) >= _HEADING_LINES:
            break
    return [line for line in lines if line and len(line) <= _HEADING_LENGTH]


def head_text(blocks: Iterable[Block]) -> str:
    """How a document begins, as text of `HEAD` characters at most."""
    text = ""
    for block in blocks:
        text += ("\n" if text else "") + blocks_text((block,))
        if len(text) >= HEAD:
            break
    return text[:HEAD]


def call_title(blocks: Iterable[Block]) -> str:
    """The title of a call for entries: the notice itself, or somebody's that passes it on. "" for any other document."""
    lines = heading_lines(blocks)
    for number, line in enumerate(lines):
        if _CALL.fullmatch(line):
            title = line if line.endswith("通知") else "".join(lines[number : number + 2])
            return title if title.endswith("通知") and not _RESULTS.search(title) else ""
    return ""


def named_in_lines(programme: Programme, lines: Sequence[str]) -> tuple[str, str] | None:
    """The kind that one of the first lines names, and that line; None where none does."""
    titles = [(phrase, spec.kind) for spec in programme.documents for phrase in spec.titles]
    for number, line in enumerate(lines):
        if kind := last_phrase(line, titles):
            return kind, line
        if line[-1] not in _LINE_ENDS and (kind := last_phrase(title := "".join(lines[number : number + 2]), titles)):
            return kind, title  # broken over two lines
    return None


def last_phrase(text: str, phrases: Iterable[tuple[str, str]]) -> str | None:
    """The kind whose phrase ends last in the text, the longest of those that end there. … in a phrase is anything between."""
    best: tuple[int, int] | None = None
    kind: str | None = None
    text = simplified(text)
    for phrase, candidate in phrases:
        begin, gap, end = _evened(phrase)
        stop = text.rfind(end if gap else begin)
        start = text.find(begin) if gap else stop
        if start < 0 or stop < 0 or (gap and stop < start + len(begin)):
            continue
        found = (stop + len(end if gap else begin), stop + len(end or begin) - start)
        if best is None or found > best:
            best, kind = found, candidate
    return kind


@lru_cache(_KEPT)
def _evened(phrase: str) -> tuple[str, bool, str]:
    """A programme's phrase before its …, whether it has one, and after it."""
    begin, gap, end = phrase.partition("…")
    return lowered(begin), bool(gap), lowered(end)
