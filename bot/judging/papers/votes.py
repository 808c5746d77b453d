"""What a document itself says of its kind: one small function a vote, and the table of them.

All votes are heard. Each weighs more than all that weigh less than it together, for each is told by something nearer to the
document: its own words win over the name that somebody gave its file, a heading over the labels below it. Three more tables, on the
same scale, hold what the pages of a scan say (`scans.PAGE_VOTES`), what the other files of a mail say (`neighbours.MAIL_VOTES`), and
what speaks against taking one file for several papers (`several.WHOLE_VOTES`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ParamSpec

from bot.judging.evidence import Evidence, Sign
from bot.judging.papers.headings import call_title, head_text, heading_lines, last_phrase, named_in_lines
from bot.names import folder, lowered, name_key, stem
from bot.programme.programme import Programme
from parsers.forms.forms import Label, find_fields, find_rows
from parsers.text.traditional import simplified
from parsers.values import Block, Grid, blocks_text

P = ParamSpec("P")

OTHER = "other"
"""The kind of what is no paper of the programme, and of what is not known."""
PRESENTATIONS = frozenset({"pptx", "ppt", "dps", "odp"})
TEXTS = frozenset({"docx", "doc", "wps", "rtf", "odt", "txt"})
"""What is to be read is not shown: 发布材料.docx is no slides."""
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_TELLING = 5
_PAIR = "pair"
"""One column for organisation and team."""
_ENTRY = ("organisation", "team", "title", _PAIR)
_SOMETHING_ELSE = re.compile(r"通知|办法|细则|准则|规定|制度|评分|评价表|证书|名单|目录|清单|承诺|证明|简历|合同|邀请|说明")
_BEGINNING = 60
_SHOWN = 5


@dataclass(frozen=True)
class Original:
    """What the votes look at: a document's path and format ("" for a page), its blocks (none where it could not be read), and
    whether they come from pixels (`fuzzy`)."""

    programme: Programme
    path: str
    format: str
    blocks: Sequence[Block]
    fuzzy: bool = False

    @cached_property
    def head(self) -> str:
        """How it begins, as a name's key."""
        return name_key(head_text(self.blocks))


Said = tuple[str, str]
"""A kind, and the words in which it was seen."""
Find = Callable[[Original], Iterable[Said]]


@dataclass(frozen=True, slots=True)
class Vote:
    """Evidence that speaks for a kind, or against it."""

    kind: str
    evidence: Evidence


def cast(signs: Iterable[Sign[Callable[P, Iterable[Said]]]], *about: P.args, **more: P.kwargs) -> tuple[Vote, ...]:
    """The votes of all signs of a table on what they look at."""
    return tuple(Vote(kind, Evidence(sign.name, sign.weight, seen)) for sign in signs for kind, seen in sign.find(*about, **more))


def form_labels(programme: Programme) -> tuple[Label, ...]:
    """The labels of the programme's application form, for `parsers.forms.forms`."""
    return tuple(Label(spec.key, spec.labels, spec.after, spec.line) for spec in programme.fields)


def presentation(original: Original) -> Iterable[Said]:
    """A presentation's format: the slides, where the programme wants any.

    成果.pptx shows it; 发布材料.docx is silent.
    """
    if original.format in PRESENTATIONS and original.programme.document("slides") is not None:
        yield "slides", original.format


def call(original: Original) -> Iterable[Said]:
    """The title of a call for entries: the notice itself, or somebody's that passes it on. Its forms stand in it blank.

    关于开展质量信得过班组建设活动的通知 shows it; 关于公布获奖名单的通知 is silent.
    """
    if title := call_title(original.blocks):
        yield OTHER, title


def heading(original: Original) -> Iterable[Said]:
    """The first of the lines at the top, before any table, that names a kind.

    2025年典型经验申报表 above the table shows it; a motto is silent.
    """
    labels = (label for spec in original.programme.fields for label in spec.labels)
    if found := named_in_lines(original.programme, heading_lines(original.blocks, labels)):
        yield found


def list_columns(original: Original) -> Iterable[Said]:
    """A table with three of a list's columns, among them two that name an entry.

    序号, 组织名称, 班组名称, 经验名称 shows it; the roster 序号, 姓名, 班组名称, 手机 is silent.
    """
    specs = [spec for spec in original.programme.documents if spec.columns]
    rows = _rows(original.blocks) if specs else []
    for spec in specs:
        # 序号, 班组名称 and 手机 head a roster of a team's members, too: a list of entries names two things of each.
        names = {key: texts for key, texts in spec.columns.items() if key in _ENTRY}
        both = {key: texts for key, texts in names.items() if key == _PAIR}
        seen = _columns_seen(rows, spec.columns)
        named = len(_columns_seen(rows, names)) >= min(2, len(names)) or _columns_seen(rows, both)
        if len(seen) >= 3 and named and find_rows(original.blocks, spec.columns):
            yield spec.kind, _listed(seen)


