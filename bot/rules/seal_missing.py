"""seal-missing: a stamped copy without the seal it must bear.

Needs a certain "none": a page without colour, or a poor picture, is `seal-uncertain` (a warning). Several pages or
photographs of one form count together. Where two owners must seal, one certain seal alone is not enough, and the missing
one is named as far as the text of the other tells.

Options: `own`: a ring text at least this similar to a name is that owner's, 0 to 1; `parts`: the papers inside one combined
PDF that must each bear the seal.
Fails: a clean colour scan of the form without any seal; a municipal association's form with the enterprise's seal only.
Passes: the form with its seal; a black-and-white scan without a visible one (warning).
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, DocumentFacts, Package
from bot.findings import Fact, Finding
from bot.names import file_name, ring_similarity
from bot.rules.context import RuleContext
from bot.rules.options import PartKind, RuleOptions, Several, Share
from bot.rules.seals import Sealed, sealed_of

ID = "seal-missing"
CODES = ("seal-missing", "seal-uncertain")
SUMMARY = "盖章件上没有应加盖的公章。"
GUIDE = (
    "确定没有公章的须补正；黑白件、图像不清等无法确定的，只作提醒。同一份表分成几页或几张照片的，合在一起看。"
    "须由两个单位盖章的，两枚都要有；能够分辨时，会指出缺少哪一枚。"
)


class Options(RuleOptions):
    own: Share = 0.6
    parts: Several[PartKind] = ("recommendation_letter", "statistics_form")


def check(subject: Application | Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding for each stamped copy of the application, or of the whole mail, that lacks a seal."""
    for sealed in sealed_of(subject, context):
        yield from _findings(sealed, context)


check_application = check_package = check


def _findings(sealed: Sealed, context: RuleContext[Options]) -> Iterator[Finding]:
    seals = [document.seal for document in sealed.documents if document.seal is not None]
    present = [seal for seal in seals if seal.present]
    certain = all(seal.certain for seal in seals)
    first = sealed.documents[0]
    facts: dict[str, Fact] = {"document": sealed.requirement.label, "file": file_name(first.path)}
    if not present:
        owners = tuple(name for _, name in sealed.owners if name)
        facts |= {"owners": owners} if owners else {}
        yield Finding("seal-missing" if certain else "seal-uncertain", facts, document=first.kind, path=first.path)
        return
    texts = [text for seal in present for text in seal.texts]
    found = sum(max(1, len(seal.texts), len(seal.confidences)) for seal in present)
    counted = all(seal.texts or seal.confidences for seal in present)
    if len(sealed.owners) > 1 and found < len(sealed.owners):
        owner = _missing_owner(sealed, texts, context)
        facts |= {"problem": "second", "owners": (owner,) if owner else tuple(name or _ROLES[role] for role, name in sealed.owners)}
        facts["problem"] = "owner" if owner else "second"
        yield Finding("seal-missing" if certain and counted else "seal-uncertain", facts, document=first.kind, path=first.path)

    for document in sealed.documents:
        yield from _parts(document, context)


def _parts(document: DocumentFacts, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding for each paper inside a combined PDF that bears no seal, where others do."""
    for kind, seal in document.part_seals.items():
        if kind in context.options.parts and not seal.present:
            spec = context.programme.document(kind)
            about: dict[str, Fact] = {"problem": "part", "document": spec.label if spec else kind, "file": file_name(document.path)}
            yield Finding("seal-missing" if seal.certain else "seal-uncertain", about, document=kind, path=document.path)


_ROLES = {"organisation": "申报企业", "recommender": "推荐单位"}


def _missing_owner(sealed: Sealed, texts: list[str], context: RuleContext[Options]) -> str:
    """The owner none of whose seals was read, where that of another was; "" where it can't be told."""
    likeness = {role: max((ring_similarity(text, name) for text in texts if text and name), default=0.0) for role, name in sealed.owners}
    best = max(likeness, key=lambda role: likeness[role])
    if likeness[best] < context.options.own or sorted(likeness.values())[-2] >= likeness[best] - 0.1:
        return ""
    return next((name or _ROLES[role] for role, name in sealed.owners if role != best), "")
