"""How two names resemble each other where they are not the same writing: a slip, a shortened form, or another team's name?"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

from bot.names import trade_name

_NUMBER = re.compile(r"\d+|[零〇一二三四五六七八九十]+|[甲乙丙丁东西南北]|(?<![a-z])[a-z](?![a-z])")
_DIGITS = {character: str(value) for value, characters in enumerate(("零〇", *"一二三四五六七八九")) for character in characters}
_TEAM_ENDING = re.compile(r"(?:班组|工段|班|组|室)$")
_ROUGH = 0.6
_OTHER_TEAM = 0.5
_SHORT_FORM = 4
_WHOLE_TITLE = 8


def _tokens(name: str) -> list[str]:
    """A name's characters, each number as one token whatever its writing: 第12班 and 第十二班 are the same."""
    found: list[str] = []
    end = 0
    for match in _NUMBER.finditer(name):
        found += [*name[end : match.start()], _plain(match.group())]
        end = match.end()
    return found + list(name[end:])


def _plain(number: str) -> str:
    if "十" not in number:
        return "".join(_DIGITS.get(character, character) for character in number)
    tens, _, ones = number.partition("十")
    return f"{_DIGITS.get(tens, '') or 1}{_DIGITS.get(ones, '') or 0}"


def _numbers(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token.isdigit() or _NUMBER.fullmatch(token)]


def numbers_differ(a: str, b: str) -> bool:
    """Whether two names have not the same numbers, directions or letters: 焊接班, 第一焊接班 and 第二焊接班 are three."""
    return _numbers(_tokens(a)) != _numbers(_tokens(b))


def numbers_clash(a: str, b: str) -> bool:
    """Whether one name has a number where the other has another: 第一焊接班 and 第二焊接班, but not 焊接班 and 第一焊接班."""
    one, two = _tokens(a), _tokens(b)
    for tag, i, j, k, m in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "replace" and _numbers(one[i:j]) and _numbers(two[k:m]):
            return True
    return False


def edit_likeness(a: str, b: str) -> float:
    """Edit likeness from 0 (one is not stated) to 1."""
    from rapidfuzz.fuzz import ratio

    rough = ratio(a, b) / 100 if a and b else 0.0
    return rough if rough < _ROUGH else ratio(_tokens(a), _tokens(b)) / 100


def is_extended(a: str, b: str) -> bool:
    """Whether one of two titles only says more than the other: 实施TPM… and 实施全员生产维护（TPM）…"""
    short, long = sorted((a, b), key=len)
    rest = iter(long)
    return len(short) >= _WHOLE_TITLE and all(character in rest for character in short)


def other_teams(a: str, b: str) -> bool:
    """Whether two teams, both stated, are surely not one: another number, or hardly a character in common."""
    one, two = (_TEAM_ENDING.sub("", name) for name in (a, b))
    if not one or not two or one == two:
        return False
    return numbers_clash(a, b) or (edit_likeness(one, two) < _OTHER_TEAM and one not in two and two not in one)


def is_short_form(a: str, b: str) -> bool:
    """Whether one organisation's name may be short for the other's: 中建三局 for 中国建筑第三工程局有限公司, a company for its branch."""
    short, long = (trade_name(a), b) if len(trade_name(a)) <= len(trade_name(b)) else (trade_name(b), a)
    if len(short) < _SHORT_FORM:
        return False
    one, two = _tokens(short), _tokens(long)
    return not Counter(one) - Counter(two)


def branches_differ(a: str, b: str) -> bool:
    """Whether two names are of different branches of a company, or of a company and its branch, whatever code they state. Another
    name for the same (国网南京供电分公司) is none."""
    one, two = a.partition("公司")[2], b.partition("公司")[2]
    return (one != two and bool((one and two) or (a and b and (a.startswith(b) or b.startswith(a))))) or numbers_clash(a, b)


def slips(a: str, b: str) -> int:
    """The longest run of characters that stands in one name where the other has others; 0 where one only says more. A slip
    is one character, another place or trade is more."""
    opcodes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return max((min(j - i, m - k) for tag, i, j, k, m in opcodes if tag == "replace"), default=0)
