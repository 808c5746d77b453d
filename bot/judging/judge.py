"""The second half of judging one mail: relate it to earlier cases, run all rules over the whole case, decide, answer.

Pure: the same read mail, programme and earlier cases give the same outcome. Cheap, and done in order of receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.facts import Channel, DocumentFacts, Package
from bot.findings import Decision, Finding, Severity, Verdict, decide, worst
from bot.judging.answer import context, recipient_name
from bot.judging.before.bonds import Bond
from bot.judging.before.cases import Cases, EarlierPackage
from bot.judging.before.duplicates import explain_unit, same_unit
from bot.judging.before.relate import Joined, find_joined
from bot.judging.entries import Judging, stands, superseded
from bot.judging.groups.package import assemble
from bot.judging.letters.kind import IGNORED, Kind
from bot.judging.letters.nature import nature_by_material
from bot.judging.merge import MergedDocuments, merge_documents, unchanged, whole_package
from bot.judging.outcome import ApplicationOutcome, Outcome
from bot.judging.read import ReadMail
from bot.judging.slots import Slot, lay_slots
from bot.programme.programme import Programme
from bot.rules.requirements import lacking_of_application
from replies.context import Rendered, ReplyContext
from replies.render import render


def judge(
    read: ReadMail, programmes: Mapping[str, Programme], received_at: datetime, cases: Cases, next_reference: Callable[[], str]
) -> Outcome:
    """What a mail comes to. `next_reference` gives out the programme's next reference number."""
    outcome = _judge(read, programmes, received_at, cases, next_reference)
    by_itself = [one for one in read.nature.why if one.answer or one.why]  # else its material tells
    return replace(outcome, why=(*by_itself, *read.material.why, *outcome.why))


def _judge(
    read: ReadMail, programmes: Mapping[str, Programme], received_at: datetime, cases: Cases, next_reference: Callable[[], str]
) -> Outcome:
    if read.nature.kind is not None and read.nature.kind in IGNORED:
        return Outcome(read.nature.kind, read.programme, None, Decision.IGNORED, received_at, silent=read.nature.silent)
    if read.programme is None:
        return Outcome(Kind.OTHER, None, None, Decision.HELD, received_at, silent="no programme at this address", attention="no programme")
    programme, documents = programmes[read.programme], read.material.documents
    nature = nature_by_material(read.letter, documents)
    if nature.kind is Kind.OTHER:
        silent, attention, reply = nature.silent, "other", None
    elif nature.kind is Kind.ENQUIRY:
        silent, attention = read.nature.silent, "enquiry"
        reply = _render(read, context(programme, read.letter, "enquiry", received_at))
    else:
        outcome = _Case(read, programme, received_at, cases, next_reference).judge()
        return replace(outcome, why=(*nature.why, *outcome.why))
    return Outcome(
        nature.kind,
        programme.id,
        None,
        Decision.HELD,
        received_at,
        documents,
        reply=reply,
        silent=silent,
        attention=attention,
        why=nature.why,
    )


