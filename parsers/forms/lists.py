"""Lists in tables and sheets (summaries of teams, awards), and documents' big titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from parsers.forms.label_index import LabelIndex
from parsers.forms.table import Table
from parsers.text.wording import clean_value, even
from parsers.values import Block, Grid, Paragraph

_TOTAL = re.compile(r"合计|总计|小计|共计|填表人|填报人|填报日期|联系人|备注|注|说明|制表.*")
_EXAMPLE = re.compile(r"(?:填写|填报)?(?:示例|样例|范例|例|例如|样表)\d?[:：]?")
_HEADER_ROWS = 3


def find_rows(blocks: Sequence[Block], columns: Mapping[str, Sequence[str]], *, fuzzy: bool = False) -> tuple[dict[str, str], ...]:
    """The rows of the lists among blocks: a dictionary of the filled `columns` (key -> labels of its header) for each.

    The header is the first row (or up to three rows together) in which at least two columns are recognised, one where only
    one is asked for; it may stand anywhere, below titles, in any table or sheet, and again on each page. A cell merged over
    several rows counts for each of them. Rows without text in any column but a number, totals and notes below are skipped.
    `fuzzy`: the blocks come from OCR, a header's label may have a confused character.
    """
    index = LabelIndex({key: tuple(texts) for key, texts in columns.items()}, (), fuzzy=fuzzy)
    needed = min(2, len(columns))
    found: list[dict[str, str]] = []
    for block in blocks:
        if isinstance(block, Grid):
            found += _rows_of(Table(block), index, needed)
    return tuple(found)


def has_header(blocks: Sequence[Block], columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether a list's header stands among the blocks, as `find_rows` looks for it: with no row, that list was not filled in."""
    index = LabelIndex({key: tuple(texts) for key, texts in columns.items()}, (), fuzzy=False)
    tables = [Table(block) for block in blocks if isinstance(block, Grid)]
    rows = ((table, row) for table in tables for row in sorted({cell.row for cell in table.cells}))
    return any(_header(table, row, index, min(2, len(columns)))[0] for table, row in rows)


def _rows_of(table: Table, index: LabelIndex, needed: int) -> Iterator[dict[str, str]]:
    rows = sorted({cell.row for cell in table.cells})
    header: dict[int, str] = {}
    skip = -1
    for row in rows:
        if row <= skip:
            continue
        named, last = _header(table, row, index, needed)
        if named:
            header, skip = named, last
            continue
        if not header:
            continue
        values = {key: clean_value(cell.text) for column, key in header.items() if (cell := table.at(row, column)) is not None}
        values = {key: value for key, value in values.items() if value}
        texts = [even(cell.text) for cell in table.starting_in(row) if cell.text.strip()]
        filled = [value for key, value in values.items() if key != "serial" and not (value.isdigit() and len(value) < 4)]
        total = texts and _TOTAL.match(texts[0]) and len(texts) <= max(3, len(header) // 2)
        if filled and not total and not (texts and _EXAMPLE.fullmatch(texts[0])) and not _one_over_all(table, row, header):
            yield values


def _one_over_all(table: Table, row: int, header: Mapping[int, str]) -> bool:
    """A title or note merged over the columns."""
    cells = {id(cell) for column in header if (cell := table.at(row, column)) is not None}
    return len(header) > 1 and len(cells) == 1


def _header(table: Table, row: int, index: LabelIndex, needed: int) -> tuple[dict[int, str], int]:
    """Column -> key where a header begins in this row, and the last row it takes; ({}, row) where none does."""
    cells = table.starting_in(row)
    named: dict[int, str] = {}
    tall = max((cell.rowspan for cell in cells if index.whole(cell.text)), default=1)
    last = row + min(tall, _HEADER_ROWS) - 1
    for cell in cells:
        for key in index.whole(cell.text):
            if key not in named.values():
                named[cell.column] = key
    for below in range(row + 1, last + 1):
        for cell in table.starting_in(below):
            for key in index.whole(cell.text):
                if key not in named.values():
                    named[cell.column] = key
    return (named, last) if len(named) >= needed else ({}, row)


_ATTACHMENT = re.compile(r"附\s*[件表]\s*[\d０-９一二三四五六七八九十]{0,3}\s*[:：、.]?\s*")
_FORM_LINE = re.compile(r"[:：_＿]|^推荐(?!.*表)|^[(（].*[)）]$|^\s*(?:序号|编号|申报年度)")
_ENDS = ("表", "总结", "函", "通知", "材料", "经验", "汇总", "报告", "申请", "书", "成果", "名单", "意见", "单", "办法")


def find_heading(blocks: Sequence[Block]) -> str:
    """The document's big title, "" where it has none: the first lines of text, 附件X before it left out.

    Lines before the first table (or the sheet's first rows above its header) are looked at; a title broken over two or three
    lines is joined until it ends as titles end (…表, …总结, …通知); lines with colons or underlines, and those in brackets,
    end it.
    """
    lines: list[str] = []
    for text in _first_lines(blocks):
        text = _ATTACHMENT.sub("", text.strip(), count=1) if _ATTACHMENT.match(text.strip()) else text.strip()
        if not text:
            continue
        if lines and (_FORM_LINE.search(text) or len(even(text)) > 50):
            break
        if not lines and _FORM_LINE.search(text):
            continue
        lines.append(text)
        if even(text).rstrip(")）》").endswith(_ENDS) or len(lines) == 3:
            break
    if not lines:
        return ""
    if not even(lines[-1]).rstrip(")）》").endswith(_ENDS) and len(lines) > 1:
        lines = lines[:1]
    return re.sub(r"[\s　]+", "", "".join(lines)) if all(not c.isascii() or not c.isalpha() for c in "".join(lines)) else " ".join(lines)


def _first_lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks[:12]:
        if isinstance(block, Paragraph):
            yield from block.text.split("\n")
            continue
        for row in list(block.rows())[:4]:
            filled = [cell for cell in row if cell.text.strip()]
            if len(filled) > 1:
                break
            yield from (line for cell in filled for line in cell.text.split("\n"))
        return
