"""Pixels to seals: round and oval rings of red ink with lettering along them, however faint, turned or cut off.

Found in three steps, cheap ones first. *Where*: the page's redness, made small, is matched with rings of every radius a
seal has (by FFT), and clusters of red are fitted with ovals. *Is there a ring*: around each candidate the redness is
unrolled; a ring must show at most angles that lie on the page. *Is it a seal*: lettering must run along the inside; a disc
(no-entry sign, logo), a circle drawn around words and a line of red heading have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parsers.pixels.ovals import Oval, fit_circle, fit_oval, unrolled
from parsers.values import Box, Seal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.float32]

COARSE_MM, FINE_MM = 0.8, 0.25
RADII_MM = (13.0, 30.0)
"""Official seals measure 38 to 50 mm across, special-purpose ones from 28 mm, a few 58 mm."""
LOOSE_RADII_MM = (8.0, 36.0)
"""Where the page's size is only assumed."""
LONGEST_MM = 64.0
CANDIDATES = 6
THICKEST_MM = 2.5
"""Rings of seals are 0.8 to 1.5 mm wide, blurred a little more; those of traffic signs are wider."""
RINGED, GREY_RINGED = 0.62, 0.85
"""Least share of the visible angles at which the ring must show."""
VISIBLE = 0.34
"""Least share of the ring that must lie on the page."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """A ring seen: its curve, at which share of its angles, how much of it is on the page, its mean ink."""

    oval: Oval
    coverage: float
    visible: float
    ink: float


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page as one layer of ink (0 to 255) at a coarse and a fine scale, and the ink's noise."""

    coarse: Map
    fine: Map
    noise: float


def find_seals(rgb: NDArray[np.uint8], mm_per_pixel: float, *, colour: bool = True, sized: bool = True) -> tuple[Seal, ...]:
    """The seals on a page of shape (height, width, 3), from top to bottom; boxes in millimetres, cut at the page's edges.

    The text of a seal that the edge cuts is a part of it, with a confidence of at most 0.5.
    `colour` False: the page can't show red, and rings are looked for by shape alone (`Seal.colour` is then "grey").
    `sized` False: the scale is only assumed, so that sizes are judged loosely.
    """
    from parsers.seals.sealtext import read_ring

    seals = []
    for ring in _rings(rgb, mm_per_pixel, colour, sized):
        text, confidence = read_ring(rgb, mm_per_pixel, ring.oval, colour)
        if ring.visible < 0.92:  # a part of a name looks like another name
            confidence = round(min(0.5, confidence * ring.visible), 4)
        shape = "oval" if ring.oval.b < 0.86 * ring.oval.a else "round"
        left, top, right, bottom = ring.oval.bounds()
        page_width, page_height = rgb.shape[1] * mm_per_pixel, rgb.shape[0] * mm_per_pixel
        box = Box(round(max(0.0, left), 2), round(max(0.0, top), 2), round(min(page_width, right), 2), round(min(page_height, bottom), 2))
        seals.append(Seal(box, shape, "red" if colour else "grey", text, confidence))
    return tuple(sorted(seals, key=lambda seal: (seal.box.top, seal.box.left)))


def find_ovals(rgb: NDArray[np.uint8], mm_per_pixel: float, *, colour: bool, sized: bool) -> tuple[Oval, ...]:
    """The curves of the seals that `find_seals` finds, without reading them."""
    return tuple(ring.oval for ring in _rings(rgb, mm_per_pixel, colour, sized))


def _rings(rgb: NDArray[np.uint8], mm_per_pixel: float, colour: bool, sized: bool) -> list[_Ring]:
    sheet = _sheet(rgb, mm_per_pixel, colour)
    if sheet is None:
        return []
    least, most = RADII_MM if sized else LOOSE_RADII_MM
    found: list[_Ring] = []
    for oval in _candidates(sheet, least, most):
        ring = _ring(sheet, oval, colour)
        if (
            ring is not None
            and ring.oval.b >= 0.9 * least
            and ring.oval.a <= max(1.1 * most, LONGEST_MM / 2)
            and _lettered(sheet, ring, colour)
        ):
            found.append(ring)
    rings: list[_Ring] = []
    for ring in sorted(found, key=lambda ring: (-round(ring.coverage, 1), -ring.oval.b)):
        if not any(_overlap(ring.oval, other.oval) > 0.25 for other in rings):
            rings.append(ring)
    return rings


