"""IMAP folder names: modified UTF-7 (RFC 3501, 5.1.3), and what servers list that is none.

One folder whose name can't be read must not keep the mailbox from being watched, so nothing here raises.
"""

from __future__ import annotations

from imapclient.imap_utf7 import decode


def folder_name(raw: bytes) -> str:
    """The name as people read it: 垃圾邮件. A folder is opened by its raw name."""
    try:
        return str(decode(raw)) if raw.isascii() else raw.decode("utf-8")
    except UnicodeDecodeError:  # "A&B" never encoded; GBK
        return raw.decode("gb18030", "replace")
