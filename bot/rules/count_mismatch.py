"""count-mismatch: the number recommended in the statistics, or the lines of the summary sheet, differ from what came.

A form read from text goes before a scan, and a poorly read scan is not relied on. Nothing is said where no application came at
all: then they are missing.

Options: `statistic`: the key of the number; `lists`: lists with a line for each application.
Fails: 本年度推荐数 5, and 3 applications.
Passes: 本年度推荐数 3, three lines, and 3 applications.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Copy, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import RuleContext
from bot.rules.options import ListKind, RuleOptions, Several, StatisticKey
from bot.rules.rows import named_rows
from bot.rules.values import count_of

ID = "count-mismatch"
CODES = ("count-mismatch",)
SUMMARY = "统计表的推荐数或汇总表的行数与收到的申报数不一致。"
GUIDE = "统计表填写的推荐数、汇总表的行数，与实际收到的申报数比较。只有扫描件写明的数字不作依据。一件申报都没有收到的，按缺少材料处理。"


class Options(RuleOptions):
    statistic: StatisticKey = "recommended_teams"
    lists: Several[ListKind] = ("summary_sheet",)


def check_package(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding for the statistics form, and one for each list."""
    received = len(package.applications)
    if not received:
        return
    key = context.options.statistic
    forms = [form for form in package.of("statistics_form") if form.refusal is None and "poor-scan" not in form.notes]
    counts = [(form, count_of(form.statistics.get(key, ""))) for form in sorted(forms, key=lambda form: form.scanned)]
    form, stated = next((pair for pair in counts if pair[1] is not None), (None, None))
    if form is not None and stated is not None and stated != received:
        facts: dict[str, Fact] = {"stated": stated, "received": received, "file": file_name(form.path), "problem": "statistic"}
        yield Finding(ID, facts, field=key, document=form.kind, path=form.path)
    for kind in context.options.lists:
        for sheet in package.of(kind, Copy.EDITABLE):
            lines = len(named_rows(sheet)) if sheet.refusal is None and not sheet.scanned else 0
            if lines and lines != received:
                facts = {"stated": lines, "received": received, "file": file_name(sheet.path), "problem": "list"}
                yield Finding(ID, facts, document=kind, path=sheet.path)
