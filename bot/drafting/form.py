"""The fields of a notice's forms, from its text: labels of the application form's table, lines of the statistics form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `known`: its key is that of the same label in a programme of the package, not a made-up one."""

    key: str
    label: str
    type: str
    known: bool
    after: str = ""
    """The key of the same label's earlier field, where a form has two of them."""
    line: bool = False
    """It stands in a line above the table."""


def find_form_fields(lines: Sequence[str]) -> list[Field]:
    """The application form's fields in reading order; those of the table below a heading that ends in 申报表 or 申请表."""
    fields: list[Field] = []
    counts: dict[str, int] = {}
    rows = list(_table_below(lines, r"(?:申报表|申请表|报名表)"))
    above = {part for row in rows if "\t" not in row and "  " in row for part in _labels(iter([row]))}
    for label in _labels(iter(rows)):
        key, kind, known = _known_field(label, "field") or (f"field_{len(fields) + 1}", _guessed_type(label), False)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] == 1:
            fields.append(Field(key, label, kind, known, line=label in above))
        elif counts[key] == 2 and fields:
            second = "leader_mobile" if kind == "mobile" else f"{key}_2"
            fields.append(Field(second, label, kind, False, after=fields[-1].key))
    return fields


def find_statistics(lines: Sequence[str]) -> list[Field]:
    """The statistics form's counted lines: those of the table below a heading that ends in 统计表 which end in a unit."""
    found: list[Field] = []
    for line in _table_below(lines, r"统计表"):
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if len(cells) >= 2 and cells[1] in ("个", "人次", "人", "项", "万元", "次", "%", "家"):
            label = re.sub(r"[(（].*?[)）]", "", cells[0])
            key, kind, known = _known_field(label, "statistic") or (f"statistic_{len(found) + 1}", "number", False)
            if key not in {field.key for field in found}:
                found.append(Field(key, label, kind, known))
    return found


def _table_below(lines: Sequence[str], heading: str) -> Iterator[str]:
    """Lines with tabs (or, where a text has lost its tabs, any lines) from the form's heading to the next annex."""
    starts = [n for n, line in enumerate(lines) if re.search(heading + r"\s*$", line) and not re.match(r"^\d+\s*[.、]", line)]
    starts = [n for n in starts if _has_table(lines, n)]  # the last one: the list of annexes names the form too
    if not starts:
        return
    for line in lines[starts[-1] + 1 :]:
        if re.match(r"^附件\s*[\d一二三四五六七八九]", line) or re.match(r"^注\s*[::]", line):
            return
        yield line


def _has_table(lines: Sequence[str], heading: int) -> bool:
    """A form follows: one of the next lines begins with the name of an organisation or a team, or heads a column of numbers."""
    first = re.compile(r"(?:质量信得过)?(?:组织|企业|单位|班组)名称|统\s*计\s*项\s*目")
    return any(first.match(line) for line in lines[heading + 1 : heading + 14])


def _labels(rows: Iterator[str]) -> Iterator[str]:
    for row in rows:
        for cell in re.split(r"\t|(?<=:)\s*(?=[\u4e00-\u9fff])", row):
            if cell.strip().startswith(("(", "注")):  # a hint in the place of a value
                continue
            label = re.sub(r"^\W+|[\s:*]+$", "", re.sub(r"[(]另附.*$|_{2,}.*$", "", cell))
            compact = re.sub(r"\s+", "", label)
            if 1 < len(compact) <= 24 and re.match(r"[\u4e00-\u9fff]", compact) and "盖章" not in compact and "年月日" not in compact:
                yield compact


@cache
def _vocabulary() -> dict[tuple[str, str], tuple[str, str]]:
    """(table, label without blanks and brackets) -> (key, type) of every label in the package's programmes."""
    from bot.programme.load import load_programmes

    words: dict[tuple[str, str], tuple[str, str]] = {}
    for programme in load_programmes().values():
        for spec in programme.fields:
            for label in (spec.label, *spec.labels):
                words.setdefault(("field", _plain(label)), (spec.key, spec.type))
        for statistic in programme.statistics:
            words.setdefault(("statistic", _plain(statistic.label)), (statistic.key, statistic.type))
    return words


_SYNONYMS = (
    ("organisation", "text", "单位名称 申报单位 企业全称"),
    ("team", "text", "小组名称 团队名称"),
    ("title", "text", "课题名称 成果名称 项目名称"),
    ("recommender", "text", "推荐单位 推荐协会 推荐机构"),
    ("contact", "text", "联系人 申报联系人"),
    ("contact_email", "email", "电子邮箱 邮箱 电子邮件"),
    ("leader", "text", "组长 小组组长 负责人"),
    ("headcount", "integer", "小组人数 人数"),
)
"""Labels of other associations' forms, by the keys that rules and registers know."""


def _known_field(label: str, table: str) -> tuple[str, str, bool] | None:
    plain = _plain(label)
    known = _vocabulary().get((table, plain))
    if known is None and table == "field":
        known = next(((key, kind) for key, kind, words in _SYNONYMS if plain in words.split()), None)
    if known is None and table == "statistic" and re.search(r"推荐.{0,12}数$", plain):
        known = ("recommended_teams", "number")
    return (*known, True) if known else None


def _plain(label: str) -> str:
    return re.sub(r"[(（].*?[)）]|[%％\s:：]", "", label)


def _guessed_type(label: str) -> str:
    for words, kind in (
        (("信用代码",), "uscc"),
        (("手机",), "mobile"),
        (("电话", "座机"), "phone"),
        (("邮编", "邮政编码"), "postcode"),
        (("邮箱", "E-mail"), "email"),
        (("%", "率"), "percent"),
        (("万元", "金额", "成本", "费用"), "number"),
        (("人数", "次数", "数量", "事故数", "投诉数"), "integer"),
        (("年度",), "year"),
        (("是否",), "yes-no"),
    ):
        if any(word in label for word in words):
            return kind
    return "text"
