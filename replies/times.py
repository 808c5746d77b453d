"""Times as submitters read them, in the notice's time zone."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def written_moment(moment: datetime, zone: ZoneInfo = SHANGHAI) -> str:
    """An aware moment to the minute: 2025年6月10日10:05."""
    local = moment.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def written_day(day: date) -> str:
    """A day: 2025年6月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def written_deadline(day: date, hour: time | None = None) -> str:
    """A last moment, to be followed by 前: 2025年6月30日24时, or with its hour 2025年6月30日17:00."""
    return f"{written_day(day)}{hour:%H:%M}" if hour else f"{written_day(day)}24时"
