"""unconverted-document: a file that could not be read here, through no fault of the submitter's.

A converter (LibreOffice) is not installed, or a combined PDF came in which none of the asked documents could be made out;
`unread-document` (published as `unreadable-document` with severity review): the parser died twice on the file. Staff look; the
submitter is asked for nothing.

Options: none.
Fails: 申报表.doc on a machine without LibreOffice.
Passes: the same where it is installed.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import Context
from bot.rules.requirements import is_junk, parts_of, refused
from parsers.values import Reason

ID = "unconverted-document"
CODES = ("unconverted-document", "unread-document")
SUMMARY = "文件暂时无法由系统读取，由工作人员人工查看。"
GUIDE = "系统缺少转换工具、两次读取出错，或合并的文件中分辨不出各份材料的，由工作人员查看。这不是报送单位的问题，系统不会要求对方补正。"


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the application."""
    yield from _findings(application)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the mail that belongs to no application."""
    yield from _findings(package)
    for spec in context.programme.documents:
        beside = parts_of(spec.kind, package, context.programme)
        for document in package.of(spec.kind) if spec.contains and not beside else ():
            if document.refusal is None and not document.parts:
                yield _finding(document, "parts")


def _findings(subject: Application | Package) -> Iterator[Finding]:
    for document, reason in refused(subject, Reason.NO_CONVERTER, Reason.CRASHED):
        if not is_junk(document):
            yield _finding(document, code="unread-document" if reason is Reason.CRASHED else ID)


def _finding(document: DocumentFacts, problem: str = "", code: str = ID) -> Finding:
    facts: dict[str, Fact] = {"file": file_name(document.path), "problem": problem}
    return Finding(code, facts, document=document.kind, path=document.path)
