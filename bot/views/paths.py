"""Where the console shows a case, a mail, a list of cases."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def case_path(reference: str) -> str:
    """A case's place in the console."""
    return f"/cases/{quote(reference, safe='')}"


def mail_path(mail_id: int | None) -> str:
    """A mail's place in the console."""
    return f"/mails/{mail_id}" if mail_id else "/mails"


def cases_path(**wanted: str) -> str:
    """The console's list of cases with filters."""
    return "/cases?" + urlencode(wanted)