# --- where -------------------------------------------------------------------------------------------------------


def _sheet(rgb: NDArray[np.uint8], mm_per_pixel: float, colour: bool) -> _Sheet | None:
    """The page's red (or, without colour, dark) ink; None where there is too little of it for a seal."""
    import cv2
    import numpy as np

    factor = min(1.0, mm_per_pixel / FINE_MM)
    if min(rgb.shape[:2]) * factor < 1:  # a line of pixels
        return None
    small = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else rgb
    if colour:
        values = small.astype(np.float32)
        redness = values[:, :, 0] - np.maximum(values[:, :, 1], values[:, :, 2])
        ink = np.asarray(redness - float(np.median(redness)), dtype=np.float32)
    else:
        grey = np.asarray(small[:, :, 1])
        ground = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((31, 31), np.uint8)).astype(np.float32)
        ink = np.asarray((1 - grey.astype(np.float32) / np.maximum(ground, 1)) * 255, dtype=np.float32)
    height, width = ink.shape
    coarse_size = (max(1, round(width * FINE_MM / COARSE_MM)), max(1, round(height * FINE_MM / COARSE_MM)))
    coarse = cv2.resize(ink, coarse_size, interpolation=cv2.INTER_AREA)
    deviation = np.abs(coarse - np.median(coarse))
    noise = max(1.0, 1.48 * float(np.median(deviation[::2, ::2])))
    threshold = max(4.0, 3 * noise)
    if float((coarse > threshold).sum()) * COARSE_MM**2 < 40:
        return None
    return _Sheet(np.asarray(coarse, dtype=np.float32), np.asarray(np.clip(ink, -40, 255), dtype=np.float32), noise)


def _candidates(sheet: _Sheet, least: float, most: float) -> Iterator[Oval]:
    """Where a ring may be, the likelier first."""
    found = _by_rings(sheet, least, most)
    yield from (oval for _, oval in sorted(found, key=lambda pair: -pair[0])[:CANDIDATES])
    yield from _by_outlines(sheet, least, most)


def _by_rings(sheet: _Sheet, least: float, most: float) -> list[tuple[float, Oval]]:
    """Circles whose ring has ink and whose outside has little: peaks of a correlation with rings, radius by radius."""
    import cv2
    import numpy as np

    threshold = max(4.0, 3 * sheet.noise)
    ink = np.clip(sheet.coarse / (3 * threshold), 0, 1)
    # Wide areas of red (a cover, a band) are no ring; thin strokes stay.
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    ink = ink - cv2.morphologyEx(ink, cv2.MORPH_OPEN, disc)
    rows, columns = np.flatnonzero((ink > 0.3).any(axis=1)), np.flatnonzero((ink > 0.3).any(axis=0))
    if rows.size == 0 or columns.size == 0:
        return []
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    pad = round(most / COARSE_MM) + 3
    height, width = ink.shape
    framed = cv2.copyMakeBorder(np.ascontiguousarray(ink[top:bottom, left:right]), pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    size = (cv2.getOptimalDFTSize(framed.shape[0] + 2 * pad), cv2.getOptimalDFTSize(framed.shape[1] + 2 * pad))
    spectrum = np.fft.rfft2(framed, size)
    best = np.zeros(framed.shape, dtype=np.float32)
    radius = np.zeros(framed.shape, dtype=np.float32)
    ys, xs = np.mgrid[-pad : pad + 1, -pad : pad + 1]
    reach = np.hypot(ys, xs) * COARSE_MM
    for r in np.arange(least, most + 0.1, COARSE_MM):
        ring = np.clip(1.2 - np.abs(reach - r) / COARSE_MM, 0, 1)
        outside = np.clip(1.5 - np.abs(reach - r - 3.2) / COARSE_MM, 0, 1)
        kernel = ring / ring.sum() - 0.6 * outside / outside.sum()
        score = np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(kernel, size)), size)
        score = np.roll(score, (pad, pad), axis=(0, 1))[: framed.shape[0], : framed.shape[1]]
        better = score > best
        best[better], radius[better] = score[better], r
    # Rings partly off the page have less to show: raised by the part that lies on it.
    yy, xx = np.mgrid[0 : framed.shape[0], 0 : framed.shape[1]]
    x_mm, y_mm = (xx - pad + left) * COARSE_MM, (yy - pad + top) * COARSE_MM
    seen = _seen(x_mm, width * COARSE_MM, radius) * _seen(y_mm, height * COARSE_MM, radius)
    best = np.where(seen > VISIBLE - 0.06, best / np.maximum(seen, 0.3), 0).astype(np.float32)
    found = []
    for _ in range(3 * CANDIDATES):
        y, x = (int(value) for value in np.unravel_index(int(best.argmax()), best.shape))
        if best[y, x] < 0.22:
            break
        r = float(radius[y, x])
        found.append((float(best[y, x]), Oval(float(x_mm[y, x]) + COARSE_MM / 2, float(y_mm[y, x]) + COARSE_MM / 2, r, r, 0.0)))
        cv2.circle(best, (x, y), round(5 / COARSE_MM), 0, thickness=-1)
    return found


