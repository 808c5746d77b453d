"""unreadable-document: a file is empty, damaged, too large, or in a format that nothing here reads.

Beside complete material a file that the notice does not ask for, in an unknown format (a film, a drawing), is let be. Lock files of Office
(~$…) and what systems leave behind are let be too. What a missing tool here causes is `unconverted-document`'s.

Options: none.
Fails: an empty 申报表.docx; a ZIP cut off in transmission; a Microsoft Works file.
Passes: 班组活动.mp4 beside complete material.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import Context
from bot.rules.requirements import is_junk, lacks_anything, refused
from parsers.values import Reason

ID = "unreadable-document"
CODES = ("unreadable-document",)
SUMMARY = "文件为空、损坏、过大或格式无法识别，不能打开。"
GUIDE = "空文件、传输不完整、超过大小上限或格式不明的文件，请对方重新发送。材料已经齐全、另附视频或图纸等通知没有要求的文件的，不作要求。"
REASONS = (Reason.EMPTY, Reason.UNREADABLE, Reason.TOO_LARGE, Reason.UNSUPPORTED)


def check(subject: Application | Package, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the application, or of the mail that belongs to none."""
    for document, reason in refused(subject, *REASONS):
        unasked = reason is Reason.UNSUPPORTED and document.kind == "other"
        if not is_junk(document) and (not unasked or lacks_anything(context.package, context.programme)):
            facts: dict[str, Fact] = {"file": file_name(document.path), "problem": reason.value}
            yield Finding(ID, facts, document=document.kind, path=document.path)


check_application = check_package = check
