"""By what a mail is bound to an earlier package: a table of bonds in order, of which the first that finds one decides.

Our own letter's thread is the surest; then what the sender sent before; then what a colleague did. A mail that quotes somebody
else's case joins none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from bot.facts import Application, Channel, Package
from bot.judging.before.cases import Cases, EarlierPackage, find_keys
from bot.judging.before.senders import belongs
from bot.judging.before.versions import find_own
from bot.names import name_key, unit_key
from bot.programme.programme import Programme


class Bond(StrEnum):
    """How a mail is bound to an earlier package."""

    NONE = "none"
    THREAD = "thread"
    CONTENT = "content"
    STRANGER = "stranger"
    """It quotes a case of somebody else."""


@dataclass
class Mail:
    """A mail in search of its case; what happened before is looked up once. `threads`: the packages that it answers or quotes,
    whosever they are."""

    programme: Programme
    package: Package
    sender: str
    threads: Sequence[EarlierPackage]
    cases: Cases

    @cached_property
    def spoken_for(self) -> list[EarlierPackage]:
        """Of the threads those that the sender may speak for."""
        return [p for p in self.threads if belongs(self.sender, p.sender, contacts_of(p))]

    @cached_property
    def own(self) -> list[EarlierPackage]:
        """The sender's own earlier packages, newest first; none where the mail brings nothing to go by."""
        package = self.package
        if not (package.applications or package.documents or package.unassigned):
            return []
        earlier = self.cases.by_sender(self.programme.id, self.sender)
        if package.documents or self.brings_entry:
            # Only what stands on its own tells its channel; a single missing file does not.
            return [p for p in earlier if _same_channel(package, p.channel)]
        return list(earlier)

    @cached_property
    def brings_entry(self) -> bool:
        """Whether one of its applications stands on its own: it brings a form that tells whose it is."""
        return any(_is_entry(application) for application in self.package.applications)


Found = tuple[EarlierPackage, str] | None
"""A package, and what of it was seen: by which row of its own table an entry was told, or a name."""


@dataclass(frozen=True, slots=True)
class BondRow:
    """A line of the table. `find`: the package that this binds the mail to; the first paragraph of its docstring is its manual."""

    name: str
    bond: Bond
    find: Callable[[Mail], Found]


def contacts_of(package: EarlierPackage) -> list[str]:
    """The addresses that a package names as its contacts': on its forms, and on its statistics."""
    named = [a.fields.get("contact_email") for a in package.applications] + [d.statistics.get("email") for d in package.documents]
    return [str(address) for address in named if address]


def _same_channel(package: Package, channel: Channel | None) -> bool:
    return channel is None or package.channel is None or channel == package.channel


def _is_entry(application: Application) -> bool:
    return bool(application.of("application_form") and application.fields.get("organisation"))


def _holding(mail: Mail, packages: Sequence[EarlierPackage], *, answering: bool) -> Found:
    """The first package that holds an entry of this mail's."""
    for candidate in packages:
        for application in mail.package.applications:
            own = find_own(mail.programme, application, candidate.applications, answering=answering)
            if own is not None:
                return candidate, own.row
    return None


def answered_entry(mail: Mail) -> Found:
    """It answers a letter of ours, or quotes a case's number; its sender may speak for that case, which holds an entry of the mail's."""
    return _holding(mail, mail.spoken_for, answering=True)


def answered_case(mail: Mail) -> Found:
    """It answers or quotes a case that its sender may speak for: of several the newest."""
    mine = mail.spoken_for
    return (max(mine, key=lambda p: (p.opened_at, p.id)), "") if mine else None


def own_entry(mail: Mail) -> Found:
    """The sender's earlier package holds an entry of the mail's, the same or under corrected names."""
    return _holding(mail, mail.own, answering=False)


def own_unit(mail: Mail) -> Found:
    """Where a unit sends one package: the sender's earlier one of the same unit, or where either names none."""
    if mail.programme.case != "package":
        return None
    key = name_key(mail.package.recommender)
    found = next((p for p in mail.own if not key or not p.recommender or name_key(p.recommender) == key), None)
    return (found, mail.package.recommender) if found else None


