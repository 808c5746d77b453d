"""The inks of a page: what is print, what is a red seal, what is the paper's own ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import cv2
    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]


UNDER_INK = 3.0
"""How much the contrast is raised where red ink covers."""


def ink_without_red(rgb: NDArray[np.uint8]) -> tuple[Grey, Grey]:
    """The page's black ink on white twice, the red of seals taken out and shadows too; each of shape (height, width).

    Seen through a red glass (the red channel) a seal is nearly as bright as paper: there lines and text are found. But a
    covering ink leaves the text beneath only a shade darker. So in the second page each pixel's darkness is reckoned
    against what the red ink there alone would make, and the rest is raised: there text is read. It works on light, not
    on colour, which JPEG stores coarsely and which would leave the rims of the seal's strokes.
    """
    import cv2
    import numpy as np

    red, green, blue = (np.ascontiguousarray(rgb[:, :, channel]) for channel in range(3))
    ground = _ground(red)
    paper = cv2.divide(red, ground, scale=255)
    redness = cv2.divide(cv2.subtract(red, cv2.max(green, blue)), ground, scale=255)
    strong = redness[::2, ::2]
    strong = strong[strong > 40]
    if strong.size < 200:
        return np.asarray(paper, dtype=np.uint8), np.asarray(paper, dtype=np.uint8)
    top, bottom, left, right = _extent(redness > 15)
    window = (slice(top, bottom), slice(left, right))
    part = redness[window].astype(np.float32)
    light = cv2.cvtColor(np.ascontiguousarray(rgb[window]), cv2.COLOR_RGB2GRAY)
    missing = 255 - np.minimum(cv2.divide(light, ground[window], scale=255), 255).astype(np.float32)
    full = cv2.erode(part, np.ones((3, 3), np.uint8)) > 0.6 * float(np.percentile(strong, 90))
    weight = float(np.median(missing[full] / part[full])) if int(full.sum()) > 50 else 1.0
    level = float(np.median(paper[window][full])) if int(full.sum()) > 50 else 200.0
    near = cv2.dilate(part, np.ones((5, 5), np.uint8))
    share = np.clip((near - 15) / 45, 0, 1)
    beneath = np.clip(missing - share * weight * near, 0, None) * (1 + UNDER_INK * share)
    deep = np.array(paper)
    # Strokes as thin as those of the seal's letters have lost colour to their surroundings: by light alone they would stay.
    # The red channel, raised within broad ink only, lets them fade; the lighter of the two is taken.
    covered = np.clip((cv2.erode(part, np.ones((3, 3), np.uint8)) - 15) / 45, 0, 1)
    faded = np.clip(255 - paper[window].astype(np.float32) - share * (255 - level), 0, None) * (1 + UNDER_INK * covered)
    deep[window] = np.where(share > 0, np.clip(255 - np.minimum(beneath, faded), 0, 255), deep[window]).astype(np.uint8)
    pale = cv2.addWeighted(paper, 1.0, redness, 0.4, 0)
    return np.asarray(pale, dtype=np.uint8), np.asarray(deep, dtype=np.uint8)


def _extent(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The first and last (exclusive) row and column with a True in it."""
    import numpy as np

    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def red_veil(rgb: NDArray[np.uint8], mm_per_pixel: float) -> Grey:
    """255 where red ink lies, and closely around it. Shape (height, width)."""
    import cv2
    import numpy as np

    red, green, blue = (np.ascontiguousarray(rgb[:, :, channel]) for channel in range(3))
    return veil_of(cv2.subtract(red, cv2.max(green, blue)), mm_per_pixel)


def veil_of(strength: cv2.typing.MatLike, mm_per_pixel: float) -> Grey:
    import cv2
    import numpy as np

    span = 2 * max(1, round(0.2 / mm_per_pixel)) + 1
    return np.asarray(cv2.dilate(cv2.threshold(strength, 25, 255, cv2.THRESH_BINARY)[1], np.ones((span, span), np.uint8)), dtype=np.uint8)


def even_paper(grey: Grey) -> Grey:
    """The page with its background brought to white everywhere: shadows and the falling light of photographs gone."""
    import cv2
    import numpy as np

    grey = np.ascontiguousarray(grey)
    return np.asarray(cv2.divide(grey, _ground(grey), scale=255), dtype=np.uint8)


def _ground(grey: Grey) -> Grey:
    """The paper's own brightness at each pixel."""
    import cv2
    import numpy as np

    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    ground = cv2.GaussianBlur(
        cv2.morphologyEx(cv2.dilate(small, np.ones((5, 5), np.uint8)), cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8)), (0, 0), 5
    )
    return np.asarray(cv2.resize(np.maximum(ground, 60), (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
