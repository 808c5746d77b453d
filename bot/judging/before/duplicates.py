"""The same entry by another way: another channel, another recommender, or another package of the same unit."""

from __future__ import annotations

from dataclasses import dataclass

from bot.facts import Application, Channel, Package
from bot.judging.before.cases import Cases, EarlierApplication, EarlierPackage, find_keys
from bot.judging.before.same import Likeness, Match, compare
from bot.judging.before.senders import belongs
from bot.judging.evidence import Evidence, Explanation
from bot.judging.fingerprint import bands, fingerprint_of
from bot.names import name_key, unit_key
from bot.programme.programme import Programme


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An earlier application that is, certainly or probably, the same entry. `certain` rejects the later one; the match may be
    certain and this not, where the other came later or the same way."""

    earlier: EarlierApplication
    certain: bool
    match: Match

    @property
    def likeness(self) -> Likeness:
        return Likeness.CERTAIN if self.certain else Likeness.PROBABLE

    def explained(self, about: str) -> Explanation:
        """The guess as staff are told it; `about`: the later entry, by its reference or its applicant."""
        return Explanation("entry", about, f"{self.earlier.reference} ({self.likeness})", self.match.why)


def find_duplicate(
    programme: Programme,
    application: Application,
    package: Package,
    sender: str,
    cases: Cases,
    joined: int | None,
    own: EarlierApplication | None = None,
) -> Duplicate | None:
    """The same entry by another channel or another recommender, or None. `joined`: the package this mail joined; `own`: the
    application that it is, where it came before and only its names are new.

    An earlier entry that was rejected blocks nobody. Where the other one was received later than this (which then
    surfaced late), or both came the same way from different addresses (somebody else's new version?), nothing is rejected:
    staff see both."""
    came = own.opened_at if own else package.received_at
    prints = fingerprint_of(application.documents)
    keys = find_keys(application.fields, bands(prints) if prints else ())
    best: Duplicate | None = None
    for other in cases.candidates(programme.id, keys):
        if other.package_id == joined or other.decision == "rejected" or other.duplicate_of is not None:
            continue
        if own is not None and _settled_between(own, other):
            continue
        match = compare(programme, keys, prints, other)
        if match.likeness is Likeness.DIFFERENT:
            continue
        if _same_way(package, sender, other):
            continue
        certain = match.likeness is Likeness.CERTAIN and other.opened_at <= came and _other_way(package, other)
        found = Duplicate(other, certain, match)
        if best is None or (found.certain, -other.opened_at.timestamp()) > (best.certain, -best.earlier.opened_at.timestamp()):
            best = found
    return best


def _settled_between(own: EarlierApplication, other: EarlierApplication) -> bool:
    """Whether the other is known already as a possible duplicate of this one, or staff said that it is none."""
    found = other.staff.get("duplicate")
    return (isinstance(found, dict) and found.get("id") == own.id) or other.staff.get("not_duplicate_of") == own.reference


def _same_way(package: Package, sender: str, other: EarlierApplication) -> bool:
    """Whether both came by the same sender and channel: then it is no second channel. Two associations are two channels,
    whoever writes for them."""
    both = Channel.RECOMMENDER in (package.channel, other.channel) and package.recommender and other.recommender
    if both and name_key(package.recommender) != name_key(other.recommender):
        return False
    return belongs(sender, other.sender) and (package.channel == other.channel or package.channel is None or other.channel is None)


def _other_way(package: Package, other: EarlierApplication) -> bool:
    """Whether two entries came by different channels, or by two associations."""
    if package.channel != other.channel or package.channel is None:
        return True
    return package.channel is Channel.RECOMMENDER and name_key(package.recommender) != name_key(other.recommender)


def explain_unit(about: str, other: EarlierPackage) -> Explanation:
    """That somebody else sent a package for the same unit, as staff are told it."""
    return Explanation("entry", about, f"{other.reference or ''} ({Likeness.PROBABLE})", (Evidence("same-unit", 1.0, about),))


def same_unit(programme: Programme, package: Package, sender: str, cases: Cases) -> EarlierPackage | None:
    """Where a unit sends one package: the one that somebody else sent for the same unit before, unless it was rejected."""
    key = unit_key(package.recommender)
    if programme.case != "package" or not key:
        return None
    others = [p for p in cases.by_recommender(programme.id, key) if p.decision != "rejected" and not belongs(sender, p.sender)]
    return others[0] if others else None