def own_batch(mail: Mail) -> Found:
    """A recommender sends a further entry without any paper of the whole: it goes with what they sent last."""
    package = mail.package
    if mail.programme.case == "package" or package.channel is not Channel.RECOMMENDER or package.documents or not mail.brings_entry:
        return None
    return _first(mail.own)


def own_empty_case(mail: Mail) -> Found:
    """An entry comes, and the sender's earlier package has none yet: a letter without files, or with files that could not be read."""
    if mail.programme.case == "package" or not mail.brings_entry:
        return None
    return _first([p for p in mail.own if not p.applications])


def own_waiting_case(mail: Mail) -> Found:
    """Files come without a form, and of the sender's packages one is not accepted yet; of several the only one that lacks such files."""
    if mail.programme.case == "package" or mail.brings_entry:
        return None
    waiting = [p for p in mail.own if p.decision != "accepted"]
    if len(waiting) > 1:
        waiting = [p for p in waiting if _lacks(mail.programme, p, mail.package)]
    return _first(waiting) if len(waiting) == 1 else None


def own_only_case(mail: Mail) -> Found:
    """Files come without a form, and the sender has a single package, though it be accepted."""
    if mail.programme.case == "package" or mail.brings_entry:
        return None
    own = mail.own
    return _first(own) if len(own) == 1 else None


def colleagues_unit(mail: Mail) -> Found:
    """Where a unit sends one package: one of the same unit, by a colleague of the sender's or somebody who names them as contact."""
    key = unit_key(mail.package.recommender) if mail.programme.case == "package" else ""
    units = mail.cases.by_recommender(mail.programme.id, key) if key else ()
    found = next((p for p in units if belongs(mail.sender, p.sender, contacts_of(p))), None)
    return (found, mail.package.recommender) if found else None


_LOOKED_AT = 10
"""Of a bundle's entries: a bundle that came before shows in its first ones."""


def colleagues_entry(mail: Mail) -> Found:
    """A package, by a colleague of the sender's or somebody who names them as contact, that holds an entry of the mail's."""
    programme, package, cases = mail.programme, mail.package, mail.cases
    if programme.case == "package":
        return None
    unit = name_key(package.recommender)
    for application in package.applications[:_LOOKED_AT]:
        for other in cases.candidates(programme.id, find_keys(application.fields)):
            near = belongs(mail.sender, other.sender, [str(other.fields.get("contact_email", ""))])
            another_unit = unit and other.recommender and name_key(other.recommender) != unit
            if not near or another_unit or not _same_channel(package, other.channel):
                continue
            own = find_own(programme, application, [other])
            if own is not None:
                found = _first(cases.by_references(programme.id, [other.reference]))
                return (found[0], own.row) if found else None
    return None


def anothers_case(mail: Mail) -> Found:
    """It answers or quotes a case that its sender may not speak for: staff see it, and the answer tells nothing of the case."""
    return _first(mail.threads)


def _first(packages: Sequence[EarlierPackage]) -> Found:
    return (packages[0], "") if packages else None


def _lacks(programme: Programme, earlier: EarlierPackage, package: Package) -> bool:
    """Whether an earlier package, or one of its applications, has no readable copy of any of what came."""
    coming = {(d.kind, d.copy) for d in package.all_documents if d.kind in {r.document for r in programme.requirements}}
    holders = [a.documents + earlier.documents for a in earlier.applications] or [earlier.documents]
    return bool(coming) and any(not any((d.kind, d.copy) in coming and d.refusal is None for d in documents) for documents in holders)


BONDS: tuple[BondRow, ...] = (
    BondRow("answered-entry", Bond.THREAD, answered_entry),
    BondRow("answered-case", Bond.THREAD, answered_case),
    BondRow("own-entry", Bond.CONTENT, own_entry),
    BondRow("own-unit", Bond.CONTENT, own_unit),
    BondRow("own-batch", Bond.CONTENT, own_batch),
    BondRow("own-empty-case", Bond.CONTENT, own_empty_case),
    BondRow("own-waiting-case", Bond.CONTENT, own_waiting_case),
    BondRow("own-only-case", Bond.CONTENT, own_only_case),
    BondRow("colleagues-unit", Bond.CONTENT, colleagues_unit),
    BondRow("colleagues-entry", Bond.CONTENT, colleagues_entry),
    BondRow("anothers-case", Bond.STRANGER, anothers_case),
)
