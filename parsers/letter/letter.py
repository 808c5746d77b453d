"""A raw mail to a Letter: header fields decoded, text, attachments with their real names, cloud links, what was salvaged."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from parsers.letter.links import find_links
from parsers.letter.mail_dates import find_date
from parsers.letter.mime_lift import decode_uu
from parsers.letter.mime_names import addresses, decode_header, file_name, parameters
from parsers.letter.mime_parts import Part, Tree
from parsers.letter.mime_tree import take_apart
from parsers.letter.tnef import is_tnef, open_tnef
from parsers.text.charsets import clean_name, decode_text, printable
from parsers.text.html import html_to_text
from parsers.values import Address, Attachment, CloudLink, Letter, Note

DEEPEST_MESSAGE = 8
MOST_TEXT = 4 << 20
"""Bytes of one text part that are read; no letter is longer, and a longer one would cost many times its size."""

_DROPPED = frozenset(
    {
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("text/x-amp-html", "application/applefile"),  # a second form of the text; a Mac's resource fork
    }
)
_BODY_NAME = re.compile(r"ATT\d{4,6}\.(?:txt|html?)", re.IGNORECASE)
"""What Exchange calls the text that stood after an attachment."""

_TEXTS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_REPORT_TEXT = frozenset({"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"})


@dataclass(frozen=True, slots=True)
class _File:
    """An attachment before it has a name of its own."""

    name: str
    content_type: str
    data: bytes
    content_id: str = ""
    location: str = ""
    disposition: str = ""
    related: bool = False


@dataclass(slots=True)
class _Found:
    """What the parts of a mail come to, filled while they are walked."""

    texts: list[tuple[tuple[tuple[int, str], ...], str, str]] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    inner: list[Letter] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def parse_letter(raw: bytes) -> Letter:
    """A raw RFC 5322 message as a Letter. Never raises: what had to be salvaged or made up stands in its notes."""
    return _read(take_apart(raw), 0)


def _read(tree: Tree, depth: int) -> Letter:
    found = _Found(notes=list(tree.notes))
    for part in tree.parts:
        _sort(part, found, depth)
    html = "\n".join(html for _, _, html in found.texts if html)
    text = _body_text(found.texts)
    links = list(find_links(html, text))
    attachments = list(_named(found.files, html))
    for letter in found.inner:
        text = "\n\n".join(piece for piece in (text, letter.subject, letter.text) if piece)
        html = "\n".join(piece for piece in (html, letter.html) if piece)
        attachments += letter.attachments
        links += _new_links(links, letter.links)
        found.notes += [note for note in letter.notes if not note.code.startswith("no-")]
    return _letter(tree, text, html, tuple(attachments), tuple(links), found.notes)


def _letter(
    tree: Tree, text: str, html: str, attachments: tuple[Attachment, ...], links: tuple[CloudLink, ...], notes: list[Note]
) -> Letter:
    headers = tuple((name, decode_header(value)) for name, value in tree.fields)
    first: dict[str, str] = {}
    for name, value in tree.fields:
        first.setdefault(name, value)
    senders = addresses(first.get("from", "")) or addresses(first.get("sender", ""))
    message_id = _first_id(first.get("message-id", ""))
    date, date_note = find_date(decode_header(first.get("date", "")))
    received = [find_date(decode_header(value).rpartition(";")[2])[0] for name, value in tree.fields if name == "received"]
    received_at = next((moment for moment in received if moment is not None), None)
    notes += [Note(f"no-{name}") for name in ("message-id", "subject", "date", "from") if name not in first]
    if "message-id" in first and not message_id:
        notes.append(Note("message-id-unreadable", first["message-id"][:80].encode("ascii", "replace").decode()))
    if "date" in first and (date is None or date_note):
        notes.append(Note(date_note or "date-unreadable", decode_header(first["date"])[:80]))
    return Letter(
        message_id=message_id,
        subject=decode_header(first.get("subject", "")),
        sender=senders[0] if senders else None,
        reply_to=addresses(first.get("reply-to", "")),
        to=_all_addresses(tree, "to"),
        cc=_all_addresses(tree, "cc"),
        date=date,
        received_at=received_at,
        in_reply_to=_ids(first.get("in-reply-to", "")),
        references=_ids(first.get("references", "")),
        headers=headers,
        content_type=tree.content_type,
        text=text,
        html=html,
        attachments=attachments,
        links=links,
        notes=tuple(dict.fromkeys(notes)),
    )


def _all_addresses(tree: Tree, name: str) -> tuple[Address, ...]:
    return tuple(address for key, value in tree.fields if key == name for address in addresses(value))


def _ids(raw: str) -> tuple[str, ...]:
    """The message ids in a field, without angle brackets; bare ones too where none has brackets."""
    text = re.sub(r"[\r\n]+", "", raw)
    bracketed = re.findall(r"<([^<>]{1,998})>", text)
    found = bracketed or [word for word in text.replace("<", " ").replace(">", " ").split() if "@" in word]
    return tuple(dict.fromkeys(re.sub(r"\s", "", decode_header(one)) for one in found))


def _first_id(raw: str) -> str:
    ids = _ids(raw)
    if ids:
        return ids[0]
    return decode_header(raw).strip("<> \t")


# --- parts --------------------------------------------------------------------------------------------------------


def _sort(part: Part, found: _Found, depth: int) -> None:
    """Put one leaf where it belongs: text, attachment, inner message, or nowhere (signatures)."""
    kind = part.content_type
    disposition = part.field("content-disposition")
    name = file_name(disposition, part.field("content-type"))
    how = disposition.partition(";")[0].strip().lower()
    if kind in _DROPPED or name.lower() in ("smime.p7s", "signature.asc"):
        found.notes.append(Note("signature-dropped", kind))
    elif kind == "message/rfc822" or _is_mail_file(kind, name, part.data):
        _forwarded(part, name, found, depth)
    elif kind in _REPORT_TEXT and how != "attachment":
        found.texts.append((part.within, printable(decode_text(part.data)[0]), ""))
    elif kind == "application/ms-tnef" or is_tnef(part.data):
        _winmail(part, name, found)
    elif kind in _TEXTS and ((not name and how != "attachment") or _BODY_NAME.fullmatch(name)):
        _text_part(part, found)
    elif part.data or name:
        found.files.append(
            _File(
                name,
                kind,
                part.data,
                part.field("content-id").strip(" <>\r\n\t"),
                part.field("content-location").strip(),
                how,
                any(subtype == "related" for _, subtype in part.within),
            )
        )


def _is_mail_file(kind: str, name: str, data: bytes) -> bool:
    """Whether an attachment of another type is a saved mail: `.eml` with header fields at its start."""
    if not (name.lower().endswith(".eml") or kind == "message/global"):
        return False
    return re.match(rb"\s*(?:[!-9;-~]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}", data[:8192]) is not None


def _forwarded(part: Part, name: str, found: _Found, depth: int) -> None:
    if depth >= DEEPEST_MESSAGE:
        found.notes.append(Note("too-deep", f"a message inside {depth} others was not opened"))
        return
    letter = _read(part.tree or take_apart(part.data), depth + 1)
    found.inner.append(letter)
    found.notes.append(Note("forwarded-message", name or letter.subject[:80]))


def _winmail(part: Part, name: str, found: _Found) -> None:
    files, text, html, notes = open_tnef(part.data)
    found.notes += notes
    if not files and any(note.code == "tnef-unreadable" for note in notes):
        found.files.append(_File(name or "winmail.dat", part.content_type, part.data))
    found.files += [_File(file.name, file.content_type, file.data) for file in files]
    if not any(plain.strip() or other.strip() for _, plain, other in found.texts):
        found.texts.append((part.within, printable(text), printable(html)))


def _text_part(part: Part, found: _Found) -> None:
    charset = parameters(part.field("content-type")).get("charset", "")
    data = part.data
    if len(data) > MOST_TEXT:
        data = data[: max(data.rfind(b"\n", 0, MOST_TEXT), MOST_TEXT // 2)]
        found.notes.append(Note("text-cut", f"{len(part.data)} bytes"))
    if part.content_type == "text/html":
        if not charset:
            meta = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]+)", data[:4096], re.IGNORECASE)
            charset = meta[1].decode("ascii") if meta else ""
        html, guessed = decode_text(data, charset)
        found.texts.append((part.within, "", printable(html)))
    else:
        text, guessed = decode_text(data, charset)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if part.content_type in ("text/enriched", "text/richtext"):
            text = re.sub(r"<[^<>]{0,100}>", "", text)
        found.texts.append((part.within, printable(_without_uu(text, found)), ""))
    if guessed:
        found.notes.append(Note("charset-guessed", charset[:40]))


_UU_BLOCK = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[ -`][!-~ ]{0,84}\n)+?)(?:[` ]?\n)?end *$", re.MULTILINE)


def _without_uu(text: str, found: _Found) -> str:
    """The text without the files that old clients uuencode into it; those become attachments."""
    if "\nend" not in text:
        return text
    for match in _UU_BLOCK.finditer(text):
        data = decode_uu(match[2].encode("ascii", "replace"))
        if data:
            found.files.append(_File(clean_name(match[1].strip()), "application/octet-stream", data))
            text = text.replace(match[0], "")
    return text


def _body_text(texts: Sequence[tuple[tuple[tuple[int, str], ...], str, str]]) -> str:
    """The text for reading: of alternatives the plain one, unless it is blank; other parts one after another."""
    plain_in = {_alternative(within) for within, plain, _ in texts if plain.strip()}
    pieces: list[str] = []
    for within, plain, html in texts:
        group = _alternative(within)
        if html and group is not None and group in plain_in:
            continue
        piece = plain.strip("\n") if plain else html_to_text(html)
        if piece.strip() and not (html and any(_squeezed(piece) in _squeezed(other) for other in pieces)):
            pieces.append(piece)
    return "\n\n".join(pieces).strip()


def _alternative(within: tuple[tuple[int, str], ...]) -> int | None:
    return next((number for number, subtype in reversed(within) if subtype == "alternative"), None)


def _squeezed(text: str) -> str:
    return "".join(text.split())


# --- attachments --------------------------------------------------------------------------------------------------


def _named(files: Sequence[_File], html: str) -> list[Attachment]:
    """The attachments, each with a name (`附件2.pdf` by its place and content where the mail gives none)."""
    shown = {unquote(cid).strip("<>").lower() for cid in re.findall(r"cid:([^\"'\s>)\\]{1,300})", html, re.IGNORECASE)}
    attachments = []
    for number, file in enumerate(files, 1):
        image = file.content_type.startswith("image/") or file.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"))
        inline = image and (
            (bool(file.content_id) and file.content_id.lower() in shown)
            or (bool(file.location) and file.location in html)
            or (file.related and bool(file.content_id) and file.disposition != "attachment" and not shown)
        )
        name = file.name or f"附件{number}{_extension(file)}"
        attachments.append(Attachment(name, file.content_type, file.data, inline))
    return attachments


def _extension(file: _File) -> str:
    from parsers.magic import identify

    found = identify("", file.data)
    if found not in ("unknown", "empty", "txt", "ooxml", "ole"):
        return "." + found
    subtype = file.content_type.partition("/")[2]
    plain = "." + subtype if subtype.isalnum() and len(subtype) <= 4 else ""
    return mimetypes.guess_extension(file.content_type) or plain or ".dat"


def _new_links(known: Sequence[CloudLink], more: Sequence[CloudLink]) -> list[CloudLink]:
    urls = {link.url for link in known}
    return [link for link in more if not link.url or link.url not in urls]
