"""unsafe-document: a file that is dangerous to open: macros, a program, a bomb, a file in disguise.

It is never opened further; staff look at it.

Options: none.
Fails: 申报表.docm; 申报表.pdf that is a program; a ZIP of 10 kB that becomes 200 MB.
Passes: the same form as .docx.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Package
from bot.findings import Fact, Finding
from bot.names import file_name
from bot.rules.context import Context
from bot.rules.requirements import refused
from parsers.values import Reason

ID = "unsafe-document"
CODES = ("unsafe-document",)
SUMMARY = "文件含有宏、程序或其他不安全内容，未打开，由工作人员处理。"
GUIDE = "含有宏、内含程序、伪装成其他格式，或解压后异常庞大的文件，系统不会打开。请核实后联系报送单位，改发普通格式的文件。"


def check(subject: Application | Package, context: Context) -> Iterator[Finding]:
    """One finding for each such file of the application, or of the mail that belongs to none."""
    for document, _ in refused(subject, Reason.UNSAFE):
        facts: dict[str, Fact] = {"file": file_name(document.path)}
        yield Finding(ID, facts, document=document.kind, path=document.path)


check_application = check_package = check
