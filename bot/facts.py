"""What the rules look at: the facts of documents, applications and packages, small enough to be kept as JSON.

A *package* is what one submitter sends for one programme, in one mail or in several: the documents that concern the
whole of it, and the applications (one a team) with theirs. Facts hold no content, only what was read from it; so a case
can be judged again over everything it has without opening a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime
from enum import StrEnum

from parsers.values import CloudLink, Refusal


class Copy(StrEnum):
    """editable: a file to edit; stamped: a scan, photograph or PDF meant to bear the seal."""

    EDITABLE = "editable"
    STAMPED = "stamped"


class Channel(StrEnum):
    """Who sends: the applicant itself, or a local or trade association."""

    ENTERPRISE = "enterprise"
    RECOMMENDER = "recommender"


@dataclass(frozen=True, slots=True)
class SealFacts:
    """Seals looked for on a document. `texts` are those read, best first, with their `confidences` (0 to 1).

    `certain` is False where a "none" or a text can't be relied on (a page without colour, a poor picture).
    """

    present: bool
    texts: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """A section that the notice names: its key in the programme, and its characters (blanks not counted)."""

    key: str
    characters: int


EMPTY_LIST = "empty-list"
"""The note on a list that was read and holds no line."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One file, classified and read.

    `kind` and `copy` as in the contract. `fields`: the fields of an application form, or what another document states of
    organisation, team and title. `doubtful`: the field keys whose values came from a poor scan. `title`: the name an
    experience gives itself. `characters`: all text, blanks not counted. `rows`: lines of a list (summary sheet, review
    summary) as fields. `statistics`: numbers of a statistics form. `parts`: the kinds found inside one combined PDF,
    `part_seals` the seals looked for on each of them.
    `year`: the year the form's heading states, 0 where none. `scanned`: read from pixels, not from text.
    `fingerprint`: MinHash of the text, for near-identical texts. `notes`: salvage and danger, as `code: detail`.
    """

    path: str
    sha256: str
    size: int
    format: str
    kind: str
    copy: Copy
    refusal: Refusal | None = None
    fields: Mapping[str, str] = default(default_factory=dict)
    doubtful: tuple[str, ...] = ()
    title: str = ""
    sections: tuple[SectionFacts, ...] = ()
    characters: int = 0
    rows: tuple[Mapping[str, str], ...] = ()
    statistics: Mapping[str, str] = default(default_factory=dict)
    parts: tuple[str, ...] = ()
    part_seals: Mapping[str, SealFacts] = default(default_factory=dict)
    seal: SealFacts | None = None
    year: int = 0
    period: str = ""
    scanned: bool = False
    fingerprint: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def pictures_only(self) -> bool:
        """True where a Word file holds pictures of pages and no text of its own."""
        return any(note.partition(":")[0] == "pictures-only" for note in self.notes)

    @property
    def usable(self) -> bool:
        """True where the file could be read, or at least is a copy whose text was not needed."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Application:
    """One team's application: its documents, and its fields merged from them (the editable form first)."""

    documents: tuple[DocumentFacts, ...]
    fields: Mapping[str, str]

    def of(self, kind: str, copy: Copy | None = None) -> tuple[DocumentFacts, ...]:
        """Its documents of a kind, and of a copy where one is given."""
        return tuple(d for d in self.documents if d.kind == kind and (copy is None or d.copy == copy))


@dataclass(frozen=True, slots=True)
class Package:
    """What a submitter sent: mail-level documents, applications, links instead of files, and how it was packed.

    `unassigned`: documents that belong to no application and are not mail-level. `archives`: (path, format) of the
    archives opened. `loose`: True where application files came outside any archive. `recommender`: the association's
    name as far as the package states it, "" when it does not. `sender_name`: the From display name.
    """

    channel: Channel | None
    received_at: datetime
    applications: tuple[Application, ...]
    documents: tuple[DocumentFacts, ...]
    unassigned: tuple[DocumentFacts, ...] = ()
    links: tuple[CloudLink, ...] = ()
    archives: tuple[tuple[str, str], ...] = ()
    loose: bool = False
    recommender: str = ""
    sender_name: str = ""
    statistics: Mapping[str, str] = default(default_factory=dict)
    opened_at: datetime | None = None
    """When the case was opened; None for a first mail. A supplement's deadline depends on it."""

    @property
    def all_documents(self) -> tuple[DocumentFacts, ...]:
        """Every document of the package."""
        return self.documents + self.unassigned + tuple(d for a in self.applications for d in a.documents)

    def of(self, kind: str, copy: Copy | None = None) -> tuple[DocumentFacts, ...]:
        """Its mail-level documents of a kind, and of a copy where one is given."""
        return tuple(d for d in self.documents if d.kind == kind and (copy is None or d.copy == copy))
