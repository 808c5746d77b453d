"""Did a doubtful letter go out? The provider's folder of sent letters may know; that it does not proves nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

import structlog

from bot.config import Mailbox
from bot.errors import MailboxError
from bot.post.imap_session import FolderMissing, ImapSession, Refused
from bot.store import letters
from bot.store.letters import now
from bot.store.models import Reply
from bot.store.store import Store
from parsers.letter.mime_names import addresses, decode_header

_NEWEST = 300
_LOOKUPS = 3
_FIELDS = "MESSAGE-ID X-OQ-MSGID IN-REPLY-TO SUBJECT TO"
_REFERENCE = re.compile(r"\[?([A-Z]{2,10}\d{4}-\d{4,})\]?")

log: Any = structlog.get_logger("outbox")


def look_up(store: Store, session: ImapSession, mailbox: Mailbox, minutes: float) -> None:
    """Look for the ambiguous letters that are due; each is looked for three times, ever later, then left to staff.

    Raises MailboxError where the connection is of no more use."""
    due = letters.due_lookups(store, mailbox.name)
    if not due:
        return
    try:
        headers = _sent_headers(session, mailbox)
    except MailboxError as error:  # counted like a look that finds nothing: a broken folder must not break every pass
        for reply in due:
            _note(store, reply, minutes, found=False, detail=f"the Sent folder can't be read: {error}")
        if isinstance(error, Refused):
            return
        raise
    for reply in due:
        found = any(_is(reply, _in_reply_to(store, reply), header) for header in headers)
        detail = "found in the Sent folder" if found else "not in the Sent folder, which proves nothing"
        _note(store, reply, minutes, found=found, detail=detail)


def _note(store: Store, reply: Reply, minutes: float, *, found: bool, detail: str) -> None:
    lookups = reply.lookups + 1
    again = None if found or lookups >= _LOOKUPS else now() + timedelta(minutes=max(minutes, 1) * 6**lookups)
    log.info("looked for a doubtful letter", mailbox=reply.mailbox, reply=reply.id, found=found, detail=detail)
    letters.looked_up(store, reply, found=found, again=again, detail=detail)


def _sent_headers(session: ImapSession, mailbox: Mailbox) -> list[dict[str, str]]:
    folder = session.sent_folder(mailbox.sent_folders)
    if folder is None:
        return []
    try:
        session.select(folder)
    except FolderMissing:
        return []
    newest = session.uids()[-_NEWEST:]
    return [_fields(raw) for raw in session.header_fields(newest, _FIELDS).values()]


def _fields(raw: bytes) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in BytesHeaderParser(policy=compat32).parsebytes(raw).items()}


def _in_reply_to(store: Store, reply: Reply) -> str:
    return _fields(store.blobs.get(reply.raw_sha256)[:16384]).get("in-reply-to", "").strip()


def _is(reply: Reply, in_reply_to: str, header: dict[str, str]) -> bool:
    """By our Message-ID, which some providers keep elsewhere or prefix; else by reference, recipient and thread."""
    ours = reply.message_id.strip("<>")
    if any(header.get(name, "").strip().strip("<>").endswith(ours) for name in ("message-id", "x-oq-msgid")):
        return True
    reference = _REFERENCE.search(reply.subject)
    subject = decode_header(header.get("subject", ""))
    recipients = {address.address for address in addresses(header.get("to", ""))}
    return bool(
        reference
        and in_reply_to
        and reference.group(1) in subject
        and reply.recipient.lower() in recipients
        and header.get("in-reply-to", "").strip() == in_reply_to
    )
