"""Word documents (.docx): paragraphs and tables in reading order, with everything that a submitter sees on the page.

An own walk over the XML, because python-docx drops what forms are full of without a word: content controls (a cell inside
one vanishes), inserted and moved text, text boxes, nested tables, symbol and check-box ticks. Counted as Word shows it:
insertions, not deletions; no hidden text; no field codes; a text box once although the file holds it twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from parsers.documents.ooxml import Package, PackageError
from parsers.documents.word_chunks import read_chunk
from parsers.documents.word_styles import W, number, outline_level, style_levels
from parsers.text.symbols import BLANK_BOX, TICKED_BOX, symbol, symbol_text
from parsers.text.wording import even
from parsers.values import Block, Cell, Content, Grid, Note, Paragraph, Reading, Refusal, blocks_text

_W = W
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_P, _TBL, _TR, _TC, _R_RUN = _W + "p", _W + "tbl", _W + "tr", _W + "tc", _W + "r"
_VAL = _W + "val"
_SDT, _SDT_CONTENT, _ALTERNATE, _TEXT_BOX = _W + "sdt", _W + "sdtContent", _MC + "AlternateContent", _W + "txbxContent"
_CHUNK = _W + "altChunk"

_GONE = frozenset(_W + name for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "trPr", "tcPr", "sectPr"))
"""What is not on the page: deleted text, text at the place it was moved from, and properties."""
_GRAPHICS = frozenset((_W + "drawing", _W + "pict", _W + "object"))
_CAPTION = 60
"""Characters beside pictures (附件2, a title) that leave them all that a file says."""
_OFF = frozenset(("0", "false", "off", "none"))
_PROMPT = re.compile(r"单击|点击|轻触|此处|请选择|请输入|选择一项|[Cc]lick|[Tt]ap|[Cc]hoose|[Ee]nter")
"""The words of a content control's placeholder. Some programs leave its flag on real text, so the flag alone is not enough."""
_LABELLED = re.compile(r"[:：]|_{2}|^\s*推荐")
"""A page header that is a form's line (推荐协会：…), not decoration."""


def read_docx(data: bytes, *, inner: bool = False) -> Reading:
    """The blocks of a .docx (or .docm, .dotx): headers that are lines of a form, then the body; notes are left out.

    `inner`: it is itself a part of a Word document, whose own parts are not followed any deeper.
    Merged cells stand once with their spans; a nested table of one row or one column is text of its cell, any other a Grid
    of its own after the outer one. Refusals: UNREADABLE (cut, damaged, no Word document), ENCRYPTED, UNSAFE (an XML bomb).
    """
    try:
        package = Package(data)
        name = package.main_part("word/document.xml")
        return _Walk(package, name, inner=inner).content()
    except PackageError as error:
        return error.refusal


