"""Letters that staff write: the decision's own template with their note, seen first and then queued in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from bot.config import Config
from bot.findings import Decision
from bot.judging.answer import contact_lines, file_line, written_changes
from bot.post.freezing import freeze
from bot.programme.programme import Programme
from bot.staff.records import StaffError, package_waived, waived_codes
from bot.store.facts_json import from_json
from bot.store.models import Application, Event, Mail, Package, Reply
from bot.store.staff.case import applications_of, documents_of, events_of, findings_of, mails_of, replies_of
from bot.store.staff.needs import HANDLED
from bot.store.store import Store
from replies.context import ApplicationLine, FindingLine, Rendered, ReplyContext, ReplyDecision
from replies.render import render
from replies.times import written_deadline, written_moment

MOST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it is queued: to whom it goes, what it says, and the mail that it answers from that mail's own mailbox."""

    recipient: str
    rendered: Rendered
    mail: Mail
    programme: str
    note: str
    question: bool
    """Whether it answers a question, which is settled then; else it says how a package's cases stand."""


def draft_case_answer(session: Session, programme: Programme, config: Config, package_id: int, note: str, *, now: datetime) -> Draft:
    """The answer that says how a package's cases stand now. Raises StaffError where nobody can be written to."""
    package = session.get(Package, package_id)
    mails = [mail for mail in mails_of(session, package_id) if mail.kind in ("submission", "supplement")]
    if package is None or not mails:
        raise StaffError("没有可以答复的来信。")
    applications = applications_of(session, package_id)
    decision = package.decision if package.decision in ("accepted", "incomplete", "rejected", "held") else "held"
    findings = findings_of(session, package_id, None)
    everywhere = set.intersection(*(set(waived_codes(one)) for one in applications)) if applications else set()
    everywhere |= set(package_waived(package))
    context = _context(
        programme,
        cast(ReplyDecision, decision),
        mails[-1],
        note,
        now,
        references=tuple(one.reference for one in applications) or ((package.reference,) if package.reference else ()),
        recipient=package.recommender
        if package.channel == "recommender"
        else next((one.organisation for one in applications), package.sender_name),
        files=tuple(
            file_line(programme, from_json(d.facts)) for d in documents_of(session, package_id, None) if d.current and "copy" in d.facts
        ),
        applications=tuple(_line(one, [f for f in findings if f.application_id == one.id]) for one in applications),
        findings=tuple(
            FindingLine(cast(Any, f.severity), f.message) for f in findings if f.application_id is None and f.code not in everywhere
        ),
    )
    return _draft(config, programme, mails[-1], context, note)


def draft_mail_answer(session: Session, programme: Programme, config: Config, mail_id: int, note: str, *, now: datetime) -> Draft:
    """An answer to a question, with the notice's essentials and a note. Raises StaffError."""
    mail = session.get(Mail, mail_id)
    if mail is None:
        raise StaffError("没有这封来信。")
    context = _context(programme, "enquiry", mail, note, now, recipient=mail.from_name, essentials=programme.essentials)
    return _draft(config, programme, mail, context, note)


def queue_answer(session: Session, store: Store, config: Config, draft: Draft, *, once: str = "", actor: str, now: datetime) -> int:
    """Queue the letter that a draft of this session shows; the reply's id. An answered question is off staff's list. Raises StaffError.

    `once`: a word of the form that asks; a form sent twice (a double click) queues one letter.
    """
    mail = draft.mail
    if len(draft.note) > MOST_NOTE:
        raise StaffError(f"附言过长，最多{MOST_NOTE}字。")
    sent = _sent_already(session, mail, once) if once else None
    if sent is not None:
        return sent
    mailbox = config.mailbox(mail.mailbox)
    assert mailbox is not None
    event = Event(
        at=now,
        actor=actor,
        action="answered",
        programme=draft.programme,
        mail_id=mail.id,
        package_id=mail.package_id,
        details={"note": draft.note, "subject": draft.rendered.subject, **({"once": once} if once else {})},
    )
    session.add(event)
    session.flush()
    parent = f"<{mail.message_id}>" if mail.message_id else ""
    said = draft.rendered
    try:
        message_id, raw = freeze(mailbox, draft.recipient, said.subject, said.text, said.html, parent, now=now)
    except ValueError as error:  # an address that can't be written to
        raise StaffError(f"这个地址无法发信：{draft.recipient}") from error
    reply = Reply(
        mail_id=mail.id, package_id=mail.package_id, mailbox=mailbox.name, purpose=f"staff:{event.id}", recipient=draft.recipient,
        subject=said.subject, text=said.text, html=said.html, message_id=message_id, raw_sha256=store.blobs.put(raw), queued_at=now,
    )  # fmt: skip
    session.add(reply)
    if draft.question:
        session.add(
            Event(
                at=now,
                actor=actor,
                action=HANDLED,
                programme=mail.programme,
                mail_id=mail.id,
                package_id=mail.package_id,
                details={"note": "已答复"},
            )
        )
    session.flush()
    assert reply.id is not None
    return reply.id


def _sent_already(session: Session, mail: Mail, once: str) -> int | None:
    """The letter that this very form queued before."""
    events = events_of(session, mail_id=mail.id)
    purposes = [f"staff:{event.id}" for event in events if event.action == "answered" and event.details.get("once") == once]
    return next((reply.id for reply in replies_of(session, mail_id=mail.id) if reply.purpose in purposes), None)


def _draft(config: Config, programme: Programme, mail: Mail, context: ReplyContext, note: str) -> Draft:
    if config.mailbox(mail.mailbox) is None:
        raise StaffError(f"邮箱“{mail.mailbox}”已不在配置中，无法发信。")
    if not mail.from_address:
        raise StaffError("来信没有可以答复的地址。")
    return Draft(mail.from_address, render(context), mail, programme.id, note, context.decision == "enquiry")


def _line(application: Application, findings: list[Any]) -> ApplicationLine:
    waived = waived_codes(application)
    decision = application.decision if application.decision in ("accepted", "incomplete", "rejected", "held") else Decision.HELD.value
    return ApplicationLine(
        decision=cast(Any, decision),
        organisation=application.organisation,
        team=application.team,
        title=application.title,
        reference=application.reference,
        findings=tuple(FindingLine(f.severity, f.message) for f in findings if f.code not in waived),
    )


def _context(programme: Programme, decision: ReplyDecision, mail: Mail, note: str, now: datetime, **values: Any) -> ReplyContext:
    return ReplyContext(
        decision=decision,
        association=programme.association,
        department=programme.contacts.department,
        programme_title=programme.title,
        mailbox=programme.mailbox,
        deadline=written_deadline(programme.deadline),
        contacts=contact_lines(programme),
        kind="review",
        received_at=written_moment(mail.received_at, programme.zone),
        supplement_until=written_deadline(programme.supplement_until or programme.deadline),
        changes_until=written_changes(programme) if programme.changes == "confirm" else "",
        still_open=now < programme.supplement_deadline_at,
        staff_note=note.strip(),
        **values,
    )
