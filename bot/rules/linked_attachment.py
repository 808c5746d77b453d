"""linked-attachment: the material is a cloud link (超大附件, 云附件) instead of a file.

Links expire and can't be kept as the record, so a real attachment is asked for; a link is never fetched. Where nothing
required is missing, a link beside the files is let be.

Options: none.
Fails: a mail with a QQ 超大附件 of 86 MB and no file.
Passes: complete material and a link to a film.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Package
from bot.findings import Fact, Finding
from bot.rules.context import Context
from bot.rules.requirements import lacks_anything, rejected_channel
from replies.times import written_moment

ID = "linked-attachment"
CODES = ("linked-attachment",)
SUMMARY = "材料以网盘或超大附件链接发送，没有收到文件本身。"
GUIDE = "网盘和超大附件会过期，也无法存档，因此请对方改发附件；系统从不打开链接。材料已经齐全、另附链接的，不作要求。"


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """One finding for all links, with the earliest expiry."""
    if not package.links or rejected_channel(package, context.programme) or not lacks_anything(package, context.programme):
        return
    facts: dict[str, Fact] = {"files": tuple(dict.fromkeys(link.name for link in package.links if link.name))}
    expiries = [link.expires for link in package.links if link.expires is not None]
    if expiries:
        facts["expires"] = written_moment(min(expiries), context.programme.zone)
    yield Finding(ID, facts)
