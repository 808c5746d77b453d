"""The lettering of a seal's ring: unrolled to a straight line and read."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from parsers.pixels import ocr
from parsers.pixels.ovals import Oval, unrolled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Map = NDArray[np.float32]

PIXELS_PER_MM = 8.0
PLAIN = 0.94
"""A reading worth so much is not read again in other ways: they show the same letters with more of the form between them."""
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3007]")

NAME = re.compile(CHINESE.pattern[:-1] + "()（）]")


def read_ring(rgb: NDArray[np.uint8], mm_per_pixel: float, oval: Oval, colour: bool) -> tuple[str, float]:
    """The ring's text, clockwise from the widest gap in it, and its confidence (0 to 1); ("", 0.0) where none is legible."""
    import numpy as np

    crop, moved = _window(rgb, mm_per_pixel, oval)
    layers = _layers(crop, colour)
    offsets = -np.arange(0, 0.62 * oval.b, 1 / PIXELS_PER_MM)
    middle = Oval(oval.x, oval.y, oval.a * 0.8, oval.b * 0.8, oval.turn)
    around = 2 * np.pi * ((middle.a**2 + middle.b**2) / 2) ** 0.5
    count = round(around * PIXELS_PER_MM)
    first, _ = unrolled(layers[0], mm_per_pixel, moved, offsets, count)
    band = _band(first, oval)
    if band is None:
        return "", 0.0
    spans = _spans(first[:, band[0] : band[1]])
    if not spans:
        return "", 0.0
    best = ocr.Read("", 0.0)
    for layer, margin in itertools.product(layers, (1, 4)):
        strip = first if layer is layers[0] else unrolled(layer, mm_per_pixel, moved, offsets, count)[0]
        line = _line(strip[:, max(0, band[0] - margin) : band[1] + margin], spans)
        best = max(best, *ocr.engine().read([line]), key=_worth)
        if _worth(best) >= PLAIN:
            break
    text = "".join(best.text.split()).strip("·.．-—_*★☆,，。:：'\"|/\\")
    text = text.replace("(", "（").replace(")", "）")
    if len(CHINESE.findall(text)) < 2:
        return "", 0.0
    return text, round(best.confidence, 4)


def _worth(read: ocr.Read) -> float:
    letters = len(read.text)
    return read.confidence * (len(NAME.findall(read.text)) / letters if letters else 0.0)


def _window(rgb: NDArray[np.uint8], mm_per_pixel: float, oval: Oval) -> tuple[NDArray[np.uint8], Oval]:
    left, top, right, bottom = (edge / mm_per_pixel for edge in oval.bounds())
    x1, y1 = max(0, int(left) - 8), max(0, int(top) - 8)
    x2, y2 = min(rgb.shape[1], int(right) + 9), min(rgb.shape[0], int(bottom) + 9)
    return rgb[y1:y2, x1:x2], Oval(oval.x - x1 * mm_per_pixel, oval.y - y1 * mm_per_pixel, oval.a, oval.b, oval.turn)


def _layers(crop: NDArray[np.uint8], colour: bool) -> list[Map]:
    """The seal's ink from 0 to 1, in one or two ways: by its colour alone, and with the black beneath it."""
    import numpy as np

    values = crop.astype(np.float32)
    dark = 255 - np.minimum(values[:, :, 1], values[:, :, 2])
    dark = _scaled(dark)
    if not colour:
        return [dark]
    red = values[:, :, 0] - np.maximum(values[:, :, 1], values[:, :, 2])
    return [_scaled(red), dark]


def _scaled(ink: Map) -> Map:
    import numpy as np

    low = float(np.median(ink))
    inked = ink[ink > low + 8]
    high = float(np.percentile(inked, 75)) if inked.size > 50 else low + 60
    return np.asarray(np.clip((ink - low) / max(high - low, 12.0), 0, 1), dtype=np.float32)


