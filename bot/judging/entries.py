"""The applications of a package as they stand, judged: rules, duplicates, changes, staff's decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.facts import Application, Channel, Package
from bot.findings import PUBLISHED, Decision, Fact, Finding, Severity, Verdict, decide, worst
from bot.judging.answer import written_changes
from bot.judging.before.cases import Cases, EarlierApplication, EarlierPackage, NoCases, find_keys
from bot.judging.before.duplicates import find_duplicate
from bot.judging.before.same import Likeness
from bot.judging.evidence import Explanation
from bot.judging.fingerprint import bands, fingerprint_of
from bot.judging.groups.merged import merged_statistics
from bot.judging.merge import MergedDocuments
from bot.judging.outcome import ApplicationOutcome, DuplicateOf
from bot.judging.slots import Slot
from bot.programme.programme import Programme
from bot.rules.registry import run_rules
from bot.rules.requirements import lacking_of_application
from replies.sentences import sentence
from replies.times import written_moment


class Judging:
    """Judges the applications of one package. `sender`: who sends what is being judged. `again`: no mail is, but the case."""

    def __init__(self, programme: Programme, sender: str, cases: Cases, next_reference: Callable[[], str], *, again: bool = False) -> None:
        self.programme, self.sender, self.cases, self.next_reference, self.again = programme, sender, cases, next_reference, again
        self.why: list[Explanation] = []
        """For staff: what other entries were found to be the same, and by what."""

    def applications(
        self,
        slots: Sequence[Slot],
        applications: Sequence[Application],
        package: Package,
        earlier: EarlierPackage | None,
        *,
        idle: bool = False,
    ) -> tuple[list[ApplicationOutcome], list[Verdict]]:
        """Every rule over the package: its applications as they stand, and the findings that concern the whole of it.
        `idle`: the mail brings nothing that was not there."""
        of_applications, of_package = run_rules(package, self.programme)
        if stands(earlier):
            # What was accepted in time stays so, however late somebody writes about it.
            of_package = [_standing(finding) for finding in of_package if finding.code != "late" or not (idle or self.again)]
        verdicts = [self.verdict(finding) for finding in of_package]
        outcomes = [
            self._application(slot, application, package, findings, verdicts, earlier)
            for slot, application, findings in zip(slots, applications, of_applications, strict=True)
        ]
        everywhere = frozenset.intersection(*(waived_codes(slot.earlier) for slot in slots)) if slots else frozenset()
        everywhere |= earlier.waived if earlier else frozenset()
        return outcomes, [replace(verdict, waived=verdict.code in everywhere) for verdict in verdicts]

    def verdict(self, finding: Finding) -> Verdict:
        code = PUBLISHED.get(finding.code, finding.code)
        message = sentence(finding.code, finding.facts)
        severity = self.programme.severity_of(finding.code)
        return Verdict(code, severity, message, finding.field, finding.document, finding.path, finding.facts)

    def _application(
        self,
        slot: Slot,
        application: Application,
        package: Package,
        findings: Sequence[Finding],
        mail_verdicts: Sequence[Verdict],
        earlier: EarlierPackage | None,
    ) -> ApplicationOutcome:
        duplicate, about = self._duplicate(slot, application, package, earlier)
        extra = [*about, *self._changes(slot, package.received_at)]
        codes = waived_codes(slot.earlier) | (earlier.waived if earlier else frozenset())
        verdicts = tuple(replace(v, waived=v.code in codes) for v in map(self.verdict, (*extra, *findings)))
        bearing = [v for v in mail_verdicts if v.severity is Severity.REJECT or package.channel is not Channel.RECOMMENDER]
        bearing = [v for v in bearing if v.code not in codes and not (slot.accepted and self._spares_accepted(v))]
        decision = worst([decide(verdicts), decide(bearing)])
        prints = fingerprint_of(application.documents)
        reference = slot.earlier.reference if slot.earlier else self._reference(earlier)
        return ApplicationOutcome(
            id=slot.earlier.id if slot.earlier else None,
            reference=reference,
            decision=decision,
            fields=application.fields,
            verdicts=verdicts,
            keys=find_keys(application.fields, bands(prints) if prints else ()),
            documents=slot.merged.current,
            new=slot.merged.new,
            replaced=slot.merged.replaced,
            pending=slot.pending,
            duplicate=duplicate,
            touched=bool(slot.coming),
            lacking=tuple(requirement.label for requirement in lacking_of_application(application, package, self.programme)),
        )

    def _spares_accepted(self, verdict: Verdict) -> bool:
        """Whether a finding on a mail leaves alone what was accepted before it."""
        return verdict.code == "late" or (self.programme.changes == "confirm" and not self.again)

    def _reference(self, earlier: EarlierPackage | None) -> str:
        """A new number; the first application of a package that had none so far takes the package's."""
        if (
            earlier is not None
            and earlier.reference
            and not earlier.applications
            and self.programme.case == "application"
            and not self._taken
        ):
            self._taken = True
            return earlier.reference
        return self.next_reference()

    _taken = False

    def _duplicate(
        self, slot: Slot, application: Application, package: Package, earlier: EarlierPackage | None
    ) -> tuple[DuplicateOf | None, list[Finding]]:
        """The same entry by another channel. An application already in the store keeps what was found when it came, and is
        compared anew where this mail tells other names."""
        stored = slot.earlier.staff.get("duplicate") if slot.earlier else None
        if slot.earlier is not None and isinstance(stored, dict) and not slot.earlier.staff.get("not_duplicate_of"):
            likeness = Likeness(str(stored["likeness"]))
            kept = DuplicateOf(int(str(stored["id"])), str(stored["reference"]), likeness, tuple(stored.get("evidence", ())))
            return kept, [Finding(_DUPLICATE_CODE[likeness], dict(stored["facts"]))]
        if not slot.renamed:
            return None, []
        joined = earlier.id if earlier else None
        found = find_duplicate(self.programme, application, package, self.sender, self.cases, joined, slot.earlier)
        if found is None:
            return None, []
        evidence = found.match.evidence
        facts = {
            "reference": found.earlier.reference,
            "channel": found.earlier.channel.value if found.earlier.channel else "",
            "received": written_moment(found.earlier.opened_at, self.programme.zone),
            "evidence": evidence,
        }
        about = slot.earlier.reference if slot.earlier else application.fields.get("organisation", "")
        self.why.append(found.explained(about))
        duplicate = DuplicateOf(found.earlier.id, found.earlier.reference, found.likeness, evidence)
        return duplicate, [Finding(_DUPLICATE_CODE[found.likeness], facts)]

    def _changes(self, slot: Slot, received_at: datetime) -> Iterable[Finding]:
        """What this mail is to an entry that was there before: the same again, a newer version, a change to confirm."""
        if slot.earlier is None:
            return
        reference = slot.earlier.reference
        if slot.pending or slot.earlier.pending:
            facts = {"reference": reference, "until": written_changes(self.programme), "department": self.programme.contacts.department}
            facts["phones"] = "、".join(self.programme.contacts.phones)
            facts["problem"] = "closed" if received_at >= self.programme.changes_closed_at else ""
            yield Finding("resubmission-needs-confirmation", facts)
        if slot.pending:
            return
        if slot.merged.replaced or slot.merged.outdated:
            yield superseded(slot.merged, reference)
        elif slot.coming and all(d in slot.merged.known for d in slot.coming):
            yield Finding("duplicate-submission", {"reference": reference})


