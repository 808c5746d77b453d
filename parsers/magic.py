"""What a file really is, by its first bytes and its structure, whatever it is called."""

from __future__ import annotations

import io
import re
import struct
import zipfile

from parsers.text.charsets import decode_text

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rt", "rtf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
    (b"\xcf\xfa\xed\xfe", "exe"),
    (b"\xca\xfe\xba\xbe", "exe"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "lnk"),
    (b"ITSF", "chm"),
    (b"MSCF", "cab"),
    (b"\x01\xfe\x32\x00", "works"),
    (b"\xff\xfeW\x00o\x00r\x00k\x00s", "works"),
)

_SCRIPTS = frozenset(
    {
        *("js", "jse", "vbs", "vbe", "bat", "cmd", "ps1", "psm1", "wsf", "wsh", "hta", "sh", "py", "pl", "reg", "scf", "url", "inf", "jar"),
        *("scr", "com", "pif", "msi", "msp", "cpl", "exe", "dll", "sys", "lnk", "chm", "vb", "ws", "gadget", "application", "apk"),
    }
)
"""Extensions of what Windows runs on a double click: a program whatever its bytes say."""

_IMAGE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


_MAIL_HEAD = re.compile(
    r"(?:(?:received|return-path|from|to|subject|date|message-id|mime-version|delivered-to|x-[a-z-]+):[^\n]*\n(?:[ \t][^\n]*\n)*){2}"
)


def extension(name: str) -> str:
    """The lower-cased extension of a file name without its dot, "" for none."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return base.rsplit(".", 1)[1].lower().strip() if "." in base else ""


def identify(name: str, data: bytes) -> str:
    """The format of a file: `docx`, `doc`, `wps`, `pdf`, `zip`, `exe`, `txt`, `empty`, `unknown` and so on.

    By magic and structure; the name only tells apart what is the same inside (Kingsoft's .wps from .doc, csv from text)
    and marks scripts, which have no magic.
    """
    if not data:
        return "empty"
    if not data.strip(b"\x00 \t\r\n"):
        return "empty"
    if data.startswith(OLE_MAGIC):
        return _ole(name, data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")):
        return _zip(name, data)
    for magic, found in _MAGIC:
        if data.startswith(magic) and not (magic in (b"MZ", b"BZh") and _is_text(data)):
            return found
    if data.startswith(b"BM") and len(data) > 26 and struct.unpack_from("<I", data, 14)[0] in (12, 40, 52, 56, 64, 108, 124):
        return "bmp"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return "heic" if data[8:12] in _IMAGE_BRANDS else "avif" if data[8:12] in (b"avif", b"avis") else "video"
    if is_tar(data):
        return "tar"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"#!"):
        return "script"
    return _text_format(name, data)


def _ole(name: str, data: bytes) -> str:
    named = extension(name)
    streams = ole_streams(data)
    if streams is None:
        return {"doc": "doc", "xls": "xls", "ppt": "ppt", "wps": "wps", "et": "et", "dps": "dps"}.get(named, "ole")
    top = {path[0].lower() for path in streams if len(path) == 1}
    storages = {path[0].lower() for path in streams}
    if "encryptedpackage" in top:
        return named if named in ("docx", "xlsx", "pptx") else {"doc": "docx", "xls": "xlsx", "ppt": "pptx"}.get(named, "ooxml")
    if "worddocument" in top:
        return "wps" if named in ("wps", "wpt") else "doc"
    if top & {"workbook", "book"}:
        return "et" if named in ("et", "ett") else "xls"
    if top & {"powerpoint document", "pp97_dualstorage"} or "pp97_dualstorage" in storages:
        return "dps" if named in ("dps", "dpt") else "ppt"
    if top & {"matost", "contents", "spellingcache"} and not storages & {"__nameid_version1.0"}:
        return "works"
    if any(path[0].startswith("__") for path in streams):
        return "msg"
    if top & {"fileheader", "hwpsummaryinformation"} or "bodytext" in storages:
        return "hwp"
    return "ole"


def ole_streams(data: bytes) -> list[list[str]] | None:
    """The stream paths of an OLE compound file; None where its directory can't be read."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return [list(path) for path in ole.listdir(streams=True, storages=False)]
    except (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError, struct.error, RecursionError):
        return None  # cut off before its directory; a FAT that leads in a circle


def zip_names(data: bytes) -> list[str]:
    """The member names of a ZIP; by its local headers where the central directory is lost. [] where there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [info.filename for info in archive.infolist()]
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, ValueError, OSError, struct.error, OverflowError):
        names = []
        for match in re.finditer(rb"PK\x03\x04.{22}(..)..", data, re.DOTALL):
            length = struct.unpack("<H", match[1])[0]
            names.append(decode_text(data[match.end() : match.end() + min(length, 512)])[0])
            if len(names) >= 2000:
                break
        return names


def _zip(name: str, data: bytes) -> str:
    names = zip_names(data)
    known = {entry.replace("\\", "/").lower() for entry in names}
    if "[content_types].xml" in known or "_rels/.rels" in known or any(entry.startswith(("word/", "xl/", "ppt/")) for entry in known):
        for folder, found in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(entry.startswith(folder) and entry.endswith((".xml", ".bin")) for entry in known):
                return _binary_workbook(known) or found
        if "[content_types].xml" in known and "_rels/.rels" in known:
            return "ooxml"
    if "mimetype" in known and data[30:38] == b"mimetype":
        kind = data[38:120].split(b"PK", 1)[0]
        for word, found in ((b".text", "odt"), (b".spreadsheet", "ods"), (b".presentation", "odp"), (b"epub", "epub")):
            if word in kind:
                return found
    if "ofd.xml" in known:
        return "ofd"
    if "meta-inf/manifest.mf" in known or "androidmanifest.xml" in known:
        return "jar"
    return "zip"


def _binary_workbook(known: set[str]) -> str:
    return "xlsb" if "xl/workbook.bin" in known and "xl/workbook.xml" not in known else ""


def is_tar(data: bytes) -> bool:
    """Whether the first block is a tar header: its checksum, not just the word `ustar`, must be right."""
    if len(data) < 512:
        return False
    header = data[:512]
    try:
        stated = int(header[148:156].strip(b"\x00 ") or b"x", 8)
    except ValueError:
        return False
    return stated == sum(header[:148]) + 8 * 32 + sum(header[156:])


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)


def _text_format(name: str, data: bytes) -> str:
    if not _is_text(data):
        return "exe" if extension(name) in ("com", "scr", "pif") else "unknown"
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data[:8192].decode("utf-16", "replace") if utf16 else decode_text(data[:8192])[0]
    named = extension(name)
    if named in _SCRIPTS:
        return "script"
    if text.count("\ufffd") > len(text) // 20 + 4:
        return "unknown"
    start = text.lstrip("\ufeff \t\r\n")[:2048].lower()
    if start.startswith("<?xml") and "word.document" in start:
        return "doc"
    if start.startswith("<?xml") and "excel.sheet" in start:
        return "xls"
    if re.match(r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|div|meta|p)\b", start, re.DOTALL):
        return "html"
    if start.startswith("<?xml") and "<html" in start:
        return "html"
    if re.match(r"mime-version:[^\n]*\n(?:[^\n]+\n)*", start) and "multipart/related" in start:
        return "mht"
    if _MAIL_HEAD.match(start):
        return "eml"
    return "csv" if named in ("csv", "tsv") else "txt"
