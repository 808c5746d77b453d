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
from bot.judging.before.cases import Cases, EarlierPackage, find_keys
from bot.judging.before.senders import belongs
from bot.judging.before.versions import match_own
from bot.judging.evidence import Explanation
from bot.names import name_key, unit_key
from bot.programme.programme import Programme
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
    why: tuple[Explanation, ...] = ()


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
