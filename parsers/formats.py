"""What a file is, and who reads it: one line a format."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import cast

from parsers.limits import Limits
from parsers.magic import extension, identify
from parsers.safety.default_password import without_default_password
from parsers.safety.inspect import inspect
from parsers.values import Content, Note, Paragraph, Reading, Reason, Refusal

MOST_CHARACTERS = 2_000_000
"""Of a document's text: four hundred times the longest that a notice asks for. What looks for sections and fields in it later
runs outside the sandbox."""

READERS: dict[str, str] = {
    "docx": "parsers.documents.word:read_docx",
    "xlsx": "parsers.documents.sheets:read_xlsx",
    "xls": "parsers.documents.sheets:read_xls",
    "pptx": "parsers.documents.slides:read_pptx",
    "pdf": "parsers.documents.pdf:read_pdf",
    "jpg": "parsers.documents.images:read_image",
    "png": "parsers.documents.images:read_image",
    "tiff": "parsers.documents.images:read_image",
    "bmp": "parsers.documents.images:read_image",
    "gif": "parsers.documents.images:read_image",
    "webp": "parsers.documents.images:read_image",
    "heic": "parsers.documents.images:read_image",
    "txt": "parsers.documents.plain:read_txt",
    "csv": "parsers.documents.plain:read_csv",
    "html": "parsers.documents.plain:read_html",
    "eml": "parsers.documents.plain:read_eml",
}
"""Format -> reader, imported when first used. A new format is one parser and one line."""

CONVERTED: dict[str, str] = {
    "doc": "docx",
    "wps": "docx",
    "rtf": "docx",
    "odt": "docx",
    "mht": "docx",
    "ppt": "pptx",
    "dps": "pptx",
    "odp": "pptx",
    "et": "xlsx",
    "ods": "xlsx",
    "xlsb": "xlsx",
}
"""Format -> what LibreOffice makes of it; the result is read by that format's reader."""

_SAME: dict[str, frozenset[str]] = {
    "jpg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    "tiff": frozenset({"tif", "tiff"}),
    "heic": frozenset({"heic", "heif"}),
    "html": frozenset({"html", "htm", "xhtml"}),
    "docx": frozenset({"docx", "docm", "dotx", "dotm"}),
    "xlsx": frozenset({"xlsx", "xlsm", "xltx", "xltm"}),
    "pptx": frozenset({"pptx", "pptm", "ppsx", "ppsm", "potx"}),
    "doc": frozenset({"doc", "dot"}),
    "xls": frozenset({"xls", "xlt"}),
    "ppt": frozenset({"ppt", "pps", "pot"}),
    "txt": frozenset({"txt", "text", "log", "md", "csv", "tsv", "xml", "json", "ini"}),
    "csv": frozenset({"csv", "tsv"}),
    "mht": frozenset({"mht", "mhtml"}),
}


_NEVER_TEXT = frozenset({"docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "pdf", *_SAME["jpg"], "png", *_SAME["tiff"]})
"""Names of files that no program opens where they hold plain text: what was left of a damaged one."""


def mismatch(name: str, format: str) -> Note | None:
    """A note where the extension says another format than the bytes: harmless in itself, and told to staff."""
    named = extension(name)
    if not named or named in _SAME.get(format, frozenset({format})) or format in ("unknown", "empty"):
        return None
    return Note("extension-mismatch", f"{format} named .{named[:12]}")


def read_many(files: Sequence[tuple[str, bytes]], limits: Limits) -> list[Reading]:
    """One Reading for each (name, data), in order: text and tables, or the named reason why there are none.

    Every file is inspected before any reader sees it; old office formats are converted in one batch. Never raises.
    """
    readings: list[Reading] = [Refusal(Reason.UNSUPPORTED)] * len(files)
    convert: list[tuple[int, str, bytes]] = []
    formats: list[str] = []
    notes: list[tuple[Note, ...]] = []
    for index, (name, data) in enumerate(files):
        format = identify(name, data)
        refusal, found = inspect(format, data)
        if refusal is not None and refusal.reason is Reason.ENCRYPTED:
            opened = without_default_password(data)
            if opened is not None:
                data = opened
                format = identify(name, data)
                refusal, found = inspect(format, data)
                found = (Note("default-password"), *found)
        wrong = mismatch(name, format)
        formats.append(format)
        notes.append((*((wrong,) if wrong else ()), *found))
        if refusal is not None:
            readings[index] = refusal
        elif len(data) > limits.unpacked_mb << 20:
            readings[index] = Refusal(Reason.TOO_LARGE, f"{len(data)} bytes")
        elif format == "txt" and extension(name) in _NEVER_TEXT:
            readings[index] = Refusal(Reason.UNREADABLE, f"text named .{extension(name)}")
        elif format in READERS:
            readings[index] = _read(format, data)
        elif format in CONVERTED:
            convert.append((index, format, data))
        else:
            readings[index] = Refusal(Reason.UNSUPPORTED, format)
    _convert(convert, readings)
    return [_finished(reading, format, found) for reading, format, found in zip(readings, formats, notes)]


def _read(format: str, data: bytes) -> Reading:
    module, _, function = READERS[format].partition(":")
    try:
        reader = getattr(importlib.import_module(module), function)
        return cast(Reading, reader(data))
    except MemoryError:
        raise
    except Exception as error:  # the boundary to every format's libraries: a reader's fault costs its document only
        return Refusal(Reason.UNREADABLE, f"{format}: {type(error).__name__}: {error}"[:300])


def _convert(waiting: Sequence[tuple[int, str, bytes]], readings: list[Reading]) -> None:
    """Read the old office formats through one LibreOffice batch, each into its place in `readings`."""
    if not waiting:
        return
    try:
        from parsers.documents.legacy import convert_many

        results = convert_many([(format, data) for _, format, data in waiting])
    except MemoryError:
        raise
    except Exception as error:  # the converter is a program outside: whatever it does, the other documents are read
        results = [Refusal(Reason.CRASHED, f"{type(error).__name__}: {error}"[:300])] * len(waiting)
    for (index, _, _), result in zip(waiting, results):
        if isinstance(result, Refusal):
            readings[index] = result
            continue
        target, data = result
        readings[index] = _read(target, data) if target in READERS else Refusal(Reason.UNSUPPORTED, target)
        # Excel 95 and some Kingsoft tables only open in LibreOffice
    for index, format, _ in waiting:
        reading = readings[index]
        if isinstance(reading, Content):
            readings[index] = Content(format, reading.blocks, reading.pages, reading.notes)


def _finished(reading: Reading, format: str, notes: tuple[Note, ...]) -> Reading:
    if isinstance(reading, Refusal):
        return reading
    if characters(reading) > MOST_CHARACTERS:
        return Refusal(Reason.TOO_LARGE, f"more than {MOST_CHARACTERS} characters of text")
    return Content(format, reading.blocks, reading.pages, (*reading.notes, *notes)) if notes or reading.format != format else reading


def characters(content: Content) -> int:
    """The characters of all blocks."""
    return sum(len(block.text) if isinstance(block, Paragraph) else sum(len(cell.text) for cell in block.cells) for block in content.blocks)
