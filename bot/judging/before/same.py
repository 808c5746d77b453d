"""Is this the same entry as one that came before, whoever sent it? Certain, probable, or not.

Certain is the programme's identity after evening out, and a wrong "certain" would reject somebody's entry; so everything
that only resembles is probable, with its evidence, for staff.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from bot.judging.before.alike import edit_likeness, is_short_form
from bot.judging.before.cases import EarlierApplication, EntryKeys, find_keys
from bot.judging.before.degrees import (
    NAME_ALIKE,
    TITLE_ALIKE,
    Pair,
    applicant,
    branch,
    code,
    entry,
    entry_key,
    identity,
    mobile,
    shortened,
    team,
    text,
)
from bot.judging.before.table import Degree, Part, Row, Table, Truth
from bot.judging.evidence import Evidence
from bot.judging.fingerprint import text_likeness
from bot.programme.programme import Programme


class Likeness(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    DIFFERENT = "different"


SAME, ALIKE, SLIP = Degree.SAME, Degree.ALIKE, Degree.SLIP
UNSTATED, OTHER, CLASH = Degree.UNSTATED, Degree.OTHER, Degree.CLASH
YES, NO = Truth.YES, Truth.NO
NO_TEXT = (UNSTATED, OTHER, CLASH)

PARTS: tuple[Part[Pair], ...] = (
    Part("identity", (SAME, OTHER), identity),
    Part("entry", (SAME, ALIKE, UNSTATED, OTHER, CLASH), entry),
    Part("text", (ALIKE, UNSTATED, OTHER, CLASH), text),
    Part("team", (SAME, UNSTATED, OTHER, CLASH), team),
    Part("code", (SAME, UNSTATED, OTHER), code),
    Part("mobile", (SAME, UNSTATED, OTHER), mobile),
    Part("branch", (SAME, UNSTATED, CLASH), branch),
    Part("applicant", (SAME, ALIKE, SLIP, UNSTATED, OTHER, CLASH), applicant),
    Part("shortened", (YES, NO), shortened),
)

ROWS: tuple[Row[Likeness], ...] = (
    Row(
        "notices-identity",
        Likeness.CERTAIN,
        "The names by which the notice tells entries apart agree, and no other name speaks against it.",
        {"identity": (SAME,), "team": (SAME, UNSTATED, OTHER), "branch": (SAME, UNSTATED)},
    ),
    Row(
        "neither-name-nor-text",
        Likeness.DIFFERENT,
        "One organisation, or one contact, may hand in several entries: their names or their texts must be alike.",
        {"entry": (UNSTATED, OTHER, CLASH), "text": NO_TEXT},
    ),
    Row(
        "like-title-of-another-team",
        Likeness.DIFFERENT,
        "Two teams of one organisation do nearly the same work, and write nearly the same titles over texts of their own.",
        {"entry": (ALIKE,), "text": NO_TEXT, "team": (CLASH,)},
    ),
    Row("same-code", Likeness.PROBABLE, "One applicant by its credit code, whatever its name.", {"code": (SAME,)}),
    Row("same-contact", Likeness.PROBABLE, "One person is the contact of both.", {"mobile": (SAME,)}),
    Row("same-organisation", Likeness.PROBABLE, "One applicant, but for the company's form.", {"applicant": (SAME,)}),
    Row(
        "same-name-and-text",
        Likeness.PROBABLE,
        "Nobody writes another's text under another's title: the applicant or the team is misnamed.",
        {"entry": (SAME,), "text": (ALIKE,)},
    ),
    Row(
        "another-team",
        Likeness.DIFFERENT,
        "Neither the applicant nor the team is the same; that the applicants' names are alike is too little.",
        {"team": (CLASH,)},
    ),
    Row(
        "like-name-and-text",
        Likeness.PROBABLE,
        "The text is one, and its title was revised with it.",
        {"entry": (ALIKE,), "text": (ALIKE,)},
    ),
    Row(
        "other-codes",
        Likeness.DIFFERENT,
        "Two codes are two applicants, where their names are merely alike.",
        {"code": (OTHER,)},
    ),
    Row(
        "organisation-says-more",
        Likeness.PROBABLE,
        "One name of the applicant is the other with words added or left out.",
        {"applicant": (ALIKE,)},
    ),
    Row(
        "organisation-slips",
        Likeness.PROBABLE,
        "A single character may be a slip, or another place's branch (南京 and 南通): then its team is another, too.",
        {"applicant": (SLIP,), "team": (SAME, UNSTATED)},
    ),
    Row(
        "organisation-shortened",
        Likeness.PROBABLE,
        "A short form fits many organisations: the entry's name must be the same.",
        {"shortened": (YES,), "entry": (SAME,)},
    ),
    Row("two-applicants", Likeness.DIFFERENT, "Nothing shows that the applicants are one.", {}),
)

TABLE: Table[Pair, Likeness] = Table(PARTS, ROWS)


class Match:
    """How alike two entries are. Told in words and in degrees only when asked, for nearly all that are compared differ."""

    __slots__ = ("pair", "row")

    def __init__(self, row: Row[Likeness], pair: Pair) -> None:
        self.row, self.pair = row, pair

    @property
    def likeness(self) -> Likeness:
        return self.row.answer

    @property
    def evidence(self) -> tuple[str, ...]:
        """What speaks for one entry and what against it, in words for staff; () where they differ."""
        if self.likeness is Likeness.DIFFERENT:
            return ()
        return ("组织与名称一致",) if self.likeness is Likeness.CERTAIN else tuple(_words(self.pair))

    @property
    def why(self) -> tuple[Evidence, ...]:
        """The row that decided, and each part's degree."""
        return TABLE.explain(self.pair, self.row)


def compare(programme: Programme, keys: EntryKeys, fingerprint: tuple[int, ...], other: EarlierApplication) -> Match:
    """How alike an entry and an earlier application are."""
    theirs = other.fingerprint
    return compare_keys(programme, keys, find_keys(other.fields), text_likeness(fingerprint, theirs) if fingerprint and theirs else None)


def compare_keys(programme: Programme, a: EntryKeys, b: EntryKeys, text: float | None = None) -> Match:
    """How alike two entries are by their keys and their texts' similarity (0 to 1; None where one has no text that can be read)."""
    pair = Pair(programme, a, b, entry_key(programme) == "title", text)
    return Match(TABLE.decide(pair), pair)


def _words(pair: Pair) -> Iterator[str]:
    """In words for staff, what speaks for one entry and what against it."""
    one, two = pair.a.organisation, pair.b.organisation
    noun = "经验名称" if pair.by_title else "班组名称"
    likeness, codes = edit_likeness(*pair.names), code(pair)
    if one and one == two:
        yield "组织名称相同"
    elif codes is SAME:
        yield "统一社会信用代码相同"
    elif (organisation := edit_likeness(one, two)) >= NAME_ALIKE:
        yield f"组织名称相近（{organisation:.0%}）"
    elif one and two and is_short_form(one, two):
        yield "组织名称可能是简称"
    if codes is OTHER:
        yield "统一社会信用代码不同"
    if likeness == 1:
        yield f"{noun}相同"
    elif likeness >= TITLE_ALIKE or entry(pair) in (SAME, ALIKE):
        yield f"{noun}相近（{likeness:.0%}）"
    if team(pair) is CLASH:
        yield "班组名称不同"
    if mobile(pair) is SAME:
        yield "联系人手机相同"
    if pair.text_likeness is not None and text(pair) is ALIKE:
        yield f"正文相近（{pair.text_likeness:.0%}）"
