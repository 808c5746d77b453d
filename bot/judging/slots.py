"""An application's place in its case: what was there, what this mail brings, and how the two are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.facts import Application, DocumentFacts, Package
from bot.judging.before.cases import EarlierApplication, EarlierPackage, find_keys
from bot.judging.before.versions import match_own
from bot.judging.groups.groups import find_owner
from bot.judging.groups.merged import NAMES
from bot.judging.groups.scene import Group
from bot.judging.merge import MergedDocuments, corrections_of, merge_documents, merged_application, unchanged
from bot.programme.programme import Programme


@dataclass(slots=True)
class Slot:
    """One application in the making: the earlier one it continues, this mail's documents for it, and both merged."""

    earlier: EarlierApplication | None
    coming: list[DocumentFacts] = field(default_factory=list)
    merged: MergedDocuments = field(default_factory=lambda: merge_documents((), ()))
    pending: tuple[DocumentFacts, ...] = ()

    def settle(self, programme: Programme, *, surfaced: bool = False, closed: bool = False) -> Application:
        """The application as it stands: with this mail's documents, or, where it was accepted and a change needs confirmation
        or comes too late (`closed`), without. `surfaced`: a later mail of the case was judged before this one."""
        earlier = self.earlier
        before = earlier.documents if earlier else ()
        self.merged = merge_documents(before, self.coming, surfaced=surfaced)
        changed = [d for d in self.merged.new if d.kind != "other"]
        if earlier is not None and earlier.accepted and changed and (closed or programme.changes == "confirm"):
            self.pending = self.merged.new if programme.changes == "confirm" else ()
            self.merged = unchanged(before, self.merged)
        return merged_application(self.merged.current, corrections_of(earlier) if earlier else None)

    @property
    def accepted(self) -> bool:
        """Whether it was accepted before this mail."""
        return self.earlier is not None and self.earlier.accepted

    @property
    def renamed(self) -> bool:
        """Whether this mail brought other names than the case had."""
        if self.earlier is None:
            return True
        now = merged_application(self.merged.current, corrections_of(self.earlier))
        return replace(find_keys(now.fields), mobile="") != replace(find_keys(self.earlier.fields), mobile="")


def lay_slots(
    programme: Programme, mail: Package, earlier: EarlierPackage | None, *, answering: bool
) -> tuple[list[Slot], list[DocumentFacts]]:
    """A mail's applications laid upon the earlier ones of its package, and what belongs to none of them. `answering`: it comes
    in answer to a letter about these."""
    slots = [Slot(application) for application in (earlier.applications if earlier else ())]
    unassigned = list(mail.unassigned)
    for application in mail.applications:
        slot = _slot_for(programme, application, slots, answering=answering)
        if slot is not None:
            slot.coming.extend(application.documents)
        elif not slots or not earlier or (application.of("application_form") and application.fields):
            slots.append(Slot(None, list(application.documents)))
        else:
            unassigned.extend(application.documents)
    return slots, unassigned


def _slot_for(programme: Programme, application: Application, slots: Sequence[Slot], *, answering: bool) -> Slot | None:
    """The earlier entry that an application continues: the same one; the only one there is, unless a form names another; the only
    one that lacks what came without a name; or whose its papers are. None for an entry of its own, and where nothing tells."""
    existing = [slot for slot in slots if slot.earlier is not None]
    same = match_own(programme, application, [slot.earlier for slot in existing if slot.earlier], answering=answering)
    if same is not None:
        return next(slot for slot in existing if slot.earlier is same)
    names, form = any(application.fields.get(key) for key in NAMES), application.of("application_form")
    if len(existing) == 1 and not (names and form):
        return existing[0]
    if not names:
        return _lacking(existing, application)
    if form and application.fields.get("organisation"):
        return None
    return _owner(existing, application)


def _lacking(existing: Sequence[Slot], application: Application) -> Slot | None:
    """The only earlier entry that has none of what came."""
    coming = {(d.kind, d.copy) for d in application.documents}
    lacking = [slot for slot in existing if slot.earlier and coming.isdisjoint((d.kind, d.copy) for d in slot.earlier.documents)]
    return lacking[0] if len(lacking) == 1 else None


def _owner(existing: Sequence[Slot], application: Application) -> Slot | None:
    """The earlier entry whose names the application's papers state or bear."""
    groups = [Group(known={k: str(v) for k, v in slot.earlier.fields.items()}) for slot in existing if slot.earlier]
    owners = dict(zip(map(id, groups), existing, strict=True))
    found = (find_owner(groups, document) for document in application.documents)
    return next((owners[id(group)] for group in found if group is not None), None)
