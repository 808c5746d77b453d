"""Recommending units against the notice's list: how people shorten, lengthen and surround a listed name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.names import evened

_REGION = re.compile(r"(?:壮族|回族|维吾尔)?自治区|省|市")
_BRANCH = re.compile(r".{0,12}(?:委员会|分会|秘书处|办公室)|.{2,10}部")
"""What may stand behind a listed unit's name and still be that unit speaking."""
_COMMITTEE = re.compile(r".{0,12}委员会")
"""What an association may leave out of a listed name; its 分会 is a unit of its own."""
_MARK = re.compile(r"\((?:[^()]|\([^()]*\))*\)|20\d\d年(?:\d{1,2}月(?:\d{1,2}日)?)?")
"""A remark in brackets or a date says nothing of whose a file is."""
_EDGE = re.compile(r"^[\d\W_]+|(?<![\d\W_])[\d\W_]+$")


def same_association(written: str, listed: str) -> bool:
    """True where a written name is a listed one: the same, with or without 省, 市 and 自治区, up to two characters more or fewer
    (行业, 工程), or its department, or the association whose committee is listed.

    No character may be another one: 湖南省 is not 云南省, however alike the rest.
    """
    one, other = evened(written), evened(listed)
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 6:
        return False
    if long.startswith(short) and (_BRANCH if one == long else _COMMITTEE).fullmatch(long[len(short) :]):
        return True
    regions, others = set(_REGION.findall(short)), set(_REGION.findall(long))
    if _REGION.sub("", short) == _REGION.sub("", long) and (regions <= others or others <= regions):
        return True
    if len(long) - len(short) > 2:
        return False
    rest = iter(long)
    return all(character in rest for character in short)


def find_listed(written: str, listed: Iterable[str], aliases: Iterable[tuple[str, str]] = ()) -> str | None:
    """The listed name that a written one means, or None: exact first, then aliases, then small variants."""
    listed = tuple(listed)
    plain = evened(written)
    if not plain:
        return None
    exact = next((name for name in listed if evened(name) == plain), None)
    alias = next((name for short, name in aliases if evened(short) == plain), None)
    return exact or alias or next((name for name in listed if same_association(written, name)), None)


def names_unit(stem: str, unit: str) -> bool:
    """Whether a file's name is a unit's and nothing else, whatever number, date or remark in brackets stands around it."""
    name = evened(unit)
    return bool(name) and name in (evened(stem), _EDGE.sub("", _MARK.sub("", evened(stem))))
