"""team-name-rule: the team's name does not end as the notice asks (班, 组, 工段 or 室), or a superior stands before a name.

A remark in brackets after the name does not matter. Where the notice wants names without the superior department, a company
before the team's name, or before another company's, is one; a branch (分公司, 供电公司) bears its company's name rightly, and a
department can't be told from a part of the name. Names that only a scan states are not judged.

Options: `superior`: the fields that may bear no superior, [] where the notice asks nothing of it.
Fails: 设备维修中心; 甲水务有限公司化验班; 甲集团公司乙燃气有限公司 as the organisation.
Passes: 设备维修中心焊接班; 焊接班（夜班）; 甲建设有限公司江苏分公司.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.facts import Application
from bot.findings import Fact, Finding
from bot.names import evened
from bot.rules.blanks import is_blank
from bot.rules.context import RuleContext
from bot.rules.options import NameKey, RuleOptions, Several

ID = "team-name-rule"
CODES = ("team-name-rule",)
SUMMARY = "班组名称未按通知要求以“班”“组”“工段”或“室”等结尾，或名称前挂了上级单位。"
GUIDE = (
    "名称后括号内的说明不影响判断。要求不挂上级部门的，名称前另写有公司名称的不合要求；分公司可以写所属公司的名称。"
    "只有扫描件写明的名称不作此判断。例：“设备维修中心”不合要求，“设备维修中心焊接班”合要求。"
)


class Options(RuleOptions):
    superior: Several[NameKey] = ()


def check_application(application: Application, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding where the team's name has another ending, and one for each name that bears a superior."""
    endings = context.programme.team_endings
    team = _stated(application, "team")
    plain = evened(team)
    for key in context.options.superior:
        name = _stated(application, key)
        if _SUPERIOR[key].search(evened(name)):
            spec = context.programme.field(key)
            facts: dict[str, Fact] = {"problem": "superior", "label": spec.label if spec else key, "value": name}
            yield Finding(ID, facts, field=key, document="application_form")
    if not endings or not plain:
        return
    if not plain.endswith(endings) and not re.sub(r"\([^()]*\)$", "", plain).endswith(endings):
        facts = {"team": team, "endings": endings}
        yield Finding(ID, facts, field="team", document="application_form")


_SUPERIOR = {
    "team": re.compile(r"(?:有限责任公司|有限公司|股份公司|集团公司|总公司|分公司).{2,}"),
    "organisation": re.compile(r"(?:有限责任公司|有限公司|集团公司|总公司).{2,}(?:有限责任公司|有限公司|股份公司|集团公司)$"),
}


def _stated(application: Application, key: str) -> str:
    forms = [form for form in application.of("application_form") if not form.scanned]
    return next((form.fields[key].strip() for form in forms if not is_blank(form.fields.get(key, ""), name=True)), "")
