"""A page made straight: cut out of its photograph, its perspective and skew taken away, in one resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parsers.pixels.rasters import LONG_SIDE_MM, Raster
from parsers.values import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Grey = NDArray[np.uint8]

LETTER_MM = 279.4
SMALL_SIDE = 1100
"""Longest side on which lines are looked for: 100 dots an inch of an A4 page."""
MAX_SKEW = 12.0


@dataclass(frozen=True, slots=True)
class Upright:
    """A straightened page: `rgb` (height, width, 3) uint8 and its scale. `cut`: it was cut out of a darker background.
    `onto`: the homography that took the raster's pixels to this page's, None where they are the same."""

    rgb: NDArray[np.uint8]
    mm_per_pixel: float
    cut: bool = False
    onto: Matrix | None = None

    def back(self, box: Box, turns: int, mm_per_pixel: float) -> Box:
        """Where a box in millimetres of this page, turned by quarter turns counter-clockwise, lies on the raster of that scale."""
        import numpy as np

        height, width = self.rgb.shape[:2]
        corners = []
        for x, y in ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)):
            across, down = x / self.mm_per_pixel, y / self.mm_per_pixel
            unturned = ((across, down), (width - down, across), (width - across, height - down), (down, height - across))
            corners.append((*unturned[turns % 4], 1.0))
        points = np.array(corners).T
        if self.onto is not None:
            points = np.linalg.inv(self.onto) @ points
        xs, ys = points[0] / points[2] * mm_per_pixel, points[1] / points[2] * mm_per_pixel
        return Box(*(round(float(edge), 2) for edge in (xs.min(), ys.min(), xs.max(), ys.max())))


def straighten(raster: Raster, corners: Matrix | None) -> Upright:
    """The page cut out by its corners (`page_corners`), its ruled lines (or, without any, its lines of text) made level and square."""
    import cv2
    import numpy as np

    rgb, scale, cut = raster.rgb, raster.mm_per_pixel, False
    whole: Matrix = np.eye(3)
    height, width = rgb.shape[:2]
    if corners is not None:
        whole, width, height = _onto_rectangle(corners)
        long_mm = LETTER_MM if abs(max(width, height) / min(width, height) - 11 / 8.5) < 0.03 else LONG_SIDE_MM
        scale, cut = long_mm / max(width, height), True
    factor = min(1.0, SMALL_SIDE / max(width, height))
    shrink = np.diag([factor, factor, 1.0])
    small_size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if cut:
        small = cv2.warpPerspective(rgb, shrink @ whole, small_size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    else:
        small = cv2.resize(rgb, small_size, interpolation=cv2.INTER_AREA)
    level = _levelling(np.asarray(small[:, :, 0]), scale / factor)
    if level is not None:
        whole = np.linalg.inv(shrink) @ level @ shrink @ whole
    if not cut and level is None:
        return Upright(rgb, scale)
    straight = cv2.warpPerspective(
        rgb,
        whole,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE if cut else cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    return Upright(np.asarray(straight, dtype=np.uint8), scale, cut, whole)


# --- the page in its photograph ----------------------------------------------------------------------------------


def page_corners(rgb: NDArray[np.uint8]) -> Matrix | None:
    """The page's corners (4, 2) in order of top left, top right, bottom right, bottom left, where it lies on something darker."""
    import cv2
    import numpy as np

    factor = 500 / max(rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    grey = cv2.morphologyEx(np.asarray(small.max(axis=2)), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    grey = cv2.GaussianBlur(grey, (5, 5), 0)
    border = np.concatenate([grey[:3].ravel(), grey[-3:].ravel(), grey[:, :3].ravel(), grey[:, -3:].ravel()])
    threshold, bright = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if (border < threshold).mean() < 0.25:
        return None
    bright = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    page = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(page)
    area = cv2.contourArea(hull)
    if area < 0.25 * grey.size or cv2.contourArea(page) < 0.93 * area:
        return None
    inside = np.zeros_like(grey)
    cv2.drawContours(inside, [hull], -1, 1, thickness=-1)
    outside = inside == 0
    if not outside.any() or float(np.median(grey[inside == 1])) - float(np.median(grey[outside])) < 35:
        return None
    quad = _quadrilateral(hull)
    if quad is None or abs(cv2.contourArea(quad.astype(np.float32)) - area) > 0.06 * area:
        return None
    quad = _refined(quad, page.reshape(-1, 2).astype(np.float64))
    quad += (quad.mean(axis=0) - quad) * 0.006  # the paper's edge and its shadow are no lines of the form
    return np.asarray(_ordered(quad) / factor, dtype=np.float64)


def _quadrilateral(hull: NDArray[Any]) -> Matrix | None:
    import cv2
    import numpy as np

    length = cv2.arcLength(hull, True)
    for share in (0.01, 0.02, 0.03, 0.05, 0.08):
        corners = cv2.approxPolyDP(hull, share * length, True)
        if len(corners) == 4:
            return np.asarray(corners.reshape(4, 2), dtype=np.float64)
        if len(corners) < 4:
            return None
    return None


def _refined(quad: Matrix, outline: Matrix) -> Matrix:
    """The corners where the lines fitted to the outline's four sides meet: corners of paper are often bent or rounded."""
    import cv2
    import numpy as np

    lines = []
    for index in range(4):
        start, end = quad[index], quad[(index + 1) % 4]
        along = end - start
        length = float(np.hypot(*along))
        unit = along / max(length, 1e-6)
        offset = outline - start
        position = offset @ unit
        distance = np.abs(offset @ np.array([-unit[1], unit[0]]))
        near = outline[(position > 0.08 * length) & (position < 0.92 * length) & (distance < 0.03 * length + 2)]
        if len(near) < 10:
            return quad
        vx, vy, x, y = (float(value) for value in np.asarray(cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)).ravel())
        lines.append(np.cross([x, y, 1.0], [x + vx, y + vy, 1.0]))
    corners = []
    for index in range(4):
        meeting = np.cross(lines[index - 1], lines[index])
        if abs(meeting[2]) < 1e-9:
            return quad
        corners.append(meeting[:2] / meeting[2])
    refined = np.array(corners)
    return refined if float(np.abs(refined - quad).max()) < 25 else quad


def _ordered(quad: Matrix) -> Matrix:
    import numpy as np

    centre = quad.mean(axis=0)
    around = quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))]
    first = int(np.argmin(around.sum(axis=1)))
    return np.asarray(np.roll(around, -first, axis=0), dtype=np.float64)


