"""All of one case, and all of one programme for its working papers. Reads only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, inspect, or_, select
from sqlalchemy.orm import Session

from bot.store.columns import A, D, E, F, M, P, R
from bot.store.models import (
    Application,
    Document,
    Event,
    Finding,
    Mail,
    Package,
    Reply,
)
from bot.store.staff.cases import newest_mail


def applications_of(session: Session, package_id: int) -> list[Application]:
    """A package's applications in the order of their numbers."""
    return list(session.scalars(select(Application).where(A.package_id == package_id).order_by(A.id)))


def mails_of(session: Session, package_id: int) -> list[Mail]:
    """A package's mails, oldest first."""
    return list(session.scalars(select(Mail).where(M.package_id == package_id).order_by(M.received_at, M.id)))


def documents_of(session: Session, package_id: int, application_id: int | None) -> list[Document]:
    """The files of a case: its application's and those of the whole package; of all applications where none is given."""
    statement = select(Document).where(D.package_id == package_id)
    if application_id is not None:
        statement = statement.where(or_(D.application_id == application_id, D.application_id.is_(None)))
    return list(session.scalars(statement.order_by(D.id)))


def findings_of(session: Session, package_id: int, application_id: int | None) -> list[Finding]:
    """The current findings on a case: its own, then those on the whole package as its newest mail left it."""
    on_all = and_(F.application_id.is_(None), F.mail_id == newest_mail(package_id))
    own = F.application_id == application_id
    if application_id is None:
        own = F.application_id.in_(select(A.id).where(A.package_id == package_id))
    found = session.scalars(select(Finding).where(or_(own, on_all)).order_by(F.application_id.is_(None), F.id))
    return [finding for finding in found if finding.current]


def replies_of(session: Session, *, package_id: int | None = None, mail_id: int | None = None) -> list[Reply]:
    """Our letters about a package or a mail, oldest first."""
    by = (
        R.mail_id == mail_id
        if package_id is None
        else or_(R.package_id == package_id, R.mail_id.in_(select(M.id).where(M.package_id == package_id)))
    )
    return list(session.scalars(select(Reply).where(by).order_by(R.id)))


def events_of(
    session: Session, *, package_id: int | None = None, application_id: int | None = None, mail_id: int | None = None
) -> list[Event]:
    """The history of a case or a mail, oldest first."""
    clauses = []
    if application_id is not None:
        clauses.append(E.application_id == application_id)
    if package_id is not None:
        own = E.package_id == package_id
        clauses.append(and_(own, E.application_id.is_(None)) if application_id is not None else own)
        clauses.append(and_(E.mail_id.in_(select(M.id).where(M.package_id == package_id)), E.application_id.is_(None)))
    if mail_id is not None:
        clauses.append(E.mail_id == mail_id)
    return list(session.scalars(select(Event).where(or_(*clauses)).order_by(E.id)))


def latest_events(session: Session, *, actor_prefix: str = "", limit: int = 100) -> list[Event]:
    """The newest events, all or of one kind of actor (`staff:`)."""
    statement = select(Event).order_by(E.id.desc()).limit(limit)
    if actor_prefix:
        statement = statement.where(E.actor.startswith(actor_prefix, autoescape=True))
    return list(session.scalars(statement))


def mail_findings(session: Session, mail_id: int) -> list[Finding]:
    """The current findings on a mail, those of its applications included."""
    return list(session.scalars(select(Finding).where(F.mail_id == mail_id, F.current).order_by(F.id)))


def mail_documents(session: Session, mail_id: int) -> list[Document]:
    """The files of a mail."""
    return list(session.scalars(select(Document).where(D.mail_id == mail_id).order_by(D.id)))


def accepted_applications(session: Session, programme: str) -> list[Application]:
    """The accepted applications of a programme in the order of their numbers; those settled as duplicates are left out."""
    return list(session.scalars(select(Application).where(A.programme == programme, A.decision == "accepted").order_by(A.id)))


def register_rows(session: Session, programme: str) -> list[tuple[Application, Package]]:
    """All applications of a programme with their packages, in the order of their numbers."""
    statement = (
        select(Application, Package).join_from(Application, Package, A.package_id == P.id).where(A.programme == programme).order_by(A.id)
    )
    return [(application, package) for application, package in session.execute(statement)]


def packages_in(session: Session, programme: str) -> list[Package]:
    """All packages of a programme, oldest first."""
    return list(session.scalars(select(Package).where(P.programme == programme).order_by(P.opened_at, P.id)))


def package_statistics(session: Session, programme: str) -> dict[int, dict[str, Any]]:
    """The newest statistics that each package's documents state, by package id."""
    statement = select(D.package_id, D.facts).where(
        D.kind.in_(("statistics_form", "recommendation_bundle")),
        D.current,
        D.package_id.in_(select(P.id).where(P.programme == programme)),
    )
    found: dict[int, dict[str, Any]] = {}
    for package_id, facts in session.execute(statement.order_by(D.id)):
        statistics = {key: value for key, value in (facts.get("statistics") or {}).items() if value}
        found.setdefault(package_id, {}).update(statistics)
    return found


def reasons_by_application(session: Session, programme: str) -> dict[int, list[str]]:
    """The codes of the current findings that weigh, by application, each once."""
    weighing = F.severity.in_(("reject", "error", "review"))
    applications = inspect(Application).local_table
    statement = select(F.application_id, F.code, F.facts).join_from(inspect(Finding).local_table, applications, F.application_id == A.id)
    found: dict[int, dict[str, None]] = {}
    for application_id, code, facts in session.execute(statement.where(A.programme == programme, F.current, weighing).order_by(F.id)):
        if not facts.get("waived"):
            found.setdefault(application_id, {})[code] = None
    return {application_id: list(codes) for application_id, codes in found.items()}
