"""inconsistent: organisation, team or title differ between the documents of one application.

The Word form is held against the stamped form, the experience, the recommendation form and its line on the summary
sheet, after NFKC, blanks and bracket forms are evened out. Against a scan OCR's errors are allowed for: lookalikes count
as the same; only a clear difference on a page that is otherwise read well is an error, a doubtful one is
`possibly-inconsistent` (a warning).

Options: `fields`; `kinds`: documents held against the form; `lists`: package documents with a line for each team;
`clear`: a scan's value less similar than this is another one, 0 to 1 (0.15 less for short names); `alike`: one more similar is the same.
Fails: 班组名称 第一测量班 in the form, 综合第一测量班 on the summary sheet.
Passes: 甲（集团）有限公司 and 甲(集团) 有限公司; a scan read as 第一测量斑.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import model_validator

from bot.facts import Application, Copy, DocumentFacts
from bot.findings import Fact, Finding
from bot.names import differing_characters, evened, file_name, name_likeness, unquoted
from bot.rules.blanks import is_blank
from bot.rules.context import RuleContext
from bot.rules.options import ApplicationKind, AtLeastOne, FieldKey, ListKind, RuleOptions, Several, Share
from bot.rules.rows import row_of

ID = "inconsistent"
CODES = ("inconsistent", "possibly-inconsistent")
SUMMARY = "同一申报的各份材料中组织名称、班组名称或经验名称不一致。"
GUIDE = (
    "以Word版申报表为准，与盖章版、其他材料和汇总表比较；空格和括号写法不同的视为相同。"
    "与扫描件比较时已考虑识别误差：明显不同的须补正，不能确定的只作提醒。"
    "例：申报表写“第一测量班”、汇总表写“综合第一测量班”的不一致。"
)


class Options(RuleOptions):
    fields: AtLeastOne[FieldKey] = ("organisation", "team", "title")
    kinds: Several[ApplicationKind] = ("application_form", "experience", "team_material", "recommendation_form")
    lists: Several[ListKind] = ("summary_sheet",)
    clear: Share = 0.7
    alike: Share = 0.85

    @model_validator(mode="after")
    def _at_one(self) -> Options:
        if self.clear > self.alike:
            raise ValueError(f"`clear` {self.clear} is above `alike` {self.alike}: one name would be the same and another one at once")
        if not self.kinds and not self.lists:
            raise ValueError("`kinds` and `lists` are both empty: nothing is compared; `enabled = false` switches the rule off")
        return self


def check_application(application: Application, context: RuleContext[Options]) -> Iterator[Finding]:
    """One finding for each field and document that says otherwise than the form."""
    reference = _reference(application)
    if reference is None:
        return
    for document in application.documents:
        if document is reference or document.refusal is not None or document.kind not in context.options.kinds:
            continue
        stated = {**document.fields, "title": document.title or document.fields.get("title", "")}
        yield from _compare(reference, stated, document, context)
    for kind in context.options.lists:
        for sheet in context.package.of(kind, Copy.EDITABLE):
            row = None if sheet.refusal or sheet.scanned else row_of(application, sheet, context)
            if row is not None:
                yield from _compare(reference, row, sheet, context)


def _reference(application: Application) -> DocumentFacts | None:
    """What the others are held against: the form read from text, else the scanned one."""
    forms = [form for form in application.of("application_form") if form.refusal is None and form.fields]
    forms.sort(key=lambda form: (form.scanned, form.copy is not Copy.EDITABLE))
    return forms[0] if forms else None


def _compare(form: DocumentFacts, stated: Mapping[str, str], document: DocumentFacts, context: RuleContext[Options]) -> Iterator[Finding]:
    pairs = {
        key: (form.fields.get(key, ""), stated.get(key, ""))
        for key in context.options.fields
        if key not in document.doubtful and key not in form.doubtful
    }
    pairs = {key: pair for key, pair in pairs.items() if not any(is_blank(value, name=True) for value in pair)}
    alike = {key: name_likeness(*pair) for key, pair in pairs.items()}
    for key, (value, other) in pairs.items():
        if document.scanned or form.scanned:
            read_well = min((alike[k] for k in alike if k != key), default=0.0) >= 0.92
            code = _scan_differs(value, other, read_well, context)
            if code != ID and read_well and _no_misreading(key, value, other, document, context):
                code = ID
        else:
            code = "inconsistent" if _text_differs(key, value, other, document, context) else ""
        if code:
            spec = context.programme.field(key)
            facts: dict[str, Fact] = {
                "label": spec.label if spec else key,
                "value": value,
                "file": file_name(form.path),
                "other_value": other,
                "other_file": file_name(document.path),
            }
            yield Finding(code, facts, field=key, document=document.kind, path=document.path)


def _text_differs(key: str, value: str, other: str, document: DocumentFacts, context: RuleContext[Options]) -> bool:
    one, two = (evened(unquoted(name)) if key == "title" else evened(name) for name in (value, other))
    if one == two:
        return False
    if document.kind in ("application_form", "recommendation_form", *context.options.lists):
        return True
    if one in two or (two in one and key != "title"):
        # Running text says more around a name, or less where it was named in full before.
        return False
    if key == "title":
        # A heading that is no title at all (典型经验材料) contradicts nothing.
        rule = context.programme.title_rule
        if rule is not None and one.startswith(two) and not two.endswith(rule.end):
            return False  # a heading over two lines, of which this is the first
        return name_likeness(value, other) >= 0.4 or (rule is not None and two.startswith(rule.begin) and two.endswith(rule.end))
    return True


def _scan_differs(value: str, other: str, read_well: bool, context: RuleContext[Options]) -> str:
    one, two = evened(value), evened(other)
    alike = name_likeness(value, other)
    if alike >= context.options.alike or (len(two) < len(one) and two in one) or (one in two and len(two) > 2 * len(one)):
        return ""
    # Of a short name two misread characters are a large part: it takes more to make it another one.
    clear = context.options.clear if max(len(one), len(two)) > 8 else context.options.clear - 0.15
    if read_well and alike < clear and differing_characters(value, other) >= 2:
        return "inconsistent"
    return "inconsistent" if alike < context.options.clear / 2 and min(len(one), len(two)) >= 3 else "possibly-inconsistent"


def _no_misreading(key: str, value: str, other: str, document: DocumentFacts, context: RuleContext[Options]) -> bool:
    """Whether a scan says what OCR makes of no name: a team's other ending (班 for 组), or words before it that nothing there prints."""
    one, two = evened(value), evened(other)
    if key == "team":
        ends = [next((ending for ending in context.programme.team_endings if name.endswith(ending)), "") for name in (one, two)]
        if all(ends) and ends[0] != ends[1]:
            return True
    before = two.removesuffix(one)
    if before == two or not re.fullmatch(r"[\u4e00-\u9fff]{2,}", before):
        return False
    spec = context.programme.field(key)
    printed = (*(spec.labels if spec else ()), *(document.seal.texts if document.seal else ()))
    return not any(before in evened(text) for text in printed)
