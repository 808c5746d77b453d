"""Pages of a scan as pictures for people to look at: decoded and drawn anew, never the file's own bytes.

`PagePainter` answers a Reader's `unpack`, so that a sandboxed child draws (`SandboxReader(reader="parsers.pixels.pictures:PagePainter")`):
what comes back are pixels encoded by us, whatever the file contained.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.limits import Limits
from parsers.pixels.rasters import is_pdf, rasters
from parsers.values import Member, Note, Refusal, Unpacked

WIDTH = 1000
"""Pixels across a page: enough to read a form on a screen, and about 100 kB."""
_QUALITY = 60


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as JPEG, its size in millimetres, and how many pages the document has."""

    number: int
    jpeg: bytes
    width: float
    height: float
    pages: int


class PagePainter:
    """Draws one page a call: `unpack([(number, data)])` gives one member, the JPEG, and what `find_picture` reads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        """The page of that number (from 1) as a member; a member with a refusal where it can't be drawn."""
        name, data = files[0]
        number = int(name)
        found = rasters(data, [number])
        if isinstance(found, Refusal):
            return Unpacked((Member(name, b"", found),))
        for raster in found:
            height, width = raster.rgb.shape[:2]
            size = f"{width * raster.mm_per_pixel:.2f} {height * raster.mm_per_pixel:.2f} {_count(data)}"
            return Unpacked((Member(name, _jpeg(raster.rgb)),), notes=(Note("page", size),))
        return Unpacked(())


def find_picture(unpacked: Unpacked) -> PagePicture | Refusal | None:
    """What `PagePainter.unpack` drew; None where the document has no such page."""
    if not unpacked.members:
        return None
    member = unpacked.members[0]
    if member.refusal is not None:
        return member.refusal
    facts = next(note.detail for note in unpacked.notes if note.code == "page").split()
    return PagePicture(int(member.path), member.data, float(facts[0]), float(facts[1]), int(facts[2]))


def _jpeg(rgb: object) -> bytes:
    from PIL import Image

    image = Image.fromarray(rgb)  # type: ignore[arg-type]
    image.thumbnail((WIDTH, 3 * WIDTH))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _count(data: bytes) -> int:
    if not is_pdf(data):
        return 1
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return len(document)
    finally:
        document.close()
