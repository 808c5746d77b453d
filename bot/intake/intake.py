"""One mail, start to end: read what it brings, relate and judge it in its turn, keep the outcome with its answer.

`read` may run anywhere, in any order, in parallel and again: it writes nothing but the cache of dear results. `settle`
is the one transaction in which a mail's outcome comes to be: records, findings, history and the outbox row together. A
mail that is settled already is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from bot.config import Mailbox
from bot.findings import Decision
from bot.intake.hasty_reader import Foretelling
from bot.judging.judge import judge
from bot.judging.outcome import Outcome
from bot.judging.read import ReadMail, find_received, read_mail
from bot.post.freezing import freeze
from bot.programme.programme import Programme
from bot.store import models
from bot.store.cases import StoredCases, next_number
from bot.store.letters import answered_before
from bot.store.outcomes import save_outcome
from bot.store.store import Store
from parsers.reader import Reader

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """A stored mail with what was read from it."""

    mail_id: int
    mail: ReadMail


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Intake:
    """Takes in the mails of a store. `mailboxes` by name; one that is not configured any more can't be answered from."""

    def __init__(
        self,
        store: Store,
        programmes: Mapping[str, Programme],
        mailboxes: Mapping[str, Mailbox],
        reader: Reader,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.store, self.programmes, self.mailboxes, self.reader, self.now = store, programmes, mailboxes, reader, now
        self.own_addresses = frozenset(m.address.lower() for m in mailboxes.values()) | frozenset(
            p.mailbox.lower() for p in programmes.values()
        )

    def read(self, mail_id: int, foretell: Callable[[Read], None] | None = None) -> Read:
        """Read a stored mail. `foretell` is called before the first thing that takes long, with what can be told by then.
        Raises StoreError where the store does not answer."""
        with self.store.reading() as session:
            mail = session.get_one(models.Mail, mail_id)
        raw = self.store.blobs.get(mail.sha256)
        mailbox = self.mailboxes.get(mail.mailbox)
        candidates: Sequence[str] | None = mailbox.programmes if mailbox and mailbox.programmes else None

        def read_by(reader: Reader) -> Read:
            return Read(mail_id, read_mail(reader, raw, self.programmes, candidates, self.own_addresses))

        if foretell is None:
            return read_by(self.reader)

        def tell(told: Reader) -> None:
            try:
                foretell(read_by(told))
            except Exception as error:  # it is only to spare others a wait; whatever a hostile mail provokes the whole reading names
                log.warning("mail %s can't be foretold: %r", mail_id, error)

        return read_by(Foretelling(self.reader, tell))

    def settle(self, read: Read) -> None:
        """Relate, judge and keep, in one transaction; the blobs that it names are written before it commits."""
        with self.store.transaction() as session:
            mail = session.get_one(models.Mail, read.mail_id, with_for_update=True)
            if mail.state is not models.MailState.STORED:
                return
            letter = read.mail.letter
            mail.from_address = letter.sender.address if letter.sender else mail.from_address
            mail.from_name = letter.sender.name if letter.sender else mail.from_name
            mail.subject = letter.subject or mail.subject
            mail.details = {**mail.details, **_details(read.mail)}
            outcome = self.judge(session, read.mail, find_received(letter, mail.received_at, self.now()))
            package = save_outcome(session, mail, outcome, self.now())
            self._answer(session, mail, package, read.mail, outcome)

    def judge(self, session: Session, read: ReadMail, received_at: datetime) -> Outcome:
        """The outcome of a read mail against what the store holds, in this session."""
        cases = StoredCases(session)

        def next_reference() -> str:
            assert read.programme is not None
            return f"{self.programmes[read.programme].reference}-{next_number(session, read.programme):04d}"

        return judge(read, self.programmes, received_at, cases, next_reference)

    def _answer(self, session: Session, mail: models.Mail, package: models.Package | None, read: ReadMail, outcome: Outcome) -> None:
        mailbox = self.mailboxes.get(mail.mailbox)
        if outcome.reply is None or outcome.decision is Decision.IGNORED or mailbox is None or read.letter.sender is None:
            return
        if answered_before(session, mail.message_id, mail.from_address):
            mail.details = {**mail.details, "silent": "this Message-ID is answered already"}
            session.add(mail)
            return
        reply, letter = outcome.reply, read.letter
        recipient = find_recipient(read)
        quoted = f"<{letter.message_id}>" if letter.message_id else ""
        chain = [f"<{one}>" for one in letter.references]
        try:
            message_id, raw = freeze(mailbox, recipient, reply.subject, reply.text, reply.html, quoted, chain, now=self.now())
        except ValueError as error:  # From: "a b"@, an address that no server takes
            log.warning("mail %s can't be answered: %s", mail.id, error)
            mail.details = {**mail.details, "silent": f"no answer possible: {error}", "attention": "unanswerable"}
            session.add(mail)
            return
        session.add(
            models.Reply(
                mail_id=mail.id,
                package_id=package.id if package else None,
                mailbox=mailbox.name,
                purpose="answer",
                recipient=recipient,
                subject=reply.subject,
                text=reply.text,
                html=reply.html,
                message_id=message_id,
                raw_sha256=self.store.blobs.put(raw),
                queued_at=self.now(),
            )
        )


def find_recipient(read: ReadMail) -> str:
    """Whom to answer: Reply-To where it lies in the sender's own domain, else the sender."""
    sender = read.letter.sender
    assert sender is not None
    domain = sender.address.rpartition("@")[2]
    same = [address.address for address in read.letter.reply_to if address.address.rpartition("@")[2] == domain]
    return same[0] if same else sender.address


def _details(read: ReadMail) -> dict[str, object]:
    """What staff see of a mail beside its outcome: salvage notes and cloud links."""
    letter = read.letter
    notes = [f"{note.code}: {note.detail}".rstrip(": ") for note in (*letter.notes, *read.material.notes)]
    links = [
        {
            "url": link.url,
            "provider": link.provider,
            "name": link.name,
            "size": link.size,
            "expires": link.expires.isoformat() if link.expires else None,
        }
        for link in letter.links
    ]
    return {"notes": notes, "links": links, "text": letter.text[:20_000]}
