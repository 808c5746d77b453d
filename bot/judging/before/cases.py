"""Earlier cases as values, and the port through which the core asks for them. `bot.store.cases` answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.facts import Channel, DocumentFacts
from bot.judging.fingerprint import fingerprint_of
from bot.names import bounded, code_key, mobile_key, name_key, organisation_key
from bot.programme.programme import Programme


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """The evened-out names by which the same entry is found again; "" where the entry does not state one."""

    organisation: str = ""
    team: str = ""
    title: str = ""
    uscc: str = ""
    mobile: str = ""
    bands: tuple[int, ...] = ()


def find_keys(fields: Mapping[str, str], bands: tuple[int, ...] = ()) -> EntryKeys:
    """The keys of an application's fields."""
    return EntryKeys(
        bounded(organisation_key(fields.get("organisation", ""))),
        bounded(name_key(fields.get("team", ""))),
        bounded(name_key(fields.get("title", ""))),
        bounded(code_key(fields.get("uscc", ""))),
        mobile_key(fields.get("contact_mobile", "")),
        bands,
    )


@dataclass(frozen=True, slots=True)
class EarlierApplication:
    """An application as its case stands. `sender` and `recommender` are its package's."""

    id: int
    package_id: int
    reference: str
    channel: Channel | None
    decision: str
    accepted: bool
    sender: str
    recommender: str
    opened_at: datetime
    fields: Mapping[str, str]
    documents: tuple[DocumentFacts, ...]
    duplicate_of: int | None = None
    pending: bool = False
    """Whether a changed version of it waits for staff's confirmation."""
    staff: Mapping[str, object] = field(default_factory=dict)

    @property
    def fingerprint(self) -> tuple[int, ...]:
        """The text fingerprint of its experience or team material, () where it has none."""
        return fingerprint_of(self.documents)


@dataclass(frozen=True, slots=True)
class EarlierPackage:
    """A package as it stands: its documents of the whole, and its applications."""

    id: int
    reference: str | None
    channel: Channel | None
    sender: str
    recommender: str
    opened_at: datetime
    decision: str
    documents: tuple[DocumentFacts, ...]
    unassigned: tuple[DocumentFacts, ...]
    applications: tuple[EarlierApplication, ...]
    archives: tuple[tuple[str, str], ...] = ()
    loose: bool = False
    waived: frozenset[str] = frozenset()
    """The codes that staff let not weigh on the whole."""
    latest_at: datetime | None = None
    """When the latest of its mails was received."""


class Cases(Protocol):
    """What happened so far in one programme, as far as one mail can concern it."""

    def by_message_ids(self, programme: str, message_ids: Sequence[str]) -> Sequence[EarlierPackage]:
        """Packages of mails of theirs, or of letters of ours, that bear one of these Message-IDs."""
        ...

    def by_references(self, programme: str, references: Sequence[str]) -> Sequence[EarlierPackage]:
        """Packages that bear one of these reference numbers, or whose applications do."""
        ...

    def by_sender(self, programme: str, address: str) -> Sequence[EarlierPackage]:
        """Packages that this address sent, newest first."""
        ...

    def by_recommender(self, programme: str, key: str) -> Sequence[EarlierPackage]:
        """Packages of this recommender, by its evened-out name, newest first."""
        ...

    def candidates(self, programme: str, keys: EntryKeys) -> Sequence[EarlierApplication]:
        """Applications that share a key or a band with this entry: all that could be the same."""
        ...


class NoCases:
    """A store in which nothing has happened yet."""

    def by_message_ids(self, programme: str, message_ids: Sequence[str]) -> Sequence[EarlierPackage]:
        return ()

    def by_references(self, programme: str, references: Sequence[str]) -> Sequence[EarlierPackage]:
        return ()

    def by_sender(self, programme: str, address: str) -> Sequence[EarlierPackage]:
        return ()

    def by_recommender(self, programme: str, key: str) -> Sequence[EarlierPackage]:
        return ()

    def candidates(self, programme: str, keys: EntryKeys) -> Sequence[EarlierApplication]:
        return ()


def same_entry(programme: Programme, a: EntryKeys, b: EntryKeys) -> bool:
    """Whether two entries are certainly the same by the programme's identity: in each part one key must agree, and none
    that both state of a credit code may differ."""
    if a.uscc and b.uscc and a.uscc != b.uscc:
        return False
    for part in programme.identity:
        for key in part:
            mine = getattr(a, key, "")
            if mine and mine == getattr(b, key, ""):
                break
        else:
            return False
    return bool(programme.identity)
