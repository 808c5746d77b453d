"""What the providers' IMAP servers can and cannot do, beyond what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider's ways.

    `needs_id`: without the ID command after LOGIN every SELECT is refused as an unsafe login. `idle`: IDLE may be used
    where the server offers it. `sent_folders`: names of the folder of sent letters where no folder is marked as such.
    """

    name: str
    needs_id: bool
    idle: bool
    sent_folders: tuple[str, ...]


PROVIDERS = {
    "netease": Provider("netease", needs_id=True, idle=False, sent_folders=("已发送", "Sent Messages", "Sent")),
    "tencent": Provider("tencent", needs_id=False, idle=True, sent_folders=("Sent Messages", "已发送", "Sent")),
    "generic": Provider("generic", needs_id=False, idle=True, sent_folders=("Sent", "Sent Messages", "Sent Items", "已发送", "已发送邮件")),
}

IDENTIFICATION = {"name": "shenbao", "version": "1", "vendor": "shenbao", "support-email": "postmaster@localhost"}
"""What the ID command says of us; the mailbox's own address takes the place of the last one."""
