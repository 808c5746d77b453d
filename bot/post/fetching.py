"""Fetching new messages of a folder into the store, the next while the last are written.

What breaks the connection is fetched last and alone, and after three times rests, so that the others get through.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.config import Config, Mailbox
from bot.crashpoints import crash_point
from bot.post.arrivals import Fetched, Writer
from bot.post.imap_session import CHUNK, ImapSession, Meta, Refused
from bot.store import mails
from bot.store.mails import Place
from bot.store.store import Store

_TROUBLES = 3
_REST_SECONDS = 600
_GROUP_BYTES = 8 * 2**20
_GROUP_MESSAGES = 100


class Fetcher:
    """Fetches a mailbox's messages, and remembers which of them made trouble. For one thread."""

    def __init__(
        self, store: Store, mailbox: Mailbox, config: Config, stored: Callable[[Sequence[int]], None], stopped: Callable[[], bool], log: Any
    ) -> None:
        """`stored` is told the ids of new mails as soon as they are committed; where `stopped`, no further group is begun."""
        self._store, self._mailbox, self._config, self._stored, self._stopped, self._log = store, mailbox, config, stored, stopped, log
        self._trouble: dict[Place, int] = {}
        self._tried: dict[Place, float] = {}
        self._told: dict[str, list[int]] = {}

    def in_trouble(self, folder: str) -> set[int]:
        """The UIDs of a folder that could not be fetched so far."""
        return {place.uid for place in self._trouble if place.folder == folder}

    def forget_trouble(self, folder: str, uidvalidity: int, listed: set[int]) -> None:
        """Messages that are gone from the server trouble nobody any more; what still does is written down."""
        for place in [p for p in self._trouble if p.folder == folder and (p.uidvalidity != uidvalidity or p.uid not in listed)]:
            self._came(place)
        uids = sorted(p.uid for p, count in self._trouble.items() if p.folder == folder and count >= _TROUBLES)
        if uids != self._told.get(folder):
            mails.change_folder(self._store, self._mailbox.name, folder, {"unfetchable": uids or None})
            self._told[folder] = uids

    def _came(self, place: Place) -> None:
        self._trouble.pop(place, None)
        self._tried.pop(place, None)

    def _count_trouble(self, places: Iterable[Place]) -> None:
        for place in places:
            self._trouble[place] = self._trouble.get(place, 0) + 1
            self._tried[place] = time.monotonic()

    def is_resting(self, folder: str, uidvalidity: int, uid: int) -> bool:
        """A message that broke the connection again and again is tried every ten minutes, so that the others get through."""
        place = Place(self._mailbox.name, folder, uidvalidity, uid)
        return self._trouble.get(place, 0) >= _TROUBLES and time.monotonic() - self._tried.get(place, 0) < _REST_SECONDS

    def list_untold(self, places: dict[int, Place]) -> None:
        """The server lists these UIDs and tells nothing of them."""
        self._count_trouble(places.values())
        self._unfetchable(places, "the server lists it and tells nothing of it")

    def fetch(self, session: ImapSession, folder: str, uidvalidity: int, metas: dict[int, Meta], stored: set[int]) -> None:
        """Fetch and store new UIDs, and add those that are committed to `stored`. Raises MailboxError and StoreError."""
        most = self._config.limits.message_mb * 2**20
        programme = self._mailbox.programmes[0] if len(self._mailbox.programmes) == 1 else None
        writer = Writer(self._store, programme, most, self._stored)
        places = {uid: Place(self._mailbox.name, folder, uidvalidity, uid) for uid in metas}

        def settle(done: Iterable[Place]) -> None:
            uids = [place.uid for place in done]
            stored.update(uids)
            if uids:
                session.mark_seen(uids)
                crash_point("flagged")

        try:
            for group in _groups(metas, {uid: self._trouble.get(place, 0) for uid, place in places.items()}):
                if self._stopped():
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
        writer = self._store.blobs.writer()
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
