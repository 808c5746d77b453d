"""encrypted-document: a file or archive is protected by a password.

It can't be opened, so nothing in it can be judged; it is asked for again without a password. What may be inside is not
called missing.

Options: none.
Fails: 申报材料.zip with a password; a form in Word that asks for one.
Passes: the same without.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import Context
from bot.rules.requirements import is_junk, refused
from parsers.values import Reason

ID = "encrypted-document"
CODES = ("encrypted-document",)
SUMMARY = "文件或压缩包设有密码，无法打开。"
GUIDE = "有密码的文件和压缩包无法审核，请对方去掉密码后重新发送；其中可能有的材料不另算缺少。"


def check(subject: Application | Package, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the application, or of the mail that belongs to none."""
    for document, _ in refused(subject, Reason.ENCRYPTED):
        if not is_junk(document):
            facts: dict[str, Fact] = {"file": file_name(document.path)}
            yield Finding(ID, facts, document=document.kind, path=document.path)


check_application = check_package = check