def _onto_rectangle(corners: Matrix) -> tuple[Matrix, int, int]:
    import cv2
    import numpy as np

    a, b, c, d = corners
    width = (np.hypot(*(b - a)) + np.hypot(*(c - d))) / 2
    height = (np.hypot(*(d - a)) + np.hypot(*(c - b))) / 2
    across, down = max(1, round(float(width))), max(1, round(float(height)))
    target = np.array([[0, 0], [across, 0], [across, down], [0, down]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target), dtype=np.float64), across, down


# --- levelling ---------------------------------------------------------------------------------------------------


def _levelling(grey: Grey, mm_per_pixel: float) -> Matrix | None:
    """The homography that makes the page's lines level and plumb, None when they are already (or none is found)."""
    import numpy as np

    level, plumb = _segments(grey, 9 / mm_per_pixel)
    height, width = grey.shape
    if len(level) < 3 <= len(plumb):  # a table lying on its side: its long lines are the plumb ones
        lean = _median(plumb[:, 2], plumb[:, 3])
        level, plumb = np.array([[width / 2, height / 2, -lean, 1.0]]), np.zeros((0, 4))
    elif len(level) < 3:
        angle = _text_skew(grey)
        if abs(angle) < 0.1:
            return None
        slope = float(np.tan(np.radians(angle)))
        level = np.array([[width / 2, height / 2, slope, 1.0]])
        plumb = np.zeros((0, 4))
    slopes, top, bottom = _fitted(level[:, 1], level[:, 2], level[:, 3], height)
    if len(plumb) >= 3:
        leans, left, right = _fitted(plumb[:, 0], plumb[:, 2], plumb[:, 3], width)
    else:
        mean = (slopes[0] + slopes[1]) / 2
        leans, left, right = (-mean, -mean), width * 0.1, width * 0.9
    if max(map(abs, (*slopes, *leans))) < 0.0006:
        return None
    middle_x, middle_y = width / 2, height / 2
    if len(level) >= 3:
        middle_x, middle_y = float(np.median(level[:, 0])), (top + bottom) / 2
    around = ((0, 0), (0, 1), (1, 1), (1, 0))
    ys, xs = (top, bottom), (left, right)
    corners = np.array([_meeting(middle_x, ys[i], slopes[i], xs[j], middle_y, leans[j]) for i, j in around])
    import cv2

    across = float(np.hypot(*(corners[1] - corners[0])) + np.hypot(*(corners[2] - corners[3]))) / 2
    down = float(np.hypot(*(corners[3] - corners[0])) + np.hypot(*(corners[2] - corners[1]))) / 2
    if across < 10 or down < 10:
        return None
    centre = corners.mean(axis=0)
    target = np.array([[-across, -down], [across, -down], [across, down], [-across, down]]) / 2 + centre
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32)), dtype=np.float64)


