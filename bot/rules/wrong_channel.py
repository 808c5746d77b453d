"""wrong-channel: this applicant must go another way: through its association, or by the online system.

The programme's [channels] say which channel is accepted, and `instead` where another sender must go. Where the channel
can't be told, nothing is said.

Options: none.
Fails: an enterprise sends to caq-2020, which only takes what recommenders send.
Passes: an enterprise sends to cmea-2020.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Package
from bot.findings import Finding
from bot.rules.context import Context

ID = "wrong-channel"
CODES = ("wrong-channel",)
SUMMARY = "该申报单位应通过其他渠道（推荐单位或网上系统）申报。"
GUIDE = (
    "以通知规定的报送渠道为准；无法判断是企业还是推荐单位来信的，不作此判断。"
    "例：通知只接受推荐单位报送的，企业自行来信不予受理，回信会说明应向谁报送。"
)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """A finding where the programme does not take this channel."""
    if package.channel is None:
        return
    channel = context.programme.channels[package.channel]
    if not channel.accepted:
        yield Finding(ID, {"instead": channel.instead})
