"""The moment that a Date or Received field names, in the forms in which clients and servers write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_CHINA = timezone(timedelta(hours=8))
_NUMERIC = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*(?:(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?)?[.\d秒]*\s*(Z|[+-]\d{2}:?\d{2})?"
)


def find_date(value: str) -> tuple[datetime | None, str]:
    """The aware moment that a field's value names and a note's code: "" where it is written as RFC 5322 wants it.

    A time without zone is taken as China's (`date-without-zone`); a numeric date is read with `date-form`;
    (None, "") for a blank value, (None, "date-unreadable") for one that is no date.
    """
    value = " ".join(value[:200].split())
    if not value:
        return None, ""
    moment, note = _rfc5322(value)
    if moment is None:
        moment, note = _numeric(value)
    return moment, note


def _rfc5322(value: str) -> tuple[datetime | None, str]:
    try:
        parsed = parsedate_tz(value)
        if parsed is None or not 1971 <= parsed[0] <= 2100:
            return None, "date-unreadable"
        naive = datetime(*parsed[:6])
        if re.search(r"\d CST\b", value):  # Java's name for China's time, which parsedate_tz takes for Chicago's
            return naive.replace(tzinfo=_CHINA), "date-form"
        if not parsed[9]:  # parsedate_tz gives 0 for no zone as well
            zoneless = not re.search(r"[+-]\d{4}\b|\b(?:GMT|UTC?|Z)\b", value)
            return naive.replace(tzinfo=_CHINA if zoneless else UTC), "date-without-zone" if zoneless else ""
        return naive.replace(tzinfo=timezone(timedelta(seconds=parsed[9]))), ""
    except (ValueError, TypeError, IndexError, OverflowError):  # 31 Feb; hour 25; a zone of +9999; `Mon, ` alone
        return None, "date-unreadable"


def _numeric(value: str) -> tuple[datetime | None, str]:
    match = _NUMERIC.search(value)
    if match is None:
        return None, "date-unreadable"
    year, month, day, hour, minute, second = (int(group or 0) for group in match.groups()[:6])
    zone = match[7]
    try:
        offset = _CHINA if zone is None else UTC if zone == "Z" else timezone(_offset(zone))
        return datetime(year, month, day, hour, minute, second, tzinfo=offset), "date-form"
    except ValueError:  # 2025-13-40
        return None, "date-unreadable"


def _offset(zone: str) -> timedelta:
    digits = zone[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -delta if zone[0] == "-" else delta
