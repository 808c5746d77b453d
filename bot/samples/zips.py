"""ZIP files with the three ways in which names are stored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

NAMINGS = ("utf8", "gbk", "utf8-unflagged")


class _Named(zipfile.ZipInfo):
    """An entry whose name is stored in a charset of ours, without the flag that says UTF-8."""

    charset = "gb18030"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode(self.charset), self.flag_bits & ~0x800


class _Unflagged(_Named):
    charset = "utf-8"


def write_zip(files: Sequence[tuple[str, bytes]], *, naming: str = "utf8") -> bytes:
    """A ZIP of (path, data) files, deflated. `naming`: utf8 with its flag, gbk as Windows writes it, or utf8 without the flag."""
    kind = {"utf8": zipfile.ZipInfo, "gbk": _Named, "utf8-unflagged": _Unflagged}[naming]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files:
            info = kind(path, date_time=(2025, 6, 5, 9, 30, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()