def _seen(place: NDArray[np.float64], extent: float, radius: Map) -> NDArray[np.float64]:
    """The share of a circle's ring between 0 and `extent` along one axis, for centres at `place`."""
    import numpy as np

    safe = np.maximum(radius, 1.0)
    before = np.arccos(np.clip(place / safe, -1, 1)) / np.pi
    after = np.arccos(np.clip((extent - place) / safe, -1, 1)) / np.pi
    return np.asarray(np.clip(1 - before - after, 0, 1), dtype=np.float64)


def _by_outlines(sheet: _Sheet, least: float, most: float) -> Iterator[Oval]:
    """Ovals fitted around clusters of red of a seal's size."""
    import cv2
    import numpy as np

    mask = (sheet.coarse > max(4.0, 3 * sheet.noise)).astype(np.uint8)
    for span in (3, 5):
        joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (span, span)))
        contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:4]:
            hull = cv2.convexHull(contour)
            if len(hull) < 8:
                continue
            (x, y), (wide, high), angle = cv2.fitEllipse(hull)
            a, b = max(wide, high) / 2 * COARSE_MM, min(wide, high) / 2 * COARSE_MM
            if b < 0.7 * least or a > 1.2 * max(most, LONGEST_MM / 2) or b < 0.45 * a:
                continue
            turn = angle if wide >= high else angle + 90
            yield Oval((x + 0.5) * COARSE_MM, (y + 0.5) * COARSE_MM, a - 0.4, b - 0.4, float(np.radians(turn)))


# --- is there a ring ---------------------------------------------------------------------------------------------


def _ring(sheet: _Sheet, oval: Oval, colour: bool) -> _Ring | None:
    """The ring near a candidate, its curve fitted to the ink; None where none shows at enough angles."""
    import numpy as np

    for window in (3.0, 1.8, 1.2):
        depths = np.arange(-window, window + 0.01, 0.2)
        profile, inside = unrolled(sheet.fine, FINE_MM, oval, depths)
        if float(inside.mean()) < VISIBLE:
            return None
        smooth = _along(profile, 7)
        weighted = smooth * np.exp(-((depths / window) ** 2))[None, :]
        ridge = weighted.argmax(axis=1)
        height = smooth[np.arange(len(ridge)), ridge]
        strong = inside & (height > max(3.0 * sheet.noise, 3.0, 0.35 * float(np.median(height[inside]))))
        if strong.sum() < 0.3 * inside.sum():
            return None
        points = oval.points(offset=depths[ridge])[strong]
        whole = float(strong.mean()) > 0.6 and float(inside.mean()) > 0.8
        if whole and (oval.b < 0.9 * oval.a or window < 3):
            fitted = fit_oval(points) or fit_circle(points)
        else:
            fitted = fit_circle(points) if oval.b > 0.9 * oval.a else oval
        if fitted is None or fitted.distance(oval) > 5 or not 0.8 < fitted.a / oval.a < 1.25 or fitted.b < 0.5 * fitted.a:
            return None
        oval = fitted
    return _measured(sheet, oval, colour)


