"""encrypted-document: a file or archive is protected by a password.

It can't be opened, so nothing in it can be judged; it is asked for again without a password. What may be inside is not
called missing.

Options: none.
Fails: 申报材料.zip with a password; a form in Word that asks for one.
Passes: the same without.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import Context
from bot.rules.requirements import is_junk
from parsers.values import Reason

ID = "encrypted-document"
CODES = ("encrypted-document",)
SUMMARY = "文件或压缩包设有密码，无法打开。"
GUIDE = "有密码的文件和压缩包无法审核，请对方去掉密码后重新发送；其中可能有的材料不另算缺少。"
REASONS = (Reason.ENCRYPTED,)


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the application."""
    yield from _findings(application.documents)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the mail that belongs to no application."""
    yield from _findings(package.documents + package.unassigned)


def _findings(documents: tuple[DocumentFacts, ...]) -> Iterator[Finding]:
    for document in documents:
        if document.refusal is not None and document.refusal.reason in REASONS and not is_junk(document):
            facts: dict[str, Fact] = {"file": file_name(document.path)}
            yield Finding(ID, facts, document=document.kind, path=document.path)
