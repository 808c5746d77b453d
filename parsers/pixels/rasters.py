"""Documents as pixels: the pages of pictures and PDFs as RGB arrays, with their scale, one at a time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parsers.values import Reason, Refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

MAX_PIXELS = 80_000_000
"""Of one picture as it is stored: A4 at 600 dpi has 35 million, the largest telephone cameras 50 to 64 million in practice."""
MAX_PAGES = 300
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
LONG_SIDE_MM = 297.0
"""What a page is taken to measure where nothing tells: A4."""
WORKING_DPI = 200.0
MAX_WORKING_SIDE = 3600
"""Longest side in pixels of what is handed on: A3 at 200 dpi and A4 at 300 dpi fit."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A page's pixels: `rgb` of shape (height, width, 3) and type uint8; `number` from 1.

    `sized`: the scale comes from the document; else the page was taken for A4. `colour`: False where the page shows no
    colour (a grey or black-and-white scan). `photograph`: a picture that may show more than the page. `grey`: it is stored
    so that it can't show colour.
    """

    number: int
    rgb: NDArray[np.uint8]
    mm_per_pixel: float
    sized: bool
    colour: bool
    photograph: bool = False
    grey: bool = False


def is_pdf(data: bytes) -> bool:
    """True for PDF by its mark, which may stand anywhere in the first kilobyte."""
    return b"%PDF-" in data[:1024]


def rasters(data: bytes, pages: Sequence[int] | None = None) -> Iterator[Raster] | Refusal:
    """The pages (from 1; None: all) of a PDF or a picture, rendered one by one as they are asked for.

    A page that fails alone (a truncated strip of a TIFF) is left out; what can't be opened at all is a Refusal.
    """
    if not data:
        return Refusal(Reason.EMPTY)
    if is_pdf(data):
        return _pdf(data, pages)
    opened = open_picture(data)
    if isinstance(opened, Refusal):
        return opened
    return _frames(opened, pages)


# --- pictures ----------------------------------------------------------------------------------------------------


def open_picture(data: bytes) -> Image | Refusal:
    """The picture, checked for its size before any pixel of it is decoded."""
    from PIL import Image

    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS and not _heif():
        return Refusal(Reason.UNSUPPORTED, "a HEIF picture, and no decoder for it is installed (pillow-heif)")
    try:
        with warnings.catch_warnings():
            # Pillow warns of pictures past its own limit; ours, below, decides.
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            width, height = image.size
    except Image.DecompressionBombError as error:  # a header that claims more than twice Pillow's limit
        return Refusal(Reason.UNSAFE, str(error))
    except Exception as error:  # rubbish: UnidentifiedImageError, OSError, SyntaxError, struct.error, ...
        return Refusal(Reason.UNREADABLE, f"{type(error).__name__}: {error}")
    if width * height > MAX_PIXELS:
        return Refusal(Reason.UNSAFE, f"{width} x {height} pixels")
    if width < 1 or height < 1:
        return Refusal(Reason.UNREADABLE, "no pixels")
    return image


def _heif() -> bool:
    """True when a HEIF decoder is there for Pillow."""
    try:
        from pillow_heif import register_heif_opener  # type: ignore[import-not-found, unused-ignore]
    except ImportError:  # it is optional, for it bundles libheif under the LGPL
        return False
    register_heif_opener()
    return True


def frame_size(image: Image) -> tuple[float, float]:
    """The page's width and height in millimetres by the picture's own resolution; (0, 0) where it is absent or absurd.

    Telephones write 72 dpi and screenshots 96 whatever they show: a page is believed from 100 dpi on and up to A3.
    """
    dpi: Any = image.info.get("dpi")
    try:
        across, down = float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError):  # absent; a rational of 0/0 in EXIF
        return 0.0, 0.0
    if not (99 <= across <= 1300 and 99 <= down <= 1300):
        return 0.0, 0.0
    width, height = image.size[0] / across * 25.4, image.size[1] / down * 25.4
    if not (min(width, height) >= 90 and 140 <= max(width, height) <= 450):
        return 0.0, 0.0
    return width, height


def count_frames(image: Image) -> int:
    """The pages of a TIFF, at most MAX_PAGES; 1 for all others, for an MPO's are further views of one photograph."""
    if image.format != "TIFF":
        return 1
    try:
        return min(int(getattr(image, "n_frames", 1)), MAX_PAGES)
    except (EOFError, OSError, ValueError, SyntaxError, TypeError):  # a later directory that tells no dimensions
        return 1


