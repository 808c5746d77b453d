"""The signs among a letter's files and links, and among the documents that they turned out to be."""

from __future__ import annotations

from bot.facts import EMPTY_LIST, DocumentFacts
from bot.judging.groups.merged import NAMES
from bot.judging.letters.sign import Asked, sign
from parsers.values import Attachment

_LOGO = 50_000


def _is_decoration(attachment: Attachment) -> bool:
    """A small picture: the logo of a signature that a client attached instead of showing it."""
    picture = attachment.content_type.startswith("image/") or attachment.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif"))
    return picture and len(attachment.data) < _LOGO


@sign
def brings_file(asked: Asked) -> str | None:
    """A file is attached. Speaks: 申报表.docx. Silent: nothing, pictures that the text shows, or a picture below 50 kB (a logo)."""
    files = (a.name for a in asked.letter.attachments if not a.inline and not _is_decoration(a))
    return next(files, None)


@sign
def brings_link(asked: Asked) -> str | None:
    """A cloud attachment stands where a file should be. Speaks: a large attachment of QQ or NetEase mail. Silent: no such link."""
    return next((link.name or link.provider for link in asked.letter.links), None)


@sign
def known_document(asked: Asked) -> str | None:
    """A file is of a kind that the programme knows. Speaks: an application form. Silent: a price list."""
    return next((d.path for d in asked.documents if d.kind != "other"), None)


@sign
def refused_document(asked: Asked) -> str | None:
    """A file could not be read, and may be anything. Speaks: an encrypted PDF. Silent: all could be read."""
    return next((d.path for d in asked.documents if d.refusal is not None), None)


@sign
def nothing_filled_in(asked: Asked) -> str | None:
    """No file states anything. Speaks: the notice's own form, still empty, or a picture of the question. Silent: a form that names
    its unit, or an experience."""
    return "" if all(_says_nothing(d) for d in asked.documents) else None


def _says_nothing(document: DocumentFacts) -> bool:
    """A file of no known kind, or an empty form or list that somebody has a question about."""
    if document.kind == "other":
        return document.refusal is None
    if EMPTY_LIST in document.notes:
        return True
    empty = {"application_form": document.fields, "statistics_form": document.statistics}.get(document.kind)
    return document.refusal is None and empty is not None and not any(empty.get(key) for key in (*NAMES, "recommended_teams"))
