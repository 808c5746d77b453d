"""Who sends: the applicant itself, or an association. Told by all signs together (signs.py), or unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.facts import Application, Channel, DocumentFacts
from bot.judging.evidence import Choice, Evidence, Sign, choose
from bot.judging.groups.signs import SIGNS, Find, Sent
from bot.judging.papers.material import Material
from bot.programme.programme import Programme
from parsers.values import Letter

LEAST, LEAD = 2, 2


def find_channel(
    programme: Programme,
    letter: Letter,
    whole: Sequence[DocumentFacts],
    applications: Sequence[Application],
    recommender: str,
    material: Material,
) -> Choice[Channel]:
    """Who sends; unknown where no document came, and where the signs tell too little or stand against each other."""
    return weigh(Sent(programme, letter, whole, applications, material, recommender))


def weigh(sent: Sent, signs: Mapping[Channel, Sequence[Sign[Find]]] = SIGNS) -> Choice[Channel]:
    """The sender by these signs."""
    if not sent.material.documents:
        return Choice(None, 0.0)
    evidence = {channel: tuple(_evidence(sent, signs[channel])) for channel in signs}
    shown = [channel for channel, seen in evidence.items() if seen]
    return choose(shown, evidence.__getitem__, LEAST, LEAD)


def _evidence(sent: Sent, signs: Sequence[Sign[Find]]) -> Iterator[Evidence]:
    for sign in signs:
        if (seen := sign.find(sent)) is not None:
            yield Evidence(sign.name, sign.weight, seen)
