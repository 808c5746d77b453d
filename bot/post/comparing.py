"""Comparing a folder with the store, so that nothing is fetched twice for good and nothing is skipped.

UIDs are told again by size, time, Message-ID and content: when a server deals them anew, and once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.config import Mailbox
from bot.post.arrivals import message_id_of
from bot.post.imap_session import ImapSession, Meta
from bot.store import mails
from bot.store.letters import now
from bot.store.mails import Place
from bot.store.store import Store
from parsers.letter.mime_names import unfold

_RECONCILE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """A folder beside the store, by UID: `stored` surely are, `left` came before the mailbox's start and stay there."""

    stored: set[int]
    left: set[int]


def is_due(store: Store, mailbox: Mailbox, folder: str) -> bool:
    """Whether a folder has not been compared for a day, or its last comparison lies in the future."""
    with store.reading() as session:
        last = mails.folder_state(session, mailbox.name, folder).reconciled_at
    return last is None or not timedelta(0) <= now() - last < _RECONCILE


def compare(
    store: Store, mailbox: Mailbox, session: ImapSession, folder: str, uidvalidity: int, metas: dict[int, Meta], log: Any
) -> Compared:
    """The full comparison. Its figures are kept for the digest. Raises MailboxError and StoreError."""
    known = mails.known(store, mailbox.name, folder, uidvalidity)
    old = {uid for uid, meta in metas.items() if mailbox.since is not None and meta.received_at < mailbox.since}
    left = old - known.keys()
    listed = [uid for uid in metas if uid not in left]
    ids = _message_ids(session, listed)
    sure = {uid for uid in listed if uid in known and _is_still(known[uid], metas[uid], ids.get(uid, ""))}
    open_ = [uid for uid in listed if uid not in sure]
    doubtful = sum(uid in known for uid in open_)
    recognised = _recognise(store, Place(mailbox.name, folder, uidvalidity, 0), {uid: metas[uid] for uid in open_}, ids, known)
    result = {
        "server": len(metas),
        "stored": len(sure) + len(recognised),
        "new": len(open_) - len(recognised),
        "dealt_anew": doubtful,
        "gone_from_server": len(known.keys() - metas.keys()),
        "before_start": len(left),
    }
    log.info("compared with the server", folder=folder, **result)
    values: dict[str, Any] = {"uidvalidity": uidvalidity, "reconciled_at": now()}
    mails.change_folder(store, mailbox.name, folder, {"reconciliation": result, "missing": None}, **values)
    return Compared(sure | recognised, left)


def _recognise(store: Store, folder: Place, open_: dict[int, Meta], ids: dict[int, str], known: dict[int, mails.Known]) -> set[int]:
    """Those of the open UIDs whose mails are stored under another place: same Message-ID, time and size."""
    if not open_:
        return set()
    stored = mails.by_message_id(store, folder.mailbox, {ids[uid] for uid in open_ if ids.get(uid)})
    found: dict[int, int] = {}
    for uid, meta in open_.items():
        same = next((m for m in stored.get(ids.get(uid, ""), ()) if _agrees(m, meta)), None)
        if same is not None:
            found[uid] = same.mail_id
        elif uid in known and ids.get(uid) and known[uid].message_id == ids[uid]:
            found[uid] = known[uid].mail_id  # the server tells another size or time than before; it is the same mail
    with store.transaction() as transaction:
        mails.locate(transaction, {replace(folder, uid=uid): mail_id for uid, mail_id in found.items()})
    return set(found)


def _agrees(known: mails.Known, meta: Meta) -> bool:
    return known.size == meta.size and abs(known.received_at - meta.received_at) < timedelta(seconds=1)


def _is_still(known: mails.Known, meta: Meta, message_id: str) -> bool:
    """Whether a UID is still the mail that it was. What tells no Message-ID is told by size and time."""
    return _agrees(known, meta) and (not known.message_id or not message_id or known.message_id == message_id)


def _message_ids(session: ImapSession, uids: Sequence[int]) -> dict[int, str]:
    """The Message-IDs that the server tells, "" where a message has none."""
    raw = session.header_fields(uids, "MESSAGE-ID") if uids else {}
    return {uid: message_id_of(unfold(value.partition(b":")[2].decode("ascii", "replace"))) for uid, value in raw.items()}