def _rows(blocks: Sequence[Block]) -> list[set[str]]:
    """The cells of each row of each table, evened out."""
    grids = (block for block in blocks if isinstance(block, Grid))
    return [{simplified(lowered(cell.text)).rstrip(":*") for cell in row} for grid in grids for row in grid.rows()]


def _columns_seen(rows: Sequence[set[str]], columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns' headings that stand in one row, of the row that has the most."""
    wanted = [{lowered(text) for text in texts} for texts in columns.values()]
    best: list[str] = []
    for cells in rows:
        seen = [sorted(texts & cells)[0] for texts in wanted if texts & cells]
        best = max(best, seen, key=len)
    return best


def form_fields(original: Original) -> Iterable[Said]:
    """A table with a third of the form's labels; on a page read from pixels two long ones, for a form's second page holds few, but
    such as no other paper has.

    组织名称, 班组名称, 班组长, 手机 beside their values show it; a table of members is silent.
    """
    programme = original.programme
    tables = any(isinstance(block, Grid) for block in original.blocks)
    if not tables or not programme.fields or programme.document("application_form") is None:
        return
    seen = find_fields(original.blocks, form_labels(programme), fuzzy=original.fuzzy).seen
    telling = {spec.key for spec in programme.fields if not spec.line and max(map(len, spec.labels)) >= _TELLING}
    second = original.fuzzy and len(telling & set(seen)) >= 2
    if second or len(seen) >= max(4, len(programme.fields) // 3):
        texts = {spec.key: spec.labels[0] for spec in programme.fields}
        yield "application_form", _listed([texts[key] for key in seen])


def key_words(original: Original) -> Iterable[Said]:
    """At least half of a kind's words in the text, and no other kind with a greater share.

    实施背景, 实施过程, 实施效果 somewhere in it show an experience; a text with none of the words is silent.
    """
    specs = [spec for spec in original.programme.documents if spec.words]
    text = lowered(blocks_text(tuple(original.blocks))) if specs else ""
    if not text:
        return
    found = {spec.kind: [word for word in spec.words if lowered(word) in text] for spec in specs}
    shares = {spec.kind: len(found[spec.kind]) / len(spec.words) for spec in specs}
    most = max(shares.values())
    for kind, share in shares.items():
        if share == most >= 0.5:
            yield kind, _listed(found[kind])


def file_name(original: Original) -> Iterable[Said]:
    """The phrase that ends last in the file's name.

    附件4.docx shows it; 新建文档.docx is silent.
    """
    if kind := last_phrase(lowered(stem(original.path)), _phrases(original)):
        yield kind, original.path.rsplit("/", 1)[-1]


def folder_name(original: Original) -> Iterable[Said]:
    """The name of the folder, for a file whose own names no kind. An archive is named after all that it holds.

    工作总结/正文.docx shows it; 工作总结.zip/正文.docx is silent.
    """
    parent = folder(original.path).rsplit("/", 1)[-1]
    if parent.lower().endswith(_ARCHIVES) or any(file_name(original)):
        return
    if kind := last_phrase(lowered(parent), _phrases(original)):
        yield kind, parent


def _listed(words: Sequence[str]) -> str:
    return "、".join(words[:_SHOWN]) + ("等" if len(words) > _SHOWN else "")


def _phrases(original: Original) -> list[tuple[str, str]]:
    specs = [spec for spec in original.programme.documents if spec.kind != "slides" or original.format not in TEXTS]
    return [(phrase, spec.kind) for spec in specs for phrase in (*spec.titles, *spec.names)]


def something_else(original: Original) -> Iterable[Said]:
    """A word for another sort of paper in the file's name, or where the text begins.

    评分办法.docx shows it; 成果.docx is silent.
    """
    if found := _SOMETHING_ELSE.search(original.head[:_BEGINNING] + original.path.rsplit("/", 1)[-1]):
        yield OTHER, found[0]


VOTES: tuple[Sign[Find], ...] = (
    Sign("presentation", 1024, presentation),
    Sign("call", 512, call),
    Sign("heading", 64, heading),
    Sign("list-columns", 32, list_columns),
    Sign("form-fields", 16, form_fields),
    Sign("key-words", 8, key_words),
    Sign("file-name", 4, file_name),
    Sign("folder-name", 2, folder_name),
    Sign("something-else", 1, something_else),
)
GIVEN = frozenset({"file-name", "folder-name", "something-else"})
"""The votes that somebody's name for a file may cast alone: the document's own words may say otherwise."""
