"""How two entries agree, part by part: applicant, entry, team, code, mobile, text. All the limits of likeness stand here.

The keys are evened out already (`bot.names`), so that "same" is the same writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.judging.before.alike import (
    branches_differ,
    edit_likeness,
    is_extended,
    is_short_form,
    numbers_clash,
    numbers_differ,
    other_teams,
    slips,
)
from bot.judging.before.cases import EntryKeys, same_entry
from bot.judging.before.table import Degree, Truth
from bot.names import trade_name
from bot.programme.programme import Programme

NAME_ALIKE = 0.88
"""An organisation's name of this likeness differs by a slip or by added words."""
TITLE_ALIKE = 0.85
"""So does a title, or a team's name; a title has a frame that many share, but is longer."""
SUBJECT_ALIKE = 0.6
"""Titles less alike than this are not looked at without their frame."""
TEXT_ALIKE = 0.75
"""Texts that share so many of their 5-grams are one text, revised."""
TEXT_OTHER = 0.2
"""Texts that share fewer are two."""
CORRECTED = 0.6
"""A name of this likeness may be another's corrected, where a letter of ours asked for it."""


SAME, ALIKE, SLIP, LOOSE = Degree.SAME, Degree.ALIKE, Degree.SLIP, Degree.LOOSE
UNSTATED, OTHER, CLASH = Degree.UNSTATED, Degree.OTHER, Degree.CLASH
YES, NO = Truth.YES, Truth.NO


@dataclass(slots=True)
class Pair:
    """Two entries held against each other. `text`: how alike their texts are (0 to 1), None where one has none that can be read."""

    programme: Programme
    a: EntryKeys
    b: EntryKeys
    by_title: bool
    """Whether the notice tells one entry of an organisation from another by its title; else by its team."""
    text_likeness: float | None = None

    @property
    def names(self) -> tuple[str, str]:
        """What tells each from its organisation's others."""
        return (self.a.title, self.b.title) if self.by_title else (self.a.team, self.b.team)


@dataclass(slots=True)
class Version(Pair):
    """An entry held against an earlier one of its own sender. `whole`: it brings its text; `answering`: it comes in answer to a
    letter about the earlier one; `alone`: the sender has no other."""

    whole: bool = True
    answering: bool = False
    alone: bool = False


def entry_key(programme: Programme) -> str:
    """Which of its names tells one entry of an organisation from another: the title where the notice goes by it, else the team."""
    for part in programme.identity:
        if "title" in part:
            return "title"
    return "team"


# --- anybody's entry ---------------------------------------------------------------------------------------------------------------


def identity(pair: Pair) -> Degree:
    """What the notice goes by (`identity` in its programme). same: one key of each of its parts agrees, and no credit code differs."""
    return SAME if same_entry(pair.programme, pair.a, pair.b) else OTHER


def entry(pair: Pair) -> Degree:
    """The title, or the team where the notice goes by teams. alike: but for slips, added words, or the frame that all titles share
    (运用…的经验); clash: alike, but with another number."""
    mine, theirs = (pair.a.title, pair.b.title) if pair.by_title else (pair.a.team, pair.b.team)
    if not mine or not theirs:
        return UNSTATED
    if mine == theirs:
        return SAME
    alike = edit_likeness(mine, theirs)
    if (
        alike < TITLE_ALIKE
        and not is_extended(mine, theirs)
        and (alike < SUBJECT_ALIKE or edit_likeness(_subject(mine), _subject(theirs)) < TITLE_ALIKE)
    ):
        return OTHER
    return CLASH if numbers_clash(mine, theirs) else ALIKE


_FRAME = re.compile(r"^(?:实施|运用|推行)|的?(?:经验|实践|探索)+$")


def _subject(title: str) -> str:
    """A title without the words that the notices' naming rules have in every one."""
    return _FRAME.sub("", title)


def applicant(pair: Pair) -> Degree:
    """The organisation's name. same: but for the company's form; alike: one only says more; slip: a single character is another, which
    may be another place's branch; clash: alike, but with another number."""
    one, two = pair.a.organisation, pair.b.organisation
    if not one or not two:
        return UNSTATED
    if trade_name(one) == trade_name(two):
        return SAME
    if edit_likeness(one, two) < NAME_ALIKE:
        return OTHER
    run = slips(one, two)
    if run > 1:
        return OTHER
    if numbers_clash(one, two):
        return CLASH
    return SLIP if run else ALIKE


