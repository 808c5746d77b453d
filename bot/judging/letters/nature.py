"""What a letter is, and whether its sender may be answered: the decision tables, asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.facts import DocumentFacts
from bot.judging.evidence import Evidence, Explanation
from bot.judging.letters.by_headers import NATURE, SILENCE
from bot.judging.letters.by_material import WITH_MATERIAL, WITHOUT_MATERIAL
from bot.judging.letters.kind import Kind
from bot.judging.letters.row import decide
from bot.judging.letters.sign import Asked
from parsers.values import Letter


@dataclass(frozen=True, slots=True)
class Nature:
    """What is told of a letter. `kind` is None where it depends on the material, which was not looked at yet.
    `silent`: why this sender must not be answered, "" where it may. `why`: one explanation of question "letter", whose answer is the
    kind, "" where the material decides; the signs in it weigh 0, for in a decision table the order decides."""

    kind: Kind | None
    silent: str = ""
    why: tuple[Explanation, ...] = ()


def find_nature(letter: Letter, own_addresses: Collection[str]) -> Nature:
    """What the letter is by its headers, sender and standing phrases, before its material is looked at."""
    asked = Asked(letter, own_addresses)
    row, seen = decide(NATURE, asked)
    if row.kind is not None:
        return _nature(row.kind, row.silent, seen)
    silence, forbids = decide(SILENCE, asked)
    return _nature(None, silence.silent, (*seen, *(one for one in forbids if one not in seen)))


def nature_by_material(letter: Letter, documents: Sequence[DocumentFacts]) -> Nature:
    """What a letter is that its material decides, as `documents` were read from it; `silent` where it asks for no answer."""
    table = WITH_MATERIAL if documents or letter.links else WITHOUT_MATERIAL
    row, seen = decide(table, Asked(letter, documents=documents))
    return _nature(row.kind, row.silent, seen)


def _nature(kind: Kind | None, silent: str, seen: tuple[Evidence, ...]) -> Nature:
    return Nature(kind, silent, (Explanation("letter", "", kind or "", seen),))
