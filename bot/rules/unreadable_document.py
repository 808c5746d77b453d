"""unreadable-document: a file is empty, damaged, too large, or in a format that nothing here reads.

Beside complete material a file that the notice does not ask for, in an unknown format (a film, a drawing), is let be. Lock files of Office
(~$…) and what systems leave behind are let be too. What a missing tool here causes is `unconverted-document`'s.

Options: none.
Fails: an empty 申报表.docx; a ZIP cut off in transmission; a Microsoft Works file.
Passes: 班组活动.mp4 beside complete material.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import Context
from bot.rules.requirements import is_junk, lacks_anything
from parsers.values import Reason

ID = "unreadable-document"
CODES = ("unreadable-document",)
SUMMARY = "文件为空、损坏、过大或格式无法识别，不能打开。"
GUIDE = "空文件、传输不完整、超过大小上限或格式不明的文件，请对方重新发送。材料已经齐全、另附视频或图纸等通知没有要求的文件的，不作要求。"
REASONS = (Reason.EMPTY, Reason.UNREADABLE, Reason.TOO_LARGE, Reason.UNSUPPORTED)


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the application."""
    yield from _findings(application.documents, context)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the mail that belongs to no application."""
    yield from _findings(package.documents + package.unassigned, context)


def _findings(documents: tuple[DocumentFacts, ...], context: Context) -> Iterator[Finding]:
    for document in documents:
        if document.refusal is None or document.refusal.reason not in REASONS or is_junk(document):
            continue
        unasked = document.refusal.reason is Reason.UNSUPPORTED and document.kind == "other"
        if not unasked or lacks_anything(context.package, context.programme):
            facts: dict[str, Fact] = {"file": file_name(document.path), "problem": document.refusal.reason.value}
            yield Finding(ID, facts, document=document.kind, path=document.path)
