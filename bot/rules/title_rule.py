"""title-rule: the experience's name breaks the notice's naming rule.

It must begin with one of `[title_rule] begin` and end with one of `end`; quotes and a full stop around it don't matter.
Its length is `too-long`'s.

Options: none.
Fails: 浅谈看板管理; 实施看板管理提升合格率 (no ending).
Passes: 实施看板管理提升合格率的经验.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application
from bot.findings import Fact, Finding
from bot.names import evened, unquoted
from bot.rules.blanks import is_blank
from bot.rules.context import Context
from bot.rules.lengths import title_of

ID = "title-rule"
CODES = ("title-rule",)
SUMMARY = "经验名称不符合通知的命名规则。"
GUIDE = (
    "以通知规定的开头和结尾用词为准，两边的引号和句号不影响判断；字数另行检查。"
    "例：“浅谈看板管理”不合要求，“实施看板管理提升合格率的经验”合要求。"
)


def check_application(application: Application, context: Context) -> Iterator[Finding]:
    """A finding where the title begins or ends otherwise than the notice asks."""
    rule, title = context.programme.title_rule, title_of(application)
    plain = evened(unquoted(title)).rstrip(")!?")
    if rule is None or is_blank(plain, name=True):
        return
    begins = not rule.begin or plain.startswith(tuple(evened(word) for word in rule.begin))
    ends = not rule.end or plain.endswith(tuple(evened(word) for word in rule.end))
    if not (begins and ends):
        problem = "both" if not begins and not ends else "end" if begins else "begin"
        facts: dict[str, Fact] = {"title": title, "begin": rule.begin, "end": rule.end, "problem": problem}
        yield Finding(ID, facts, field="title", document="application_form")
