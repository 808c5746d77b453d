"""ineligible: the form itself states what the notice's conditions rule out, such as accidents.

Judged on forms read from text; what only a scan states is not relied on, since a rejection follows.

Options: `zero`: fields whose count must be nought.
Fails: 质量、安全事故数 1.
Passes: 质量、安全事故数 0, 无, or blank (that is `missing-field`'s).
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application
from bot.findings import Fact, Finding
from bot.rules.context import RuleContext
from bot.rules.options import CountKey, RuleOptions, Several
from bot.rules.values import count_of

ID = "ineligible"
CODES = ("ineligible",)
SUMMARY = "申报表填写的内容不符合申报条件（如近三年发生质量、安全事故）。"
GUIDE = (
    "只看能直接读取文字的申报表：扫描件可能识别有误，不据此作不予受理的决定。"
    "例：“质量、安全事故数”填1的不符合条件；填0或“无”的符合；空白的按漏填处理。"
)


class Options(RuleOptions):
    zero: Several[CountKey] = ()


def check_application(application: Application, context: RuleContext[Options]) -> Iterator[Finding]:
    """One finding for each such field that is above nought."""
    forms = [form for form in application.of("application_form") if form.refusal is None and not form.scanned and form.fields]
    for key in context.options.zero:
        value = next((form.fields[key] for form in forms if form.fields.get(key, "").strip()), "")
        count = count_of(value)
        if count is not None and count > 0:
            spec = context.programme.field(key)
            facts: dict[str, Fact] = {"label": spec.label if spec else key, "value": value}
            yield Finding(ID, facts, field=key, document="application_form", path=forms[0].path)
