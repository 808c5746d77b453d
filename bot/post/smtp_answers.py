"""What an SMTP server's answer means: the token in its text counts, not its number.

The table is what the Chinese providers document and what users of theirs report; the first line that fits wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Which step was answered."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


class Act(StrEnum):
    """What to do.

    stop: no more sending from this account until someone has looked. pause: the account waits. hour-then-day: the account
    waits an hour, and until the next day if that was not enough. tomorrow: the account waits until the next day.
    retry: this letter waits, the others go on. fail: this letter is for staff, never the same bytes again by themselves.
    """

    STOP = "stop"
    PAUSE = "pause"
    HOUR_THEN_DAY = "hour-then-day"
    TOMORROW = "tomorrow"
    RETRY = "retry"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer means: the act, how long to wait in seconds (doubled at each further time), how many times at most
    before staff see it, and why, in English."""

    act: Act
    reason: str
    seconds: int = 0
    times: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    pattern: re.Pattern[str]
    codes: tuple[str, ...]
    """Beginnings of the codes it is for; empty for all."""
    meaning: Meaning
    stages: tuple[Stage, ...] = tuple(Stage)


def _line(pattern: str, meaning: Meaning, *codes: str, stages: tuple[Stage, ...] = tuple(Stage)) -> _Line:
    return _Line(re.compile(pattern, re.IGNORECASE), codes, meaning, stages)


_LOG_IN = (Stage.LOGIN,)
_LETTER = (Stage.SENDER, Stage.RECIPIENT, Stage.DATA)

_TABLE = (
    _line(r"", Meaning(Act.STOP, "the log-in was refused (a 授权码 dies when the password changes)"), "53", "55", stages=_LOG_IN),
    _line(r"(ip|domain|sender|connection)?\s*frequency limited", Meaning(Act.HOUR_THEN_DAY, "sending too often")),
    _line(r"\bMI:SFQ\b", Meaning(Act.PAUSE, "too many letters in 15 minutes", 15 * 60)),
    _line(r"\bMI:STC\b|\bRP:TRC\b", Meaning(Act.TOMORROW, "the day's quota is used up")),
    _line(r"\bRP:QRC\b|\bHL:\w+", Meaning(Act.PAUSE, "too many recipients or connections", 60 * 60)),
    _line(r"\bDT:SPM\b", Meaning(Act.RETRY, "taken for spam for now", 150, 1), "4"),
    _line(r"\bDT:SPM\b|content denied|suspected spam|spam message|content rejected", Meaning(Act.FAIL, "taken for spam"), "5"),
    _line(r"\bRP:RCL\b", Meaning(Act.RETRY, "too many recipients in one letter", 300, 3)),
    _line(
        r"mailbox (not found|unavailable or access denied)|invalid user|user (unknown|not found)|no such user|recipient.*not exist",
        Meaning(Act.FAIL, "the address does not exist"),
        "5",
    ),
    _line(
        r"mail from (must|address must)|sender address rejected|must be (equal|same) |not owned by user",
        Meaning(Act.STOP, "the sender's address is not the account's: a mistake in the configuration"),
        "501",
        "553",
        "550",
        stages=(Stage.SENDER, Stage.DATA),
    ),
    _line(r"", Meaning(Act.STOP, "the sender's address was refused: a mistake in the configuration"), "501", "553", stages=(Stage.SENDER,)),
    _line(r"authenticat\w+ (is )?required|need (auth|login)", Meaning(Act.STOP, "the server wants a log-in"), "5"),
    _line(r"", Meaning(Act.PAUSE, "the server is closing"), "421"),
    _line(r"", Meaning(Act.PAUSE, "the server does not take the connection"), stages=(Stage.CONNECT, Stage.LOGIN)),
    _line(r"", Meaning(Act.RETRY, "refused for now", 300, 12), "4"),
    _line(r"", Meaning(Act.FAIL, "refused"), "5", stages=_LETTER),
)


def meaning_of(stage: Stage, code: int, text: str) -> Meaning:
    """What the answer `code text` at a stage means. A pause without seconds lets the account's own back-off decide."""
    for line in _TABLE:
        fits = not line.codes or any(str(code).startswith(beginning) for beginning in line.codes)
        if fits and stage in line.stages and line.pattern.search(text):
            return line.meaning
    return Meaning(Act.FAIL, "an answer that no mail server should give")