def _along(profile: Map, span: int) -> Map:
    """The profile smoothed along its angles, which go round."""
    import numpy as np

    padded = np.concatenate([profile[-span:], profile, profile[:span]])
    sums = np.cumsum(padded, axis=0)
    width = span
    return np.asarray(
        (
            sums[span + width // 2 : span + width // 2 + len(profile)]
            - sums[span + width // 2 - width : span + width // 2 - width + len(profile)]
        )
        / width
    )


def _measured(sheet: _Sheet, oval: Oval, colour: bool) -> _Ring | None:
    import numpy as np

    depths = np.arange(-3.0, 3.01, 0.2)
    profile, inside = unrolled(sheet.fine, FINE_MM, oval, depths)
    on = profile[:, np.abs(depths) <= 0.7].max(axis=1)
    outside = profile[:, (depths >= 1.6) & (depths <= 3.0)].mean(axis=1)
    sectors = np.arange(len(on)) // 6
    shown, seen, inks = 0, 0, []
    for sector in range(int(sectors[-1]) + 1):
        chosen = (sectors == sector) & inside
        if chosen.sum() < 3:
            continue
        seen += 1
        inks.append(float(on[chosen].mean()) - max(0.0, float(outside[chosen].mean())))
    usual = float(np.median([ink for ink in inks if ink > 0] or [0.0]))
    floor = max(2.2 * sheet.noise, 3.0, 0.3 * usual) if colour else max(0.35 * usual, 25.0)
    shown = sum(ink > floor for ink in inks)
    if seen == 0 or usual <= 0:
        return None
    coverage = shown / seen
    if coverage < (RINGED if colour else GREY_RINGED) or _thickness(profile[inside]) > THICKEST_MM:
        return None
    return _Ring(oval, coverage, float(inside.mean()), usual)


def _thickness(profile: Map) -> float:
    """Millimetres of the ring across, from rays (n, offsets 0.2 mm apart) through it: where the mean ink is above half."""
    import numpy as np

    mean = profile.mean(axis=0)
    peak = int(np.argmax(mean))
    above = mean > mean[peak] / 2
    first = last = peak
    while first > 0 and above[first - 1]:
        first -= 1
    while last + 1 < len(above) and above[last + 1]:
        last += 1
    return (last - first + 1) * 0.2


# --- is it a seal ------------------------------------------------------------------------------------------------


def _overlap(a: Oval, b: Oval) -> float:
    """The common part of two ovals' boxes as a share of the smaller one."""
    l1, t1, r1, b1 = a.bounds()
    l2, t2, r2, b2 = b.bounds()
    common = max(0.0, min(r1, r2) - max(l1, l2)) * max(0.0, min(b1, b2) - max(t1, t2))
    return common / max(1e-6, min((r1 - l1) * (b1 - t1), (r2 - l2) * (b2 - t2)))


def _lettered(sheet: _Sheet, ring: _Ring, colour: bool) -> bool:
    """True where lettering runs along the inside of the ring: strokes and gaps over a good part of it, no solid disc.

    Behind the lettering a seal is nearly empty, before its star or emblem; words that happen to lie in a circle are not.
    Without colour a form's own text may stand there, and the ring alone must tell.
    """
    import numpy as np

    reach = ring.oval.b
    depths = np.arange(-0.62 * reach, -1.3, 0.25)
    profile, inside = unrolled(sheet.fine, FINE_MM, ring.oval, depths)
    inked = profile > max(2.5 * sheet.noise, 2.5, 0.25 * ring.ink)
    letters, behind = inked[:, depths > -0.42 * reach], inked[:, depths < -0.45 * reach]
    fill, deep = float(inked[inside].mean()), float(behind[inside].mean())
    if float(letters[inside].mean()) < 0.015 or fill > 0.5 or deep > (0.6 if not colour else 0.35 if ring.coverage >= 0.92 else 0.2):
        return False
    if colour and ring.coverage < 0.75 and fill > 0.2:
        return False
    rays = len(inside) // 60
    tall = letters.sum(axis=1) * 0.25  # mm of ink along each ray
    seen = inside.reshape(-1, rays).mean(axis=1) > 0.5
    written = (tall.reshape(-1, rays).max(axis=1) > 0.6) & seen
    return float(written.sum()) >= 0.22 * float(seen.sum())
