"""From documents to a package: which belong to which team, and which concern the whole.

A team's documents are told by all that speaks for each team, weighed once: see `clues` and, for what opens a team, `openings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.facts import Application, Package
from bot.judging.evidence import Explanation, explain
from bot.judging.groups.channel import find_channel
from bot.judging.groups.groups import group_documents
from bot.judging.groups.merged import merged_statistics
from bot.judging.groups.recommender import find_recommender
from bot.judging.papers.material import Material
from bot.programme.programme import Programme
from parsers.values import Letter


@dataclass(frozen=True, slots=True)
class Assembled:
    """A letter's package, and why its files are whose they are and its sender is who it is."""

    package: Package
    why: tuple[Explanation, ...] = ()


def assemble(programme: Programme, letter: Letter, material: Material, received_at: datetime, recommender: str = "") -> Assembled:
    """The package that one letter brings."""
    specs = {spec.kind: spec for spec in programme.documents}
    whole = [d for d in material.documents if d.kind in specs and specs[d.kind].scope == "package"]
    own = [d for d in material.documents if d.kind in specs and specs[d.kind].scope == "application" and programme.case == "application"]
    rest = [d for d in material.documents if d not in whole and d not in own]
    grouped = group_documents(own, rest)
    applications = tuple(Application(tuple(g.documents), g.names()) for g in grouped.groups)
    named = find_recommender(programme, letter, whole, applications, material)
    stated = recommender or named.best or ""
    sent_by = find_channel(programme, letter, whole, applications, stated, material)
    paths = {path for path, _ in material.archives}
    loose = any(not any(d.path.startswith(path + "/") for path in paths) for d in (*own, *whole))
    package = Package(
        channel=sent_by.best,
        received_at=received_at,
        applications=applications,
        documents=tuple(whole),
        unassigned=tuple(grouped.unassigned),
        links=letter.links,
        archives=material.archives,
        loose=loose,
        recommender=stated,
        sender_name=letter.sender.name if letter.sender else "",
        statistics=merged_statistics(whole),
    )
    why = [*grouped.why, explain("sender", "", sent_by)] + ([explain("sender", "recommender", named)] if named.why else [])
    return Assembled(package, tuple(why))