def superseded(merged: MergedDocuments, reference: str) -> Finding:
    """Newer versions took older ones' places: this mail's, or, where it surfaced late, the places were taken already."""
    files = merged.replaced or merged.outdated
    facts: dict[str, Fact] = {"files": tuple(d.path.rsplit("/", 1)[-1] for d in files), "reference": reference}
    return Finding("superseded", facts | ({} if merged.replaced else {"problem": "outdated"}))


def stands(earlier: EarlierPackage | None) -> bool:
    """Whether everything in a package was accepted."""
    if earlier is None:
        return False
    return all(a.accepted for a in earlier.applications) if earlier.applications else earlier.decision == Decision.ACCEPTED


def _standing(finding: Finding) -> Finding:
    return replace(finding, facts={**finding.facts, "problem": "standing"}) if finding.code == "late" else finding


_DUPLICATE_CODE = {Likeness.CERTAIN: "duplicate-channel", Likeness.PROBABLE: "probable-duplicate"}


def waived_codes(earlier: EarlierApplication | None) -> frozenset[str]:
    """The codes that staff let not weigh on an application."""
    kept = earlier.staff.get("waived") if earlier else None
    return frozenset(kept) if isinstance(kept, dict) else frozenset()


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A stored package judged again: its applications, the findings of the whole, and the decision."""

    applications: tuple[ApplicationOutcome, ...]
    verdicts: tuple[Verdict, ...]
    decision: Decision
    package: Package


def judge_again(programme: Programme, earlier: EarlierPackage, received_at: datetime) -> Rejudged:
    """A stored package as it stands now, after staff changed something. `received_at`: when its last mail came."""
    slots = [Slot(application) for application in earlier.applications]
    applications = [slot.settle(programme) for slot in slots]
    package = Package(
        channel=earlier.channel,
        received_at=received_at,
        applications=tuple(applications),
        documents=earlier.documents,
        unassigned=earlier.unassigned,
        archives=earlier.archives,
        loose=earlier.loose,
        recommender=earlier.recommender,
        statistics=merged_statistics(earlier.documents),
        opened_at=earlier.opened_at,
    )
    outcomes, verdicts = Judging(programme, earlier.sender, NoCases(), _no_number, again=True).applications(
        slots, applications, package, earlier
    )
    decision = worst([decide(verdicts), *(outcome.decision for outcome in outcomes)])
    return Rejudged(tuple(outcomes), tuple(verdicts), decision, package)


def _no_number() -> str:
    raise AssertionError("a stored application has its number")
