"""What documents look like inside: headings, title lines, sheets with their header anywhere, several teams of one enterprise."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bot.samples import cast, forms, notices
from bot.samples.layout import Layout, Line, Table
from bot.samples.package import Package
from bot.samples.sheets import write_xlsx
from bot.samples.word import write_docx
from tests.factory.defects import spec
from tests.factory.truth import Expected

_PARTS = ("班组概况", "实施背景", "实施过程", "实施效果")
_LENGTHS = (430, 410, 2600, 450)
_NUMBERINGS: tuple[Callable[[int], str], ...] = (
    lambda n: f"（{'一二三四五'[n]}）",
    lambda n: f"{n + 1}．",
    lambda n: f"{'一二三四五'[n]}.",
    lambda n: f"第{'一二三四五'[n]}部分　",
    lambda n: "",
)


def _rewrite(package: Package, lines: list[Line]) -> None:
    package.entries[0].pieces["experience"].make = lambda: write_docx(tuple(lines))


@spec("headings_of_all_kinds", "js")
def _headings(package: Package, rng: Random) -> Expected:
    number = rng.choice(_NUMBERINGS)
    level = rng.choice((0, 1, 2))
    lines = [Line(f"{number(0)}经验名称", level), Line(package.entries[0].fields["title"])]
    for n, (part, length) in enumerate(zip(_PARTS, _LENGTHS, strict=True), start=1):
        lines += [Line(number(n) + part + rng.choice(("", "：", "（500字以内）")), level), Line(cast.prose(rng, length))]
    _rewrite(package, lines)
    return Expected()


@spec("title_in_a_line", "js")
def _title_line(package: Package, rng: Random) -> Expected:
    lines = [Line("质量信得过班组建设典型经验", 1, centred=True), Line(f"经验名称：{package.entries[0].fields['title']}")]
    for part, length in zip(_PARTS, _LENGTHS, strict=True):
        lines += [Line(part), Line(cast.prose(rng, length))]
    _rewrite(package, lines)
    return Expected()


@spec("section_names_in_running_text", "js")
def _mentions(package: Package, rng: Random) -> Expected:
    """A section's name inside a sentence opens no section."""
    lines = [Line(package.entries[0].fields["title"], 1, centred=True)]
    for part, length in zip(_PARTS, _LENGTHS, strict=True):
        lines += [Line(f"{part}"), Line("本节与前述班组概况、实施背景相呼应，实施效果见后。" + cast.prose(rng, length - 60))]
    _rewrite(package, lines)
    return Expected()


@spec("sheet_header_further_down", "js", "js-bundle")
def _sheet(package: Package, rng: Random) -> Expected:
    keys = ("organisation", "team", "title", "contact", "contact_mobile")
    head = ("序\n号", "组 织 名 称", "班组名称", "经验名称", "直接\n联系人", "手 机")
    rows: list[tuple[str | int | None, ...]] = [(None,), ("附件3",), ("2025年江苏省质量信得过班组建设典型经验申报汇总表",), (None,), head]
    for number, entry in enumerate(package.entries, start=1):
        values: list[str | int | None] = [number, *(entry.fields[key] for key in keys)]
        values[-1] = int(entry.fields["contact_mobile"])
        rows.append(tuple(values))
    rows += [(None,), ("填表人：", None, None, "日期：")]
    package.common["summary"].make = lambda: write_xlsx(rows, sheet="汇总")
    return Expected()


@spec("two_teams_of_one_enterprise", "js")
def _two_teams(package: Package, rng: Random) -> Expected:
    other = notices.jsaq(rng)
    entry = other.entries[0]
    shared = ("organisation", "uscc", "address", "postcode", "organisation_type", "industry", "organisation_size", "is_central_soe")
    entry.fields |= {key: package.entries[0].fields[key] for key in (*shared, "central_soe_group", "telephone", "department")}
    package.entries.append(entry)
    for each in package.entries:
        each.folder = each.fields["team"]
    return Expected()


@spec("note_rows_in_the_form", "js", "cq", "pp")
def _notes(package: Package, rng: Random) -> Expected:
    """Filling instructions below the table, and a line of thanks above it."""
    plain = package.decorate

    def decorate(layout: Layout) -> Layout:
        done: list[Line | Table] = [
            *plain(layout),
            Line("注：1. 组织名称以公章为准。2. 手机请填写常用号码，邮编为6位。"),
            Line("填表日期：2025年6月3日"),
        ]
        return tuple(done)

    package.decorate = decorate
    return Expected()


@spec("blank_statistics", "js-bundle", "cq")
def _blank_statistics(package: Package, rng: Random) -> Expected:
    package.statistics["recommended_teams"] = ""
    return Expected(("missing-field",), optional=("count-mismatch",))


@spec("material_exactly_at_the_limit", "cm", "cq")
def _at_the_limit(package: Package, rng: Random) -> Expected:
    """Whatever a title and headings count for, a body well inside the limits keeps them."""
    characters = 2400 if package.programme == "cmea-2020" else 4700
    sections = [(heading, cast.prose(rng, characters // 4)) for heading in ("一、概况", "二、做法", "三、成效", "四、荣誉")]
    package.entries[0].pieces["material"].make = lambda: write_docx(forms.prose_layout("班组材料", sections))
    return Expected()
