"""Whose seals a stamped copy must bear, and which documents are that copy; for `seal-missing` and `seal-mismatch`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.facts import Application, Channel, Copy, DocumentFacts, Package
from bot.programme.specs import Requirement
from bot.rules.context import Context
from bot.rules.requirements import required


@dataclass(frozen=True, slots=True)
class Sealed:
    """A requirement with seals, the documents that were looked at for them, and the owners' names by role."""

    requirement: Requirement
    documents: tuple[DocumentFacts, ...]
    owners: tuple[tuple[str, str], ...]
    """(role, name): "organisation" or "recommender", and the name as the form states it, "" when unknown."""


def sealed_of(subject: Application | Package, context: Context) -> Iterator[Sealed]:
    """Each stamped copy of an application, or of the whole mail, that must bear seals and was looked at."""
    package, documents = context.package, subject.documents
    if isinstance(subject, Application):
        scope, organisations = "application", {subject.fields.get("organisation", "")}
        recommender = subject.fields.get("recommender", "") or package.recommender
    else:  # an enterprise's own are sealed by its only organisation
        scope, organisations = "package", {application.fields.get("organisation", "") for application in package.applications}
        recommender = package.recommender
    names = {"organisation": organisations.pop() if len(organisations) == 1 else "", "recommender": recommender}
    for requirement in required(scope, package, context.programme):
        if not requirement.seals or requirement.copy_ is Copy.EDITABLE:
            continue
        looked_at = tuple(
            d for d in documents if d.kind == requirement.document and d.copy is Copy.STAMPED and d.refusal is None and d.seal is not None
        )
        roles = [role for role in requirement.seals if role == "organisation" or package.channel is Channel.RECOMMENDER]
        if looked_at and roles:
            yield Sealed(requirement, looked_at, tuple((role, names[role]) for role in roles))
