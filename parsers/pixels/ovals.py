"""Ovals in millimetres on a page: points along them, pixels unrolled along them, and fits to points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

RAYS = 360


@dataclass(frozen=True, slots=True)
class Oval:
    """An ellipse: centre, half axes (a >= b), and the long axis' turn from level in radians, clockwise on the page."""

    x: float
    y: float
    a: float
    b: float
    turn: float

    def distance(self, other: Oval) -> float:
        """Between the two centres."""
        return float(((self.x - other.x) ** 2 + (self.y - other.y) ** 2) ** 0.5)

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        import math

        across = math.hypot(self.a * math.cos(self.turn), self.b * math.sin(self.turn))
        down = math.hypot(self.a * math.sin(self.turn), self.b * math.cos(self.turn))
        return self.x - across, self.y - down, self.x + across, self.y + down

    def _rays(self, count: int) -> tuple[Points, Points]:
        """Points (count, 2) evenly along the curve, clockwise from the right as the page is seen, and outward normals."""
        import numpy as np

        fine = np.linspace(0, 2 * np.pi, 1441) - self.turn
        steps = np.hypot(self.a * np.sin(fine), self.b * np.cos(fine))
        length = np.concatenate([[0.0], np.cumsum((steps[1:] + steps[:-1]) / 2)])
        t = np.interp(np.arange(count) / count * length[-1], length, fine)
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        rotate = np.array([[cos, sin], [-sin, cos]])
        points = np.column_stack([self.a * np.cos(t), self.b * np.sin(t)]) @ rotate + np.array([self.x, self.y])
        normals = np.column_stack([np.cos(t) / self.a, np.sin(t) / self.b])
        normals /= np.hypot(normals[:, 0], normals[:, 1])[:, None]
        return points, normals @ rotate

    def points(self, offset: NDArray[np.float64] | float = 0.0, count: int = RAYS) -> Points:
        """Points (count, 2) along the curve, each moved outward by `offset` (one number, or one for each)."""
        import numpy as np

        points, normals = self._rays(count)
        return np.asarray(points + normals * np.reshape(offset, (-1, 1)), dtype=np.float64)


def unrolled(
    page: NDArray[np.float32], mm_per_pixel: float, oval: Oval, offsets: NDArray[np.float64], count: int = RAYS
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The page's values along the oval: (count, len(offsets)), rays clockwise from the right, offsets outward in mm.

    The second value tells which rays meet the page on the curve itself. Beyond the page the values are 0.
    """
    import cv2
    import numpy as np

    points, normals = oval._rays(count)
    places = points[:, None, :] + normals[:, None, :] * np.asarray(offsets)[None, :, None]
    pixels = (places / mm_per_pixel - 0.5).astype(np.float32)
    values = cv2.remap(
        page,
        np.ascontiguousarray(pixels[:, :, 0]),
        np.ascontiguousarray(pixels[:, :, 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    height, width = page.shape[:2]
    x, y = points[:, 0] / mm_per_pixel, points[:, 1] / mm_per_pixel
    margin = 0.5 / mm_per_pixel
    inside = (x > margin) & (x < width - margin) & (y > margin) & (y < height - margin)
    return np.asarray(values, dtype=np.float32), np.asarray(inside, dtype=np.bool_)


def fit_circle(points: Points) -> Oval | None:
    """The circle nearest to points (n, 2), outliers left aside; None where they lie on a line or are too few."""
    import numpy as np

    for _ in range(4):
        if len(points) < 12:
            return None
        centre = points.mean(axis=0)
        moved = points - centre
        system = np.column_stack([2 * moved, np.ones(len(moved))])
        try:
            solved = np.linalg.lstsq(system, (moved**2).sum(axis=1), rcond=None)[0]
        except np.linalg.LinAlgError:  # no convergence, on not-a-number alone
            return None
        square = float(solved[2] + solved[0] ** 2 + solved[1] ** 2)
        if square <= 0:
            return None
        radius = square**0.5
        rest = np.abs(np.hypot(moved[:, 0] - solved[0], moved[:, 1] - solved[1]) - radius)
        kept = rest <= max(0.35, 2.5 * float(np.median(rest)))
        found = Oval(float(centre[0] + solved[0]), float(centre[1] + solved[1]), radius, radius, 0.0)
        if kept.all():
            return found
        points = points[kept]
    return found


def fit_oval(points: Points) -> Oval | None:
    """The ellipse nearest to points (n, 2) that go round it, outliers left aside; None where no ellipse fits."""
    import cv2
    import numpy as np

    found: Oval | None = None
    for _ in range(3):
        if len(points) < 30:
            return found
        (x, y), (wide, high), angle = cv2.fitEllipseDirect(points.astype(np.float32))
        if not (np.isfinite([x, y, wide, high]).all() and min(wide, high) > 1):
            return found
        turn = angle if wide >= high else angle + 90
        found = Oval(float(x), float(y), max(wide, high) / 2, min(wide, high) / 2, float(np.radians(turn)))
        moved = points - np.array([x, y])
        cos, sin = np.cos(found.turn), np.sin(found.turn)
        along, across = moved @ np.array([cos, sin]), moved @ np.array([-sin, cos])
        rest = np.abs(np.hypot(along / found.a, across / found.b) - 1) * (found.a + found.b) / 2
        kept = rest <= max(0.35, 2.5 * float(np.median(rest)))
        if kept.all():
            return found
        points = points[kept]
    return found
