"""The outbox: every letter goes out at most once, and every doubt is shown.

queued ─▶ sending ─▶ data ─▶ sent
  ▲          │         ├──▶ ambiguous (bytes out, no answer): looked for in the Sent folder, then for staff
  └──────────┴─────────┤     never sent again by itself
   (not sent: retry)   └──▶ failed (a definite no): for staff

`data` is committed after the server's 354 and before the letter's first byte, `sent` before QUIT. Whoever ends in between
is found out by the state he left: `sending` was not sent, `data` is ambiguous.
"""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from typing import Any

import structlog

from bot.config import Config, Mailbox
from bot.crashpoints import crash_point
from bot.errors import ConfigurationError, SendError, StoreError
from bot.post.freezing import MARKER, freeze
from bot.post.smtp_answers import Act, Meaning, meaning_of
from bot.post.smtp_session import Accepted, Cut, Doubtful, Outcome, Refused, RefusedLogIn, Session
from bot.store import letters
from bot.store.models import Event, Reply, ReplyState
from bot.store.store import Store
from replies.times import SHANGHAI

RECIPIENT_CAPS = ((timedelta(minutes=10), 10), (timedelta(minutes=30), 15), (timedelta(hours=1), 25))
"""How many letters one address gets at most within a time: more is a loop, not a correspondence."""

_IDLE_SECONDS = 15
_LONGEST_RETRY = timedelta(hours=4)
_LONGEST_PAUSE = timedelta(hours=1)

log: Any = structlog.get_logger("outbox")


