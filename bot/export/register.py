"""The register of a programme and its working papers, in the association's own shape, as .xlsx.

The register has one row a case: its number, decision, time, channel, recommender, then the form's fields in the form's own
order (`[[field]]`), or the statistics where the case is a recommender's package. Working papers come from `[[paper]]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.errors import ShenbaoError
from bot.export.workbook import Value, Workbook, number_of
from bot.programme.papers import PaperSpec
from bot.programme.programme import Programme
from bot.store.models import Application, Package
from bot.store.staff.case import package_statistics, packages_in, reasons_by_application, register_rows
from bot.store.staff.cases import Case, package_cases
from bot.store.store import Store
from bot.views.words import CHANNELS, CODES, DECISIONS, local

_NUMERIC = frozenset({"number", "integer", "percent", "year"})
_LEADING = ("编号", "处理结果", "收到时间", "报送渠道", "推荐单位", "发件邮箱")
_LEADING_WIDTHS = (17, 11, 17, 10, 26, 26)
_BY_HAND = 48
"""Points that a row needs into which people write."""


def export_register(store: Store, programme: Programme, path: Path | str) -> int:
    """Write a programme's register and working papers to an .xlsx file; how many cases it lists.

    Raises ShenbaoError where the file can't be written.
    """
    with store.reading() as session:
        data, count = workbook(session, programme)
    write_file(Path(path), data)
    return count


def workbook(session: Session, programme: Programme) -> tuple[bytes, int]:
    """The register's sheet, then the working papers'; and how many cases the register lists."""
    book = Workbook()
    count = add_register(book, session, programme, "申报登记表")
    for paper in programme.papers:
        add_paper(book, session, programme, paper)
    return book.data(), count


def paper_workbook(session: Session, programme: Programme, paper: PaperSpec) -> bytes:
    """One working paper as a file of its own."""
    book = Workbook()
    add_paper(book, session, programme, paper)
    return book.data()


def register_of_day(session: Session, programmes: Sequence[Programme]) -> bytes | None:
    """The registers of several programmes, a sheet each, for the digest; None where there is no programme."""
    if not programmes:
        return None
    book = Workbook()
    for programme in programmes:
        add_register(book, session, programme, programme.title)
    return book.data()


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole. Raises ShenbaoError where that fails."""
    try:
        path.write_bytes(data)
    except OSError as error:  # no such folder, no permission, disk full, open in Excel on a share
        raise ShenbaoError(f"can't write {path}: {error.strerror}") from error


# --- the register ------------------------------------------------------------------------------------------------


def add_register(book: Workbook, session: Session, programme: Programme, name: str) -> int:
    """Add the register's sheet; how many cases it lists."""
    rows: list[Sequence[Value]]
    if programme.case == "package":
        heads, rows = _package_register(session, programme)
    else:
        heads, rows = _application_register(session, programme)
    widths = (*_LEADING_WIDTHS, *(16 for _ in heads[len(_LEADING) :]))
    book.sheet(name, heads, rows, widths=widths)
    return len(rows)


def _application_register(session: Session, programme: Programme) -> tuple[list[str], list[Sequence[Value]]]:
    specs = [spec for spec in programme.fields if spec.key != "recommender"]
    reasons = reasons_by_application(session, programme.id)
    rows: list[Sequence[Value]] = [
        (
            *_leading(application.reference, application.decision, application.opened_at, application.channel, package),
            *(_cell(spec.type, str(application.fields.get(spec.key, ""))) for spec in specs),
            "、".join(CODES.get(code, code) for code in reasons.get(application.id or 0, ())),
        )
        for application, package in register_rows(session, programme.id)
    ]
    blank = [""] * len(specs)
    for case in package_cases(session, programme.id):  # a number is given, no application could be read yet
        leading = _leading(case.reference, case.decision, case.opened_at, case.channel, case)
        rows.append((*leading, *blank, "、".join(CODES.get(code, code) for code in case.reason_codes)))
    rows.sort(key=lambda row: (len(str(row[0])), str(row[0])))
    return [*_LEADING, *(spec.label for spec in specs), "问题"], rows


def _package_register(session: Session, programme: Programme) -> tuple[list[str], list[Sequence[Value]]]:
    statistics = package_statistics(session, programme.id)
    rows: list[Sequence[Value]] = [
        (
            *_leading(package.reference, package.decision or "", package.opened_at, package.channel, package),
            *(_cell(spec.type, str(statistics.get(package.id or 0, {}).get(spec.key, ""))) for spec in programme.statistics),
        )
        for package in packages_in(session, programme.id)
        if package.reference
    ]
    return [*_LEADING, *(spec.label for spec in programme.statistics)], rows


def _leading(reference: str | None, decision: str, opened: datetime, channel: str | None, package: Package | Case) -> tuple[Value, ...]:
    return (
        reference or "",
        DECISIONS.get(decision, decision),
        f"{local(opened):%Y-%m-%d %H:%M}",
        CHANNELS.get(channel or "", ""),
        (package.recommender or package.sender_name) if channel == "recommender" else "",
        package.sender_address,
    )


def _cell(kind: str, text: str) -> Value:
    return number_of(text) if kind in _NUMERIC else text


