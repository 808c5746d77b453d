"""missing-section: a section that the notice asks for is not in the document, or has a heading and no text.

The programme's [[document]] `sections`; where a [title_rule] stands, the experience must also state its own name. Of
several files of one kind the most complete one is judged. Scans and files that can't be opened are not.

Options: `title_in`: the document kind that must state its own name.
Fails: a 典型经验.docx with 班组概况, 实施背景 and 实施过程, but no 实施效果.
Passes: all four, whatever their numbering.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.programme.specs import DocumentSpec
from bot.rules.context import RuleContext
from bot.rules.options import KindOrNone, RuleOptions

ID = "missing-section"
CODES = ("missing-section",)
SUMMARY = "材料缺少通知要求的章节。"
GUIDE = "以通知要求的章节为准，编号写法不限；只有标题、没有正文的视为缺少。同类文件有几份的，以最完整的一份为准。扫描件不作此判断。"


class Options(RuleOptions):
    title_in: KindOrNone = "experience"


def check(subject: Application | Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """One finding for each section that the documents of the application, or of the whole mail, lack."""
    for spec in context.programme.documents:
        readable = [d for d in subject.documents if d.kind == spec.kind and d.refusal is None and not d.scanned and d.characters]
        if not spec.sections or not readable:
            continue
        document = min(readable, key=lambda document: len(_missing(spec, document, context)))
        for key, problem in _missing(spec, document, context):
            facts: dict[str, Fact] = {"section": key, "document": spec.label, "file": file_name(document.path), "problem": problem}
            yield Finding(ID, facts, document=spec.kind, path=document.path)


check_application = check_package = check


def _missing(spec: DocumentSpec, document: DocumentFacts, context: RuleContext[Options]) -> tuple[tuple[str, str], ...]:
    characters = {section.key: section.characters for section in document.sections}
    missing = [
        (section.key, "empty" if section.key in characters else "")
        for section in spec.sections
        if section.required and not characters.get(section.key)
    ]
    title = context.programme.field("title")
    asked = context.programme.title_rule is not None and spec.kind == context.options.title_in
    if asked and not document.title.strip() and title is not None and title.label not in characters:
        missing.insert(0, (title.label, ""))
    return tuple(missing)
