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
from bot.rules.lengths import lengths_of

ID = "too-long"
CODES = ("too-long",)
SUMMARY = "名称、章节或全文超过通知规定的字数。"
GUIDE = "空格不计，正好等于上限的合要求。扫描件不计字数。"


def check(subject: Application | Package, context: Context) -> Iterator[Finding]:
    """One finding for each text of the application, or of the whole mail, that is too long."""
    for length in lengths_of(subject, context):
        if length.max and length.characters > length.max:
            yield length.finding(ID, length.max)


check_application = check_package = check
