"""too-long: a text has more characters than the notice allows.

The title (`[title_rule] max`), each section and each whole document with a `max`. Blanks are not counted; exactly the limit
is allowed. Scans are not measured.

Options: none.
Fails: 实施背景 of 501 characters where 500 are allowed.
Passes: 实施背景 of 500 characters.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Package
from bot.findings import Finding
from bot.rules.context import Context
from bot.rules.lengths import Length, lengths_of_application, lengths_of_package

ID = "too-long"
CODES = ("too-long",)
SUMMARY = "名称、章节或全文超过通知规定的字数。"
GUIDE = "空格不计，正好等于上限的合要求。扫描件不计字数。"


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """One finding for each text of the application that is too long."""
    yield from _findings(lengths_of_application(application, context))


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """One finding for each text of the package that is too long."""
    yield from _findings(lengths_of_package(package, context))


def _findings(lengths: Iterator[Length]) -> Iterator[Finding]:
    for length in lengths:
        if length.max and length.characters > length.max:
            yield length.finding(ID, length.max)
