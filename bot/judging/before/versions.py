"""Is this entry one that the same sender sent before, the same or under corrected names?

A wrong "yes" puts one team's papers in the place of another's, a wrong "no" opens a second case for one entry. So a new
mail must agree in more than a letter that answers ours, where one likeness suffices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.facts import Application
from bot.judging.before.alike import numbers_differ
from bot.judging.before.cases import EarlierApplication, EntryKeys, find_keys, same_entry
from bot.judging.before.same import NAME_ALIKE, TEXT_ALIKE, TITLE_ALIKE, entry_key
from bot.judging.fingerprint import TEXT_KINDS, fingerprint_of, text_likeness
from bot.names import trade_name
from bot.programme.programme import Programme

_CORRECTED = 0.6
_OTHER_TEXT = 0.2


def match_own(
    programme: Programme, application: Application, earlier: Sequence[EarlierApplication], *, answering: bool = False
) -> EarlierApplication | None:
    """The same sender's earlier application that this one is. `answering`: it comes in answer to a letter about these."""
    keys = find_keys(application.fields)
    same = [other for other in earlier if same_entry(programme, keys, find_keys(other.fields))]
    if same:  # teams of one organisation may share a title
        return next((other for other in same if find_keys(other.fields).team == keys.team), same[0])
    found = [other for other in earlier if _continues(programme, application, keys, other, answering=answering, alone=len(earlier) == 1)]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How two entries' names agree, each from 0 (not, or not stated) to 1 (the same). `numbered`: they differ in a number,
    as 第一养护班 and 第二养护班 do."""

    applicant: float
    entry: float
    team: float
    mobile: bool
    numbered: bool


def _continues(
    programme: Programme, application: Application, keys: EntryKeys, other: EarlierApplication, *, answering: bool, alone: bool
) -> bool:
    theirs = find_keys(other.fields)
    like = _likeness(programme, keys, theirs)
    mine = fingerprint_of(application.documents)
    text = text_likeness(mine, other.fingerprint)
    if mine and other.fingerprint and text < _OTHER_TEXT and like.entry < 1:
        return False  # another title and another text: another entry, though it be the same team's
    # A second entry comes whole; a form without its text is a correction.
    correction = not any(d.kind in TEXT_KINDS for d in application.documents)
    names = like.entry >= TITLE_ALIKE or text >= TEXT_ALIKE or (like.team == 1 and correction)
    if like.applicant >= (_CORRECTED if answering else NAME_ALIKE) and names:
        return True
    if answering and like.applicant == 1:
        return like.team == 1 or like.entry >= _CORRECTED or (alone and correction and not like.numbered)
    return like.entry == 1 and like.mobile and (answering or like.team == 1)


def _likeness(programme: Programme, a: EntryKeys, b: EntryKeys) -> _Likeness:
    name = entry_key(programme)
    mine, theirs = getattr(a, name), getattr(b, name)
    mobile = bool(a.mobile) and a.mobile == b.mobile
    return _Likeness(
        applicant=_applicant(a, b, mobile),
        entry=_alike(mine, theirs),
        team=_alike(a.team, b.team) if name != "team" else 0.0,
        mobile=mobile,
        numbered=bool(mine and theirs) and numbers_differ(mine, theirs),
    )


_BRANCH = 0.8


def _applicant(a: EntryKeys, b: EntryKeys, mobile: bool) -> float:
    """How alike two applicants are; one that is not stated may be the same. The branches of one company differ in a character:
    without the same contact, names that are merely alike are no more than a correction in answer to our letter."""
    if (a.uscc and a.uscc == b.uscc) or a.organisation == b.organisation or not (a.organisation and b.organisation):
        return 1.0
    if a.uscc and b.uscc and not mobile:
        return 0.0
    likeness = _alike(a.organisation, b.organisation)
    return likeness if mobile or trade_name(a.organisation) == trade_name(b.organisation) else min(likeness, _BRANCH)


def _alike(a: str, b: str) -> float:
    """1 for the same name, 0 where one is not stated or they differ in a number, else the edit likeness; a name inside the
    other (养护 and 养护班) counts as nearly the same."""
    from rapidfuzz.fuzz import ratio

    if not a or not b or a == b:
        return float(bool(a) and a == b)
    if numbers_differ(a, b):
        return 0.0
    inside = min(len(a), len(b)) >= 2 and (a in b or b in a)
    return max(ratio(a, b) / 100, TITLE_ALIKE if inside else 0.0)