def _band(strip: Map, oval: Oval) -> tuple[int, int] | None:
    """First and last (exclusive) offset of the lettering, behind the ring (and a second, inner ring)."""
    import numpy as np

    share = (strip > 0.4).mean(axis=0)
    step = 1 / PIXELS_PER_MM
    depth = len(share)
    start = 0
    limit = int(min(0.2 * oval.b, 5.0) / step)
    for index in range(limit):  # behind the last offset at which ink goes round
        if share[index] > 0.62:
            start = index + 1
    while start < limit and share[start] > 0.45:
        start += 1
    body = share[start:depth]
    if body.size < 10:
        return None
    smooth = np.convolve(body, np.ones(5) / 5, mode="same")
    inked = smooth > max(0.03, 0.22 * float(smooth[: int(0.42 * oval.b / step)].max()))
    first = int(np.argmax(inked))
    last = first
    quiet = 0
    for index in range(first, len(inked)):
        if inked[index]:
            last, quiet = index, 0
        else:
            quiet += 1
            if quiet * step > 0.6 and (last - first) * step > 2.0:
                break
    first, last = start + first, start + last + 1
    if (last - first) * step < 1.6:
        return None
    most = int(0.44 * oval.b / step)
    return max(start, first - 1), min(last, first + most)


def _spans(strip: Map) -> list[tuple[int, int]]:
    """Runs of rays with lettering, clockwise from the widest gap, as (start, end); they may run past the last ray."""
    import numpy as np

    # Small print beside the ring (a registration number) does not reach as far in as letters, the foot's line not as far out.
    tall = strip.shape[1]
    middle = (strip[:, tall // 3 : tall * 3 // 4] > 0.4).sum(axis=1) >= 2
    outer = (strip[:, : tall * 3 // 10] > 0.4).sum(axis=1) >= 1
    inked = (strip > 0.35).sum(axis=1) >= 2
    count = len(inked)
    if not inked.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([inked, inked[:1]]).astype(np.int8)))
    if edges.size == 0:
        return [(0, count)]
    runs: list[tuple[int, int]] = []
    start = int(edges[0]) + 1
    doubled = np.concatenate([inked, inked])
    index = start
    while index < start + count:
        if doubled[index]:
            end = index
            while end < start + count and doubled[end]:
                end += 1
            runs.append((index, end))
            index = end
        else:
            index += 1
    zones = [np.concatenate([zone, zone]) for zone in (middle, outer)]
    merged = [run for run in _merged(runs, round(0.35 * PIXELS_PER_MM)) if all(int(zone[run[0] : run[1]].sum()) >= 2 for zone in zones)]
    if not merged:
        return []
    gaps = [(merged[(i + 1) % len(merged)][0] + (count if i + 1 == len(merged) else 0)) - merged[i][1] for i in range(len(merged))]
    first = (int(np.argmax(gaps)) + 1) % len(merged)
    turned = merged[first:] + [(start + count, end + count) for start, end in merged[:first]]
    return _main_group(turned)


def _merged(runs: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for start, end in runs:
        if result and start - result[-1][1] <= gap:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return [run for run in result if run[1] - run[0] >= 3] or result


def _main_group(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest of the groups that very wide gaps part: a second line of lettering may run along the foot."""
    gaps = [after[0] - before[1] for before, after in itertools.pairwise(spans)]
    if not gaps:
        return spans
    usual = sorted(gaps)[len(gaps) // 2]
    groups: list[list[tuple[int, int]]] = [[spans[0]]]
    for span, gap in zip(spans[1:], gaps):
        if gap > max(3.2 * usual, 9 * PIXELS_PER_MM):
            groups.append([])
        groups[-1].append(span)
    return max(groups, key=lambda group: sum(end - start for start, end in group))


def _line(strip: Map, spans: list[tuple[int, int]]) -> NDArray[np.uint8]:
    """The lettering as a straight line of dark on white, wide gaps between letters narrowed."""
    import numpy as np

    tall = strip.shape[1]
    gap = max(2, round(0.22 * tall))
    doubled = np.concatenate([strip, strip])
    blank = np.zeros((gap, tall), dtype=np.float32)
    parts = [blank]
    for index, (start, end) in enumerate(spans):
        following = spans[index + 1][0] - end if index + 1 < len(spans) else 2 * gap
        parts.append(doubled[max(0, start - 1) : end + min(following, gap) // 2])
        parts.append(blank[: max(1, min(gap, following) // 2)])
    line = np.concatenate(parts).T
    return np.asarray(255 - np.clip(line, 0, 1) * 255, dtype=np.uint8)
