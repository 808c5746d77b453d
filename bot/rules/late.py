"""late: received after the deadline.

A first mail is held against the notice's deadline, whose day counts whole; a supplement to a case opened in time against
`supplement_until`, or the deadline where the notice names no other day.

Options: none.
Fails: received 2025-07-01T00:00:00+08:00 where the deadline is 2025-06-30.
Passes: received 2025-06-30T23:59:59+08:00.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Package
from bot.findings import Fact, Finding
from bot.rules.context import Context
from replies.times import written_deadline, written_moment

ID = "late"
CODES = ("late",)
SUMMARY = "收到时间已过通知规定的截止时间。"
GUIDE = (
    "首次来信以截止日为准，截止日当天全天有效；按期申报后的补正材料以补正期限为准，通知没有另定的，仍以截止日为准。"
    "例：6月30日截止的，6月30日23时59分收到为按时，7月1日0时收到为逾期。"
)


def check_package(package: Package, context: Context) -> Iterator[Finding]:
    """A finding where the mail, or the opening of its case, was too late."""
    programme = context.programme
    if package.received_at < programme.closes_at(package.opened_at):
        return
    in_time = package.opened_at is not None and package.opened_at < programme.deadline_at
    day = (programme.supplement_until or programme.deadline) if in_time else programme.deadline
    facts: dict[str, Fact] = {
        "received": written_moment(package.received_at, programme.zone),
        "deadline": written_deadline(day),
        "problem": "supplement" if in_time else "",
    }
    yield Finding(ID, facts)