class Outbox:
    """Sends the letters of one mailbox. One thread uses it; `wake` may be called from any."""

    def __init__(self, store: Store, mailbox: Mailbox, config: Config) -> None:
        self.store = store
        self.mailbox = mailbox
        self._sending = config.sending
        self._session: Session | None = None
        self._failures = 0
        self._quiet = 0
        self._day: datetime | None = None
        self._room = 0
        """How many letters may still begin to go out in the day since `_day`, before they must be counted again."""
        self._wake = threading.Event()
        self._stop = threading.Event()

    # --- the thread ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Send until `stop`: what is queued, as it comes. Outlives every failure of server and store."""
        recovered = restarted = False
        while not self._stop.is_set():
            try:
                if not recovered:
                    self.recover(restarted=not restarted)
                    recovered = restarted = True
                if not self.send_next():
                    self._idle()
            except StoreError as error:  # disk full, database locked or gone
                log.error("the store does not answer; sending waits", mailbox=self.mailbox.name, error=str(error))
                recovered = False  # a letter may have been left in a state that is no longer true
                self._stop.wait(5)
        self.close()

    def _idle(self) -> None:
        """Wait for `wake`, or a second: letters may also come from the console or from another machine."""
        if self._wake.wait(1.0):
            self._quiet = 0
        else:
            self._quiet += 1
            if self._quiet >= _IDLE_SECONDS:
                self.close()
        self._wake.clear()

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the letter in hand and leave."""
        self._stop.set()
        self._wake.set()

    def close(self) -> None:
        """Take leave of the server."""
        if self._session is not None:
            self._session.quit()
            self._session = None

    # --- one letter ------------------------------------------------------------------------------------------------

    def recover(self, *, restarted: bool = True) -> None:
        """Put right what a crash left behind. A stopped account gets a new try where someone has restarted us."""
        queued, ambiguous = letters.recover(self.store, self.mailbox.name)
        if queued or ambiguous:
            log.warning("letters left by a crash", mailbox=self.mailbox.name, queued_again=queued, ambiguous=ambiguous)
        self._day = None  # another machine may have sent meanwhile
        with self.store.reading() as session:
            stopped = letters.account(session, self.mailbox.name).sending_stopped
        if stopped and restarted:
            letters.change_account(self.store, self.mailbox.name, sending_stopped=False)

    def send_next(self) -> bool:
        """Send the next letter that is due, or put it off. False where there is none, or the account must wait. Raises StoreError."""
        if not self._may_send():
            return False
        reply = letters.next_queued(self.store, self.mailbox.name)
        if reply is None or self._day_is_full():
            return False
        if self._capped(reply):
            return True  # others may go out
        if not self._connected():
            return False
        raw = self._bytes(reply)
        if raw is not None and letters.claim(self.store, reply):
            crash_point("claimed")
            self._send(reply, raw)
        return True

    def _bytes(self, reply: Reply) -> bytes | None:
        """The frozen bytes; None where they alone are damaged. Raises StoreError where the whole blob store is gone."""
        try:
            return self.store.blobs.get(reply.raw_sha256)
        except StoreError as error:
            self.store.blobs.check()
            log.error("a letter's bytes are lost", reply=reply.id, error=str(error))
            letters.change(self.store, reply, ReplyState.FAILED, answer=str(error))
            return None

    def _may_send(self) -> bool:
        with self.store.reading() as session:
            state = letters.account(session, self.mailbox.name)
        return not state.sending_stopped and letters.is_due(letters.now(), state.sending_not_before)

    def _day_is_full(self) -> bool:
        """Wait for midnight where the account's day is used up."""
        midnight = _midnight(letters.now())
        tomorrow = midnight + timedelta(days=1)
        if self._day != midnight or self._room <= 0:
            begun = letters.begun_between(self.store, self.mailbox.name, midnight, tomorrow)
            self._day, self._room = midnight, self.mailbox.smtp.daily_limit - begun
        if self._room > 0:
            return False
        self._pause(tomorrow, "the day's limit of this account is reached")
        return True

    def _capped(self, reply: Reply) -> bool:
        """Put off what is over the recipient's cap."""
        moment = letters.now()
        if reply.purpose != "answer":  # a person asked for it, or it goes to staff
            return False
        times = letters.begun_to(self.store, reply.recipient, moment - RECIPIENT_CAPS[-1][0], moment)
        for span, most in RECIPIENT_CAPS:
            within = [time for time in times if time > moment - span]
            if len(within) >= most:
                until = within[-most] + span
                log.warning("the recipient's cap is reached; the letter waits", reply=reply.id, until=until.isoformat())
                letters.change(self.store, reply, ReplyState.QUEUED, answer="the recipient's cap is reached", not_before=until)
                return True
        return False

    def _connected(self) -> bool:
        if self._session is not None and self._session.alive():
            return True
        self._session = None
        crash_point("connect")
        try:
            self._session = Session(self.mailbox.smtp)
        except RefusedLogIn as error:
            self._act_on_account(meaning_of(error.stage, error.code, error.text), str(error))
        except (SendError, ConfigurationError) as error:  # no route, no TLS; no password in the environment
            self._back_off(str(error))
        return self._session is not None

    def _send(self, reply: Reply, raw: bytes) -> None:
        assert self._session is not None

        def before_body() -> None:
            letters.begin_data(self.store, reply)
            self._room -= 1

        try:
            outcome = self._session.send(self.mailbox.address, reply.recipient, raw, before_body=before_body)
        except StoreError:  # `data` could not be written down: the letter must not go out
            self._break()
            raise
        crash_point("outcome")
        self._insist(reply, outcome)
        crash_point("recorded")

    def _insist(self, reply: Reply, outcome: Outcome) -> None:
        """Record what happened, however long the store is away: what we know must not become a doubt."""
        while True:
            try:
                self._record(reply, outcome)
            except StoreError as error:
                log.error("an outcome can't be recorded yet", reply=reply.id, error=str(error))
                if self._stop.wait(2):
                    raise
            else:
                return

    def _record(self, reply: Reply, outcome: Outcome) -> None:
        bound = log.bind(mailbox=self.mailbox.name, reply=reply.id, recipient=reply.recipient)
        match outcome:
            case Accepted(answer):
                letters.change(self.store, reply, ReplyState.SENT, answer=answer, sent_at=letters.now(), not_before=None)
                self._fine()
                bound.info("sent")
            case Refused(stage, code, text):
                meaning = meaning_of(stage, code, text)
                bound.warning("refused", answer=outcome.answer, act=meaning.act.value, reason=meaning.reason)
                self._refused(reply, outcome, meaning)
            case Cut(detail):
                self._break()
                letters.change(self.store, reply, ReplyState.QUEUED, answer=detail, data_at=None, attempts=reply.attempts)
                bound.warning("not sent: the connection failed", detail=detail)
                self._back_off(detail)
            case Doubtful(detail):
                self._break()
                look = letters.now() + timedelta(minutes=self._sending.lookup_minutes)
                letters.leave_in_doubt(self.store, reply, f"no answer to the letter: {detail}", look)
                bound.error("ambiguous: the letter went out and no answer came", detail=detail)

    def _break(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _refused(self, reply: Reply, refused: Refused, meaning: Meaning) -> None:
        answer = f"{refused.answer} ({meaning.reason})"
        if refused.code == 421:
            self._break()
        if meaning.act is Act.FAIL or (meaning.act is Act.RETRY and reply.attempts + 1 > meaning.times):
            letters.change(self.store, reply, ReplyState.FAILED, answer=answer, not_before=None)
            return
        if meaning.act is Act.RETRY:
            until = letters.now() + min(timedelta(seconds=meaning.seconds * 2**reply.attempts), _LONGEST_RETRY)
            letters.change(self.store, reply, ReplyState.QUEUED, answer=answer, not_before=until, data_at=None)
            return
        # the account's trouble is not the letter's: it does not use up the letter's own tries
        letters.change(self.store, reply, ReplyState.QUEUED, answer=answer, not_before=None, data_at=None, attempts=reply.attempts)
        self._act_on_account(meaning, answer)

    # --- the account -----------------------------------------------------------------------------------------------

    def _act_on_account(self, meaning: Meaning, answer: str) -> None:
        moment = letters.now()
        tomorrow = _midnight(moment) + timedelta(days=1)
        match meaning.act:
            case Act.STOP | Act.FAIL:
                self._break()
                log.critical("sending is stopped until someone has looked", mailbox=self.mailbox.name, error=answer, reason=meaning.reason)
                error = f"{answer} ({meaning.reason})"
                letters.change_account(self.store, self.mailbox.name, "sending-stopped", sending_stopped=True, sending_error=error)
            case Act.TOMORROW:
                self._pause(tomorrow, answer)
            case Act.HOUR_THEN_DAY:
                with self.store.reading() as session:
                    details = letters.account(session, self.mailbox.name).details
                again = details.get("frequency_limited") == moment.astimezone(SHANGHAI).date().isoformat()
                self._pause(tomorrow if again else moment + timedelta(hours=1), answer)
                today = moment.astimezone(SHANGHAI).date().isoformat()
                letters.change_account(self.store, self.mailbox.name, details={**details, "frequency_limited": today})
            case Act.PAUSE if meaning.seconds:
                self._pause(moment + timedelta(seconds=meaning.seconds), answer)
            case Act.PAUSE | Act.RETRY:
                self._back_off(answer)

    def _back_off(self, reason: str) -> None:
        self._failures += 1
        seconds = min(self._sending.retry_seconds * 2 ** min(self._failures - 1, 20), _LONGEST_PAUSE.total_seconds())
        self._pause(letters.now() + timedelta(seconds=seconds), reason)

    def _pause(self, until: datetime, reason: str) -> None:
        log.warning("sending waits", mailbox=self.mailbox.name, until=until.isoformat(), reason=reason)
        letters.change_account(self.store, self.mailbox.name, sending_not_before=until, sending_error=reason)

    def _fine(self) -> None:
        self._failures = 0
        with self.store.reading() as session:
            state = letters.account(session, self.mailbox.name)
        if state.sending_error is not None or state.sending_not_before is not None:
            letters.change_account(self.store, self.mailbox.name, sending_error=None, sending_not_before=None)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(SHANGHAI).date(), time(0), SHANGHAI)


