"""What says nothing: strokes, hints and stamp lines left over in a form; and which of 是 and 否 was meant."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.names import evened

_STAMP_LINE = re.compile(r"(?:协会|单位|企业|公司)?(?:加?盖公?章|公章|签章|签字|签名)处?|\d{0,4}年\d{0,2}月\d{0,2}日|日期")
_NOTHING = re.compile(r"[-/\\_—―.。,，、:：*＊×xX☐□○()]*")
_UNTICKED = re.compile(r"[□☐]是[□☐]否|是[□☐]否[□☐]")
_WORDS_FOR_NOTHING = frozenset({"无", "没有", "暂无", "n/a", "na", "none", "null", "待定", "待填", "空", "略"})


@lru_cache(4096)
def is_blank(text: str, *, name: bool = False) -> bool:
    """True for a value that says nothing: empty, strokes, a left-over hint, stamp line or unticked boxes; with `name`, 无 too."""
    left = _STAMP_LINE.sub("", evened(text))
    return _NOTHING.fullmatch(left) is not None or _UNTICKED.fullmatch(left) is not None or (name and left in _WORDS_FOR_NOTHING)


def says_yes(text: str) -> bool:
    """True where a yes-no field says 是: the word, or the ticked one of two boxes."""
    return _yes_no(text) is True


def says_yes_or_no(text: str) -> bool:
    """True where a yes-no field says one of both."""
    return _yes_no(text) is not None


def _yes_no(text: str) -> bool | None:
    plain = evened(text)
    ticked = re.search(r"[☑☒■√✓✔\uf052]\)?(是|否)|(是|否)\(?[☑☒■√✓✔]", plain)
    if ticked:
        return "是" in ticked.group()
    if "□" in plain or "☐" in plain:
        return None
    if re.match(r"不|否|非|无|n|x|×", plain):
        return False
    if re.match(r"是|属于|有|y|√|✓|央企", plain):
        return True
    return False if _OTHER_OWNER.search(plain) else None


_OTHER_OWNER = re.compile(r"地方|[省市县区]属|省管|市管|民营|民企|私营|外资|外企|合资|集体|股份制|国有企业|国企|事业单位")
"""Who owns an enterprise that is no central one."""
