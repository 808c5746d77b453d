"""One exception tree.

ShenbaoError
├── ConfigurationError   a configuration or programme file is wrong: all problems at once
├── StoreError           the database or the blob store does not answer
│   └── BytesLost        one blob is missing or damaged
├── MailboxError         an IMAP server refused or failed
└── SendError            an SMTP server refused or failed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ShenbaoError(Exception):
    """Every error a user may see. Holds facts; `__str__` builds the sentence: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a configuration file: where (`table.key`), what is wrong, what is allowed, in which line (0: in none)."""

    where: str
    what: str
    allowed: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" (allowed: {self.allowed})" if self.allowed else "")


class ConfigurationError(ShenbaoError):
    """A file that configures the system is wrong; every problem in it is named."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        super().__init__(file, problems)
        self.file = file
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(f"{self.file}{f':{problem.line}' if problem.line else ''}: {problem}" for problem in self.problems)


class StoreError(ShenbaoError):
    """The database or the blob store does not answer or is not in order."""


class BytesLost(StoreError):
    """One blob is missing, damaged or can't be read; where the blob store as a whole is gone, every blob seems so."""


class MailboxError(ShenbaoError):
    """An IMAP server refused or failed."""


class SendError(ShenbaoError):
    """An SMTP server refused or failed."""