def shortened(pair: Pair) -> Truth:
    """Whether one organisation's name may be short for the other's (中建三局), and no number speaks against it."""
    one, two = pair.a.organisation, pair.b.organisation
    return YES if one and two and is_short_form(one, two) and not numbers_clash(one, two) else NO


def branch(pair: Pair) -> Degree:
    """The branch of a company, as the organisations' names tell it. clash: of different ones, or of the company and its branch."""
    one, two = pair.a.organisation, pair.b.organisation
    if not one or not two:
        return UNSTATED
    return CLASH if branches_differ(one, two) else SAME


def team(pair: Pair) -> Degree:
    """The team. clash: surely another, by its number or with hardly a character in common; where the notice goes by teams, the entry's
    own degree says that."""
    one, two = pair.a.team, pair.b.team
    if not one or not two:
        return UNSTATED
    if one == two:
        return SAME
    return CLASH if pair.by_title and other_teams(one, two) else OTHER


def code(pair: Pair) -> Degree:
    """The unified social credit code, which is mistyped often."""
    return _equal(pair.a.uscc, pair.b.uscc)


def mobile(pair: Pair) -> Degree:
    """The contact's mobile number."""
    return _equal(pair.a.mobile, pair.b.mobile)


def _equal(one: str, two: str) -> Degree:
    if not one or not two:
        return UNSTATED
    return SAME if one == two else OTHER


def text(pair: Pair) -> Degree:
    """The experience's own text. alike: three quarters of its 5-grams are shared; clash: less than a fifth."""
    likeness = pair.text_likeness
    if likeness is None:
        return UNSTATED
    if likeness >= TEXT_ALIKE:
        return ALIKE
    return CLASH if likeness < TEXT_OTHER else OTHER


# --- the same sender's ---------------------------------------------------------------------------------------------------------------


def own_applicant(pair: Version) -> Degree:
    """The organisation, by code or name. same: either agrees; alike: nearly the same name, of the same trade name or the same contact;
    loose: a correction at most, for the branches of one company differ in a character; clash: another number, or another code and
    not the same contact."""
    a, b = pair.a, pair.b
    if (a.uscc and a.uscc == b.uscc) or (a.organisation and a.organisation == b.organisation):
        return SAME
    if not a.organisation or not b.organisation:
        return UNSTATED
    contact = mobile(pair) is SAME
    if code(pair) is OTHER and not contact:
        return CLASH
    degree = _own_name(a.organisation, b.organisation, NAME_ALIKE)
    if degree is ALIKE and not contact and trade_name(a.organisation) != trade_name(b.organisation):
        return LOOSE
    return degree


def own_entry(pair: Version) -> Degree:
    """The title, or the team where the notice goes by teams. alike: but for a slip, or one inside the other; loose: three characters
    in five are the same; clash: another number (第一养护班 and 第二养护班)."""
    mine, theirs = pair.names
    return _own_name(mine, theirs, TITLE_ALIKE)


def own_team(pair: Version) -> Degree:
    """The team, where the notice goes by titles."""
    return _equal(pair.a.team, pair.b.team) if pair.by_title else UNSTATED


def _own_name(a: str, b: str, alike: float) -> Degree:
    """A name inside the other (养护 and 养护班) is as alike as a title with a slip."""
    from rapidfuzz.fuzz import ratio

    if not a or not b:
        return UNSTATED
    if a == b:
        return SAME
    if numbers_differ(a, b):
        return CLASH
    inside = min(len(a), len(b)) >= 2 and (a in b or b in a)
    likeness = max(ratio(a, b) / 100, TITLE_ALIKE if inside else 0.0)
    if likeness >= alike:
        return ALIKE
    return LOOSE if likeness >= CORRECTED else OTHER


def whole(pair: Version) -> Truth:
    """Whether it brings its text: a second entry comes whole, a form without its text is a correction."""
    return YES if pair.whole else NO


def answering(pair: Version) -> Truth:
    """Whether it comes in answer to a letter of ours about the earlier one."""
    return YES if pair.answering else NO


def alone(pair: Version) -> Truth:
    """Whether the sender has no other earlier entry."""
    return YES if pair.alone else NO
