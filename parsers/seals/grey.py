"""A grey page without its seals, so that print under them can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from parsers.pixels.inks import Grey


def without_grey_seals(paper: Grey, rgb: NDArray[np.uint8], mm_per_pixel: float, sized: bool) -> Grey:
    """A grey page without the ink of its seals, which is lighter than that of text: kept is what lies around black cores.

    `paper` itself where the page has no seal, or one as black as its text.
    """
    import cv2
    import numpy as np

    from parsers.pixels.ovals import unrolled
    from parsers.seals.seals import find_ovals

    result = paper
    for oval in find_ovals(rgb, mm_per_pixel, colour=False, sized=sized):
        ring, inside = unrolled(paper.astype(np.float32), mm_per_pixel, oval, np.arange(-1.0, 1.01, 0.1))
        level = float(np.median(ring.min(axis=1)[inside]))
        if level < 65:
            continue
        if result is paper:
            result = paper.copy()
        left, top, right, bottom = (round(edge / mm_per_pixel) for edge in oval.bounds())
        margin = round(1.2 / mm_per_pixel)
        window = (slice(max(0, top - margin), bottom + margin), slice(max(0, left - margin), right + margin))
        part = paper[window]
        core = (part < 0.68 * level).astype(np.uint8)
        span = 2 * max(1, round(0.13 / mm_per_pixel)) + 1
        kept = cv2.dilate(core, np.ones((span, span), np.uint8)) > 0
        result[window] = np.where(kept, part, 255)
    return result
