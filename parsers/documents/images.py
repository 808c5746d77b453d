"""Pictures (JPEG, PNG, TIFF, BMP, GIF, WebP, HEIC where its decoder is) as documents of scanned pages, without OCR."""

from __future__ import annotations

from parsers.pixels.rasters import count_frames, frame_size, load_frame, open_picture
from parsers.values import Content, Page, Reading, Reason, Refusal

CHECKED_SIDE = 200
"""Pixels each way at which a JPEG is decoded to see whether it is whole: all its bytes are read, and few points made of them."""

FORMATS = {
    "JPEG": "jpg",
    "MPO": "jpg",
    "PNG": "png",
    "TIFF": "tiff",
    "BMP": "bmp",
    "GIF": "gif",
    "WEBP": "webp",
    "HEIF": "heic",
    "AVIF": "avif",
}


def read_image(data: bytes) -> Reading:
    """The pages of a picture, each `scanned` and without blocks; sizes in millimetres where the picture tells its dpi.

    Every frame is decoded, so that damage is found here: UNREADABLE for a picture that is broken or cut off, UNSAFE for
    one of more pixels than any page has, UNSUPPORTED for a format that no installed decoder reads.
    """
    if not data:
        return Refusal(Reason.EMPTY)
    image = open_picture(data)
    if isinstance(image, Refusal):
        return image
    kind = str(image.format or "")
    if kind not in FORMATS:
        return Refusal(Reason.UNSUPPORTED, f"a picture of the kind {kind}")
    pages: list[Page] = []
    for number in range(1, count_frames(image) + 1):
        try:
            image.seek(number - 1)
        except (EOFError, OSError, ValueError, SyntaxError, TypeError) as error:  # a chain of TIFF directories that breaks off
            return Refusal(Reason.UNREADABLE, f"page {number}: {error}")
        width, height = frame_size(image)
        stored = image.size
        frame = load_frame(image, CHECKED_SIDE)
        if isinstance(frame, Refusal):
            return frame
        if (stored[0] > stored[1]) != (frame.size[0] > frame.size[1]):  # turned by its EXIF orientation
            width, height = height, width
        pages.append(Page(number, (), width, height, scanned=True))
    return Content(FORMATS[kind], (), tuple(pages))