def _meeting(x1: float, y1: float, slope: float, x2: float, y2: float, lean: float) -> tuple[float, float]:
    """Where y = y1 + slope (x - x1) meets x = x2 + lean (y - y2)."""
    x = (x2 + lean * (y1 - slope * x1 - y2)) / (1 - lean * slope)
    return x, y1 + slope * (x - x1)


def _segments(grey: Grey, shortest: float) -> tuple[Matrix, Matrix]:
    """Straight segments at least so many pixels long: rows of (x, y, slope, length), near level and near plumb.

    The slope of a level one is dy/dx, of a plumb one dx/dy.
    """
    import cv2
    import numpy as np

    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    empty = np.zeros((0, 4))
    if found is None:
        return empty, empty
    ends = np.asarray(found, dtype=np.float64).reshape(-1, 4)
    dx, dy = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    length = np.hypot(dx, dy)
    limit = np.tan(np.radians(MAX_SKEW))
    x, y = (ends[:, 0] + ends[:, 2]) / 2, (ends[:, 1] + ends[:, 3]) / 2
    height, width = grey.shape
    inner = (x > 0.015 * width) & (x < 0.985 * width) & (y > 0.01 * height) & (y < 0.99 * height)
    level = (length >= shortest) & (np.abs(dy) <= limit * np.abs(dx)) & inner
    plumb = (length >= shortest * 0.6) & (np.abs(dx) <= limit * np.abs(dy)) & inner
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            np.column_stack([x, y, dy / dx, length])[level] if level.any() else empty,
            np.column_stack([x, y, dx / dy, length])[plumb] if plumb.any() else empty,
        )


def _fitted(
    place: NDArray[np.float64], slope: NDArray[np.float64], weight: NDArray[np.float64], extent: int
) -> tuple[tuple[float, float], float, float]:
    """Slopes at the first and last place, by a line through (place, slope) that outliers don't bend; and those two places."""
    import numpy as np

    middle = _median(slope, weight)
    kept = np.abs(slope - middle) < 0.03
    place, slope, weight = place[kept], slope[kept], weight[kept]
    if len(place) == 0:
        return (middle, middle), 0.1 * extent, 0.9 * extent
    first, last = float(place.min()), float(place.max())
    if len(place) >= 6 and last - first > 0.15 * extent:
        for _ in range(4):
            rise, base = np.polyfit(place, slope, 1, w=np.sqrt(weight))
            rest = np.abs(slope - (base + rise * place))
            good = rest <= max(0.0015, 2.5 * float(np.median(rest)))
            if good.all() or good.sum() < 6:
                break
            place, slope, weight = place[good], slope[good], weight[good]
        # A change of slope below this over the whole page is noise of the measurement, not perspective.
        if abs(rise) * extent > 0.003:
            return (float(base + rise * first), float(base + rise * last)), first, last
    middle = _median(slope, weight)
    if last - first < 0.1 * extent:
        first, last = 0.1 * extent, 0.9 * extent
    return (middle, middle), first, last


def _median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    import numpy as np

    order = np.argsort(values)
    running = np.cumsum(weight[order])
    return float(values[order][int(np.searchsorted(running, running[-1] / 2))])


def _text_skew(grey: Grey) -> float:
    """Degrees by which lines of text fall to the right, by the angle at which their shadow on the left edge is sharpest."""
    import cv2
    import numpy as np

    factor = 600 / max(grey.shape)
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else grey
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    ink = cv2.subtract(paper, small).astype(np.float32)
    ink[ink < 25] = 0
    if float((ink > 0).mean()) < 0.002:
        return 0.0
    height, width = ink.shape

    def sharpness(angle: float) -> float:
        slope = np.tan(np.radians(angle))
        shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]], dtype=np.float64)
        sums = cv2.warpAffine(ink, shear, (width, height)).sum(axis=1)
        return float(np.square(np.diff(sums)).sum())

    coarse = max(np.arange(-8, 8.1, 0.5), key=lambda angle: sharpness(float(angle)))
    fine = max(np.arange(coarse - 0.5, coarse + 0.55, 0.1), key=lambda angle: sharpness(float(angle)))
    return float(fine) if sharpness(float(fine)) > 1.15 * sharpness(0.0) else 0.0