def load_frame(image: Image, side: int = MAX_WORKING_SIDE // 2) -> Image | Refusal:
    """The frame in hand, decoded and turned as its EXIF orientation says; a huge JPEG smaller, but at least `side` pixels each way."""
    from PIL import Image, ImageOps

    if image.size[0] * image.size[1] > MAX_PIXELS:  # a later frame of a TIFF may be larger than the first
        return Refusal(Reason.UNSAFE, f"{image.size[0]} x {image.size[1]} pixels")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.draft("RGB", (side, side))
            image.load()
            return ImageOps.exif_transpose(image)
    except Image.DecompressionBombError as error:
        return Refusal(Reason.UNSAFE, str(error))
    except Exception as error:  # cut off or corrupt: OSError, SyntaxError, ValueError, struct.error, EOFError, ...
        return Refusal(Reason.UNREADABLE, f"{type(error).__name__}: {error}")


def _frames(image: Image, pages: Sequence[int] | None) -> Iterator[Raster]:
    for number in range(1, count_frames(image) + 1):
        if pages is not None and number not in pages:
            continue
        try:
            image.seek(number - 1)
        except (EOFError, OSError, ValueError, SyntaxError, TypeError):  # a chain of TIFF directories that breaks off
            return
        width_mm, height_mm = frame_size(image)
        stored = image.size
        frame = load_frame(image)
        if isinstance(frame, Refusal):
            continue
        grey = frame.mode in {"1", "L", "LA", "I;16", "I", "F"}
        rgb = _array(frame)
        height, width = rgb.shape[:2]
        sized = width_mm > 0
        if sized and (stored[0] > stored[1]) != (width > height):
            width_mm, height_mm = height_mm, width_mm
        scale = max(width_mm, height_mm) / max(width, height) if sized else LONG_SIDE_MM / max(width, height)
        rgb, scale = _shrink(rgb, scale)
        yield Raster(number, rgb, scale, sized, not grey and has_colour(rgb), photograph=not sized, grey=grey)


def _array(image: Image) -> NDArray[np.uint8]:
    """The picture as RGB; transparent parts white, as a viewer shows them."""
    import numpy as np
    from PIL import Image as module

    if image.mode in {"I;16", "I", "F"}:
        values = np.asarray(image, dtype=np.float32)
        top = float(values.max()) or 1.0
        grey = (values * (255.0 / top)).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = module.new("RGBA", layer.size, "white")
        paper.alpha_composite(layer)
        image = paper
    return np.ascontiguousarray(np.asarray(image.convert("RGB"), dtype=np.uint8))


def _shrink(rgb: NDArray[np.uint8], scale: float) -> tuple[NDArray[np.uint8], float]:
    import cv2
    import numpy as np

    factor = max(max(rgb.shape[:2]) / MAX_WORKING_SIDE, 25.4 / WORKING_DPI / scale / 1.5)
    if factor <= 1.15:
        return rgb, scale
    size = (max(1, round(rgb.shape[1] / factor)), max(1, round(rgb.shape[0] / factor)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), scale * rgb.shape[1] / size[0]


def has_colour(rgb: NDArray[np.uint8]) -> bool:
    """False for a page whose pixels are all grey, as of a grey scan saved as RGB: a colour scanner never is so exact."""
    import cv2
    import numpy as np

    for step, share in ((16, 0.01), (2, 1e-5)):  # most colour pages show it at a glance
        red, green, blue = (np.ascontiguousarray(rgb[::step, ::step, channel]) for channel in range(3))
        chroma = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
        if int((chroma > 2).sum()) > max(12, chroma.size * share):
            return True
    return False


# --- PDF ---------------------------------------------------------------------------------------------------------


def _pdf(data: bytes, pages: Sequence[int] | None) -> Iterator[Raster] | Refusal:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        text = str(error)
        reason = Reason.ENCRYPTED if "password" in text.lower() else Reason.UNREADABLE
        return Refusal(reason, text)
    if count == 0:
        document.close()
        return Refusal(Reason.UNREADABLE, "no pages")
    return _pdf_pages(document, count, pages)


def _pdf_pages(document: Any, count: int, pages: Sequence[int] | None) -> Iterator[Raster]:
    import numpy as np
    import pypdfium2

    try:
        for number in range(1, min(count, MAX_PAGES) + 1):
            if pages is not None and number not in pages:
                continue
            try:
                page = document[number - 1]
            except pypdfium2.PdfiumError:  # a page tree that names a missing object
                continue
            try:
                width, height = page.get_size()
                if not (1 <= width <= 20000 and 1 <= height <= 20000):
                    continue
                dots, grey, whole = _picture_of(page, width, height)
                long_mm = max(width, height) / 72 * 25.4
                sized = 140 <= long_mm <= 450
                if not sized:  # made by an app that gives each pixel a point
                    long_mm = LONG_SIDE_MM
                dpi = min(max(dots / (long_mm / 25.4), 100.0), 300.0) if dots else WORKING_DPI
                scale = min(dpi * long_mm / 25.4, MAX_WORKING_SIDE) / max(width, height)
                bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False, limit_image_cache=True)
                pixels = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
                bitmap.close()
            except (pypdfium2.PdfiumError, ValueError, MemoryError):  # a page that does not load or render
                continue
            finally:
                page.close()
            colour = not grey and (not whole or has_colour(pixels))
            yield Raster(number, pixels, long_mm / max(pixels.shape[:2]), sized, colour, photograph=whole and not sized, grey=grey)
    finally:
        document.close()


def _picture_of(page: Any, width: float, height: float) -> tuple[float, bool, bool]:
    """(pixels along the page's longer side, is it grey, is there one) of the picture that covers most of the page."""
    import pypdfium2.raw as raw

    best, dots, grey = 0.0, 0.0, False
    for found in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = found.get_bounds()
        area = max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
        if area < 0.5 * width * height or area <= best:
            continue
        best = area
        across, down = found.get_px_size()
        dots = max(across * width / max(right - left, 1), down * height / max(top - bottom, 1))
        metadata = found.get_metadata()
        grey = metadata.bits_per_pixel in (1, 8) and metadata.colorspace in (raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_CALGRAY)
    return dots, grey, best > 0
