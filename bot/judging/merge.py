"""A package as it stands after a mail: what was there, what came, what took whose place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.facts import Application, Copy, DocumentFacts, Package
from bot.judging.before.cases import EarlierApplication, EarlierPackage
from bot.judging.groups.merged import merged_fields, merged_statistics
from bot.names import name_key
from bot.programme.programme import Programme


@dataclass(frozen=True, slots=True)
class MergedDocuments:
    """Documents after a mail. `new` are this mail's that count; `replaced` the earlier ones they took the place of;
    `known` those of this mail that were there already, whatever their bytes; `outdated` those whose place a later one has."""

    current: tuple[DocumentFacts, ...]
    new: tuple[DocumentFacts, ...]
    replaced: tuple[DocumentFacts, ...]
    known: tuple[DocumentFacts, ...]
    outdated: tuple[DocumentFacts, ...] = ()


def merge_documents(
    earlier: Sequence[DocumentFacts], coming: Sequence[DocumentFacts], named: Collection[str] = (), *, surfaced: bool = False
) -> MergedDocuments:
    """Earlier and coming documents: a coming one takes the place of the earlier ones of its kind and copy, unless it
    can't be read and they can; a file of no known kind is only added. `named`: kinds of which a new name makes a new file.
    `surfaced`: what comes was received before what is there, so it only fills gaps."""
    known = tuple(d for d in coming if any(_is_there(d, old, named) for old in earlier))
    new = [d for d in coming if d not in known]
    outdated = _outdated(earlier, new) if surfaced else []
    new = [d for d in new if d not in outdated]
    renewed = {_place(d) for d in known}
    replaced = tuple(old for old in earlier if _place(old) not in renewed and _takes_its_place(old, new))
    stay = tuple(d for d in earlier if d not in replaced)
    taken = {_place(d) for d in stay}
    coming_in = tuple(d for d in new if d.refusal is None or d.kind == "other" or _place(d) not in taken)
    return MergedDocuments(stay + coming_in, coming_in, replaced, known, tuple(outdated))


def _place(document: DocumentFacts) -> tuple[str, Copy]:
    """What a document takes the place of another by."""
    return document.kind, document.copy


def _is_there(document: DocumentFacts, old: DocumentFacts, named: Collection[str]) -> bool:
    return same_content(document, old) and (document.kind not in named or same_name(document, old))


def _outdated(earlier: Sequence[DocumentFacts], new: Sequence[DocumentFacts]) -> list[DocumentFacts]:
    """Those of the new whose place a readable one has already."""
    standing = {_place(d) for d in earlier if d.refusal is None and d.kind != "other"}
    return [d for d in new if _place(d) in standing]


def _takes_its_place(old: DocumentFacts, new: Sequence[DocumentFacts]) -> bool:
    """Whether something new is of an earlier document's kind and copy, and not unreadable where that one could be read."""
    newer = [d for d in new if _place(d) == _place(old) and d.kind != "other"]
    return bool(newer) and (old.refusal is not None or any(d.refusal is None for d in newer))


def unchanged(earlier: Sequence[DocumentFacts], merged: MergedDocuments) -> MergedDocuments:
    """What stands where nothing of a mail is taken over."""
    return MergedDocuments(tuple(earlier), (), (), merged.known, merged.outdated)


def same_name(a: DocumentFacts, b: DocumentFacts) -> bool:
    """Whether two files have one name, wherever they lie."""
    return a.path.rpartition("/")[2] == b.path.rpartition("/")[2]


_SCAN_ALIKE = 0.9


def same_content(a: DocumentFacts, b: DocumentFacts) -> bool:
    """Whether two files say the same: byte for byte, or saved or scanned anew. A scan says the same where what was read of
    its fields differs no more than OCR does (a field in ten at the most, no name) and as many seals were seen."""
    if a.sha256 == b.sha256:
        return True
    if (a.kind, a.copy, a.scanned) != (b.kind, b.copy, b.scanned) or a.kind == "other" or a.refusal or b.refusal:
        return False
    if not a.scanned:
        return _said(a) == _said(b) and bool(a.characters)
    seals = (a.seal is not None and a.seal.present, len(a.seal.texts) if a.seal else 0)
    if seals != (b.seal is not None and b.seal.present, len(b.seal.texts) if b.seal else 0):
        return False
    if _digits(a.statistics) != _digits(b.statistics) or len(a.rows) != len(b.rows):
        return False
    from rapidfuzz.fuzz import ratio

    common = a.fields.keys() & b.fields.keys()
    alike = [key for key in common if ratio(name_key(a.fields[key]), name_key(b.fields[key])) >= 100 * _SCAN_ALIKE]
    named = {"organisation", "team", "title"} & common
    return bool(common) and named <= set(alike) and len(alike) >= _SCAN_ALIKE * len(common)


def _digits(statistics: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in statistics.items() if re.fullmatch(r"[\d.,]+", value)}


def _said(facts: DocumentFacts) -> DocumentFacts:
    return replace(facts, path="", sha256="", size=0, notes=())


def merged_application(documents: Sequence[DocumentFacts], corrections: Mapping[str, str] | None = None) -> Application:
    """An application of these documents; staff's corrections stand in the place of what its forms state."""
    if not corrections:
        return Application(tuple(documents), merged_fields(documents))
    corrected = tuple(replace(d, fields={**d.fields, **corrections}) if d.kind == "application_form" else d for d in documents)
    return Application(corrected, {**merged_fields(documents), **corrections})


def corrections_of(application: EarlierApplication) -> dict[str, str]:
    """The fields that staff corrected in this application."""
    stored = application.staff.get("fields")
    return {str(k): str(v) for k, v in stored.items()} if isinstance(stored, dict) else {}


def whole_package(
    programme: Programme,
    mail: Package,
    earlier: EarlierPackage,
    documents: MergedDocuments,
    unassigned: MergedDocuments,
    applications: Sequence[Application],
) -> Package:
    """The package after a mail that adds to it. How the first mail was packed stands; links count only where new."""
    packed = earlier.archives or earlier.loose or earlier.documents or earlier.applications
    return replace(
        mail,
        channel=earlier.channel or mail.channel,
        applications=tuple(applications),
        documents=documents.current,
        unassigned=unassigned.current,
        archives=earlier.archives if packed else mail.archives,
        loose=earlier.loose if packed else mail.loose,
        recommender=mail.recommender or earlier.recommender,
        statistics=merged_statistics(documents.current),
        opened_at=earlier.opened_at,
    )
