"""What judging one mail comes to: everything that the store keeps and that `check` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.facts import Channel, DocumentFacts
from bot.findings import Decision, Verdict
from bot.judging.before.cases import EntryKeys
from bot.judging.before.same import Likeness
from bot.judging.evidence import Explanation
from bot.judging.letters.kind import Kind
from replies.context import Rendered


@dataclass(frozen=True, slots=True)
class DuplicateOf:
    """The earlier application that this one is certainly or probably the same as, with the evidence for staff."""

    id: int
    reference: str
    likeness: Likeness
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplicationOutcome:
    """One application as its case stands after a mail.

    `id`: the stored application it is, None for a new one. `touched`: whether this mail brought anything for it.
    `documents`: its current ones; `new`: this mail's among them; `replaced`: those whose place they took; `pending`: this
    mail's that wait for staff's confirmation while the accepted ones stand.
    """

    id: int | None
    reference: str
    decision: Decision
    fields: Mapping[str, str]
    verdicts: tuple[Verdict, ...]
    keys: EntryKeys
    documents: tuple[DocumentFacts, ...] = ()
    new: tuple[DocumentFacts, ...] = ()
    replaced: tuple[DocumentFacts, ...] = ()
    pending: tuple[DocumentFacts, ...] = ()
    duplicate: DuplicateOf | None = None
    touched: bool = True
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mail comes to. `package`: the stored package it joins; None for a new one, or none where `kind` opens none.
    `opens_package`: whether the store must open a new one. `reply` is None where nobody is to be answered, and then
    `silent` says why. `attention`: English words for staff's list, "" where nothing but the findings needs them."""

    kind: Kind
    programme: str | None
    channel: Channel | None
    decision: Decision
    received_at: datetime
    documents: tuple[DocumentFacts, ...] = ()
    package_documents: tuple[DocumentFacts, ...] = ()
    package_replaced: tuple[DocumentFacts, ...] = ()
    package_pending: tuple[DocumentFacts, ...] = ()
    """Those of an application's `pending` that concern the whole package."""
    package_decision: Decision | None = None
    """How the package stands, where that is not the mail's decision: an accepted one stands, though a mail was too late."""
    unassigned: tuple[DocumentFacts, ...] = ()
    applications: tuple[ApplicationOutcome, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    statistics: Mapping[str, str] = field(default_factory=dict)
    package: int | None = None
    opens_package: bool = False
    reference: str | None = None
    recommender: str = ""
    archives: tuple[tuple[str, str], ...] = ()
    loose: bool = False
    reply: Rendered | None = None
    silent: str = ""
    attention: str = ""
    why: tuple[Explanation, ...] = ()
    """Each guess that was made on the way, with its evidence; for `check --why` and the console."""
