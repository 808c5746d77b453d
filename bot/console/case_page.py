"""One case, one mail, and two cases side by side: everything about them, in full."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.console.site import Ask, sorry
from bot.names import evened
from bot.programme.programme import Programme
from bot.staff.records import package_waived, waived_codes
from bot.store.models import Application, Document, Mail, Package
from bot.store.staff.case import applications_of, documents_of, events_of, findings_of, mail_documents, mail_findings, mails_of, replies_of
from bot.store.staff.cases import Case, cases_by_reference
from bot.store.staff.counts import references_of
from bot.store.staff.needs import HANDLED
from bot.views import case as view
from bot.views.case import changes, differences, fields, ticks
from bot.views.files import SEEN_AS_PICTURES
from bot.views.history import steps
from bot.views.needs import expiry_words
from bot.views.why import WhyLine, why_lines
from bot.views.words import PROVIDERS

GONE = ("没有这件申报", "请检查编号，或在申报列表中查找。")


def case(ask: Ask) -> Response:
    """One case: an application, or a package where packages have the numbers."""
    with ask.site.store.reading() as session:
        line = cases_by_reference(session, ask.path("reference"))
        programme = ask.site.programmes.get(line.programme) if line else None
        if line is None or programme is None:
            return sorry(ask, 404, *GONE)
        values = _parts(session, line, programme)
        if line.application_id is not None:
            values |= _application_parts(session, line, programme, values["documents"])
        siblings = [a for a in applications_of(session, line.package_id) if a.id != line.application_id]
    return ask.page("case.html", offset=ask.offset("files"), line=line, programme=programme, siblings=siblings, **values)


def _parts(session: Session, line: Case, programme: Any) -> dict[str, Any]:
    documents = documents_of(session, line.package_id, line.application_id)
    labels = {spec.key: spec.label for spec in (*programme.statistics, *programme.fields)}
    events = events_of(session, package_id=line.package_id, application_id=line.application_id)
    package = session.get_one(Package, line.package_id)
    mails = mails_of(session, line.package_id)
    return {
        "documents": documents,
        "pending": [d for d in documents if d.pending],
        "ticks": ticks(programme, line.channel, documents, whole=True),
        "findings": findings_of(session, line.package_id, line.application_id),
        "mails": mails,
        "why": _why(mails, {d.path for d in documents}, _document_labels(programme)),
        "replies": replies_of(session, package_id=line.package_id),
        "steps": steps(events, labels),
        "statistics": _statistics(programme, documents),
        "view": view,
        "application": None,
        "fields": [],
        "differences": [],
        "waived": package_waived(package),
        "scans": scans(documents),
        "twin": None,
        "changes": [],
        "labels": labels,
    }


_ABOUT_FILES = ("paper", "owner")


def _why(mails: list[Mail], paths: set[str], labels: dict[str, str]) -> list[WhyLine]:
    """What the guesses about a case went by: those of its mails, and of files only the case's own."""
    told = [one for mail in mails for one in mail.details.get("why") or ()]
    return why_lines((one for one in told if one.get("question") not in _ABOUT_FILES or one.get("about") in paths), labels)


def _document_labels(programme: Programme | None) -> dict[str, str]:
    return {spec.kind: spec.label for spec in programme.documents} if programme else {}


def _application_parts(session: Session, line: Case, programme: Any, documents: list[Document]) -> dict[str, Any]:
    application = session.get_one(Application, line.application_id)
    own = [d for d in documents if d.application_id == application.id]
    return {
        "application": application,
        "fields": fields(programme, application, own),
        "differences": differences(programme, own),
        "waived": waived_codes(application),
        "scans": scans(own) or scans(documents),
        "twin": _twin(session, application),
        "changes": changes(programme, application, [d for d in own if d.pending]),
    }


def _twin(session: Session, application: Application) -> str | None:
    """The reference of the case that this one may be the same as, while that is open or was settled so."""
    duplicate = application.staff.get("duplicate")
    if isinstance(duplicate, dict):
        return str(duplicate.get("reference") or "") or None
    for finding in findings_of(session, application.package_id, application.id):
        if finding.code in ("duplicate-channel", "probable-duplicate") and finding.facts.get("reference"):
            return str(finding.facts["reference"])
    return None


def scans(documents: list[Document]) -> list[Document]:
    """The files that are looked at as pictures, stamped forms first."""
    seen = [d for d in documents if d.current and d.format in SEEN_AS_PICTURES and not d.facts.get("refusal")]
    return sorted(seen, key=lambda d: (d.copy_kind != "stamped", d.kind != "application_form", d.id or 0))


def _statistics(programme: Any, documents: list[Document]) -> list[tuple[str, str]]:
    stated: dict[str, str] = {}
    for document in documents:
        if document.current:
            stated.update({key: str(value) for key, value in (document.facts.get("statistics") or {}).items() if value})
    return [(spec.label, stated[spec.key]) for spec in programme.statistics if spec.key in stated]


def compare(ask: Ask) -> Response:
    """Two cases side by side, for settling whether they are one."""
    with ask.site.store.reading() as session:
        lines = [cases_by_reference(session, ask.path(key)) for key in ("reference", "other")]
        if None in lines or any(line is None or line.application_id is None for line in lines):
            return sorry(ask, 404, *GONE)
        rows, sides = [], []
        for line in lines:
            assert line is not None
            application = session.get_one(Application, line.application_id)
            files = documents_of(session, line.package_id, line.application_id)
            sides.append((line, application, [d for d in files if d.current and d.application_id == application.id]))
        programme = ask.site.programmes.get(sides[0][1].programme)
        if programme is None or sides[1][1].programme != programme.id:
            return sorry(ask, 404, *GONE)
        for spec in programme.fields:
            values = [str(side[1].fields.get(spec.key, "")) for side in sides]
            if any(values):
                rows.append((spec.label, values, evened(values[0]) == evened(values[1])))
    return ask.page("compare.html", sides=sides, rows=rows, programme=programme)


def mail(ask: Ask) -> Response:
    """One mail: what it says, its files, what was found and answered."""
    with ask.site.store.reading() as session:
        found = session.get(Mail, ask.number("mail"))
        if found is None or found.id is None:
            return sorry(ask, 404, "没有这封来信", "请在来信列表中查找。")
        references = references_of(session, [found.package_id] if found.package_id else []).get(found.package_id or 0, ())
        events = events_of(session, mail_id=found.id)
        values: dict[str, Any] = {
            "handled": next((event for event in reversed(events) if event.action == HANDLED), None),
            "documents": mail_documents(session, found.id),
            "findings": mail_findings(session, found.id),
            "replies": replies_of(session, mail_id=found.id),
            "steps": steps(events, {}),
            "why": why_lines(found.details.get("why") or (), _document_labels(ask.site.programmes.get(found.programme or ""))),
        }
    return ask.page(
        "mail.html", offset=ask.offset("files"), mail=found, references=references, view=view, links=mail_links(found), **values
    )


def mail_links(mail: Mail) -> list[dict[str, str]]:
    """A mail's cloud links as plain words; the address is shown as text and never as a link."""
    links = [link for link in mail.details.get("links") or [] if isinstance(link, dict)]
    return [
        {
            **{key: str(link.get(key) or "") for key in ("name", "size", "url")},
            "provider": PROVIDERS.get(str(link.get("provider")), str(link.get("provider") or "")),
            "expires": expiry_words(link.get("expires")),
        }
        for link in links
    ]