class _Walk:
    """One walk over one document. `_styles` are read only when a paragraph outside tables names a style."""

    def __init__(self, package: Package, name: str, *, inner: bool) -> None:
        self._package = package
        self._inner = inner
        self._name = name
        self._levels: dict[str, int] | None = None
        self._pictures = 0

    def content(self) -> Content:
        root = self._package.xml(self._name)
        body = root.find(_W + "body")
        blocks: list[Block] = [] if body is None else self._blocks(body)
        notes: list[Note] = []
        if any(isinstance(block, Grid) for block in blocks):
            blocks[:0] = self._headers(root)
        if self._pictures and not any(isinstance(block, Grid) for block in blocks) and len(even(blocks_text(tuple(blocks)))) <= _CAPTION:
            notes.append(Note("pictures-only", str(self._pictures)))
        return Content("docx", tuple(blocks), notes=tuple(notes))

    # --- blocks ---

    def _blocks(self, parent: Any, *, level: bool = True) -> list[Block]:
        found: list[Block] = []
        pending = ""  # a paragraph whose end was deleted runs on into the next one
        for element in _children(parent):
            if element.tag == _P:
                text, after = self._paragraph(element)
                text = pending + text
                if _end_deleted(element):
                    pending = text
                    found += after
                    continue
                pending = ""
                if text.strip():
                    found.append(Paragraph(text.strip("\n"), self._level(element) if level else 0))
                found += after
            elif element.tag == _TBL:
                found += self._table(element)
            else:
                found += self._chunk(element.get(_R + "id", ""))
        if pending.strip():
            found.append(Paragraph(pending.strip("\n")))
        return found

    def _table(self, table: Any) -> list[Block]:
        """The table's Grid, then those of the tables nested in it."""
        cells: list[list[Any]] = []  # row, column, text, rowspan, colspan
        open_merges: dict[int, list[Any]] = {}  # column -> the cell that a vertical merge continues
        nested: list[Block] = []
        row = 0
        for tr in _children(table, _TR):
            properties = tr.find(_W + "trPr")
            if properties is not None and properties.find(_W + "del") is not None:
                continue
            column = 0 if properties is None else number(properties.find(_W + "gridBefore"))
            merges: dict[int, list[Any]] = {}
            for tc in _children(tr, _TC):
                tcpr = tc.find(_W + "tcPr")
                span, merge, joined = 1, None, False
                if tcpr is not None:
                    if tcpr.find(_W + "cellDel") is not None:
                        continue
                    span = max(1, number(tcpr.find(_W + "gridSpan"), 1))
                    merge = tcpr.find(_W + "vMerge")
                    joined = (h := tcpr.find(_W + "hMerge")) is not None and h.get(_VAL, "continue") == "continue"
                if joined and cells and cells[-1][0] == row:  # the old way to merge sideways
                    cells[-1][4] += span
                    column += span
                    continue
                above = open_merges.get(column) if merge is not None and merge.get(_VAL, "continue") == "continue" else None
                if above is not None:
                    above[3] += 1
                    merges[column] = above
                else:
                    cell = [row, column, self._cell(tc, nested), 1, span]
                    cells.append(cell)
                    if merge is not None:
                        merges[column] = cell
                column += span
            open_merges = merges
            row += 1
        grid = Grid(tuple(Cell(r, c, text, rowspan, colspan) for r, c, text, rowspan, colspan in cells))
        return [grid, *nested] if cells else nested

    def _cell(self, tc: Any, nested: list[Block]) -> str:
        lines: list[str] = []
        for block in self._blocks(tc, level=False):
            if isinstance(block, Paragraph):
                lines.append(block.text)
            elif (text := _as_text(block)) is not None:
                lines.append(text)
            else:
                nested.append(block)
        return "\n".join(lines)

    def _chunk(self, reference: str) -> Sequence[Block]:
        """The blocks of a document inside this one. Raises PackageError where it can't be read here."""
        kind, target = self._package.relations(self._name).get(reference, ("", ""))
        if kind.lower() != "afchunk" or target not in self._package or self._inner:
            return ()
        reading = read_chunk(target, self._package.part(target), partial(read_docx, inner=True))
        if isinstance(reading, Refusal):
            raise PackageError(reading.reason, reading.detail)
        return reading.blocks

    def _headers(self, root: Any) -> list[Block]:
        references = [e.get(_R + "id", "") for e in root.iter(_W + "headerReference")]
        if not references:
            return []
        relations = self._package.relations(self._name)
        found: dict[str, Block] = {}
        for reference in dict.fromkeys(references):
            kind, target = relations.get(reference, ("", ""))
            if kind == "header" and target in self._package:
                for block in self._blocks(self._package.xml(target), level=False):
                    if isinstance(block, Paragraph) and _LABELLED.search(block.text):
                        found.setdefault(block.text, block)
        return list(found.values())

    def _level(self, paragraph: Any) -> int:
        properties = paragraph.find(_W + "pPr")
        if properties is None:
            return 0
        outline = properties.find(_W + "outlineLvl")
        if outline is not None:
            return outline_level(outline)
        style = properties.find(_W + "pStyle")
        if style is None:
            return 0
        if self._levels is None:
            self._levels = style_levels(self._package, self._name)
        return self._levels.get(style.get(_VAL, ""), 0)

    # --- text ---

    def _paragraph(self, paragraph: Any) -> tuple[str, list[Block]]:
        """The paragraph's own text, and the blocks of the text boxes anchored in it."""
        out: list[str] = []
        after: list[Block] = []
        self._inline(paragraph, out, after)
        return "".join(out), after

    def _inline(self, parent: Any, out: list[str], after: list[Block]) -> None:
        for element in parent:
            tag = element.tag
            if tag == _R_RUN:
                self._run(element, out, after)
            elif tag in _GONE:
                continue
            elif tag == _SDT:
                self._control(element, out, after)
            elif tag == _ALTERNATE:
                self._alternate(element, out, after, self._inline)
            elif tag in _GRAPHICS:
                self._graphic(element, after)
            elif tag == _M + "t":
                out.append(element.text or "")
            else:  # hyperlink, ins, moveTo, fldSimple, smartTag, customXml, bdo, dir, math, …
                self._inline(element, out, after)

    def _run(self, run: Any, out: list[str], after: list[Block]) -> None:
        font = ""
        for element in run:
            tag = element.tag
            if tag == _W + "t":
                text = element.text or ""
                out.append(symbol_text(text, font))
            elif tag == _W + "rPr":
                hidden = element.find(_W + "vanish")
                if hidden is not None and hidden.get(_VAL, "1") not in _OFF:
                    return
                fonts = element.find(_W + "rFonts")
                if fonts is not None:
                    font = fonts.get(_W + "ascii", "")
            elif tag == _W + "tab" or tag == _W + "ptab":
                out.append("\t")
            elif tag == _W + "br" or tag == _W + "cr":
                out.append("\n")
            elif tag == _W + "sym":
                out.append(symbol(element.get(_W + "font", ""), element.get(_W + "char", "")))
            elif tag == _W + "noBreakHyphen":
                out.append("-")
            elif tag == _W + "fldChar":
                out.append(_form_field(element.find(_W + "ffData")))
            elif tag == _ALTERNATE:
                self._alternate(element, out, after, self._run)
            elif tag in _GRAPHICS:
                self._graphic(element, after)
            elif tag == _W + "ruby":
                base = element.find(_W + "rubyBase")
                if base is not None:
                    self._inline(base, out, after)

    def _control(self, control: Any, out: list[str], after: list[Block]) -> None:
        properties, content = control.find(_W + "sdtPr"), control.find(_SDT_CONTENT)
        if properties is not None:
            box = properties.find(_W14 + "checkbox")
            if box is not None:
                ticked = box.find(_W14 + "checked")
                out.append(TICKED_BOX if ticked is not None and ticked.get(_W14 + "val", "1") not in _OFF else BLANK_BOX)
                return
        if content is None:
            return
        start = len(out)
        self._inline(content, out, after)
        if properties is not None and properties.find(_W + "showingPlcHdr") is not None and _PROMPT.search("".join(out[start:])):
            del out[start:]

    def _alternate(self, element: Any, out: list[str], after: list[Block], walk: Any) -> None:
        """One of the alternatives that say the same: the first that has anything in it."""
        for choice in element:
            before = len(out), len(after)
            walk(choice, out, after)
            if (len(out), len(after)) != before:
                return

    def _graphic(self, element: Any, after: list[Block]) -> None:
        """The text boxes in a drawing (also grouped, also in an old VML picture), each once."""
        boxes = list(_text_boxes(element))
        if not boxes:
            self._pictures += 1
        for box in boxes:
            after += self._blocks(box, level=False)


