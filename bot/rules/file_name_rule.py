"""file-name-rule: a file is not named as the notice asks: after the recommending unit, as the notice lists it.

Brackets, blanks, and a number, a date or a remark in brackets around the name don't matter, nor does an archive around the file.

Options: `documents`: the kinds that must bear the unit's name.
Fails: 推荐材料.pdf; 上海市政公路协会推荐函.pdf.
Passes: 上海市市政公路行业协会.pdf from that association.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Package
from bot.findings import Fact, Finding
from bot.names import evened, file_name, plain_stem
from bot.rules.context import RuleContext
from bot.rules.options import PackageKind, RuleOptions, Several
from bot.rules.requirements import rejected_channel
from bot.rules.units import find_listed, names_unit

ID = "file-name-rule"
CODES = ("file-name-rule",)
SUMMARY = "文件未按通知要求以推荐单位名称命名。"
GUIDE = "文件应以推荐单位的名称命名，名称以通知的名单为准。括号、空格和“(1)”等副本编号不影响判断，外层压缩包的名称不限。"


class Options(RuleOptions):
    documents: Several[PackageKind] = ()


def check_package(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """One finding for each file of those kinds that has another name."""
    programme = context.programme
    if rejected_channel(package, programme):
        return
    listed = find_listed(package.recommender, programme.recommenders, programme.recommender_aliases.items())
    unit = listed or package.recommender
    # A name that is not listed may be a listed one misread: then any listed file name will do.
    allowed = (listed,) if listed else (unit, *programme.recommenders)
    for kind in context.options.documents:
        for document in package.of(kind):
            if not any(names_unit(plain_stem(document.path), name) for name in (package.recommender, *allowed)):
                facts: dict[str, Fact] = {"file": file_name(document.path)}
                if evened(unit):
                    facts["name"] = f"{unit}.{document.format if document.format.isalnum() else 'pdf'}"
                yield Finding(ID, facts, document=kind, path=document.path)
