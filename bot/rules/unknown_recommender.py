"""unknown-recommender: the recommending unit is not on the notice's list.

Only where `[channels.recommender] listed = true`. A name may differ from the list by bracket forms, blanks, 省, 市 or 自治区, and
one or two characters left out or added (行业), name a department of a listed unit, or be a listed alias; another character makes
another unit. Nothing is said where
the unit can't be told, or where the file is named after a listed unit and the name inside may be misread.

Options: none.
Fails: 苏州市建筑行业协会 sends to cacem-2024.
Passes: 上海市市政公路行业协会; 北京建筑业联合会 for 北京市建筑业联合会.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Channel, Package
from bot.findings import Finding
from bot.names import evened, plain_stem
from bot.rules.context import Context
from bot.rules.units import find_listed, names_unit

ID = "unknown-recommender"
CODES = ("unknown-recommender",)
SUMMARY = "推荐单位不在通知的推荐单位名单内。"
GUIDE = (
    "只用于通知附有推荐单位名单的项目。括号、空格不同，或多写、少写一两个字的，视为同一单位；换了字的视为另一单位。"
    "无法判断是哪个单位的，不作此判断。"
)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """A finding where the unit is known and not listed."""
    programme = context.programme
    if package.channel is not Channel.RECOMMENDER or not programme.channels[Channel.RECOMMENDER].listed or not evened(package.recommender):
        return
    if any(names_unit(plain_stem(document.path), name) for document in package.documents for name in programme.recommenders):
        return
    if find_listed(package.recommender, programme.recommenders, programme.recommender_aliases.items()) is None:
        yield Finding(ID, {"name": package.recommender})
