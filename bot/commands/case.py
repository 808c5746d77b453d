"""`shenbao case`: one case's story; `shenbao confirm` and `shenbao refuse`: settle a changed entry and answer the submitter."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING

from bot.commands import DONE, FAILED

if TYPE_CHECKING:
    from bot.store.models import Event
    from bot.store.staff.cases import Case
    from bot.store.store import Store


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", metavar="FILE", required=True, help="the configuration file")
    parser.add_argument("reference", metavar="REFERENCE", help="the case's number, such as JSAQ2025-0001")
    if parser.prog.endswith((" confirm", " refuse")):
        parser.add_argument("--note", default="", metavar="TEXT", help="a sentence to add to the answer")


def run(args: Namespace) -> int:
    """Show or settle; 1 where there is no such case or nothing to settle."""
    import sys

    from bot.config import load_config
    from bot.engine.parts import open_store
    from bot.rules.checked import checked_programmes

    config = load_config(args.config)
    programmes = checked_programmes(config.programmes.path)
    with open_store(config) as store:
        case = find_case(store, args.reference)
        if case is None:
            print(f"shenbao: no case {args.reference} in {config.store.database}", file=sys.stderr)
            return FAILED
        if args.command == "case":
            for line in tell(store, case):
                print(line)
            return DONE
        if case.application_id is None:
            print(f"shenbao: {args.reference} is a whole package, whose newest version counts: nothing to {args.command}", file=sys.stderr)
            return FAILED
        programme = programmes.get(case.programme)
        if programme is None:
            print(f"shenbao: there is no programme {case.programme} any more; see `shenbao programme list`", file=sys.stderr)
            return FAILED
        from bot.intake.rejudge import Rejudge
        from bot.staff.answers import draft_case_answer, queue_answer
        from bot.staff.changes import settle_pending
        from bot.staff.records import StaffError

        now, actor = datetime.now(UTC), f"staff:{getuser()}"
        confirm = args.command == "confirm"
        note = args.note or ("修改已经确认，以新版本为准。" if confirm else "修改未予确认，仍以已受理的材料为准。")
        try:
            with store.transaction() as session:  # one: what is settled is answered, and nothing is answered twice
                count = settle_pending(session, case.application_id, confirm, actor=actor, now=now, rejudge=Rejudge(programmes))
                draft = draft_case_answer(session, programme, config, case.package_id, note, now=now)
                queue_answer(session, store, config, draft, actor=actor, now=now)
        except StaffError as error:
            print(f"shenbao: {args.reference}: {error}", file=sys.stderr)
            return FAILED
        print(f"{args.reference}: {count} files {'confirmed' if confirm else 'refused'}; the answer is in the outbox")
        return DONE


def find_case(store: Store, reference: str) -> Case | None:
    """The case of that number, an application or a whole package, or None."""
    from bot.store.staff.cases import cases_by_reference

    with store.reading() as session:
        return cases_by_reference(session, reference.strip().upper())


def tell(store: Store, case: Case) -> list[str]:
    """A case's story in lines: who sent what when, what was found, what we answered, who of staff decided what."""
    from sqlmodel import col, or_, select

    from bot.store.models import Document, Event, Mail, Reply

    lines = ["  ".join(filter(None, (case.reference, case.name, case.title, f"[{case.decision}]")))]
    story: list[tuple[datetime, str]] = []
    with store.reading() as session:
        mails = session.exec(select(Mail).where(Mail.package_id == case.package_id)).all()
        for mail in mails:
            theirs = or_(Document.application_id == case.application_id, col(Document.application_id).is_(None))
            brought = select(Document).where(Document.mail_id == mail.id, theirs)
            files = [f"{d.path} ({d.kind}, {d.copy_kind})" for d in session.exec(brought)]
            story.append((mail.received_at, f"mail from {mail.from_address}: {mail.subject} [{mail.kind}, {mail.decision}]"))
            story += [(mail.received_at, f"    {file}") for file in files]
            for reply in session.exec(select(Reply).where(Reply.mail_id == mail.id)):
                story.append((reply.sent_at or reply.queued_at, f"our answer to {reply.recipient}: {reply.subject} [{reply.state}]"))
        own = or_(Event.application_id == case.application_id, col(Event.application_id).is_(None))
        for event in session.exec(select(Event).where(Event.package_id == case.package_id, own)):
            story.append((event.at, _event(event)))
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Asia/Shanghai")
    return lines + [f"{at.astimezone(zone):%Y-%m-%d %H:%M}  {what}" for at, what in sorted(story, key=lambda item: item[0])]


def _event(event: Event) -> str:
    details = ", ".join(f"{key}: {value}" for key, value in event.details.items() if value)
    return f"{event.actor} {event.action}" + (f" ({details})" if details else "")
