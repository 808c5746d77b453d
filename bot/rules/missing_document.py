"""missing-document: a required document, or the required copy of it, is not there.

What the programme's [[requirement]] tables ask for on this channel is looked for in each application and in the package.
A file that is there but can't be opened is not missing: its own finding says so. Where nothing usable came at all, one
finding names everything that is asked for; where only links came, `linked-attachment` stands alone. A file of the right kind
that can't be told to belong to any team is named. A Word file that holds only pictures of pages is not the copy to edit.

Options: none.
Fails: a form in Word, a summary sheet and an experience, but no stamped PDF of the form; a scan of the form put into 申报表.docx.
Passes: the same with 申报表（盖章）.pdf.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Copy, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.programme.specs import Requirement
from bot.rules.context import Context
from bot.rules.requirements import (
    admits,
    lacking_of_application,
    lacking_of_package,
    may_hold,
    parts_of,
    rejected_channel,
    required,
    unopened,
)

ID = "missing-document"
CODES = ("missing-document",)
SUMMARY = "通知要求的材料（或要求的版本）没有收到。"
GUIDE = (
    "按通知的材料清单逐份核对。文件已收到但打不开的另作说明，不算缺少；完全没有材料的，一次列出全部所需材料。"
    "例：有Word版申报表、没有盖章PDF版的，缺少盖章版。"
)


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """One finding for each requirement that the application's documents do not meet."""
    package, programme = context.package, context.programme
    if rejected_channel(package, programme):
        return
    for requirement in lacking_of_application(application, package, programme):
        if not any(may_hold(document, requirement) for document in unopened(package)):
            yield _finding(requirement, application.documents, context, package.unassigned)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """The same for the documents of the whole mail, and one finding where nothing usable came."""
    programme = context.programme
    if rejected_channel(package, programme):
        return
    needs_application = required("application", package, programme)
    short = lacking_of_package(package, programme)
    if needs_application and not package.applications:
        if package.links or unopened(package):
            return
        if not package.documents:
            labels = tuple(requirement.label for requirement in (*needs_application, *short))
            yield Finding(ID, {"problem": "nothing", "documents": labels}, document=_main(needs_application))
            return
        yield Finding(
            ID,
            {"problem": "no-application", "documents": tuple(r.label for r in needs_application)},
            document=_main(needs_application),
        )
    if not package.applications and not package.documents and package.links:
        return
    for requirement in short:
        if not any(may_hold(document, requirement) for document in unopened(package)):
            yield _finding(requirement, package.documents, context)
    for spec in programme.documents:
        yield from _parts(spec.kind, spec.contains, package, context)


def _main(requirements: tuple[Requirement, ...]) -> str:
    kinds = [requirement.document for requirement in requirements]
    return "application_form" if "application_form" in kinds else kinds[0]


def _finding(
    requirement: Requirement, documents: tuple[DocumentFacts, ...], context: Context, strays: tuple[DocumentFacts, ...] = ()
) -> Finding:
    facts: dict[str, Fact] = {"document": requirement.label}
    stray = next((document for document in strays if admits(requirement, document, context.programme)), None)
    if stray is not None:
        return Finding(ID, {**facts, "problem": "unassigned", "file": file_name(stray.path)}, document=requirement.document)
    instead = _instead(requirement, documents, context)
    if instead is not None and instead.pictures_only:
        facts |= {"file": file_name(instead.path), "problem": "picture"}
    elif instead is not None:
        facts |= {"file": file_name(instead.path), "format": instead.format.upper()}
    return Finding(ID, facts, document=requirement.document)


def _instead(requirement: Requirement, documents: tuple[DocumentFacts, ...], context: Context) -> DocumentFacts | None:
    """A file of the right kind in a format that the notice does not take, unless it is what another requirement asks for."""
    same = [document for document in documents if document.kind == requirement.document]
    if requirement.copy_ is Copy.EDITABLE:
        stamped_asked = any(r.document == requirement.document and r.copy_ is Copy.STAMPED for r in context.programme.requirements)
        same = [document for document in same if document.copy is Copy.EDITABLE or not stamped_asked]
    else:
        same = []
    return same[0] if same else None


def _parts(kind: str, contains: tuple[str, ...], package: Package, context: Context) -> Iterator[Finding]:
    """What a combined document should contain and neither it nor a file beside it does."""
    combined = [document for document in package.of(kind) if document.refusal is None]
    beside = parts_of(kind, package, context.programme)
    if not contains or any(document.refusal is not None for document in package.of(kind)) or not (combined or beside):
        return
    there = {part for document in combined for part in document.parts} | {document.kind for document in beside}
    if not there:
        return
    for part in contains:
        if part not in there:
            spec = context.programme.document(part)
            facts: dict[str, Fact] = {"problem": "part", "document": spec.label if spec else part}
            if combined:
                facts["file"] = file_name(combined[0].path)
            yield Finding(ID, facts, document=part)
