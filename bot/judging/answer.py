"""From what was judged to the context of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Literal

from bot.facts import Channel, Copy, DocumentFacts
from bot.findings import Decision, Verdict
from bot.judging.outcome import ApplicationOutcome
from bot.programme.programme import Programme
from parsers.values import Letter, Reason
from replies.context import ApplicationLine, FileLine, FindingLine, ReplyContext, ReplyDecision, ReplyKind
from replies.times import written_deadline, written_moment
from replies.unknown_sender import unknown_sender

_REMARKS = {
    Reason.EMPTY: "文件为空",
    Reason.UNREADABLE: "无法打开",
    Reason.ENCRYPTED: "已加密，无法打开",
    Reason.UNSAFE: "为安全起见未打开",
    Reason.UNSUPPORTED: "格式不支持",
    Reason.TOO_LARGE: "超出大小限制",
    Reason.NO_CONVERTER: "待工作人员查看",
    Reason.CRASHED: "待工作人员查看",
}


_DECISIONS: dict[Decision, Literal["accepted", "incomplete", "rejected", "held"]] = {
    Decision.ACCEPTED: "accepted",
    Decision.INCOMPLETE: "incomplete",
    Decision.REJECTED: "rejected",
    Decision.HELD: "held",
}


def contact_lines(programme: Programme) -> tuple[str, ...]:
    """Whom to ask, a line each."""
    contacts = programme.contacts
    lines = []
    if contacts.people:
        lines.append("联系人：" + "、".join(contacts.people))
    if contacts.phones:
        lines.append("联系电话：" + "、".join(contacts.phones))
    return (*lines, *contacts.other)


def context(
    programme: Programme,
    letter: Letter,
    decision: ReplyDecision | Decision,
    received_at: datetime,
    *,
    kind: ReplyKind = "submission",
    references: Sequence[str] = (),
    documents: Sequence[DocumentFacts] = (),
    applications: Sequence[ApplicationOutcome] = (),
    verdicts: Sequence[Verdict] = (),
    recipient: str = "",
    opened_in_time: bool = False,
    staff_note: str = "",
    sender_unknown: bool = False,
) -> ReplyContext:
    """The context of an answer to this letter. `sender_unknown`: whether papers came, and nothing tells who sends them."""
    supplement_day = programme.supplement_until or programme.deadline
    limit = programme.supplement_deadline_at if opened_in_time else programme.deadline_at
    if decision is Decision.ACCEPTED and programme.changes == "confirm":
        limit = programme.changes_closed_at
    return ReplyContext(
        decision=_DECISIONS[decision] if isinstance(decision, Decision) else decision,
        association=programme.association,
        department=programme.contacts.department,
        programme_title=programme.title,
        mailbox=programme.mailbox,
        deadline=written_deadline(programme.deadline),
        contacts=contact_lines(programme),
        kind=kind,
        references=tuple(references),
        recipient=recipient or (letter.sender.name if letter.sender else ""),
        received_at=written_moment(received_at, programme.zone),
        supplement_until=written_deadline(supplement_day),
        changes_until=written_changes(programme) if programme.changes == "confirm" else "",
        still_open=received_at < limit,
        files=_file_lines(programme, documents),
        applications=tuple(application_line(programme, application, kind) for application in applications),
        findings=(*finding_lines(verdicts), *(_what_would_tell(programme, decision) if sender_unknown else ())),
        essentials=programme.essentials if decision == "enquiry" else (),
        staff_note=staff_note,
    )


_OPEN = (Decision.ACCEPTED, Decision.INCOMPLETE)
"""Who is rejected, or waits for staff, is asked for no more."""


def _what_would_tell(programme: Programme, decision: ReplyDecision | Decision) -> Iterable[FindingLine]:
    """A line that names what would tell who sends, where that makes a difference; it weighs nothing."""
    alone = (Channel.RECOMMENDER,)
    papers = tuple(r.label for r in programme.requirements if r.required and r.channels == alone)
    cells = tuple(spec.label for spec in programme.fields if spec.channels == alone)
    instead = {channel: "" if rule.accepted else rule.instead for channel, rule in programme.channels.items()}
    if decision in _OPEN and (papers or cells or any(instead.values())):
        form = programme.document("application_form")
        said = unknown_sender(
            papers,
            cells,
            form.label if form else "",
            applicants_instead=instead[Channel.ENTERPRISE],
            recommenders_instead=instead[Channel.RECOMMENDER],
        )
        yield FindingLine("info", said)


def written_changes(programme: Programme) -> str:
    """Until when a change of an accepted entry may be confirmed, in words."""
    at = programme.changes_until or time(23, 59)
    day = programme.deadline
    return f"{day.year}年{day.month}月{day.day}日{at:%H:%M}前"


def _file_lines(programme: Programme, documents: Sequence[DocumentFacts]) -> tuple[FileLine, ...]:
    """A line each file; one that holds several papers names them all."""
    lines: dict[tuple[str, str], FileLine] = {}
    for document in documents:
        line, key = file_line(programme, document), (document.path, document.sha256)
        before = lines.get(key)
        taken_for = "、".join(dict.fromkeys((before.taken_for, line.taken_for))) if before else line.taken_for
        lines[key] = replace(line, taken_for=taken_for)
    return tuple(lines.values())


def file_line(programme: Programme, document: DocumentFacts) -> FileLine:
    """One received file, as the reply lists it."""
    spec = programme.document(document.kind)
    copies = {r.copy_ for r in programme.requirements if r.document == document.kind}
    copy = ("盖章版" if document.copy is Copy.STAMPED else "电子版") if Copy.STAMPED in copies and Copy.EDITABLE in copies else ""
    remark = _REMARKS[document.refusal.reason] if document.refusal else ""
    return FileLine(document.path, spec.label if spec else "其他文件", copy, remark)


def application_line(programme: Programme, application: ApplicationOutcome, kind: ReplyKind) -> ApplicationLine:
    """One application as its case stands, as the reply lists it; what came and what lacks is told of supplements."""
    supplement = kind == "supplement"
    return ApplicationLine(
        decision=_DECISIONS[application.decision],
        organisation=application.fields.get("organisation", ""),
        team=application.fields.get("team", ""),
        title=application.fields.get("title", ""),
        reference=application.reference,
        findings=finding_lines(application.verdicts),
        received_now=tuple(dict.fromkeys(_label(programme, d) for d in application.new)) if supplement else (),
        lacking=application.lacking if supplement else (),
    )


def finding_lines(verdicts: Iterable[Verdict]) -> tuple[FindingLine, ...]:
    """Findings for the submitter, in the rules' order, without those that staff let not weigh."""
    return tuple(FindingLine(verdict.severity.value, verdict.message) for verdict in verdicts if not verdict.waived)


def _label(programme: Programme, document: DocumentFacts) -> str:
    requirement = next((r for r in programme.requirements if r.document == document.kind and r.copy_ in (None, document.copy)), None)
    spec = programme.document(document.kind)
    return requirement.label if requirement else spec.label if spec else "其他文件"


def recipient_name(channel: Channel | None, recommender: str, applications: Sequence[ApplicationOutcome], letter: Letter) -> str:
    """Whom the answer greets: the recommender, the only applicant, or the sender as the letter names it."""
    if channel is Channel.RECOMMENDER and recommender:
        return recommender
    names = {a.fields.get("organisation", "") for a in applications} - {""}
    if len(names) == 1:
        return names.pop()
    return letter.sender.name if letter.sender else ""
