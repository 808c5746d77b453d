"""too-short: a text has fewer characters than the notice asks for.

Each section and each whole document with a `min`. Blanks are not counted; exactly the limit is enough. Scans and files
without text are not measured.

Options: none.
Fails: 活动总结 of 2999 characters where 3000 are asked for.
Passes: 活动总结 of 3000 characters.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Package
from bot.findings import Finding
from bot.rules.context import Context
from bot.rules.lengths import lengths_of

ID = "too-short"
CODES = ("too-short",)
SUMMARY = "章节或全文少于通知规定的字数。"
GUIDE = "空格不计，正好等于下限的合要求。扫描件不计字数。"


def check(subject: Application | Package, context: Context) -> Iterator[Finding]:
    """One finding for each text of the application, or of the whole mail, that is too short."""
    for length in lengths_of(subject, context):
        if length.min and length.characters < length.min:
            yield length.finding(ID, length.min)


check_application = check_package = check
