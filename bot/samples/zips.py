"""ZIP files with the three ways in which names are stored, and office packages that are the same bytes whenever they are written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence

NAMINGS = ("utf8", "gbk", "utf8-unflagged")
WRITTEN = (2025, 6, 5, 9, 30, 0)
"""When every member claims to have been written: the clock must not show in the bytes, or a case could not be made again."""
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*")


class _Named(zipfile.ZipInfo):
    """An entry whose name is stored in a charset of ours, without the flag that says UTF-8."""

    charset = "gb18030"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(self.charset), self.flag_bits & ~0x800


class _Unflagged(_Named):
    charset = "utf-8"


def write_zip(files: Iterable[tuple[str, bytes]], *, naming: str = "utf8") -> bytes:
    """A ZIP of (path, data) files, deflated. `naming`: utf8 with its flag, gbk as Windows writes it, or utf8 without the flag."""
    kind = {"utf8": zipfile.ZipInfo, "gbk": _Named, "utf8-unflagged": _Unflagged}[naming]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files:
            info = kind(path, date_time=WRITTEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def undated(package: bytes) -> bytes:
    """An office package that a library wrote, without the time at which it did: its members' times and its core properties'."""
    stamp = b"%d-%02d-%02dT%02d:%02d:%02dZ" % WRITTEN
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        members: Sequence[tuple[str, bytes]] = [(info.filename, archive.read(info)) for info in archive.infolist()]
    return write_zip((name, _STAMP.sub(rb"\g<1>" + stamp, data) if name == "docProps/core.xml" else data) for name, data in members)
