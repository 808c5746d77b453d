"""Header values and parameters as mail clients really write them: encoded words, RFC 2231, raw eight-bit bytes.

All functions take the `str` that `Message.raw_items()` gives, raw bytes inside it as surrogate escapes.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from parsers.text.charsets import clean_name, decode_text, printable
from parsers.values import Address

_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_SURROGATES = re.compile(r"[\udc80-\udcff]")


def unfold(raw: str) -> str:
    """The field's value on one line: CRLF before a blank falls away, stray line ends become blanks."""
    return re.sub(r"[\r\n]+", " ", re.sub(r"\r?\n(?=[ \t])", "", raw)).strip()


def eight_bit(raw: str) -> str:
    """The value with raw eight-bit bytes read as UTF-8 or GB 18030 (surrogate escapes resolved); never raises."""
    if not _SURROGATES.search(raw):
        return raw.encode("utf-8", "replace").decode("utf-8")
    try:
        data = raw.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # lone surrogates that are no escapes: a header made of a broken utf-7 text
        data = raw.encode("utf-8", "replace")
    return decode_text(data)[0]


def decode_header(raw: str) -> str:
    """A header field's value as a person reads it. Neighbouring encoded words are joined before their charset is applied."""
    return printable(_decode_words(eight_bit(unfold(raw)))).strip()


def _decode_words(text: str) -> str:
    if "=?" not in text:
        return text
    pieces: list[str] = []
    run: list[tuple[str, str, str]] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        charset, encoding, payload = match[1].split("*")[0], match[2].upper(), match[3]
        if not run or between.strip() or run[-1][0].lower() != charset.lower():
            pieces.append(_decode_run(run))
            run = []
            pieces.append("" if end and not between.strip() else between)
        run.append((charset, encoding, payload))
        end = match.end()
    pieces.append(_decode_run(run))
    pieces.append(text[end:])
    return "".join(pieces)


def _decode_run(run: Sequence[tuple[str, str, str]]) -> str:
    """Neighbouring encoded words of one charset, which may break in mid-character or even in mid-quantum."""
    if not run:
        return ""
    data = b""
    pending = ""
    for _, encoding, payload in run:
        if encoding == "Q":
            data += _base64(pending) + _quoted(payload)
            pending = ""
        else:
            pending += payload
            if "=" in payload or len(pending) % 4 == 0:
                data += _base64(pending)
                pending = ""
    return decode_text(data + _base64(pending), run[0][0])[0]


def _base64(text: str) -> bytes:
    """Lenient base64: foreign characters are skipped, missing padding is added, a lone last character is dropped."""
    kept = re.sub(r"[^A-Za-z0-9+/]", "", text)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + "=" * (-len(kept) % 4))


def _quoted(text: str) -> bytes:
    data = text.replace("_", " ").encode("utf-8", "replace")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data)


# --- parameters ---------------------------------------------------------------------------------------------------


_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"(?=\s*(?:;|$))|"([^;]*?)"?\s*(?=;|$)|([^;]*))', re.DOTALL)


_LONGEST = 65536
"""Characters of one field that are looked at for parameters; longer ones are attacks, not names."""


