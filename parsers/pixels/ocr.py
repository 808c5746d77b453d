"""Pixels to text: PP-OCR's detection and recognition models on onnxruntime, loaded once a process.

The models are those inside the rapidocr wheel; its own pipeline is not used, since it cuts its lines from the page that
was made small for detection (ours come from the full page), copies more, and lets onnxruntime's threads spin, which costs
twice the processor time. No network is ever touched.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsers.limits import OCR_THREADS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DETECTION, RECOGNITION = "*det_small.onnx", "*rec_small.onnx"
DETECTION_SIDE = 1280
THRESHOLD, BOX_THRESHOLD, UNCLIP = 0.3, 0.5, 1.6
LINE_HEIGHT = 48
SHORTEST = 160
"""Shorter lines are filled up to it: a single "40" without room behind it is read as "40T"."""
BATCH = 6
MARGIN = 24
BARE = 225
"""Paper that is at least so bright, of 255, has no text on it."""


class ModelsMissing(RuntimeError):
    """The models are not where the rapidocr wheel puts them: the installation is broken, not the document."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Read:
    """A line's text and its confidence, 0 to 1."""

    text: str
    confidence: float


def model_files() -> tuple[Path, Path]:
    """The detection and the recognition model; ModelsMissing where the wheel lacks them."""
    spec = find_spec("rapidocr")
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        folder = Path(place) / "models"
        detection, recognition = sorted(folder.glob(DETECTION)), sorted(folder.glob(RECOGNITION))
        if detection and recognition:
            return detection[-1], recognition[-1]
    raise ModelsMissing(f"no OCR models under {', '.join(places) or 'rapidocr, which is not installed'}: reinstall rapidocr")


