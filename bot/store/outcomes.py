"""What the judging core decided, kept: packages, applications, documents, findings and the events of their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, update
from sqlmodel import Session, col, select

from bot.facts import DocumentFacts
from bot.findings import Decision, Verdict
from bot.judging.evidence import as_values
from bot.judging.outcome import ApplicationOutcome, Outcome
from bot.names import unit_key
from bot.store import models
from bot.store.facts_json import to_json

_MOST_EXPLAINED = 100
"""Guesses of one mail that are kept with it: a bundle of 500 files is explained by `check --why`."""


def save_outcome(session: Session, mail: models.Mail, outcome: Outcome, now: datetime) -> models.Package | None:
    """Write an outcome: package, applications, documents, findings, history, and the mail as settled. Returns the package
    that the mail belongs to, None where it opens none. The caller commits, with the reply, in one transaction."""
    package = _save_package(session, mail, outcome)
    placed: set[int] = set()
    findings: list[tuple[int | None, Verdict]] = [(None, verdict) for verdict in outcome.verdicts]
    for application in outcome.applications:
        assert package is not None
        row = _save_application(session, package, application, outcome, now)
        for document in (*application.new, *application.pending):
            pending, whole = document in application.pending, document in outcome.package_pending
            _add_document(session, mail, package, row.id, document, pending=pending, of_package=whole)
            placed.add(id(document))
        findings += [(row.id, verdict) for verdict in application.verdicts]
        _event(session, mail, package, row.id, now, "judged", {"decision": application.decision, "codes": _codes(application.verdicts)})
    for document in outcome.package_documents:
        _add_document(session, mail, package, None, document)
        placed.add(id(document))
    _retire(session, package, outcome.package_replaced)
    for document in outcome.unassigned:
        _add_document(session, mail, package, None, document, unassigned=True)
        placed.add(id(document))
    for document in outcome.documents:
        if id(document) not in placed:
            _add_document(session, mail, package, None, document, current=False)
    if package is not None and outcome.package is not None:
        keep_package_verdicts(session, package, (), mail.id)
    for application_id, verdict in findings:
        session.add(_finding(mail.id, application_id, verdict))
    _settle(mail, package, outcome, now)
    details = {"kind": outcome.kind, "decision": outcome.decision, "codes": _codes(outcome.verdicts), "silent": outcome.silent}
    _event(session, mail, package, None, now, "settled", details)
    session.add(mail)
    session.flush()
    return package


def _save_package(session: Session, mail: models.Mail, outcome: Outcome) -> models.Package | None:
    if not outcome.opens_package and outcome.package is None:
        return None
    package = session.get(models.Package, outcome.package) if outcome.package is not None else None
    if package is None:
        package = models.Package(
            programme=outcome.programme or "",
            channel=outcome.channel,
            sender_address=mail.from_address,
            sender_name=mail.from_name,
            opened_at=outcome.received_at,
        )
    package.recommender = outcome.recommender or package.recommender
    package.recommender_key = unit_key(package.recommender)
    package.channel = package.channel or outcome.channel
    package.reference = package.reference or outcome.reference
    taken = {application.reference for application in outcome.applications}
    if package.reference in taken:
        package.reference = None
    package.decision = outcome.package_decision or outcome.decision
    package.state = {**package.state, "archives": [list(pair) for pair in outcome.archives], "loose": outcome.loose}
    session.add(package)
    session.flush()
    return package


def _save_application(
    session: Session, package: models.Package, application: ApplicationOutcome, outcome: Outcome, now: datetime
) -> models.Application:
    assert package.id is not None
    row = session.get(models.Application, application.id) if application.id is not None else None
    if row is None:
        row = models.Application(
            package_id=package.id,
            programme=package.programme,
            reference=application.reference,
            opened_at=outcome.received_at,
            updated_at=now,
            decision=application.decision,
        )
    elif application.id is not None:
        _retire_findings(session, application.id)
        _retire_of(session, application.id, application.replaced)
    fields, keys = application.fields, application.keys
    row.channel = package.channel
    row.organisation, row.team, row.title = fields.get("organisation", ""), fields.get("team", ""), fields.get("title", "")
    row.organisation_key, row.team_key, row.title_key = keys.organisation, keys.team, keys.title
    row.uscc_key, row.mobile_key = keys.uscc, keys.mobile
    row.fields = dict(fields)
    row.decision = application.decision
    row.updated_at = now
    if application.decision is Decision.ACCEPTED and row.accepted_at is None:
        row.accepted_at = now
    if application.duplicate is not None:
        certain = application.duplicate.likeness == "certain"
        row.duplicate_of = application.duplicate.id if certain else None
        facts = next((dict(v.facts) for v in application.verdicts if v.code == "duplicate-channel"), {})
        d = application.duplicate
        kept = {"id": d.id, "reference": d.reference, "likeness": d.likeness.value, "evidence": list(d.evidence), "facts": _plain(facts)}
        row.staff = {**row.staff, "duplicate": kept}
    session.add(row)
    session.flush()
    assert row.id is not None
    if application.id is None or application.new:
        _save_bands(session, row, keys.bands)
    return row


def keep_application_verdicts(session: Session, application: ApplicationOutcome, mail_id: int | None) -> None:
    """Write what judging a stored application again came to: its decision, fields, keys and findings."""
    assert application.id is not None
    row = session.get_one(models.Application, application.id)
    fields, keys = application.fields, application.keys
    row.fields, row.decision = dict(fields), application.decision
    row.organisation, row.team, row.title = fields.get("organisation", ""), fields.get("team", ""), fields.get("title", "")
    row.organisation_key, row.team_key, row.title_key = keys.organisation, keys.team, keys.title
    row.uscc_key, row.mobile_key = keys.uscc, keys.mobile
    session.add(row)
    _retire_findings(session, application.id)
    for verdict in application.verdicts:
        session.add(_finding(mail_id, application.id, verdict))


def keep_package_verdicts(session: Session, package: models.Package, verdicts: Sequence[Verdict], mail_id: int | None) -> None:
    """Write the findings that concern a whole package as they are now."""
    mails = select(models.Mail.id).where(models.Mail.package_id == package.id)
    of_none = func.coalesce(col(models.Finding.application_id), 0) == 0  # by "IS NULL" SQLite would look through those of all packages
    old = update(models.Finding).where(col(models.Finding.mail_id).in_(mails), of_none)
    session.exec(old.values(current=False))
    for verdict in verdicts:
        session.add(_finding(mail_id, None, verdict))


def _retire_findings(session: Session, application_id: int) -> None:
    session.exec(update(models.Finding).where(col(models.Finding.application_id) == application_id).values(current=False))


def _save_bands(session: Session, row: models.Application, bands: Sequence[int]) -> None:
    assert row.id is not None
    session.exec(delete(models.Similarity).where(col(models.Similarity.application_id) == row.id))
    if bands:
        rows = [{"programme": row.programme, "band": band, "application_id": row.id} for band in bands]
        session.execute(insert(models.Similarity), rows)  # not one statement a row, as with objects that wait for their ids


def _retire(session: Session, package: models.Package | None, replaced: Sequence[DocumentFacts]) -> None:
    if package is None or not replaced:
        return
    table = models.Document
    same = or_(*((col(table.sha256) == d.sha256) & (col(table.path) == d.path) & (col(table.kind) == d.kind) for d in replaced))
    session.exec(update(table).where(col(table.package_id) == package.id, col(table.application_id).is_(None), same).values(current=False))


def _retire_of(session: Session, application_id: int, replaced: Sequence[DocumentFacts]) -> None:
    if not replaced:
        return
    table = models.Document
    same = or_(*((col(table.sha256) == d.sha256) & (col(table.path) == d.path) & (col(table.kind) == d.kind) for d in replaced))
    session.exec(update(table).where(col(table.application_id) == application_id, same).values(current=False))


def _add_document(
    session: Session,
    mail: models.Mail,
    package: models.Package | None,
    application_id: int | None,
    facts: DocumentFacts,
    *,
    pending: bool = False,
    current: bool = True,
    unassigned: bool = False,
    of_package: bool = False,
) -> None:
    assert mail.id is not None
    stored = to_json(facts)
    stored |= {key: True for key, said in (("unassigned", unassigned), ("of_package", of_package)) if said}
    session.add(
        models.Document(
            mail_id=mail.id,
            package_id=package.id if package else None,
            application_id=application_id,
            path=facts.path,
            sha256=facts.sha256,
            size=facts.size,
            format=facts.format,
            kind=facts.kind,
            copy_kind=facts.copy,
            current=current,
            pending=pending,
            facts=stored,
        )
    )


def _finding(mail_id: int | None, application_id: int | None, verdict: Verdict) -> models.Finding:
    assert mail_id is not None
    return models.Finding(
        mail_id=mail_id,
        application_id=application_id,
        code=verdict.code,
        severity=verdict.severity,
        field=verdict.field,
        document=verdict.document,
        path=verdict.path,
        message=verdict.message,
        facts=_plain(verdict.facts) | ({"waived": True} if verdict.waived else {}),
    )


def _settle(mail: models.Mail, package: models.Package | None, outcome: Outcome, now: datetime) -> None:
    mail.state = models.MailState.SETTLED
    mail.settled_at = now
    mail.programme = outcome.programme
    mail.kind = outcome.kind
    mail.channel = outcome.channel
    mail.decision = outcome.decision
    mail.package_id = package.id if package else None
    why = [as_values(explanation) for explanation in outcome.why[:_MOST_EXPLAINED]]
    extra = {"statistics": dict(outcome.statistics), "silent": outcome.silent, "attention": outcome.attention, "why": why}
    mail.details = {**mail.details, **extra}


def _event(
    session: Session,
    mail: models.Mail,
    package: models.Package | None,
    application_id: int | None,
    now: datetime,
    action: str,
    details: dict[str, Any],
) -> None:
    session.add(
        models.Event(
            at=now,
            actor="system",
            action=action,
            programme=package.programme if package else mail.programme,
            mail_id=mail.id,
            package_id=package.id if package else None,
            application_id=application_id,
            details=_plain(details),
        )
    )


def _codes(verdicts: Sequence[Verdict]) -> list[str]:
    return [f"{verdict.code}:{verdict.severity}" for verdict in verdicts]


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(item) if isinstance(item, tuple) else item for key, item in value.items()}
