"""Our letters as bytes, made once. What is sent, and sent again after a refusal, is always these very bytes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.config import Mailbox
from replies.times import SHANGHAI

MARKER = "shenbao"
"""The value of `X-Loop` on everything that we send: what carries it is never answered."""

_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_ADDRESS = re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+")
_MOST_REFERENCES = 20


def freeze(
    mailbox: Mailbox,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    in_reply_to: str = "",
    references: Sequence[str] | str = (),
    attachments: Sequence[tuple[str, str, bytes]] = (),
    *,
    now: datetime,
    answers: bool = True,
) -> tuple[str, bytes]:
    """A letter from a mailbox of ours: (its Message-ID, its bytes with CRLF line ends).

    `attachments` are (file name, content type, data); `answers`: whether it answers a mail (RFC 3834). What is no proper
    Message-ID in `in_reply_to` and `references` (hostile or broken mails) is left out. Raises ValueError for line breaks in
    a header and for an address that can't be written to.
    """
    if not _ADDRESS.fullmatch(recipient) or any(c in '<>,;"()[]\\' for c in recipient) or recipient.count("@") != 1:
        raise ValueError(f"not an address that can be written to: {recipient!r}")
    message_id = f"<{uuid.uuid4().hex}.{MARKER}@{mailbox.address.rpartition('@')[2]}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=mailbox.display_name, addr_spec=mailbox.address)
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(now.astimezone(SHANGHAI))
    message["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Loop"] = MARKER
    message.set_content(text, charset="utf-8", cte="base64")
    if html:
        message.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    for name, content_type, data in attachments:
        main, _, sub = content_type.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub or "octet-stream", filename=name)
    return message_id, _thread_headers(message_id, in_reply_to, references) + message.as_bytes()


def _thread_headers(message_id: str, in_reply_to: str, references: Sequence[str] | str) -> bytes:
    """Written by hand: the standard library encodes a long Message-ID, after which no client knows it again."""
    parents = _MESSAGE_ID.findall(in_reply_to)[:1]
    chain = _MESSAGE_ID.findall(references if isinstance(references, str) else " ".join(references))
    chain = list(dict.fromkeys([*(i for i in chain if i not in parents), *parents]))
    if len(chain) > _MOST_REFERENCES:
        chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
    lines = [f"Message-ID: {message_id}"]
    lines += [f"In-Reply-To: {parents[0]}"] if parents else []
    lines += ["References: " + "\r\n ".join(chain)] if chain else []
    return ("\r\n".join(lines) + "\r\n").encode("ascii")
