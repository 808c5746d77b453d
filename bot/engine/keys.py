"""What a mail may meet another mail by, and the quick look that tells it without OCR and conversions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.facts import DocumentFacts
from bot.intake.hasty_reader import LOOKED_PAST, Hasty
from bot.intake.intake import Intake, Read
from bot.judging.before.cases import find_keys
from bot.judging.before.relate import quoted_references
from bot.judging.fingerprint import TEXT_KINDS, bands
from bot.judging.groups.package import assemble
from bot.names import unit_key
from bot.store.reach import find_reach
from parsers.values import Letter

_REFERENCE = re.compile(r"[A-Z]{2,10}\d{4}-\d{4,6}")
_PICTURES = ("jpg", "png", "tiff", "heic", "bmp", "gif", "webp")
_FORMS = ("application_form", "recommendation_form", "summary_sheet", "recommendation_bundle", "other")


def keys_of(intake: Intake, read: Read) -> frozenset[str]:
    """The keys of a mail that was read: its sender, the letters it answers, the numbers it quotes, what its entries are."""
    mail = read.mail
    keys = _of_letter(mail.letter)
    if mail.programme is not None and mail.programme in intake.programmes:
        programme = intake.programmes[mail.programme]
        keys |= {f"reference:{number}" for number in quoted_references(programme, mail.letter)}
        if programme.case == "package":  # where a unit sends one package, its name is what two mails meet by
            unit = assemble(programme, mail.letter, mail.material, intake.now()).package.recommender
            keys |= {f"unit:{unit_key(unit)}"} if unit else set()
    for document in mail.material.documents:
        keys |= _of_fields([document.fields, *document.rows])
        keys |= {f"sender:{document.statistics['email'].lower()}"} if document.statistics.get("email") else set()
        keys |= {f"band:{band}" for band in bands(document.fingerprint)} if document.kind in TEXT_KINDS else set()
    return frozenset(keys)


def reach_of(intake: Intake, read: Read) -> frozenset[str]:
    """The keys of the stored cases that a mail that was read may meet. Raises StoreError."""
    if read.mail.programme is None:
        return frozenset()
    with intake.store.reading() as session:
        return find_reach(session, read.mail.programme, keys_of(intake, read))


def _of_letter(letter: Letter) -> set[str]:
    keys = {f"sender:{letter.sender.address}"} if letter.sender else set()
    keys |= {f"letter:{one}" for one in (letter.message_id, *letter.in_reply_to, *letter.references) if one}
    return keys | {f"reference:{number}" for number in _REFERENCE.findall(letter.subject)}


def _of_fields(entries: Iterable[object]) -> set[str]:
    keys: set[str] = set()
    for fields in entries:
        if isinstance(fields, Mapping):
            entry = find_keys(fields)
            parts = {"organisation": entry.organisation, "title": entry.title, "uscc": entry.uscc, "mobile": entry.mobile}
            parts["sender"] = str(fields.get("contact_email", "")).lower()
            keys |= {f"{name}:{value}" for name, value in parts.items() if value}
    return keys


def glance(intake: Intake, mail_id: int) -> frozenset[str] | None:
    """The keys of a mail after a quick look; None where what was looked past may hold an entry of its own."""
    hasty = Intake(intake.store, intake.programmes, intake.mailboxes, Hasty(intake.reader), intake.now)
    return early_keys_of(intake, hasty.read(mail_id))


def early_keys_of(intake: Intake, read: Read) -> frozenset[str] | None:
    """The keys of a mail whose dear parts were looked past; None where they may hold an entry of its own."""
    return keys_of(intake, read) if tells_all(read.mail.material.documents) else None


def tells_all(documents: Sequence[DocumentFacts]) -> bool:
    """Whether what was looked past holds no entry of its own: the stamped copies of the forms that were read, and photographs
    beside them. (Where a photograph is another team's only form after all, its entry counts as one that surfaced late.)"""
    forms = sum(map(_is_form, documents))
    past = [document for document in documents if document.refusal == LOOKED_PAST and document.kind in _FORMS]
    return sum(not (forms and document.kind == "other" and document.format in _PICTURES) for document in past) <= forms


def _is_form(document: DocumentFacts) -> bool:
    """A form whose text told its entry: the stamped copy of it, which was looked past, brings no other."""
    return document.kind == "application_form" and bool(document.fields.get("organisation"))
