"""What staff do: each action calls `bot.staff`, and goes back to the page it came from."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.console.case_page import GONE
from bot.console.site import Ask, to
from bot.post import outbox
from bot.post.mailbox import resume_mailbox
from bot.programme.programme import Programme
from bot.staff.answers import Draft, draft_case_answer, draft_mail_answer, queue_answer
from bot.staff.case import correct_field, handle_mail, judge_again
from bot.staff.changes import settle_resubmission
from bot.staff.duplicate import settle_duplicate
from bot.staff.records import StaffError
from bot.staff.waiving import accept_despite, accept_package_despite, insist_again, insist_on_package_again
from bot.store import mails as mail_store
from bot.store.models import Mail, Reply
from bot.store.staff.cases import Case, cases_by_reference


def _case(ask: Ask) -> tuple[Case, Programme]:
    """The case of the address. Raises StaffError where there is none."""
    with ask.site.store.reading() as session:
        line = cases_by_reference(session, ask.path("reference"))
    programme = ask.site.programmes.get(line.programme) if line else None
    if line is None or programme is None:
        raise StaffError(GONE[0] + "。")
    return line, programme


def _application(ask: Ask) -> tuple[Case, Programme, int]:
    line, programme = _case(ask)
    if line.application_id is None:
        raise StaffError("这是整份报送材料的编号，此操作只用于单件申报。")
    return line, programme, line.application_id


def _how(ask: Ask) -> dict[str, Any]:
    """Who acts, when, and how the case is judged afterwards."""
    return {"actor": ask.visitor.actor, "now": ask.now, "rejudge": ask.site.rejudge}


def _back(line: Case, done: str) -> Response:
    return to(f"/cases/{quote(line.reference, safe='')}", done)


def field(ask: Ask) -> Response:
    """Correct a field."""
    line, programme, application_id = _application(ask)
    correct_field(
        ask.site.store,
        programme,
        application_id,
        ask.field("key"),
        ask.field("value"),
        actor=ask.visitor.actor,
        now=ask.now,
        rejudge=ask.site.rejudge,
    )
    return _back(line, "saved")


def accept(ask: Ask) -> Response:
    """Accept despite a finding."""
    line, _ = _case(ask)
    code, reason = ask.field("code"), ask.field("reason")
    if line.application_id is None:
        accept_package_despite(ask.site.store, line.package_id, code, reason, actor=ask.visitor.actor, now=ask.now)
    else:
        accept_despite(ask.site.store, line.application_id, code, reason, **_how(ask))
    return _back(line, "saved")


def insist(ask: Ask) -> Response:
    """Let a finding weigh again."""
    line, _ = _case(ask)
    if line.application_id is None:
        insist_on_package_again(ask.site.store, line.package_id, ask.field("code"), actor=ask.visitor.actor, now=ask.now)
    else:
        insist_again(ask.site.store, line.application_id, ask.field("code"), **_how(ask))
    return _back(line, "saved")


def resubmission(ask: Ask) -> Response:
    """Confirm or refuse a changed entry."""
    line, _, application_id = _application(ask)
    confirm = _choice(ask, "confirm", "refuse") == "confirm"
    settle_resubmission(ask.site.store, application_id, confirm, **_how(ask))
    return _back(line, "settled")


def duplicate(ask: Ask) -> Response:
    """Say whether two entries are one."""
    line, _, application_id = _application(ask)
    same = _choice(ask, "same", "different") == "same"
    settle_duplicate(ask.site.store, application_id, ask.field("other"), same, **_how(ask))
    return _back(line, "settled")


def _choice(ask: Ask, *allowed: str) -> str:
    if ask.field("choice") not in allowed:
        raise StaffError("请选择一项。")
    return ask.field("choice")


def judge(ask: Ask) -> Response:
    """Judge a case anew."""
    line, _, application_id = _application(ask)
    judge_again(ask.site.store, application_id, **_how(ask))
    return _back(line, "judged")


# --- answers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Answered:
    """What a letter answers: its page, what it is called, and the letter with a note."""

    back: str
    called: str
    draft: Callable[[Session, str], Draft]


def _answered_case(ask: Ask) -> _Answered:
    line, programme = _case(ask)

    def draft(session: Session, note: str) -> Draft:
        return draft_case_answer(session, programme, ask.site.config, line.package_id, note, now=ask.now)

    return _Answered(f"/cases/{quote(line.reference, safe='')}", line.reference, draft)


def _answered_mail(ask: Ask) -> _Answered:
    number = ask.number("mail")
    with ask.site.store.reading() as session:
        mail = session.get(Mail, number)
    if mail is None:
        raise StaffError("没有这封来信。")
    programme = ask.site.programmes.get(mail.programme or "")
    if programme is None:
        raise StaffError("这封来信不属于任何项目，请在邮箱中直接答复。")

    def draft(session: Session, note: str) -> Draft:
        return draft_mail_answer(session, programme, ask.site.config, number, note, now=ask.now)

    return _Answered(f"/mails/{number}", mail.subject, draft)


def answer_page(ask: Ask) -> Response:
    """The answer about a case as it would be sent, with a note to add."""
    return _preview(ask, _answered_case(ask), "")


def answer(ask: Ask) -> Response:
    """Preview with a note, or send what was previewed."""
    return _send_or_preview(ask, _answered_case(ask))


def answer_mail_page(ask: Ask) -> Response:
    """The answer to a question, with a note to add."""
    return _preview(ask, _answered_mail(ask), "")


def answer_mail(ask: Ask) -> Response:
    """Preview with a note, or send what was previewed."""
    return _send_or_preview(ask, _answered_mail(ask))


def _send_or_preview(ask: Ask, answered: _Answered) -> Response:
    note = ask.field("note")
    # It is sent where it reads as it was shown: a note that was changed since is shown first.
    if ask.field("send") != "yes" or note.split() != ask.field("previewed").split():
        return _preview(ask, answered, note)
    store = ask.site.store
    with store.transaction() as session:
        draft = answered.draft(session, note)
        queue_answer(session, store, ask.site.config, draft, once=ask.field("once")[:40], actor=ask.visitor.actor, now=ask.now)
    return to(answered.back, "queued")


def _preview(ask: Ask, answered: _Answered, note: str) -> Response:
    with ask.site.store.reading() as session:
        draft = answered.draft(session, note)
    values: dict[str, Any] = {"changed": ask.field("send") == "yes", "once": secrets.token_hex(8), "target": f"{answered.back}/answer"}
    return ask.page("answer.html", draft=draft, note=note, back=answered.back, subject_of=answered.called, **values)


def handled(ask: Ask) -> Response:
    """Take a mail off the list of what needs somebody."""
    handle_mail(ask.site.store, ask.number("mail"), ask.field("note"), actor=ask.visitor.actor, now=ask.now)
    return to(f"/mails/{ask.number('mail')}", "settled")


def again(ask: Ask) -> Response:
    """Have a mail that was set aside read once more."""
    if not mail_store.take_up_again(ask.site.store, ask.number("mail"), ask.visitor.actor):
        raise StaffError("这封来信没有被搁置。")
    return to(f"/mails/{ask.number('mail')}", "again")


# --- letters of ours ---------------------------------------------------------------------------------------------


def reply_sent(ask: Ask) -> Response:
    """A letter in doubt was found to have arrived."""
    if not outbox.mark_as_sent(ask.site.store, ask.number("reply"), ask.visitor.actor):
        raise StaffError("这封回信的发送结果并无疑问。")
    return _after_reply(ask, "sent")


def reply_anew(ask: Ask) -> Response:
    """Send a letter in doubt once more: the same bytes."""
    if not outbox.send_anew(ask.site.store, ask.number("reply"), ask.visitor.actor):
        raise StaffError("这封回信的发送结果并无疑问。")
    return _after_reply(ask, "anew")


def _after_reply(ask: Ask, done: str) -> Response:
    with ask.site.store.reading() as session:
        reply = session.get(Reply, ask.number("reply"))
    return to(f"/mails/{reply.mail_id}" if reply is not None and reply.mail_id else "/replies", done)


def resume_sending(ask: Ask) -> Response:
    """A stopped account was put right: fetch and send again."""
    if ask.site.config.mailbox(ask.path("name")) is None:
        raise StaffError("没有这个邮箱。")
    resume_mailbox(ask.site.store, ask.path("name"), ask.visitor.actor)
    outbox.resume_sending(ask.site.store, ask.path("name"), ask.visitor.actor)
    return to("/health", "saved")