class _Case(Judging):
    """The judging of one submission; its steps in order, each a method."""

    def __init__(
        self, read: ReadMail, programme: Programme, received_at: datetime, cases: Cases, next_reference: Callable[[], str]
    ) -> None:
        super().__init__(programme, read.letter.sender.address if read.letter.sender else "", cases, next_reference)
        self.read, self.received_at = read, received_at

    def judge(self) -> Outcome:
        assembled = assemble(self.programme, self.read.letter, self.read.material, self.received_at)
        mail = assembled.package
        joined = find_joined(self.programme, self.read.letter, mail, self.cases)
        if joined.bond is Bond.STRANGER:
            return replace(self._stranger(mail), why=(*assembled.why, *joined.why))
        earlier = joined.package
        if earlier is not None and earlier.decision == Decision.ACCEPTED and not self.read.material.documents and not mail.links:
            # A note to an accepted entry (a thank-you, a withdrawal) is staff's to read: there is nothing to judge.
            return Outcome(
                Kind.OTHER,
                self.programme.id,
                None,
                Decision.HELD,
                self.received_at,
                silent="a note to an accepted entry",
                attention="note",
                why=(*assembled.why, *joined.why),
            )
        slots, unassigned = lay_slots(self.programme, mail, earlier, answering=joined.bond is Bond.THREAD)
        surfaced = earlier is not None and earlier.latest_at is not None and self.received_at < earlier.latest_at
        closed = earlier is not None and self.received_at >= self.programme.closes_at(earlier.opened_at)
        applications = [slot.settle(self.programme, surfaced=surfaced, closed=closed) for slot in slots]
        named = self.programme.rules.get("file-name-rule", {}).get("documents", ())
        documents = merge_documents(earlier.documents if earlier else (), mail.documents, named, surfaced=surfaced)
        documents, held_back = self._hold_back(mail, earlier, slots, documents, closed=closed)
        others = merge_documents(earlier.unassigned if earlier else (), unassigned, surfaced=surfaced)
        package = replace(mail, applications=tuple(applications), unassigned=tuple(unassigned))
        if earlier is not None:
            package = whole_package(self.programme, mail, earlier, documents, others, applications)
        known = [d for merged in (documents, others, *(slot.merged for slot in slots)) for d in merged.known]
        idle = bool(self.read.material.documents) and all(d in known for d in self.read.material.documents)
        outcomes, mail_verdicts = self.applications(slots, applications, package, earlier, idle=idle)
        verdicts = [*mail_verdicts, *self._package_changes(mail, joined, documents, slots, idle=idle)]
        outcome = self._outcome(mail, package, joined, outcomes, verdicts, documents, others)
        return replace(outcome, package_pending=held_back, why=(*assembled.why, *joined.why, *self.why))

    def _hold_back(
        self, mail: Package, earlier: EarlierPackage | None, slots: Sequence[Slot], documents: MergedDocuments, *, closed: bool
    ) -> tuple[MergedDocuments, tuple[DocumentFacts, ...]]:
        """The documents of the whole as they stand, and those of this mail that wait, with an application, for confirmation."""
        if earlier is None or not documents.new:
            return documents, ()
        standing = stands(earlier) and all(slot.earlier for slot in slots)
        if self.programme.changes != "confirm":
            return (unchanged(earlier.documents, documents) if standing and closed else documents), ()
        waiting = next((slot for slot in slots if slot.pending), None)
        if waiting is None and standing and documents.replaced:
            waiting = next(iter(slots), None)
        if waiting is None or not (standing or mail.channel is not Channel.RECOMMENDER):
            return documents, ()
        waiting.pending += documents.new
        return unchanged(earlier.documents, documents), documents.new

    def _outcome(
        self,
        mail: Package,
        package: Package,
        joined: Joined,
        applications: Sequence[ApplicationOutcome],
        verdicts: Sequence[Verdict],
        documents: MergedDocuments,
        others: MergedDocuments,
    ) -> Outcome:
        decision = worst([decide(verdicts), *(a.decision for a in applications)])
        reference = joined.package.reference if joined.package else None
        if reference is None and (self.programme.case == "package" or not applications):
            reference = self.next_reference()
        kind = self._kind(mail, joined, applications, documents)
        references = (
            [a.reference for a in applications if a.touched] or [a.reference for a in applications] or ([reference] if reference else [])
        )
        answer = context(
            self.programme,
            self.read.letter,
            decision,
            self.received_at,
            kind="supplement" if kind is Kind.SUPPLEMENT else "submission",
            references=references,
            documents=self.read.material.documents,
            applications=applications,
            verdicts=verdicts,
            recipient=recipient_name(package.channel, package.recommender, applications, self.read.letter),
            opened_in_time=(package.opened_at or self.received_at) < self.programme.deadline_at,
            sender_unknown=package.channel is None and any(d.usable for d in package.all_documents),
        )
        return Outcome(
            kind=kind,
            programme=self.programme.id,
            channel=package.channel,
            decision=decision,
            received_at=self.received_at,
            documents=self.read.material.documents,
            package_documents=documents.new,
            package_replaced=documents.replaced,
            package_decision=self._package_decision(joined.package, applications, verdicts),
            unassigned=others.new,
            applications=tuple(applications),
            verdicts=tuple(verdicts),
            statistics=package.statistics,
            package=joined.package.id if joined.package else None,
            opens_package=joined.package is None,
            reference=reference,
            recommender=package.recommender,
            archives=package.archives,
            loose=package.loose,
            reply=_render(self.read, answer),
            silent=self.read.nature.silent,
        )

    def _kind(self, mail: Package, joined: Joined, applications: Sequence[ApplicationOutcome], documents: MergedDocuments) -> Kind:
        """A supplement adds to an earlier case; the same again, or a whole new entry without a thread, is a submission."""
        if joined.package is None:
            return Kind.SUBMISSION
        if joined.bond is Bond.THREAD:
            return Kind.SUPPLEMENT
        adds = any(a.id is not None and (a.new or a.pending) for a in applications) or bool(documents.new)
        whole = any(a.of("application_form") and not lacking_of_application(a, mail, self.programme) for a in mail.applications)
        bundle = self.programme.case == "package" and bool(mail.documents)
        return Kind.SUPPLEMENT if adds and not whole and not bundle else Kind.SUBMISSION

    def _package_decision(
        self, earlier: EarlierPackage | None, applications: Sequence[ApplicationOutcome], verdicts: Sequence[Verdict]
    ) -> Decision | None:
        """How an accepted package stands after a mail that changes nothing of it; None where it is as the mail."""
        if not stands(earlier) or not (self.programme.changes == "confirm" or any(v.code == "late" for v in verdicts)):
            return None
        return worst([Decision.ACCEPTED, *(a.decision for a in applications)])

    def _package_changes(
        self, mail: Package, joined: Joined, documents: MergedDocuments, slots: Sequence[Slot], *, idle: bool
    ) -> Iterable[Verdict]:
        """What a mail's documents of the whole are to those that were there, as far as no application tells it."""
        if joined.package is None:
            other = same_unit(self.programme, mail, self.sender, self.cases)
            if other is not None:
                self.why.append(explain_unit(mail.recommender, other))
                yield self.verdict(Finding("probable-duplicate", {"reference": other.reference or "", "evidence": ("推荐单位相同",)}))
            return
        reference = joined.package.reference or ""
        if any(slot.coming for slot in slots):
            return
        if documents.replaced or documents.outdated:
            yield self.verdict(superseded(documents, reference))
        elif documents.known and idle:
            yield self.verdict(Finding("duplicate-submission", {"reference": reference}))

    def _stranger(self, mail: Package) -> Outcome:
        """Somebody quotes a case that is not theirs: kept for staff; the answer tells nothing of the case."""
        verdict = replace(self.verdict(Finding("unverified-sender", {"sender": self.sender})), severity=Severity.WARNING)
        answer = context(self.programme, self.read.letter, "stranger", self.received_at, documents=self.read.material.documents)
        return Outcome(
            kind=Kind.SUBMISSION,
            programme=self.programme.id,
            channel=mail.channel,
            decision=Decision.HELD,
            received_at=self.received_at,
            documents=self.read.material.documents,
            verdicts=(verdict,),
            reply=_render(self.read, answer),
            silent=self.read.nature.silent,
            attention="stranger",
        )


def _render(read: ReadMail, answer: ReplyContext) -> Rendered | None:
    return None if read.nature.silent else render(answer)