# --- for staff -----------------------------------------------------------------------------------------------------------


def mark_as_sent(store: Store, reply_id: int, actor: str) -> bool:
    """Staff know that an ambiguous or failed letter arrived. False where it is in no such state."""
    return _settle(store, reply_id, actor, ReplyState.SENT, "reply-marked-sent")


def send_anew(store: Store, reply_id: int, actor: str) -> bool:
    """Staff want an ambiguous or failed letter sent once more: the same bytes. False where it is in no such state."""
    return _settle(store, reply_id, actor, ReplyState.QUEUED, "reply-sent-anew")


def _settle(store: Store, reply_id: int, actor: str, state: ReplyState, action: str) -> bool:
    with store.transaction() as session:
        reply = session.get(Reply, reply_id)
        if reply is None or reply.state not in (ReplyState.AMBIGUOUS, ReplyState.FAILED):
            return False
        reply.state = state
        reply.not_before = None
        if state is ReplyState.SENT:
            reply.sent_at = reply.data_at or letters.now()
        else:
            reply.attempts = 0
        session.add(reply)
        letters.record(session, reply, action, letters.now(), actor=actor)
    return True


def resume_sending(store: Store, mailbox: str, actor: str) -> None:
    """Staff have put a stopped or paused account right: try again at once."""
    with store.transaction() as session:
        state = letters.account(session, mailbox)
        state.sending_stopped, state.sending_not_before, state.sending_error = False, None, None
        session.add(state)
        event = Event(at=letters.now(), actor=actor, action="sending-resumed")
        event.details = {"mailbox": mailbox}
        session.add(event)


__all__ = ["MARKER", "Outbox", "freeze", "mark_as_sent", "resume_sending", "send_anew"]
