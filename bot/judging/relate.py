"""Which earlier case a mail belongs to, and what its entries are to those that came before.

Order: a letter that answers ours (or its sender's own) joins that package, if its sender belongs to it; without a thread,
the sender's own earlier entries are looked through; what is left is new, and is compared with everybody's entries for
duplicate channels.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.facts import Application, Channel, Package
from bot.judging.duplicates import Likeness, compare
from bot.judging.earlier import Cases, EarlierApplication, EarlierPackage, find_keys
from bot.judging.fingerprint import bands, fingerprint_of
from bot.judging.names import name_key, unit_key
from bot.judging.senders import belongs
from bot.judging.versions import match_own
from bot.programme import Programme
from parsers.values import Letter


class Bond(StrEnum):
    """How a mail is bound to an earlier package."""

    NONE = "none"
    THREAD = "thread"
    CONTENT = "content"
    STRANGER = "stranger"
    """It quotes a case of somebody else."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The package that a mail adds to, and by what it is bound."""

    bond: Bond
    package: EarlierPackage | None = None


def quoted_references(programme: Programme, letter: Letter) -> tuple[str, ...]:
    """Reference numbers of this programme in the subject or anywhere in the text, full-width and with any dash or none."""
    pattern = re.compile(re.escape(programme.reference) + r"\s*[-\u2010-\u2015\u2212_]?\s*(\d{4,6})(?!\d)", re.I)
    found = pattern.findall(unicodedata.normalize("NFKC", f"{letter.subject}\n{letter.text}"))
    return tuple(dict.fromkeys(f"{programme.reference}-{number}" for number in found))


def find_joined(programme: Programme, letter: Letter, package: Package, cases: Cases) -> Joined:
    """The earlier package that this letter adds to."""
    sender = letter.sender.address if letter.sender else ""
    threads = find_threads(programme, letter, cases)
    mine = [p for p in threads if belongs(sender, p.sender, contacts_of(p))]
    if mine:
        return Joined(Bond.THREAD, _best(programme, mine, package))
    earlier = list(cases.by_sender(programme.id, sender))
    if package.documents or any(_is_entry(a) for a in package.applications):
        # Only what stands on its own tells its channel; a single missing file does not.
        earlier = [p for p in earlier if _same_channel(package, p.channel)]
    joined = _by_content(programme, package, earlier) or _of_colleagues(programme, package, sender, cases)
    if joined is not None:
        return Joined(Bond.CONTENT, joined)
    return Joined(Bond.STRANGER) if threads else Joined(Bond.NONE)


def find_threads(programme: Programme, letter: Letter, cases: Cases) -> list[EarlierPackage]:
    """The packages that a letter answers or quotes, whosever they are."""
    quoted = tuple(dict.fromkeys(letter.in_reply_to + letter.references))
    threads = list(cases.by_message_ids(programme.id, quoted)) if quoted else []
    references = quoted_references(programme, letter)
    if references:
        threads += [p for p in cases.by_references(programme.id, references) if p.id not in {t.id for t in threads}]
    return threads


def contacts_of(package: EarlierPackage) -> list[str]:
    """The addresses that a package names as its contacts': on its forms, and on its statistics."""
    named = [a.fields.get("contact_email") for a in package.applications] + [d.statistics.get("email") for d in package.documents]
    return [str(address) for address in named if address]


def _same_channel(package: Package, channel: Channel | None) -> bool:
    return channel is None or package.channel is None or channel == package.channel


def _best(programme: Programme, packages: Sequence[EarlierPackage], package: Package) -> EarlierPackage:
    """Of several quoted packages the one that holds an entry of this mail, else the newest."""
    for candidate in packages:
        if any(match_own(programme, a, candidate.applications, answering=True) for a in package.applications):
            return candidate
    return max(packages, key=lambda p: (p.opened_at, p.id))


def _by_content(programme: Programme, package: Package, earlier: Sequence[EarlierPackage]) -> EarlierPackage | None:
    """The sender's earlier package that this mail repeats, renews or completes, without any thread."""
    if not earlier or not (package.applications or package.documents or package.unassigned):
        return None
    for candidate in earlier:
        if any(match_own(programme, a, candidate.applications) for a in package.applications):
            return candidate
    if programme.case == "package":
        key = name_key(package.recommender)
        return next((p for p in earlier if not key or not p.recommender or name_key(p.recommender) == key), None)
    if any(_is_entry(a) for a in package.applications):
        if package.channel is Channel.RECOMMENDER and not package.documents:
            return earlier[0]
        empty = [p for p in earlier if not p.applications]
        return empty[0] if empty else None
    waiting = [p for p in earlier if p.decision != "accepted"]
    if len(waiting) > 1:
        waiting = [p for p in waiting if _lacks(programme, p, package)]
    return (waiting or list(earlier))[0] if len(waiting) == 1 or len(earlier) == 1 else None


def _lacks(programme: Programme, earlier: EarlierPackage, package: Package) -> bool:
    """Whether an earlier package, or one of its applications, has no readable copy of any of what came."""
    coming = {(d.kind, d.copy) for d in package.all_documents if d.kind in {r.document for r in programme.requirements}}
    holders = [a.documents + earlier.documents for a in earlier.applications] or [earlier.documents]
    return bool(coming) and any(not any((d.kind, d.copy) in coming and d.refusal is None for d in documents) for documents in holders)


_LOOKED_AT = 10
"""Of a bundle's entries: a bundle that came before shows in its first ones."""


def _of_colleagues(programme: Programme, package: Package, sender: str, cases: Cases) -> EarlierPackage | None:
    """The package that a colleague of the sender's, or somebody who names them as contact, sent of the same entry or unit."""
    if programme.case == "package":
        key = unit_key(package.recommender)
        units = cases.by_recommender(programme.id, key) if key else ()
        return next((p for p in units if belongs(sender, p.sender, contacts_of(p))), None)
    unit = name_key(package.recommender)
    for application in package.applications[:_LOOKED_AT]:
        for other in cases.candidates(programme.id, find_keys(application.fields)):
            near = belongs(sender, other.sender, [str(other.fields.get("contact_email", ""))])
            if (
                not near
                or not _same_channel(package, other.channel)
                or (unit and other.recommender and name_key(other.recommender) != unit)
            ):
                continue
            if match_own(programme, application, [other]):
                return next(iter(cases.by_references(programme.id, [other.reference])), None)
    return None


def _is_entry(application: Application) -> bool:
    """Whether an application stands on its own: it brings a form that tells whose it is."""
    return bool(application.of("application_form") and application.fields.get("organisation"))


# --- duplicate channels ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An earlier application that is, certainly or probably, the same entry. `certain` rejects the later one."""

    earlier: EarlierApplication
    certain: bool
    evidence: tuple[str, ...]


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
        found = Duplicate(other, certain, match.evidence)
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


def same_unit(programme: Programme, package: Package, sender: str, cases: Cases) -> EarlierPackage | None:
    """Where a unit sends one package: the one that somebody else sent for the same unit before, unless it was rejected."""
    key = unit_key(package.recommender)
    if programme.case != "package" or not key:
        return None
    others = [p for p in cases.by_recommender(programme.id, key) if p.decision != "rejected" and not belongs(sender, p.sender)]
    return others[0] if others else None