class Engine:
    """Both models in memory. One thread at a time uses it; onnxruntime's own threads are bounded and sleep when idle."""

    def __init__(self, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = False  # pages differ in size: the arena would keep the largest of each
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        detection, recognition = model_files()
        provider = ["CPUExecutionProvider"]
        self._detection = onnxruntime.InferenceSession(str(detection), options, providers=provider)
        self._recognition = onnxruntime.InferenceSession(str(recognition), options, providers=provider)
        letters = self._recognition.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._letters: list[str] = ["", *letters, " "]
        self._lock = threading.Lock()

    def detect(self, grey: NDArray[np.uint8], side: int = DETECTION_SIDE) -> list[Area]:
        """Where lines of text stand on a page of shape (height, width), upright: axis-parallel areas, top to bottom."""
        import cv2
        import numpy as np

        height, width = grey.shape
        ratio = min(1.0, side / max(height, width))
        size = max(1, round(width * ratio)), max(1, round(height * ratio))
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8) if ratio < 1 else grey
        left, top, part = _inked(small)
        if part.size == 0:
            return []
        # Bare paper around the part brings it to the multiples of 32 that the model wants.
        plane = np.ones(tuple(max(32, -(-length // 32) * 32) for length in part.shape), dtype=np.float32)
        plane[: part.shape[0], : part.shape[1]] = part.astype(np.float32) / 127.5 - 1.0
        batch = np.ascontiguousarray(np.broadcast_to(plane, (1, 3, *plane.shape)))
        with self._lock:
            map_ = self._run(self._detection, batch)[0, 0]
        return _areas(map_, (left, top), width / size[0], height / size[1], width, height)

    def read(self, crops: Sequence[NDArray[np.uint8]]) -> list[Read]:
        """The text of each crop: one line of text, shape (height, width), of any size."""
        import numpy as np

        result = [Read("", 0.0)] * len(crops)
        prepared = [_line(crop) for crop in crops]
        # The model's time goes with the width alone: lines of one width go together, and none is filled up to a longer one.
        widths = [max(SHORTEST, -(-line.shape[1] // 32) * 32) for line in prepared]
        order = sorted(range(len(crops)), key=lambda index: widths[index])
        for chosen in _batches(order, widths):
            width = widths[chosen[0]]
            batch = np.zeros((len(chosen), 3, LINE_HEIGHT, width), dtype=np.float32)
            for row, index in enumerate(chosen):
                batch[row, :, :, : prepared[index].shape[1]] = prepared[index]
            with self._lock:
                scores = self._run(self._recognition, batch)
            for row, index in enumerate(chosen):
                result[index] = self._decode(scores[row])
        return result

    def _decode(self, scores: NDArray[np.float32]) -> Read:
        """CTC: the best class of each step, repeats and blanks taken out. `scores` has shape (steps, classes)."""
        best = scores.argmax(axis=1)
        letters: list[str] = []
        sureness: list[float] = []
        previous = 0
        for step, index in enumerate(best.tolist()):
            if index and index != previous:
                letters.append(self._letters[index] if index < len(self._letters) else "")
                sureness.append(float(scores[step, index]))
            previous = index
        if not letters:
            return Read("", 0.0)
        return Read("".join(letters).strip(), sum(sureness) / len(sureness))

    @staticmethod
    def _run(session: Any, batch: NDArray[np.float32]) -> Any:
        return session.run(None, {session.get_inputs()[0].name: batch})[0]


def _line(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A crop as the recognition model wants it: 48 high, at most 2400 wide, values from -1 to 1."""
    import cv2
    import numpy as np

    height, width = crop.shape
    across = min(2400, max(8, -(-width * LINE_HEIGHT // max(height, 1))))
    shrinking = height > LINE_HEIGHT * 1.5
    resized = cv2.resize(crop, (across, LINE_HEIGHT), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
    return np.asarray(resized.astype(np.float32) / 127.5 - 1.0, dtype=np.float32)


def _batches(order: Sequence[int], widths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes, sorted by their widths, in groups of one width and at most BATCH."""
    for _, group in groupby(order, key=lambda index: widths[index]):
        indexes = list(group)
        for start in range(0, len(indexes), BATCH):
            yield indexes[start : start + BATCH]


def _inked(grey: NDArray[np.uint8]) -> tuple[int, int, NDArray[np.uint8]]:
    """Left, top and the pixels of the part of a page that is not bare, with a margin: text is sought nowhere else."""
    import numpy as np

    inked = grey < BARE
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if rows.size == 0:
        return 0, 0, grey[:0, :0]
    top, left = max(0, int(rows[0]) - MARGIN), max(0, int(columns[0]) - MARGIN)
    return left, top, grey[top : int(rows[-1]) + 1 + MARGIN, left : int(columns[-1]) + 1 + MARGIN]


def _areas(map_: NDArray[np.float32], corner: tuple[int, int], across: float, down: float, width: int, height: int) -> list[Area]:
    """The areas of differentiable binarisation's map, grown back to the full height of their letters.

    `corner`: the map's left and top on the small page, of which a pixel has `across` by `down` of the page's.
    """
    import cv2
    import numpy as np

    mask = cv2.dilate((map_ > THRESHOLD).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas: list[Area] = []
    for contour in contours[:2000]:
        left, top, wide, high = cv2.boundingRect(contour)
        if min(wide, high) < 3:
            continue
        inside = np.zeros((high, wide), dtype=np.uint8)
        cv2.drawContours(inside, [contour], -1, 1, thickness=-1, offset=(-left, -top))
        if cv2.mean(map_[top : top + high, left : left + wide], mask=inside)[0] < BOX_THRESHOLD:
            continue
        grow = wide * high * UNCLIP / (2 * (wide + high))
        left, top = left + corner[0], top + corner[1]
        areas.append(
            Area(
                max(0, int((left - grow) * across)),
                max(0, int((top - grow) * down)),
                min(width, round((left + wide + grow) * across)),
                min(height, round((top + high + grow) * down)),
            )
        )
    return sorted(areas, key=lambda area: (area.top, area.left))


def count_threads() -> int:
    """Threads for one page: what SHENBAO_OCR_THREADS says, else two where two pages side by side would not fill the processors.

    A second thread makes a page quicker but dearer, by a twentieth to a sixth of its processor time.
    """
    allowed = os.environ.get(OCR_THREADS, "")
    return int(allowed) if allowed.isdigit() and int(allowed) > 0 else max(1, min(2, (os.cpu_count() or 1) // 2))


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The process's engine, loaded when first asked for."""
    return Engine(count_threads())
