"""invalid-field: a value that can't be right.

By the field's type in the programme: credit code (GB 32100, with its check digit), mobile, landline, postcode, e-mail,
percent, number, whole number, year, 是/否. Tolerant of full-width digits, blanks, units, 约, 以上, several numbers and
无. Values read from scans are never judged: OCR may have misread them. Blank ones are `missing-field`'s.

Options: none.
Fails: 统一社会信用代码 91320500009RDKPJUX (check digit); 手机 1391234567; 产品/服务合格率 101.
Passes: 手机 +86 139-1234-5678 / 138 1234 5678; 产品/服务满意度 ≥98%; 质量成本 约12.5万元.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Finding
from bot.names import file_name
from bot.programme.specs import FieldSpec, StatisticSpec
from bot.rules.blanks import is_blank
from bot.rules.context import Context
from bot.rules.values import PROBLEMS

ID = "invalid-field"
CODES = ("invalid-field",)
SUMMARY = "填写的内容有误：信用代码、手机、邮编、邮箱、百分比或数字不正确。"
GUIDE = (
    "信用代码核对校验位；手机、座机、邮编、邮箱、百分比、数字和年份核对写法。扫描件上的内容不作此判断。"
    "例：合格率101、手机号只有10位的有误；“≥98%”“约12.5万元”“无”等常见写法没有问题。"
)


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """One finding for each field that no form read from text states rightly."""
    forms = [(form, form.fields) for form in _read_from_text(application.of("application_form")) if form.fields]
    yield from _findings(context.programme.fields, forms)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """The same for the statistics form."""
    forms = [(form, form.statistics) for form in _read_from_text(package.of("statistics_form"))]
    yield from _findings(context.programme.statistics, forms)


def _read_from_text(forms: Sequence[DocumentFacts]) -> list[DocumentFacts]:
    return [form for form in forms if form.refusal is None and not form.scanned]


def _findings(specs: Sequence[FieldSpec | StatisticSpec], forms: Sequence[tuple[DocumentFacts, Mapping[str, str]]]) -> Iterator[Finding]:
    for spec in specs:
        check = PROBLEMS.get(spec.type)
        stated = (
            (form, values[spec.key]) for form, values in forms if not is_blank(values.get(spec.key, "")) and spec.key not in form.doubtful
        )
        form, value = next(stated, (None, ""))
        if form is not None and check is not None and (problem := check(value)):
            facts = {"label": spec.label, "value": value, "file": file_name(form.path), "problem": problem}
            yield Finding(ID, facts, field=spec.key, document=form.kind, path=form.path)
