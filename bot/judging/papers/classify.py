"""What kind of document a file is: by its heading, its structure, its words, and last its name.

A document's own words win over the name that somebody gave its file. In Chinese the noun that names a thing stands last,
so of several phrases in one heading or name the one that ends last decides (典型经验申报表 is a form, not an experience).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.facts import Copy
from bot.names import folder, lowered, stem
from bot.programme.programme import Programme
from bot.programme.specs import DocumentSpec
from parsers.forms.forms import Label, find_fields, find_rows
from parsers.text.traditional import simplified
from parsers.values import Block, Grid, Paragraph, blocks_text

STAMPED_FORMATS = frozenset({"pdf", "jpg", "png", "tiff", "bmp", "gif", "webp", "heic"})
PRESENTATIONS = frozenset({"pptx", "ppt", "dps", "odp"})
TEXTS = frozenset({"docx", "doc", "wps", "rtf", "odt", "txt"})
"""What is to be read is not shown: 发布材料.docx is no slides."""
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_HEADING_LINES = 8
_HEADING_LENGTH = 60
_TELLING = 5


def find_copy(format: str) -> Copy:
    """Whether a file of that format is one to edit or one meant to bear the seal."""
    return Copy.STAMPED if format in STAMPED_FORMATS else Copy.EDITABLE


def form_labels(programme: Programme) -> tuple[Label, ...]:
    """The labels of the programme's application form, for `parsers.forms.forms`."""
    return tuple(Label(spec.key, spec.labels, spec.after, spec.line) for spec in programme.fields)


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


def find_kind(programme: Programme, path: str, format: str, blocks: Sequence[Block], *, fuzzy: bool = False) -> str:
    """The kind of a document from its blocks (none for a file that could not be read) and its path."""
    return kind_by_content(programme, format, blocks, fuzzy=fuzzy) or _kind_by_name(programme, path, format) or "other"


def kind_by_content(programme: Programme, format: str, blocks: Sequence[Block], *, fuzzy: bool = False) -> str | None:
    """The kind that a document's own words say, None where they say none."""
    if format in PRESENTATIONS and programme.document("slides") is not None:
        return "slides"
    if not blocks:
        return None
    if is_call(blocks):
        return "other"
    lines = heading_lines(blocks, (label for spec in programme.fields for label in spec.labels))
    return kind_by_heading(programme, lines) or kind_by_structure(programme, blocks, fuzzy) or _kind_by_words(programme, blocks)


def _kind_by_name(programme: Programme, path: str, format: str) -> str | None:
    """The kind that a file's name says, else the one that its folder's name says; None where neither says any."""
    specs = [spec for spec in programme.documents if spec.kind != "slides" or format not in TEXTS]
    phrases = [(phrase, spec.kind) for spec in specs for phrase in (*spec.titles, *spec.names)]
    parent = folder(path).rsplit("/", 1)[-1]
    # An archive is named after all that it holds.
    outer = "" if parent.lower().endswith(_ARCHIVES) else parent
    return _last_phrase(lowered(stem(path)), phrases) or _last_phrase(lowered(outer), phrases)


_CALL = re.compile(r"(?:|.*(?:协会|学会|质协|联合会|公司|集团|局|厅))关于(?:开展|组织|转发|做好|举办|召开|印发|征集)[^。《》]*")
_RESULTS = re.compile(r"名单|结果|公布|表彰|获奖|成绩")


def is_call(blocks: Iterable[Block]) -> bool:
    """Whether a document is the call for entries itself, or somebody's call that passes it on: its forms stand in it blank."""
    lines = heading_lines(blocks)
    for number, line in enumerate(lines):
        if _CALL.fullmatch(line):
            title = line if line.endswith("通知") else "".join(lines[number : number + 2])
            return title.endswith("通知") and not _RESULTS.search(title)
    return False


def kind_by_heading(programme: Programme, lines: Sequence[str]) -> str | None:
    """The kind that one of the first lines names, None where none does."""
    titles = [(phrase, spec.kind) for spec in programme.documents for phrase in spec.titles]
    for number, line in enumerate(lines):
        kind = _last_phrase(line, titles)
        if kind is None and line[-1] not in _LINE_ENDS:
            kind = _last_phrase("".join(lines[number : number + 2]), titles)  # a title broken over two lines
        if kind:
            return kind
    return None


_LINE_ENDS = ":;,.。、"


def _last_phrase(text: str, phrases: Iterable[tuple[str, str]]) -> str | None:
    """The kind whose phrase ends last in the text, the longest of those that end there. … in a phrase is anything between."""
    best: tuple[int, int] | None = None
    kind: str | None = None
    text = simplified(text)
    for phrase, candidate in phrases:
        begin, gap, end = (lowered(part) for part in phrase.replace("…", "\0").partition("\0"))
        stop = text.rfind(end if gap else begin)
        start = text.find(begin) if gap else stop
        if start < 0 or stop < 0 or (gap and stop < start + len(begin)):
            continue
        found = (stop + len(end if gap else begin), stop + len(end or begin) - start)
        if best is None or found > best:
            best, kind = found, candidate
    return kind


def kind_by_structure(programme: Programme, blocks: Sequence[Block], fuzzy: bool) -> str | None:
    if not any(isinstance(block, Grid) for block in blocks):
        return None
    for spec in programme.documents:
        if not spec.columns or not find_rows(blocks, spec.columns):
            continue
        # 序号, 班组名称 and 手机 head a roster of a team's members, too: a list of entries names two things of each.
        names = {key: texts for key, texts in spec.columns.items() if key in _ENTRY}
        both = {key: texts for key, texts in names.items() if key == _PAIR}
        named = _columns_seen(blocks, names) >= min(2, len(names)) or _columns_seen(blocks, both)
        if _columns_seen(blocks, spec.columns) >= 3 and named:
            return spec.kind
    seen = find_fields(blocks, form_labels(programme), fuzzy=fuzzy).seen
    if not programme.fields or programme.document("application_form") is None:
        return None
    enough = max(4, len(programme.fields) // 3)
    # A form's second page holds few labels, but long ones that no other paper has.
    telling = [spec.key for spec in programme.fields if not spec.line and max(map(len, spec.labels)) >= _TELLING]
    second = fuzzy and len(set(telling) & set(seen)) >= 2
    return "application_form" if second or len(seen) >= enough else None


_PAIR = "pair"
"""One column for organisation and team."""
_ENTRY = ("organisation", "team", "title", _PAIR)


def _columns_seen(blocks: Sequence[Block], columns: Mapping[str, Sequence[str]]) -> int:
    """How many columns' headings stand in one row of some table."""
    wanted = {key: {lowered(text) for text in texts} for key, texts in columns.items()}
    best = 0
    for block in blocks:
        if isinstance(block, Grid):
            for row in block.rows():
                cells = {simplified(lowered(cell.text)).rstrip(":*") for cell in row}
                best = max(best, sum(1 for texts in wanted.values() if texts & cells))
    return best


def _kind_by_words(programme: Programme, blocks: Sequence[Block]) -> str | None:
    text = lowered(blocks_text(tuple(blocks)))
    best: DocumentSpec | None = None
    score = 0.5
    for spec in programme.documents:
        if spec.words:
            share = sum(1 for word in spec.words if lowered(word) in text) / len(spec.words)
            if share >= score:
                best, score = spec, share
    return best.kind if best else None
