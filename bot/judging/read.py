"""The first half of judging one mail: bytes to facts. Pure, costly, in any order and in parallel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.judging.letters.nature import Nature, find_nature
from bot.judging.papers.material import Material, read_material
from bot.programme.programme import Programme
from parsers.reader import Reader
from parsers.values import Attachment, Letter


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail that was read. `letter` has its attachments' bytes dropped: they are in the store."""

    letter: Letter
    programme: str | None
    nature: Nature
    material: Material


def read_mail(
    reader: Reader,
    raw: bytes,
    programmes: Mapping[str, Programme],
    candidates: Sequence[str] | None,
    own_addresses: Collection[str],
) -> ReadMail:
    """Read one raw mail. `candidates`: the programmes of the mailbox it came to; None: told by its To and Cc."""
    letter = reader.letter(raw)
    nature = find_nature(letter, own_addresses)
    programme = find_programme(letter, programmes, candidates)
    material = Material((), (), ())
    if nature.kind is None and programme is not None:
        material = read_material(reader, letter, programmes[programme])
    return ReadMail(_without_bytes(letter), programme, nature, material)


def _without_bytes(letter: Letter) -> Letter:
    from dataclasses import replace

    attachments = tuple(Attachment(a.name, a.content_type, b"", a.inline) for a in letter.attachments)
    return replace(letter, attachments=attachments, html="")


_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "x-forwarded-to", "resent-to")


def find_programme(letter: Letter, programmes: Mapping[str, Programme], candidates: Sequence[str] | None) -> str | None:
    """The programme of the address that a letter came to; of several at one address the one it speaks of, else the newest
    that was open then; None where no programme has that address."""
    if candidates is None:
        addresses = _addressed(letter)
        candidates = [p.id for p in programmes.values() if p.mailbox.lower() in addresses]
    known = [programmes[id] for id in candidates if id in programmes]
    if len(known) < 2:
        return known[0].id if known else None
    text = " ".join((letter.subject, letter.text, *(a.name for a in letter.attachments)))
    named = [p for p in known if p.reference in text or p.title in text or (str(p.year) in text and p.association in text)] or known
    at = letter.received_at or letter.date
    open_then = [p for p in named if at is None or (p.opens <= at.astimezone(p.zone).date() and at < p.deadline_at)]
    return max(open_then or named, key=lambda p: p.deadline).id


def _addressed(letter: Letter) -> set[str]:
    """Every address that a letter's headers say it went to, lower-cased."""
    delivered = [part for name, value in letter.headers if name in _DELIVERED for part in value.split(",")]
    return {address.address for address in letter.to + letter.cc} | {part.strip(" <>").lower() for part in delivered}


def find_received(letter: Letter, given: datetime | None, now: datetime) -> datetime:
    """When a mail was received: as given (INTERNALDATE), else the topmost Received header, else Date, else now."""
    return given or letter.received_at or letter.date or now
