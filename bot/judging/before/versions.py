"""Is this entry one that the same sender sent before, the same or under corrected names?

A wrong "yes" puts one team's papers in the place of another's, a wrong "no" opens a second case for one entry. So a new
mail must agree in more than a letter that answers ours, where one likeness suffices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.facts import Application
from bot.judging.before.cases import EarlierApplication, find_keys, same_entry
from bot.judging.before.degrees import (
    Version,
    alone,
    answering,
    entry_key,
    mobile,
    own_applicant,
    own_entry,
    own_team,
    text,
    whole,
)
from bot.judging.before.table import Degree, Part, Row, Table, Truth
from bot.judging.fingerprint import TEXT_KINDS, fingerprint_of, text_likeness
from bot.programme.programme import Programme

SAME, ALIKE, LOOSE = Degree.SAME, Degree.ALIKE, Degree.LOOSE
UNSTATED, OTHER, CLASH = Degree.UNSTATED, Degree.OTHER, Degree.CLASH
YES, NO = Truth.YES, Truth.NO
NEAR = (SAME, ALIKE)
ONE_APPLICANT = (SAME, UNSTATED)
LIKE_APPLICANT = (SAME, UNSTATED, ALIKE)

PARTS: tuple[Part[Version], ...] = (
    Part("answering", (YES, NO), answering),
    Part("alone", (YES, NO), alone),
    Part("whole", (YES, NO), whole),
    Part("mobile", (SAME, UNSTATED, OTHER), mobile),
    Part("team", (SAME, UNSTATED, OTHER), own_team),
    Part("text", (ALIKE, UNSTATED, OTHER, CLASH), text),
    Part("entry", (SAME, ALIKE, LOOSE, UNSTATED, OTHER, CLASH), own_entry),
    Part("applicant", (SAME, ALIKE, LOOSE, UNSTATED, OTHER, CLASH), own_applicant),
)

ROWS: tuple[Row[bool], ...] = (
    Row(
        "another-text",
        False,
        "Another title over another text is another entry, though it be the same team's.",
        {"text": (CLASH,), "entry": (ALIKE, LOOSE, UNSTATED, OTHER, CLASH)},
    ),
    Row("own-name", True, "One applicant's entry, its name corrected at most.", {"applicant": LIKE_APPLICANT, "entry": NEAR}),
    Row("own-text", True, "One applicant's text, whatever stands over it now.", {"applicant": LIKE_APPLICANT, "text": (ALIKE,)}),
    Row(
        "own-teams-form",
        True,
        "A form without its text, of a team that handed in before: its title is corrected.",
        {"applicant": LIKE_APPLICANT, "team": (SAME,), "whole": (NO,)},
    ),
    Row(
        "answered-name",
        True,
        "We asked: the applicant's name is corrected, the entry's is the same or nearly so.",
        {"answering": (YES,), "applicant": (LOOSE,), "entry": NEAR},
    ),
    Row(
        "answered-text",
        True,
        "We asked: the applicant's name is corrected, the text is the same.",
        {"answering": (YES,), "applicant": (LOOSE,), "text": (ALIKE,)},
    ),
    Row(
        "answered-teams-form",
        True,
        "We asked: the applicant's name is corrected, the team is the same, and only the form came.",
        {"answering": (YES,), "applicant": (LOOSE,), "team": (SAME,), "whole": (NO,)},
    ),
    Row("answered-team", True, "We asked, and the same team answers.", {"answering": (YES,), "applicant": ONE_APPLICANT, "team": (SAME,)}),
    Row(
        "answered-title",
        True,
        "We asked, and the same applicant answers under a corrected title.",
        {"answering": (YES,), "applicant": ONE_APPLICANT, "entry": (LOOSE,)},
    ),
    Row(
        "answered-the-only-one",
        True,
        "We asked about one entry, and a form without its text comes back, whatever title it has now; but not another number's.",
        {
            "answering": (YES,),
            "applicant": ONE_APPLICANT,
            "alone": (YES,),
            "whole": (NO,),
            "entry": (SAME, ALIKE, LOOSE, UNSTATED, OTHER),
        },
    ),
    Row(
        "answered-contact",
        True,
        "We asked: the entry and its contact are the same, the applicant is renamed.",
        {"answering": (YES,), "entry": (SAME,), "mobile": (SAME,)},
    ),
    Row(
        "renamed-applicant",
        True,
        "The entry, its team and its contact are the same, the applicant is renamed.",
        {"entry": (SAME,), "mobile": (SAME,), "team": (SAME,)},
    ),
    Row("a-new-entry", False, "Too little agrees: one sender may hand in several entries.", {}),
)

TABLE: Table[Version, bool] = Table(PARTS, ROWS)


@dataclass(frozen=True, slots=True)
class Own:
    """An earlier application that this one is, and the row by which it was told: "notices-identity" or one of the table's."""

    earlier: EarlierApplication
    row: str


def match_own(
    programme: Programme, application: Application, earlier: Sequence[EarlierApplication], *, answering: bool = False
) -> EarlierApplication | None:
    """The same sender's earlier application that this one is. `answering`: it comes in answer to a letter about these."""
    own = find_own(programme, application, earlier, answering=answering)
    return own.earlier if own else None


def find_own(
    programme: Programme, application: Application, earlier: Sequence[EarlierApplication], *, answering: bool = False
) -> Own | None:
    """As `match_own`, with the row that told it. What the notice goes by comes first; else exactly one must be the same by the table."""
    keys = find_keys(application.fields)
    same = [other for other in earlier if same_entry(programme, keys, find_keys(other.fields))]
    if same:  # teams of one organisation may share a title
        return Own(next((other for other in same if find_keys(other.fields).team == keys.team), same[0]), "notices-identity")
    by_title = entry_key(programme) == "title"
    brings_text = any(d.kind in TEXT_KINDS for d in application.documents)
    mine = fingerprint_of(application.documents)
    found = []
    for other in earlier:
        theirs = other.fingerprint if mine else ()
        likeness = text_likeness(mine, theirs) if mine and theirs else None
        version = Version(
            programme, keys, find_keys(other.fields), by_title, likeness, whole=brings_text, answering=answering, alone=len(earlier) == 1
        )
        row = TABLE.decide(version)
        if row.answer:
            found.append(Own(other, row.name))
    return found[0] if len(found) == 1 else None
