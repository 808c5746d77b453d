"""missing-field: a required field of a form is blank.

A field is required by the programme's [[field]] tables: on this channel, and where another field makes it so (the group
of a central enterprise). Strokes, left-over hints such as （盖章） and, for names, 无 count as blank. Only forms read
from text are judged: what a scan seems to leave blank may be OCR's fault. Required numbers of the statistics form too, and lists
(the summary sheet) that are asked for and hold no line below their headings.

Options: `names`: text fields for which 无 says nothing; `either_copy`: fields that may also stand on the stamped copy
only, since they are often written there by hand; `none`: fields in which a stroke says that there is none.
Fails: 班组人数 empty in the Word form; 是否属于央企 是 and 所属央企集团全称 empty; a summary sheet as it was downloaded.
Passes: 顾客投诉数 无 or /; 所属央企集团全称 empty where 是否属于央企 is 否.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.facts import EMPTY_LIST, Application, DocumentFacts, Package
from bot.findings import Finding
from bot.names import evened, file_name
from bot.programme.specs import FieldSpec
from bot.rules.blanks import is_blank, says_yes, says_yes_or_no
from bot.rules.context import RuleContext
from bot.rules.options import FieldKey, RuleOptions, Several
from bot.rules.requirements import admits, required

ID = "missing-field"
CODES = ("missing-field",)
SUMMARY = "申报表或统计表的必填项没有填写，或汇总表一行也没有填写。"
GUIDE = (
    "以通知的必填项为准，包括由其他项目决定的必填项（如属于央企的，须填所属集团）。"
    "只画横线、留有“（盖章）”等提示字样，或名称类项目填“无”的，视为空白。扫描件看似空白的不作此判断。"
)


class Options(RuleOptions):
    names: Several[FieldKey] = ("organisation", "team", "title", "contact", "leader", "address", "recommender", "central_soe_group")
    either_copy: Several[FieldKey] = ("recommendation_reason", "enterprise_opinion")
    none: Several[FieldKey] = ("telephone", "complaints", "accidents")


def check_application(application: Application, context: RuleContext[Options]) -> Iterator[Finding]:
    """One finding for each required field that no form read from text fills in."""
    forms = [form for form in application.of("application_form") if _read_from_text(form)]
    forms = [form for form in forms if form.fields] or forms[:1]
    if not forms or (not forms[0].fields and forms[0].copy != "editable"):
        return
    scans = [form for form in application.of("application_form") if form.refusal is None and form.scanned]
    wanted = [spec for spec in context.programme.fields if _is_required(spec, forms, context)]
    blank = [spec for spec in wanted if not _filled(spec, forms, scans, context)]
    file = file_name(forms[0].path)
    if wanted and len(blank) == len(wanted):
        yield Finding(ID, {"problem": "all", "file": file}, document="application_form", path=forms[0].path)
        return
    for spec in blank:
        problem = "when" if spec.when else "reason" if spec.key == "recommendation_reason" else ""
        facts = {"label": spec.label, "file": file, "problem": problem}
        yield Finding(ID, facts, field=spec.key, document="application_form", path=forms[0].path)


def check_package(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """One finding for each required number that the statistics form leaves blank, and for each list without a line."""
    yield from _empty_lists(package, context)
    forms = [d for d in package.documents if d.refusal is None and "statistics_form" in (d.kind, *d.parts) and not d.pictures_only]
    stated = {key for form in forms for key, value in form.statistics.items() if not is_blank(value)}
    if not forms or (all(form.scanned for form in forms) and not stated):
        return
    for spec in context.programme.statistics:
        if spec.required and spec.key not in stated and is_blank(package.statistics.get(spec.key, "")):
            facts = {"label": spec.label, "file": file_name(forms[0].path), "problem": "statistic"}
            yield Finding(ID, facts, field=spec.key, document="statistics_form", path=forms[0].path)


def _read_from_text(form: DocumentFacts) -> bool:
    return form.refusal is None and not form.scanned and not form.pictures_only


def _empty_lists(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    found: dict[str, Finding] = {}
    for requirement in required("package", package, context.programme):
        sheets = [d for d in package.documents if d.refusal is None and admits(requirement, d, context.programme)]
        if sheets and all(EMPTY_LIST in sheet.notes for sheet in sheets):
            facts = {"label": requirement.label, "file": file_name(sheets[0].path), "problem": "list"}
            found.setdefault(sheets[0].path, Finding(ID, facts, document=requirement.document, path=sheets[0].path))
    yield from found.values()


def _is_required(spec: FieldSpec, forms: list[DocumentFacts], context: RuleContext[Options]) -> bool:
    if not spec.required or (context.package.channel is not None and context.package.channel not in spec.channels):
        return False
    if context.package.channel is None and len(spec.channels) == 1:
        return False
    if spec.when is None:
        return True
    key, value = spec.when
    return any(_agrees(form.fields.get(key, ""), value) for form in forms)


def _agrees(written: str, value: str) -> bool:
    return says_yes(written) if value == "是" else evened(written) == evened(value)


def _filled(spec: FieldSpec, forms: list[DocumentFacts], scans: list[DocumentFacts], context: RuleContext[Options]) -> bool:
    if any(_says_something(spec, form.fields.get(spec.key, ""), context) for form in forms):
        return True
    if spec.key not in context.options.either_copy:
        return False
    stated = [scan.fields.get(spec.key, "") for scan in scans if spec.key not in scan.doubtful]
    return any(len(evened(value)) >= 4 and not is_blank(value) for value in stated)


def _says_something(spec: FieldSpec, value: str, context: RuleContext[Options]) -> bool:
    if spec.key in context.options.none and re.fullmatch(r"[-/\\]{1,3}", evened(value)):
        return True
    if spec.type == "yes-no" and says_yes_or_no(value):
        return True
    return not is_blank(value, name=spec.key in context.options.names)