# --- working papers ----------------------------------------------------------------------------------------------


def add_paper(book: Workbook, session: Session, programme: Programme, paper: PaperSpec) -> None:
    """Add a working paper's sheets."""
    _PAPERS[paper.kind](book, session, programme, paper)


def _list(book: Workbook, session: Session, programme: Programme, paper: PaperSpec) -> None:
    chosen = [row for row in register_rows(session, programme.id) if row[0].decision in paper.decisions]
    rows = [
        [_value(column.value, number, application, package) for column in paper.columns]
        for number, (application, package) in enumerate(chosen, 1)
    ]
    heads, widths = [column.label for column in paper.columns], [column.width for column in paper.columns]
    least = _BY_HAND if any(not column.value for column in paper.columns) else 0
    book.sheet(paper.name, heads, rows, widths=widths, title=paper.title, lines=paper.lines, foot=paper.foot, least=least)


def _value(value: str, number: int, application: Application, package: Package) -> Value:
    if value == "number":
        return number
    known: Mapping[str, str] = {
        "reference": application.reference,
        "channel": CHANNELS.get(application.channel or "", ""),
        "recommender": package.recommender or str(application.fields.get("recommender", "")),
        "received": f"{local(application.opened_at):%Y-%m-%d %H:%M}",
        "sender": package.sender_address,
    }
    parts = (known[key] if key in known else str(application.fields.get(key, "")) for key in value.split("+") if key)
    return " / ".join(filter(None, parts))


def _scores(book: Workbook, session: Session, programme: Programme, paper: PaperSpec) -> None:
    chosen = [row for row in register_rows(session, programme.id) if row[0].decision in paper.decisions]
    total = sum(criterion.points for criterion in paper.criteria)
    heads = ["序号", "编号", "企业名称", "班组名称", *(f"{c.item}（{c.points}分）" for c in paper.criteria), f"总分（{total}分）"]
    rows: list[Sequence[Value]] = []
    names = []
    for number, (application, _) in enumerate(chosen, 1):
        organisation, team = application.organisation, application.team
        sheet = book.sheet(
            f"{number:03d} {''.join(c for c in team or organisation if c.isalnum())[:27]}",  # it stands in formulas
            ["序号", "评价项目", "评价内容", "分值", "得分", "评语"],
            [
                *((n, c.item, "\n".join(c.content), f"{c.points}分", None, None) for n, c in enumerate(paper.criteria, 1)),
                ("总分", "", "", f"{total}分", None, None),
            ],
            widths=(6, 12, 60, 8, 8, 24),
            title=paper.title,
            lines=(f"编号：{application.reference}", f"企业名称：{organisation}", f"班组名称：{team}"),
            foot=("评委：　　　　　　　　　　年　　月　　日",),
            freeze=False,
        )
        sheet.page_setup.fitToHeight = 1  # an expert's sheet is one page, signature and all
        names.append(sheet.title)
        first = 6  # title, three lines, heading
        scores = f"E{first}:E{first + len(paper.criteria) - 1}"
        sheet.cell(first + len(paper.criteria), 5).value = f'=IF(COUNT({scores})=0,"",SUM({scores}))'
        rows.append((number, application.reference, organisation, team, *(None for _ in paper.criteria), None))
    overview = book.sheet(f"{paper.name}汇总", heads, rows, widths=(6, 17, 32, 20, *(16 for _ in paper.criteria), 14), title=paper.title)
    for row, name in enumerate(names, 3):
        quoted = name.replace("'", "''")
        for column in range(len(paper.criteria) + 1):
            score = f"'{quoted}'!E{6 + column}"
            overview.cell(row, 5 + column).value = f'=IF({score}="","",{score})'


def _statistics(book: Workbook, session: Session, programme: Programme, paper: PaperSpec) -> None:
    statistics = package_statistics(session, programme.id)
    packages = [p for p in packages_in(session, programme.id) if p.id in statistics and p.channel != "enterprise"]
    specs = programme.statistics
    rows: list[Sequence[Value]] = []
    totals: dict[str, float] = {}
    for number, package in enumerate(packages, 1):
        stated = statistics[package.id or 0]
        values = [_cell(spec.type, str(stated.get(spec.key, ""))) for spec in specs]
        for spec, value in zip(specs, values, strict=True):
            if spec.type in _NUMERIC and isinstance(value, int | float):
                totals[spec.key] = round(totals.get(spec.key, 0) + value, 6)
        rows.append((number, package.recommender or package.sender_name, package.reference or "", *values))
    sums: Iterable[Value] = (_whole(totals[spec.key]) if spec.key in totals else None for spec in specs)
    rows.append(("合计", f"{len(packages)}家", "", *sums))
    heads = ["序号", "推荐单位", "编号", *(spec.label for spec in specs)]
    book.sheet(paper.name, heads, rows, widths=(6, 32, 17, *(14 for _ in specs)), title=paper.title, lines=paper.lines, foot=paper.foot)


def _whole(value: float) -> Value:
    return int(value) if value == int(value) else value


_PAPERS: Mapping[str, Callable[[Workbook, Session, Programme, PaperSpec], Any]] = {
    "list": _list,
    "scores": _scores,
    "statistics": _statistics,
}