def parameters(raw: str) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition field, decoded, names lower-cased.

    Reads quoted and unquoted values, values with a missing quote, RFC 2231 charsets and continuations (also where
    the continuations hold an encoded word), encoded words, raw bytes, and percent-encoded UTF-8. The RFC 2231 form
    of a name wins over its plain form.
    """
    text = re.sub(r"[ \t]{9,}", " ", eight_bit(unfold(raw)))[:_LONGEST]
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in _PARAMETER.finditer(";" + text.partition(";")[2]):
        key = match[1].lower()
        quoted = match[2]
        value = re.sub(r'\\(["\\])', r"\1", quoted) if quoted is not None else (match[3] if match[3] is not None else match[4]).strip()
        name, star, rest = key.partition("*")
        if not star:
            plain.setdefault(name, value)
            continue
        section = re.fullmatch(r"(\d{0,4})(\*?)", rest)
        if section is not None:
            encoded = rest in ("",) or section[2] == "*"
            extended.setdefault(name, {}).setdefault(int(section[1] or 0), (encoded, value))
    values = {name: _plain_value(value) for name, value in plain.items()}
    for name, sections in extended.items():
        value = _extended_value([sections[number] for number in sorted(sections)])
        if (value and "\ufffd" not in value) or not values.get(name):
            values[name] = value
    return values


def _plain_value(value: str) -> str:
    decoded = _decode_words(value)
    if decoded == value and re.search(r"%[89A-Fa-f][0-9A-Fa-f]", value):
        data = unquote_to_bytes(value)
        text, _ = decode_text(data)
        decoded = text if "\ufffd" not in text else value
    return decoded


def _extended_value(sections: Sequence[tuple[bool, str]]) -> str:
    first_encoded, first = sections[0]
    charset = ""
    values = [value for _, value in sections]
    if first_encoded and first.count("'") >= 2:
        charset, _, values[0] = first.split("'", 2)
    if any(encoded for encoded, _ in sections):
        data = b"".join(
            unquote_to_bytes(value) if encoded or charset else value.encode("utf-8") for (encoded, _), value in zip(sections, values)
        )
        return decode_text(data, charset)[0]
    return _plain_value("".join(values))


def media_type(raw: str) -> str:
    """The lower-cased type/subtype of a Content-Type value; "" where it is none (`Content-Type: text`)."""
    match = re.match(r"\s*([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+)", raw)
    return match[1].lower() if match else ""


def file_name(disposition: str, content_type: str) -> str:
    """The decoded name of an attachment, without folders; "" where it has none."""
    names = [parameters(disposition).get("filename", ""), parameters(content_type).get("name", "")]
    found = [name for name in (clean_name(re.split(r"[/\\]", name)[-1] if _is_path(name) else name) for name in names) if name]
    readable = [name for name in found if "\ufffd" not in name and name.strip("?._ ")]
    return (readable or found or [""])[0].replace("/", "_").replace("\\", "_")


def _is_path(name: str) -> bool:
    """Whether a name is a sender's whole path (`C:\\Users\\li\\a.doc`), of which only the last part is the file's name."""
    return bool(re.match(r"[A-Za-z]:[\\/]|[\\/]|file://", name.strip()))


# --- addresses ----------------------------------------------------------------------------------------------------


_LONGEST_ADDRESS, _LONGEST_NAME = 320, 500
"""Characters; 320 are the most that an address has (RFC 5321)."""
_ADDRESS = re.compile(r"[^\s<>\"(),;:@]{1,256}@[^\s<>\"(),;:@]{1,255}")


def addresses(raw: str) -> tuple[Address, ...]:
    """The mailboxes of a From, To, Cc or Reply-To field, in order. Linear in the field's length; never raises."""
    text = eight_bit(unfold(raw))
    if "@" not in text and "=?" in text:  # the whole field as one encoded word
        text = _decode_words(text)
    found = []
    for item in _split(text):
        address = _address(item)
        if address is not None:
            found.append(address)
    return tuple(found)


def _split(text: str) -> list[str]:
    """The items of an address list: parted at commas and semicolons outside quotes, angle brackets and comments."""
    items: list[str] = []
    start, depth, angle, quoted, index = 0, 0, False, False, 0
    for index, char in enumerate(text):
        if quoted:
            quoted = char != '"' or text[index - 1] == "\\"
        elif char == '"':
            quoted = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif depth == 0 and char == "<":
            angle = True
        elif char == ">":
            angle = False
        elif char in ",;" and depth == 0 and not angle:
            items.append(text[start:index])
            start = index + 1
    items.append(text[start:])
    if (quoted or depth or angle) and len(items) == 1 and text.count("@") > 1:  # a quote that never closes: part at commas
        items = re.split(r"[,;]", text)
    return items


def _address(item: str) -> Address | None:
    bracket = re.search(r"<([^<>]*)>[^<>]*$", item)
    if bracket is not None and "@" in bracket[1]:
        match = _ADDRESS.search(bracket[1])
        address = match[0] if match else bracket[1].strip()
        name = item[: bracket.start()]
    else:
        match = _ADDRESS.search(item) if "@" in item else None
        if match is None:
            decoded = _decode_words(item)
            return _address(decoded) if decoded != item and "@" in decoded else None
        address = match[0]
        comment = re.search(r"\(([^()]*)\)", item)
        name = comment[1] if comment else item[: match.start()].rstrip("<")
        name = "" if name.strip().endswith(":") else name
    name = name.strip()
    if len(name) >= 2 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    shown, address = clean_name(_decode_words(name)).strip("\"' "), address.strip("'<>. ").lower()
    return Address(shown[:_LONGEST_NAME], address[:_LONGEST_ADDRESS])
