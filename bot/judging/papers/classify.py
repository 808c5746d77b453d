"""What kind of document a file is: all that speaks for and against each kind, weighed once.

A kind is decided here and nowhere else. What is learnt later (from a scan's pages, from the mail's other files) is added to the
document's votes, and they are weighed again; so the kind always has its explanation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.facts import Copy, DocumentFacts
from bot.judging.evidence import Choice, Explanation, choose, explain
from bot.judging.papers.votes import GIVEN, OTHER, VOTES, Original, Vote, cast
from bot.programme.programme import Programme
from parsers.values import Block

STAMPED_FORMATS = frozenset({"pdf", "jpg", "png", "tiff", "bmp", "gif", "webp", "heic"})
LEAST = 1
LEAD = 1
"""The weights are a scale on which each is greater than all below it together: any lead is clear, only a tie is not."""

File = tuple[str, str]
"""A file's path and its bytes' hash: two attachments may have one name."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: its facts, and the votes by which its kind was decided."""

    facts: DocumentFacts
    votes: tuple[Vote, ...]

    @property
    def file(self) -> File:
        """The file it stands in."""
        return self.facts.path, self.facts.sha256

    @property
    def choice(self) -> Choice[str]:
        """The kind, with the evidence for it."""
        return weigh(self.votes)

    @property
    def says_itself(self) -> bool:
        """Whether the document's own words say what it is, not its name alone."""
        return any(vote.evidence.what not in GIVEN and vote.evidence.weight > 0 for vote in self.votes)

    def heard(self, votes: Iterable[Vote]) -> Paper:
        """The paper with more votes heard."""
        more = tuple(votes)
        return taken(self.facts, (*self.votes, *more)) if more else self

    def explained(self) -> Explanation:
        """What it was taken for, and why."""
        return explain("paper", self.facts.path, self.choice)


def taken(facts: DocumentFacts, votes: tuple[Vote, ...]) -> Paper:
    """A document as the kind that the votes come to, "other" where that is unknown."""
    return Paper(replace(facts, kind=weigh(votes).best or OTHER), votes)


def weigh(votes: Iterable[Vote]) -> Choice[str]:
    """The kind that the votes come to; None where none, or no one, has enough. The votes' order decides nothing."""
    ordered = sorted(votes, key=lambda vote: (-vote.evidence.weight, vote.evidence.what, vote.kind, vote.evidence.seen))
    kinds = sorted({vote.kind for vote in ordered})
    return choose(kinds, lambda kind: [vote.evidence for vote in ordered if vote.kind == kind], LEAST, LEAD)


def find_copy(format: str) -> Copy:
    """Whether a file of that format is one to edit or one meant to bear the seal."""
    return Copy.STAMPED if format in STAMPED_FORMATS else Copy.EDITABLE


def find_kind(programme: Programme, path: str, format: str, blocks: Sequence[Block], *, fuzzy: bool = False) -> str:
    """The kind of a document from its blocks (none for a file that could not be read) and its path."""
    return weigh(cast(VOTES, Original(programme, path, format, blocks, fuzzy))).best or OTHER
