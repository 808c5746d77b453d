"""First look at a file before any reader sees it: programs, macros, passwords, bombs. Nothing is decoded in full here."""

from __future__ import annotations

from parsers.values import Note, Reason, Refusal

Verdict = tuple[Refusal | None, tuple[Note, ...]]

_PROGRAMS = frozenset({"exe", "script", "lnk", "chm", "jar", "cab"})
_PACKAGES = frozenset({"docx", "xlsx", "pptx", "ooxml", "xlsb", "odt", "ods", "odp"})
_IMAGES = frozenset({"jpg", "png", "tiff", "bmp", "gif", "webp", "heic"})


def inspect(format: str, data: bytes) -> Verdict:
    """Whether a file of that format may be read: (refusal or None, notes). Never raises.

    EMPTY, ENCRYPTED and UNSAFE are told here; what is merely damaged is left to the reader, which says UNREADABLE.
    """
    if format == "empty":
        return Refusal(Reason.EMPTY), ()
    if format in _PROGRAMS:
        return Refusal(Reason.UNSAFE, f"a program ({format})"), ()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        from parsers.safety.office import inspect_ole

        return inspect_ole(format, data)
    if format in _PACKAGES:
        from parsers.safety.office import inspect_package

        return inspect_package(format, data)
    if format == "pdf":
        from parsers.safety.pdf import inspect_pdf

        return inspect_pdf(data)
    if format == "rtf":
        from parsers.safety.office import inspect_rtf

        return inspect_rtf(data)
    if format in _IMAGES:
        from parsers.safety.images import inspect_image

        return inspect_image(data)
    return None, ()
