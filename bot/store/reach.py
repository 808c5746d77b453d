"""What the cases that a mail may meet are met by themselves: their senders, letters, numbers and entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session, col, select

from bot.store import models

_AT_ONCE = 10_000
"""Values in one statement; PostgreSQL takes 65,535."""


def find_reach(session: Session, programme: str, keys: Iterable[str]) -> frozenset[str]:
    """The keys of the stored packages that share one with these. Keys are "sort:value", as the engine makes them."""
    values: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        sort, _, value = key.partition(":")
        values[sort].append(value)
    found = sorted(_packages(session, programme, values))
    return frozenset(_keys(session, found)) if found else frozenset()


def _packages(session: Session, programme: str, values: dict[str, list[str]]) -> set[int]:
    package, application, similarity = models.Package, models.Application, models.Similarity
    of_programme, entry_of_programme = package.programme == programme, application.programme == programme
    letters = [form for one in values["letter"] for form in (one, f"<{one}>")]
    bands = [int(band) for band in values["band"]]
    queries: list[tuple[list[Any], Any, Any, tuple[Any, ...]]] = [
        (values["sender"], package.id, package.sender_address, (of_programme,)),
        (values["unit"], package.id, package.recommender_key, (of_programme,)),
        (values["reference"], package.id, package.reference, ()),
        (values["reference"], application.package_id, application.reference, ()),
        (values["organisation"], application.package_id, application.organisation_key, (entry_of_programme,)),
        (values["title"], application.package_id, application.title_key, (entry_of_programme,)),
        (values["uscc"], application.package_id, application.uscc_key, (entry_of_programme,)),
        (values["mobile"], application.package_id, application.mobile_key, (entry_of_programme,)),
        (letters, models.Mail.package_id, models.Mail.message_id, ()),
        (letters, models.Reply.package_id, models.Reply.message_id, ()),
        (bands, application.package_id, similarity.band, (similarity.programme == programme, similarity.application_id == application.id)),
    ]
    found: set[int | None] = set()
    for given, id, column, also in queries:
        for first in range(0, len(given), _AT_ONCE):
            found |= set(session.exec(select(id).where(col(column).in_(given[first : first + _AT_ONCE]), *also).distinct()))
    return {one for one in found if one is not None}


def _keys(session: Session, packages: list[int]) -> Iterator[str]:
    package, application = models.Package, models.Application
    for sender, unit, reference in session.exec(
        select(package.sender_address, package.recommender_key, package.reference).where(col(package.id).in_(packages))
    ):
        yield from _written(sender=sender, unit=unit, reference=reference)
    names = (application.organisation_key, application.title_key, application.uscc_key, application.mobile_key)
    for organisation, title, uscc, mobile in session.exec(select(*names).where(col(application.package_id).in_(packages))):
        yield from _written(organisation=organisation, title=title, uscc=uscc, mobile=mobile)
    for reference in session.exec(select(application.reference).where(col(application.package_id).in_(packages))):
        yield from _written(reference=reference)
    for letters in (models.Mail, models.Reply):
        for one in session.exec(select(letters.message_id).where(col(letters.package_id).in_(packages))):
            yield from _written(letter=one.strip("<>"))


def _written(**values: str | None) -> Iterator[str]:
    return (f"{sort}:{value}" for sort, value in values.items() if value)
