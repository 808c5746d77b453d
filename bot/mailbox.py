"""One mailbox, watched in a thread of its own: every message is stored, committed and only then flagged.

The database is the truth. Which UIDs are new is found by comparing the server's list with the stored ones; when the
folder's UIDs were dealt anew (another UIDVALIDITY, or the numbers went back), and once a day, everything is compared by
size, time, Message-ID and content, so that nothing is fetched twice for good and nothing is skipped.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.arrivals import Fetched, Writer, message_id_of
from bot.config import Config, Mailbox
from bot.crashpoints import crash_point
from bot.errors import ConfigurationError, StoreError
from bot.imap_session import CHUNK, Broken, FolderMissing, ImapSession, LogInRefused, Meta, Refused
from bot.sent_folder import look_up
from bot.store import mails
from bot.store.letters import now
from bot.store.mails import Place
from bot.store.models import Event, MailboxState
from bot.store.store import Store
from parsers.mime_names import unfold

IDLE_SECONDS = 9 * 60
"""The longest IDLE: providers and routers forget a connection soon after."""
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 15 * 60.0
_RECONCILE = timedelta(days=1)
_TROUBLES = 3
_REST_SECONDS = 600
_GROUP_BYTES = 8 * 2**20
_GROUP_MESSAGES = 100

log: Any = structlog.get_logger("mailbox")


class Watcher:
    """Watches one mailbox. `run` in a thread of its own, `stop` from any; or `sweep` for one pass."""

    def __init__(self, store: Store, mailbox: Mailbox, config: Config, stored: Callable[[Sequence[int]], None]) -> None:
        """`stored` is told the ids of new mails as soon as they are committed."""
        self.store = store
        self.mailbox = mailbox
        self._config = config
        self._stored = stored
        self._stop = threading.Event()
        self._session: ImapSession | None = None
        self._known: dict[str, tuple[int, set[int]]] = {}
        self._left: dict[str, set[int]] = {}
        self._missing: set[str] = set()
        self._trouble: dict[Place, int] = {}
        self._tried: dict[Place, float] = {}
        self._told: dict[str, list[int]] = {}
        self._log = log.bind(mailbox=mailbox.name)

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
        in_trouble = {place.uid for place in self._trouble if place.folder == folder}
        return self._known.get(folder, (0, set()))[1] | self._left.get(folder, set()) | in_trouble

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
        self._forget_trouble(folder, uidvalidity, set(listed))
        validity, stored = self._known.get(folder, (-1, set()))
        dealt_anew = validity != uidvalidity or (stored and max(stored) > max(listed, default=0))
        metas: dict[int, Meta] = {}
        if dealt_anew or self._reconcile_due(folder):
            metas = session.metas(listed)
            stored = self._compare(session, folder, uidvalidity, metas)
            self._known[folder] = (uidvalidity, stored)
        left = self._left.get(folder, set())
        new = [uid for uid in listed if uid not in stored and uid not in left and not self._resting(folder, uidvalidity, uid)]
        if new:
            new_metas = {uid: metas[uid] for uid in new if uid in metas} or session.metas(new)
            if without := {uid: Place(self.mailbox.name, folder, uidvalidity, uid) for uid in new if uid not in new_metas}:
                self._count_trouble(without.values())
                self._unfetchable(without, "the server lists it and tells nothing of it")
            self._fetch(session, folder, uidvalidity, new_metas)

    def _forget_trouble(self, folder: str, uidvalidity: int, listed: set[int]) -> None:
        """Messages that are gone from the server trouble nobody any more; what still does is written down."""
        for place in [p for p in self._trouble if p.folder == folder and (p.uidvalidity != uidvalidity or p.uid not in listed)]:
            self._came(place)
        uids = sorted(p.uid for p, count in self._trouble.items() if p.folder == folder and count >= _TROUBLES)
        if uids != self._told.get(folder):
            mails.change_folder(self.store, self.mailbox.name, folder, {"unfetchable": uids or None})
            self._told[folder] = uids

    def _came(self, place: Place) -> None:
        self._trouble.pop(place, None)
        self._tried.pop(place, None)

    def _count_trouble(self, places: Iterable[Place]) -> None:
        for place in places:
            self._trouble[place] = self._trouble.get(place, 0) + 1
            self._tried[place] = time.monotonic()

    def _resting(self, folder: str, uidvalidity: int, uid: int) -> bool:
        """A message that broke the connection again and again is tried every ten minutes, so that the others get through."""
        place = Place(self.mailbox.name, folder, uidvalidity, uid)
        return self._trouble.get(place, 0) >= _TROUBLES and time.monotonic() - self._tried.get(place, 0) < _REST_SECONDS

    # --- comparing -------------------------------------------------------------------------------------------------

    def _reconcile_due(self, folder: str) -> bool:
        with self.store.reading() as session:
            last = mails.folder_state(session, self.mailbox.name, folder).reconciled_at
        return last is None or not timedelta(0) <= now() - last < _RECONCILE

    def _compare(self, session: ImapSession, folder: str, uidvalidity: int, metas: dict[int, Meta]) -> set[int]:
        """The full comparison: the UIDs whose mails are surely stored. The result is kept for the digest."""
        known = mails.known(self.store, self.mailbox.name, folder, uidvalidity)
        since = self.mailbox.since
        old = {uid for uid, meta in metas.items() if since is not None and meta.received_at < since}
        self._left[folder] = old - known.keys()
        listed = [uid for uid in metas if uid not in self._left[folder]]
        ids = _message_ids(session, listed)
        sure = {uid for uid in listed if uid in known and _is_still(known[uid], metas[uid], ids.get(uid, ""))}
        open_ = [uid for uid in listed if uid not in sure]
        doubtful = sum(uid in known for uid in open_)
        recognised = self._recognise(folder, uidvalidity, {uid: metas[uid] for uid in open_}, ids, known)
        result = {
            "server": len(metas),
            "stored": len(sure) + len(recognised),
            "new": len(open_) - len(recognised),
            "dealt_anew": doubtful,
            "gone_from_server": len(known.keys() - metas.keys()),
            "before_start": len(self._left[folder]),
        }
        self._log.info("compared with the server", folder=folder, **result)
        values: dict[str, Any] = {"uidvalidity": uidvalidity, "reconciled_at": now()}
        mails.change_folder(self.store, self.mailbox.name, folder, {"reconciliation": result, "missing": None}, **values)
        return sure | recognised

    def _recognise(
        self, folder: str, uidvalidity: int, open_: dict[int, Meta], ids: dict[int, str], known: dict[int, mails.Known]
    ) -> set[int]:
        """Those of the open UIDs whose mails are stored under another place: same Message-ID, time and size."""
        if not open_:
            return set()
        stored = mails.by_message_id(self.store, self.mailbox.name, {ids[uid] for uid in open_ if ids.get(uid)})
        found: dict[int, int] = {}
        for uid, meta in open_.items():
            same = next((m for m in stored.get(ids.get(uid, ""), ()) if _agrees(m, meta)), None)
            if same is not None:
                found[uid] = same.mail_id
            elif uid in known and ids.get(uid) and known[uid].message_id == ids[uid]:
                found[uid] = known[uid].mail_id  # the server tells another size or time than before; it is the same mail
        with self.store.transaction() as transaction:
            mails.locate(transaction, {Place(self.mailbox.name, folder, uidvalidity, uid): mail_id for uid, mail_id in found.items()})
        return set(found)

    # --- fetching --------------------------------------------------------------------------------------------------

    def _fetch(self, session: ImapSession, folder: str, uidvalidity: int, metas: dict[int, Meta]) -> None:
        """Fetch and store new UIDs, the next while the last are written."""
        stored = self._known[folder][1]
        most = self._config.limits.message_mb * 2**20
        programme = self.mailbox.programmes[0] if len(self.mailbox.programmes) == 1 else None
        writer = Writer(self.store, programme, most, self._stored)
        places = {uid: Place(self.mailbox.name, folder, uidvalidity, uid) for uid in metas}

        def settle(done: Iterable[Place]) -> None:
            uids = [place.uid for place in done]
            stored.update(uids)
            if uids:
                session.mark_seen(uids)
                crash_point("flagged")

        try:
            for group in _groups(metas, {uid: self._trouble.get(place, 0) for uid, place in places.items()}):
                if self._stop.is_set():
                    break
                self._fetch_group(session, writer, {uid: places[uid] for uid in group}, metas)
                settle(writer.done())
            settle(writer.flush())
        finally:
            writer.close()

    def _fetch_group(self, session: ImapSession, writer: Writer, places: dict[int, Place], metas: dict[int, Meta]) -> None:
        self._count_trouble(places.values())  # forgotten again once it came: what breaks the connection is fetched last and alone
        try:
            heads = session.first_chunks(list(places))
        except Refused as error:
            self._unfetchable(places, str(error))
            return
        crash_point("fetched")
        for uid, head in heads.items():
            if uid not in places:
                continue
            try:
                body = head if len(head) < CHUNK and len(head) >= metas[uid].size else self._whole(session, uid, head, metas[uid].size)
            except Refused as error:
                self._unfetchable([uid], str(error))
                continue
            writer.put(Fetched(places[uid], metas[uid], head, body))
            self._came(places[uid])
        if missing := {uid: place for uid, place in places.items() if uid not in heads}:
            self._unfetchable(missing, "the server lists it and does not give it")

    def _whole(self, session: ImapSession, uid: int, head: bytes, size: int) -> Any:
        writer = self.store.blobs.writer()
        try:
            writer.write(head)
            for piece in session.rest(uid, len(head), size):
                writer.write(piece)
        except BaseException:
            writer.discard()
            raise
        return writer

    def _unfetchable(self, uids: Iterable[int], error: str) -> None:
        self._log.error("messages can't be fetched; they will be tried again", uids=sorted(uids), error=error)


def _agrees(known: mails.Known, meta: Meta) -> bool:
    return known.size == meta.size and abs(known.received_at - meta.received_at) < timedelta(seconds=1)


def _is_still(known: mails.Known, meta: Meta, message_id: str) -> bool:
    """Whether a UID is still the mail that it was. What tells no Message-ID is told by size and time."""
    return _agrees(known, meta) and (not known.message_id or not message_id or known.message_id == message_id)


def _message_ids(session: ImapSession, uids: Sequence[int]) -> dict[int, str]:
    """The Message-IDs that the server tells, "" where a message has none."""
    raw = session.header_fields(uids, "MESSAGE-ID") if uids else {}
    return {uid: message_id_of(unfold(value.partition(b":")[2].decode("ascii", "replace"))) for uid, value in raw.items()}


def _groups(metas: dict[int, Meta], trouble: dict[int, int]) -> Iterable[list[int]]:
    """Ascending UIDs in groups to be fetched at once; large ones alone; those that made trouble alone and last."""
    group: list[int] = []
    size = 0
    for uid in sorted(metas, key=lambda uid: (trouble[uid] > 0, uid)):
        meta = metas[uid]
        alone = trouble[uid] > 0 or meta.size >= CHUNK
        if group and (alone or size + meta.size > _GROUP_BYTES or len(group) >= _GROUP_MESSAGES):
            yield group
            group, size = [], 0
        if alone:
            yield [uid]
        else:
            group.append(uid)
            size += meta.size
    if group:
        yield group


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
