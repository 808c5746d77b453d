"""One mailbox, watched in a thread of its own: every message is stored, committed and only then flagged.

The database is the truth. Which UIDs are new is found by comparing the server's list with the stored ones; when the
folder's UIDs were dealt anew (another UIDVALIDITY, or the numbers went back), and once a day, the whole folder is compared.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.config import Config, Mailbox
from bot.crashpoints import crash_point
from bot.errors import ConfigurationError, StoreError
from bot.post import comparing
from bot.post.fetching import Fetcher
from bot.post.imap_session import Broken, FolderMissing, ImapSession, LogInRefused, Meta, Refused
from bot.post.sent_folder import look_up
from bot.store import mails
from bot.store.mails import Place
from bot.store.models import Event, MailboxState
from bot.store.store import Store

IDLE_SECONDS = 9 * 60
"""The longest IDLE: providers and routers forget a connection soon after."""
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 15 * 60.0

log: Any = structlog.get_logger("mailbox")


class Watcher:
    """Watches one mailbox. `run` in a thread of its own, `stop` from any; or `sweep` for one pass."""

    def __init__(self, store: Store, mailbox: Mailbox, config: Config, stored: Callable[[Sequence[int]], None]) -> None:
        """`stored` is told the ids of new mails as soon as they are committed."""
        self.store = store
        self.mailbox = mailbox
        self._config = config
        self._stop = threading.Event()
        self._session: ImapSession | None = None
        self._known: dict[str, tuple[int, set[int]]] = {}
        self._left: dict[str, set[int]] = {}
        self._missing: set[str] = set()
        self._log = log.bind(mailbox=mailbox.name)
        self._fetcher = Fetcher(store, mailbox, config, stored, self._stop.is_set, self._log)

    # --- the thread ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Watch until `stop`. Outlives every failure of server, network and store; a refused log-in is waited out."""
        failures = 0
        self._restarted()
        while not self._stop.is_set():
            try:
                self.pass_once()
                failures = 0
                self._wait_for_news()
            except LogInRefused as error:
                self._stopped(str(error))
            except (Broken, Refused, ConfigurationError, StoreError) as error:
                failures += 1
                self._failed(error, failures)
        self.close()

    def stop(self) -> None:
        """Finish the message in hand and leave."""
        self._stop.set()

    def close(self) -> None:
        """Take leave of the server."""
        if self._session is not None:
            self._session.log_out()
            self._session = None

    def _restarted(self) -> None:
        """Someone has started us anew: a mailbox that was stopped gets one new try."""
        try:
            with self.store.reading() as session:
                state = session.get(MailboxState, self.mailbox.name)
            if state is not None and state.stopped:
                mails.contact(self.store, self.mailbox.name, error=state.last_error or "", stopped=False)
        except StoreError as error:
            self._log.error("the store does not answer", error=str(error))

    def _stopped(self, error: str) -> None:
        self._drop()
        self._log.critical("the log-in is refused; this mailbox is stopped until someone has looked", error=error)
        while not self._stop.is_set():
            try:
                mails.contact(self.store, self.mailbox.name, error=error, stopped=True)
                break
            except StoreError:
                self._stop.wait(5)
        while not self._stop.wait(5):
            try:
                with self.store.reading() as session:
                    state = session.get(MailboxState, self.mailbox.name)
            except StoreError:
                continue
            if state is None or not state.stopped:  # staff said to try again
                return

    def _failed(self, error: Exception, failures: int) -> None:
        self._drop()
        seconds = min(_FIRST_WAIT * 2 ** min(failures - 1, 20), _LONGEST_WAIT) * random.uniform(0.8, 1.2)
        self._log.warning("trouble; trying again", error=str(error), seconds=round(seconds, 1))
        try:
            mails.contact(self.store, self.mailbox.name, error=str(error))
        except StoreError as again:
            self._log.error("the store does not answer", error=str(again))
        self._stop.wait(seconds)

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _wait_for_news(self) -> None:
        session = self._session
        if session is None or self._stop.is_set():
            return
        if not session.can_idle:
            self._stop.wait(self.mailbox.poll_seconds)
            return
        # with further folders to look at, or a server that forgets to tell, IDLE alone is not to be trusted
        longest = self.mailbox.poll_seconds if len(self.mailbox.folders) > 1 else 5 * self.mailbox.poll_seconds
        session.select(self.mailbox.folders[0])
        if session.idle_missed(self._known_set(self.mailbox.folders[0])):
            return
        session.idle(min(IDLE_SECONDS, longest), self._stop.is_set)

    def _known_set(self, folder: str) -> set[int]:
        return self._known.get(folder, (0, set()))[1] | self._left.get(folder, set()) | self._fetcher.in_trouble(folder)

    # --- one pass --------------------------------------------------------------------------------------------------

    def pass_once(self) -> None:
        """Fetch what is new in every folder, and look up doubtful letters. Raises MailboxError and StoreError."""
        if self._session is None:
            crash_point("imap-connect")
            self._session = ImapSession(self.mailbox)
        for folder in self.mailbox.folders:
            if self._stop.is_set():
                return
            try:
                self._sync(self._session, folder)
            except FolderMissing as error:
                self._note_missing(folder, str(error))
        look_up(self.store, self._session, self.mailbox, self._config.sending.lookup_minutes)
        mails.contact(self.store, self.mailbox.name)

    def _note_missing(self, folder: str, error: str) -> None:
        if folder not in self._missing:
            self._log.warning("a folder is missing", folder=folder)
            mails.change_folder(self.store, self.mailbox.name, folder, {"missing": error})
            self._missing.add(folder)

    def _sync(self, session: ImapSession, folder: str) -> None:
        uidvalidity = session.select(folder)
        if folder in self._missing:
            self._missing.discard(folder)
            mails.change_folder(self.store, self.mailbox.name, folder, {"missing": None})
        listed = session.uids()
        crash_point("imap-listed")
        self._fetcher.forget_trouble(folder, uidvalidity, set(listed))
        validity, stored = self._known.get(folder, (-1, set()))
        dealt_anew = validity != uidvalidity or (stored and max(stored) > max(listed, default=0))
        metas: dict[int, Meta] = {}
        if dealt_anew or comparing.is_due(self.store, self.mailbox, folder):
            metas = session.metas(listed)
            compared = comparing.compare(self.store, self.mailbox, session, folder, uidvalidity, metas, self._log)
            stored, self._left[folder] = compared.stored, compared.left
            self._known[folder] = (uidvalidity, stored)
        left = self._left.get(folder, set())
        new = [uid for uid in listed if uid not in stored and uid not in left and not self._fetcher.is_resting(folder, uidvalidity, uid)]
        if new:
            new_metas = {uid: metas[uid] for uid in new if uid in metas} or session.metas(new)
            if without := {uid: Place(self.mailbox.name, folder, uidvalidity, uid) for uid in new if uid not in new_metas}:
                self._fetcher.list_untold(without)
            self._fetcher.fetch(session, folder, uidvalidity, new_metas, stored)


def resume_mailbox(store: Store, name: str, actor: str) -> None:
    """Staff have put a stopped mailbox right: try again."""
    with store.transaction() as session:
        state = session.get(MailboxState, name)
        if state is not None:
            state.stopped = False
            session.add(state)
            event = Event(at=datetime.now(UTC), actor=actor, action="mailbox-resumed")
            event.details = {"mailbox": name}
            session.add(event)