def _text_boxes(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == _TEXT_BOX:
            yield child
        elif child.tag == _ALTERNATE:
            for choice in child:
                if found := list(_text_boxes(choice)):
                    yield from found
                    break
        elif isinstance(child.tag, str):
            yield from _text_boxes(child)


def _children(parent: Any, wanted: str | None = None) -> Iterator[Any]:
    """The paragraphs and tables (or the `wanted` rows, cells) of a parent, through every wrapper around them."""
    for element in parent:
        tag = element.tag
        if tag == wanted or (wanted is None and tag in (_P, _TBL, _CHUNK)):
            yield element
        elif tag == _SDT:
            if (content := element.find(_SDT_CONTENT)) is not None:
                yield from _prompt_free(element, content, wanted)
        elif tag == _ALTERNATE:
            for choice in element:
                if found := list(_children(choice, wanted)):
                    yield from found
                    break
        elif tag not in _GONE and tag not in (_P, _TBL, _TR, _TC):  # customXml, ins, moveTo, smartTag
            yield from _children(element, wanted)


def _prompt_free(control: Any, content: Any, wanted: str | None) -> Iterator[Any]:
    """The children of a block's content control, unless it only shows its placeholder around whole paragraphs."""
    properties = control.find(_W + "sdtPr")
    prompting = wanted is None and properties is not None and properties.find(_W + "showingPlcHdr") is not None
    if not prompting or not _PROMPT.search("".join(content.itertext(_W + "t"))):
        yield from _children(content, wanted)


def _end_deleted(paragraph: Any) -> bool:
    mark = paragraph.find(f"{_W}pPr/{_W}rPr")
    return mark is not None and (mark.find(_W + "del") is not None or mark.find(_W + "moveFrom") is not None)


def _as_text(grid: Grid) -> str | None:
    """A nested table of one row or one column as its cell's text (boxes for single characters run together), else None."""
    rows = {cell.row for cell in grid.cells}
    if len(rows) == 1:
        between = "" if all(len(cell.text.strip()) <= 1 for cell in grid.cells) else "\t"
        return between.join(cell.text for cell in grid.cells)
    if len({cell.column for cell in grid.cells}) == 1:
        return "\n".join(cell.text for cell in grid.cells)
    return None


def _form_field(data: Any) -> str:
    """What an old form field shows that has no text of its own: the state of a check box, the chosen entry of a list."""
    if data is None:
        return ""
    if (box := data.find(_W + "checkBox")) is not None:
        return TICKED_BOX if _checked(box) else BLANK_BOX
    if (choice := data.find(_W + "ddList")) is not None:
        entries = [entry.get(_VAL, "") for entry in choice.iterchildren(_W + "listEntry")]
        result = choice.find(_W + "result")
        index = number(choice.find(_W + "default") if result is None else result)
        return entries[index] if 0 <= index < len(entries) else ""
    return ""


def _checked(box: Any) -> bool:
    state = box.find(_W + "checked")
    if state is None:
        state = box.find(_W + "default")
    return state is not None and state.get(_VAL, "1") not in _OFF
