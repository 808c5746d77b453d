"""A submission while it is put together: pieces that become files only when the mail is written.

A package is changeable on purpose: a test takes a complete one and breaks a field, a name or a piece of it, and both the
Word form and the scan, which are drawn from the same fields, follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from bot.samples.cast import Team
from bot.samples.layout import Layout
from bot.samples.letters import Mail, write_mail
from bot.samples.zips import write_zip


@dataclass(slots=True)
class Piece:
    """A file to be: its path inside the package, its kind and copy in the contract's terms, and what makes its bytes."""

    path: str
    kind: str
    copy: str
    make: Callable[[], bytes]


@dataclass(slots=True)
class Entry:
    """One team's application: the fields its form states and its pieces by role (`form`, `stamped`, `experience`, ...)."""

    team: Team
    fields: dict[str, str]
    folder: str
    layout: Callable[[Mapping[str, str]], Layout]
    pieces: dict[str, Piece] = field(default_factory=dict)


@dataclass(slots=True)
class Package:
    """All that one mail carries. `unstated` are field keys that the form prints but nobody is asked to read."""

    programme: str
    channel: str
    mailbox: str
    sender: tuple[str, str]
    subject: str
    received: datetime
    archive: str
    """The archive's file name; "" sends loose files."""
    text: str = "您好：\n　　附件是我单位的申报材料，请查收。如有问题请随时联系。谢谢！"
    entries: list[Entry] = field(default_factory=list)
    common: dict[str, Piece] = field(default_factory=dict)
    statistics: dict[str, str] = field(default_factory=dict)
    recommender: str = ""
    font: Path | None = None
    """The font of scans; None: the one that comes with the package."""
    attached: list[tuple[str, bytes]] | None = None
    """Set where the mail carries these files instead of an archive of the pieces."""
    decorate: Callable[[Layout], Layout] = lambda layout: layout
    """What happens to a form before it is written as Word: how its labels are spaced, where its values stand."""

    def pieces(self) -> list[Piece]:
        """Every piece, the entries' first, with whole paths."""
        own = [Piece(_joined(entry.folder, p.path), p.kind, p.copy, p.make) for entry in self.entries for p in entry.pieces.values()]
        return own + list(self.common.values())

    def files(self) -> list[tuple[str, bytes]]:
        """Every piece as (path, bytes)."""
        return [(piece.path, piece.make()) for piece in self.pieces()]

    def attachments(self, naming: str) -> list[tuple[str, bytes]]:
        """What the mail carries: one archive, or loose files."""
        if self.attached is not None:
            return self.attached
        files = self.files()
        if self.archive:
            return [(self.archive, write_zip(files, naming=naming))] if files else []
        return [(path.rpartition("/")[2], data) for path, data in files]


def write_package(
    package: Package, *, style: str, naming: str, rng: Random, references: tuple[str, ...] = (), message_id: str = ""
) -> bytes:
    """The mail that carries the package."""
    mail = Mail(
        sender=package.sender,
        to=package.mailbox,
        subject=package.subject,
        text=package.text,
        received=package.received,
        attachments=tuple(package.attachments(naming)),
        references=references,
        message_id=message_id,
    )
    return write_mail(mail, style=style, rng=rng)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
