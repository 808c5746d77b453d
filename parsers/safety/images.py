"""Pictures whose size would fill the memory, told from their headers."""

from __future__ import annotations

import io
import struct
import warnings

from parsers.values import Note, Reason, Refusal

MOST_PIXELS = 200_000_000
"""A 200-megapixel phone photograph is the largest honest picture; a page at 600 dpi has 35 million."""


def inspect_image(data: bytes) -> tuple[Refusal | None, tuple[Note, ...]]:
    """UNSAFE where the header declares more than `MOST_PIXELS`; the pixels are not decoded."""
    size = picture_size(data)
    if size is not None and size[0] * size[1] > MOST_PIXELS:
        return Refusal(Reason.UNSAFE, f"picture of {size[0]} x {size[1]} pixels"), ()
    return None, ()


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the header declares them; None where it can't be read (HEIC, damaged)."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as image:
                return image.size
        except Image.DecompressionBombError:
            return MOST_PIXELS, 2
        except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, struct.error, OverflowError):
            return None  # cut off in its header; a format that Pillow has no plugin for
