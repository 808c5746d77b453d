"""What a letter's signs look at, and what they tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from bot.facts import DocumentFacts
from bot.judging.evidence import Sign
from bot.judging.letters.quoting import own_text
from parsers.values import Letter

_SHOWN = 60
"""Characters of a phrase that an explanation repeats."""


@dataclass(frozen=True)
class Asked:
    """The letter in question. `own`: our own addresses; `documents`: what its files came to, none before they are read."""

    letter: Letter
    own: Collection[str] = ()
    documents: Sequence[DocumentFacts] = ()

    @cached_property
    def body(self) -> str:
        """What the sender wrote now, without the quoted letter."""
        return own_text(self.letter.text)

    @property
    def sender(self) -> str:
        """The address in From, "" where there is none."""
        return self.letter.sender.address if self.letter.sender else ""

    def field(self, name: str) -> str:
        """The first header field of that name, trimmed; "" where it is empty or not there."""
        return (self.letter.header(name) or "").strip()


LetterSign: TypeAlias = Sign[Callable[[Asked], str | None]]
"""A sign of a decision table: it weighs nothing, it is there or not. `find` tells the words in which it was seen, "" where no
words show it, and None where it is not there."""


def sign(find: Callable[[Asked], str | None]) -> LetterSign:
    """The function as a sign of its own name."""
    return Sign(find.__name__.replace("_", "-"), 0.0, find)


def words(found: re.Match[str] | None) -> str | None:
    """What a pattern matched, on one line and cut to what is worth showing; None where it matched nothing."""
    return " ".join(found.group().split())[:_SHOWN] if found else None
