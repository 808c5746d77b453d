"""Whose seals a stamped copy must bear, and which documents are that copy; for `seal-missing` and `seal-mismatch`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.facts import Application, Channel, Copy, DocumentFacts, Package
from bot.programme.programme import Programme
from bot.programme.specs import Requirement
from bot.rules.requirements import required


@dataclass(frozen=True, slots=True)
class Sealed:
    """A requirement with seals, the documents that were looked at for them, and the owners' names by role."""

    requirement: Requirement
    documents: tuple[DocumentFacts, ...]
    owners: tuple[tuple[str, str], ...]
    """(role, name): "organisation" or "recommender", and the name as the form states it, "" when unknown."""


def sealed_of_application(application: Application, package: Package, programme: Programme) -> Iterator[Sealed]:
    """Each stamped copy of an application that must bear seals and was looked at."""
    names = {
        "organisation": application.fields.get("organisation", ""),
        "recommender": application.fields.get("recommender", "") or package.recommender,
    }
    yield from _sealed("application", application.documents, names, package, programme)


def sealed_of_package(package: Package, programme: Programme) -> Iterator[Sealed]:
    """The same for the documents of the whole mail. An enterprise's own are sealed by its only organisation."""
    organisations = {application.fields.get("organisation", "") for application in package.applications}
    names = {"organisation": organisations.pop() if len(organisations) == 1 else "", "recommender": package.recommender}
    yield from _sealed("package", package.documents, names, package, programme)


def _sealed(
    scope: str, documents: tuple[DocumentFacts, ...], names: dict[str, str], package: Package, programme: Programme
) -> Iterator[Sealed]:
    for requirement in required(scope, package, programme):
        if not requirement.seals or requirement.copy_ is Copy.EDITABLE:
            continue
        looked_at = tuple(
            d for d in documents if d.kind == requirement.document and d.copy is Copy.STAMPED and d.refusal is None and d.seal is not None
        )
        roles = [role for role in requirement.seals if role == "organisation" or package.channel is Channel.RECOMMENDER]
        if looked_at and roles:
            yield Sealed(requirement, looked_at, tuple((role, names[role]) for role in roles))
