"""wrong-year: a form is of another year, or a statistics form of another period.

The year in the heading and 申报年度 are held against the programme's `year`; the months of a statistics form against its
`period`. Where a Word copy exists, its scan is not judged, nor is a paper that nobody asked this sender for. One finding a kind.

Options: `documents`: the kinds whose year counts.
Fails: last year's form (2024年…申报表) in 2025; statistics of 2023年6月-2024年6月.
Passes: this year's form; a form without any year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import RuleContext
from bot.rules.options import AtLeastOne, Kind, RuleOptions
from bot.rules.requirements import required
from bot.rules.values import plain, years_in

ID = "wrong-year"
CODES = ("wrong-year",)
SUMMARY = "申报表或统计表不是本年度的版本。"
GUIDE = "核对表头的年度、“申报年度”和统计表的统计时段；没有写年度的不作此判断。有Word版的，不再看扫描件的年度。"

_MONTH = re.compile(r"((?:19|20)\d\d)\D{1,2}(\d{1,2})(?!\d)")


class Options(RuleOptions):
    documents: AtLeastOne[Kind] = ("application_form", "statistics_form")


def check(subject: Application | Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding for each kind of document, of the application or of the whole mail, that states another year or period."""
    asked = {r.document for scope in ("application", "package") for r in required(scope, context.package, context.programme)}
    others = {r.document for r in context.programme.requirements} - asked
    for spec in context.programme.documents:
        readable = [d for d in subject.documents if d.kind == spec.kind and d.refusal is None]
        if spec.kind not in context.options.documents or spec.kind in others:
            continue
        for document in [d for d in readable if not d.scanned] or readable:
            facts = _wrong(document, context)
            if facts:
                facts |= {"document": spec.label, "file": file_name(document.path)}
                yield Finding(ID, facts, field="year" if facts["problem"] == "field" else None, document=spec.kind, path=document.path)
                break


check_application = check_package = check


def _wrong(document: DocumentFacts, context: RuleContext[Options]) -> dict[str, Fact]:
    expected = context.programme.year
    if document.year and document.year != expected:
        return {"problem": "", "actual": document.year, "expected": expected}
    stated = years_in(document.fields.get("year", "")) if "year" not in document.doubtful else ()
    if stated and expected not in stated:
        return {"problem": "field", "actual": stated[0], "expected": expected}
    theirs, ours = _months(document.period), _months(" ".join(context.programme.period))
    if theirs and ours and not theirs <= ours and not (len(theirs) > len(ours) and ours <= theirs):
        return {"problem": "period", "period": document.period, "expected_period": _written(ours)}
    return {}


def _months(text: str) -> frozenset[tuple[int, int]]:
    return frozenset((int(year), int(month)) for year, month in _MONTH.findall(plain(text)) if 1 <= int(month) <= 12)


def _written(months: frozenset[tuple[int, int]]) -> str:
    return "至".join(f"{year}年{month}月" for year, month in sorted(months))
