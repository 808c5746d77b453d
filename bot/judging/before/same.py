"""Is this the same entry as one that came before? Certain, probable, or not.

Certain is the programme's identity after evening out, and a wrong "certain" would reject somebody's entry; so everything
that only resembles is probable, with its evidence, for staff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.judging.before.alike import branches_differ, edit_likeness, is_extended, is_short_form, numbers_clash, other_teams, slips
from bot.judging.before.cases import EarlierApplication, EntryKeys, find_keys, same_entry
from bot.judging.evidence import Evidence
from bot.judging.fingerprint import text_likeness
from bot.names import trade_name
from bot.programme.programme import Programme


class Likeness(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Match:
    """How alike two entries are, and the evidence in words for staff."""

    likeness: Likeness
    evidence: tuple[str, ...] = ()
    why: tuple[Evidence, ...] = ()


NAME_ALIKE = 0.88
TITLE_ALIKE = 0.85
TEXT_ALIKE = 0.75
_SUBJECT_ALIKE = 0.6


def entry_key(programme: Programme) -> str:
    """Which of its names tells one entry of an organisation from another: the title where the notice goes by it, else the team."""
    return "title" if any("title" in part for part in programme.identity) else "team"


def compare(programme: Programme, keys: EntryKeys, fingerprint: tuple[int, ...], other: EarlierApplication) -> Match:
    """How alike an entry and an earlier application are."""
    return compare_keys(programme, keys, find_keys(other.fields), text_likeness(fingerprint, other.fingerprint))


def compare_keys(programme: Programme, a: EntryKeys, b: EntryKeys, text: float = 0.0) -> Match:
    """How alike two entries are by their keys and their texts' similarity (0 to 1)."""
    name = entry_key(programme)
    mine, theirs = getattr(a, name), getattr(b, name)
    same_name, certain = bool(mine) and mine == theirs, same_entry(programme, a, b)
    close, same_text = same_name or _is_close(mine, theirs), text >= TEXT_ALIKE
    if not (certain or close or same_text):
        return Match(Likeness.DIFFERENT)
    others = name == "title" and other_teams(a.team, b.team)
    if certain and not others and not branches_differ(a.organisation, b.organisation):
        return Match(Likeness.CERTAIN, ("组织与名称一致",))
    close = close and (same_name or not others)
    mobile = bool(a.mobile) and a.mobile == b.mobile
    if (close and (mobile or same_text)) or (mobile and same_text) or ((close or same_text) and _one_applicant(a, b, same_name, others)):
        return Match(Likeness.PROBABLE, tuple(_evidence(a, b, name, text)))
    return Match(Likeness.DIFFERENT)


def _is_close(mine: str, theirs: str) -> bool:
    """Whether two titles, or two teams, differ no more than slips and added words do."""
    if not mine or not theirs:
        return False
    alike = edit_likeness(mine, theirs)
    if (
        alike < TITLE_ALIKE
        and not is_extended(mine, theirs)
        and (alike < _SUBJECT_ALIKE or edit_likeness(*map(_subject, (mine, theirs))) < TITLE_ALIKE)
    ):
        return False
    return not numbers_clash(mine, theirs)


_FRAME = re.compile(r"^(?:实施|运用|推行)|的?(?:经验|实践|探索)+$")


def _subject(title: str) -> str:
    """A title without the words that the notices' naming rules have in every one."""
    return _FRAME.sub("", title)


def _one_applicant(a: EntryKeys, b: EntryKeys, same_name: bool, others: bool) -> bool:
    """Whether two applicants are one, or seem to be. `same_name`: their entries' names are equal; `others`: their teams differ."""
    one, two = a.organisation, b.organisation
    if (a.uscc and a.uscc == b.uscc) or (one and trade_name(one) == trade_name(two)):
        return True
    if others or not one or not two or (a.uscc and b.uscc):
        return False
    if edit_likeness(one, two) >= NAME_ALIKE:
        # Branches of one company differ in a place's name, which may be a single character: 南京 and 南通.
        runs = slips(one, two)
        if runs == 0 or (runs == 1 and (not a.team or a.team == b.team)):
            return not numbers_clash(one, two)
    return same_name and is_short_form(one, two) and not numbers_clash(one, two)


def _evidence(a: EntryKeys, b: EntryKeys, name: str, text: float) -> Iterator[str]:
    """In words for staff, what speaks for one entry and what against it."""
    noun = "经验名称" if name == "title" else "班组名称"
    organisation, entry = edit_likeness(a.organisation, b.organisation), edit_likeness(getattr(a, name), getattr(b, name))
    if a.organisation and a.organisation == b.organisation:
        yield "组织名称相同"
    elif a.uscc and a.uscc == b.uscc:
        yield "统一社会信用代码相同"
    elif organisation >= NAME_ALIKE:
        yield f"组织名称相近（{organisation:.0%}）"
    elif a.organisation and b.organisation and is_short_form(a.organisation, b.organisation):
        yield "组织名称可能是简称"
    if a.uscc and b.uscc and a.uscc != b.uscc:
        yield "统一社会信用代码不同"
    if entry == 1:
        yield f"{noun}相同"
    elif entry >= TITLE_ALIKE or _is_close(getattr(a, name), getattr(b, name)):
        yield f"{noun}相近（{entry:.0%}）"
    if name == "title" and other_teams(a.team, b.team):
        yield "班组名称不同"
    if a.mobile and a.mobile == b.mobile:
        yield "联系人手机相同"
    if text >= TEXT_ALIKE:
        yield f"正文相近（{text:.0%}）"
