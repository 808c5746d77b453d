"""Bytes to text where the charset is wrong, missing or unknown; file names to harmless paths."""

from __future__ import annotations

import codecs
import re
import unicodedata

GB18030_ALIASES = frozenset(
    {
        *("gb2312", "gb231280", "csgb2312", "gbk", "xgbk", "cp936", "ms936", "936", "windows936", "euccn", "gb18030", "gb180302000"),
        *("csgb18030", "xgb", "chinese", "chinesegb", "csiso58gb231280", "isoir58", "simplifiedchinese", "gb"),
    }
)
"""Names that senders write for what is, in practice, always a subset of GB 18030 (punctuation and case evened out)."""

_REFUSED_CODECS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem"})
"""Python codecs that are no mail charset: slow on long input, or interpreters of escapes."""

_SEVEN_BIT_ESCAPES = ("iso2022", "hz", "utf7", "utf16", "utf32")
"""Charsets whose bytes may look like valid UTF-8 and still mean something else."""


_WESTERN = frozenset({"ascii", "iso8859-1", "cp1252"})
_GB2312_PAIRS = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+|[\x00-\x7f]+")


def codec_of(charset: str) -> str | None:
    """The Python codec for a declared charset, GB 2312 and GBK widened to GB 18030; None for one that is unknown."""
    key = re.sub(r"[^a-z0-9]", "", charset.lower())
    if key in GB18030_ALIASES:
        return "gb18030"
    if key in ("utf8mb4", "utf8mb3", "unicode11utf8"):
        return "utf-8"
    if key == "unicode11utf7":
        return "utf-7"
    try:
        info = codecs.lookup(charset.strip().strip("'\""))
    except (LookupError, ValueError):  # `x-unknown`; a NUL inside the name
        return None
    name = info.name.replace("_", "-")
    text = getattr(info, "_is_text_encoding", True)
    return None if name in _REFUSED_CODECS or not text else name


def decode_text(data: bytes, charset: str = "") -> tuple[str, bool]:
    """Bytes to text by the declared charset, or by what the bytes can be: (text, whether the declaration was overruled).

    Never raises. Strict UTF-8 with characters beyond U+07FF wins over any eight-bit declaration, because hardly any
    other text is valid UTF-8 by accident; then the declared charset, UTF-8, GB 18030, Big5, and last replacement characters.
    """
    if data.isascii() and (not charset or not _escapes(charset)):
        return data.decode("ascii"), False
    declared = codec_of(charset) if charset else None
    if declared is not None and _escapes(declared):
        try:
            return _scalars(data.decode(declared)), False
        except UnicodeError:
            pass
    utf8 = _strict(data, "utf-8")
    if utf8 is not None and any(char > "\u07ff" for char in utf8):
        return utf8, declared not in (None, "utf-8")
    if declared in _WESTERN and not _GB2312_PAIRS.sub(b"", data):
        declared = "gb18030"  # old Java mailers label GBK as ISO-8859-1; Western text hardly ever has its accents in pairs
        return data.decode(declared, "replace"), True
    if declared is not None and declared != "utf-8":
        text = _strict(data, declared)
        if text is not None:
            return text, False
    gbk = _strict(data, "gb18030")
    if utf8 is not None:
        # 一 and 联通 in GBK are valid UTF-8 for letters no one writes here; only accents inside a Western word are left alone.
        chinese = gbk is not None and all("\u4e00" <= char <= "\u9fff" for char in gbk if not char.isascii())
        if declared is None and gbk is not None and chinese and not re.search(r"[A-Za-z][\u00c0-\u024f]|[\u00c0-\u024f][a-z]", utf8):
            return gbk, False
        return utf8, declared is not None and declared != "utf-8"
    if gbk is not None and declared in (None, "utf-8", *_WESTERN):
        return gbk, declared is not None
    return _salvaged(data, declared), True


def _escapes(charset: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", charset.lower()).startswith(_SEVEN_BIT_ESCAPES)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return _scalars(data.decode(codec))
    except (UnicodeError, LookupError):
        return None


def _scalars(text: str) -> str:
    """The text, where it is all Unicode scalars; UnicodeError for lone surrogates (utf-7, utf-16 can make them)."""
    text.encode("utf-8")
    return text


def _salvaged(data: bytes, declared: str | None) -> str:
    """The reading with the fewest replacement characters among the charsets that Chinese mail comes in."""
    readings = [data.decode(codec, "replace") for codec in dict.fromkeys((declared or "utf-8", "utf-8", "gb18030", "big5"))]
    best = min(readings, key=lambda text: text.count("\ufffd"))
    return best.encode("utf-8", "replace").decode("utf-8")


def printable(text: str) -> str:
    """The text without control characters but tab and line end: databases and XML refuse them."""
    return _CONTROL.sub("", text)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def guess_name(data: bytes) -> str:
    """A file name from bytes that carry no charset: UTF-8 where valid, else GB 18030, else the best that can be had."""
    return decode_text(data)[0]


_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Control characters and the marks that turn or hide text: `exe.fdp` must not be shown as `pdf.exe` turned round."""


def clean_name(name: str) -> str:
    """A file name for show: NFC, without control and direction marks, without surrounding blanks; may be empty."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", name)).strip()


def inner_path(name: str) -> tuple[str, bool]:
    """An archive member's name as a relative path with `/`, and whether it tried to leave its folder.

    Backslashes count as separators, drive letters and leading slashes fall away, `..` and `.` are dropped.
    """
    parts = [clean_name(part) for part in re.split(r"[/\\]+", name)]
    escapes = ".." in parts
    if parts and re.fullmatch(r"[A-Za-z]:", parts[0]):
        parts = parts[1:]
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "/".join(kept) or "_", escapes
