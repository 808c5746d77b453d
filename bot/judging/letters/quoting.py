"""Which part of a letter's text its sender wrote now."""

from __future__ import annotations

import re

_QUOTE = re.compile(
    r"^[^\S\n]*(?:-{2,}\s*(?:原始邮件|Original Message|转发邮件信息|转发的邮件|回复的原邮件|Forwarded message|原邮件)|"
    r"_{10,}|(?:On|At) .{5,80} wrote:|在\s?\d{4}[-年].{3,80}(?:写道|wrote)[:：]|发件人[:：]|From:\s|>)",
    re.I | re.M,
)


def own_text(text: str) -> str:
    """The text above the first quoted letter: what this sender wrote now."""
    found = _QUOTE.search(text)
    return text[: found.start()] if found else text
