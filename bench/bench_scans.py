"""Seconds a scanned page: everything `scan` does, beside plain RapidOCR on the same rendered page, in one run.

    python bench/bench_scans.py [--pages N]

Both in one process, page by page in turn, processor time and wall time; RapidOCR as it comes, from its own defaults.
Then one stamped page in a fresh process, start of the engine and all. Exit status 1 when ours takes more than 1.3 times.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from parsers.pixels.rasters import rasters
from parsers.scan.scan import scan
from parsers.values import Refusal
from tests.scans.cases import FIELD_CONDITIONS

FRESH = """
import resource, sys
from parsers.scan.scan import scan
found = scan("page.pdf", open(sys.argv[1], "rb").read())
used = resource.getrusage(resource.RUSAGE_SELF)
memory = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss is inherited
print(used.ru_utime + used.ru_stime, int(memory.split()[1]) / 1024, len(found.pages[0].seals))
"""


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(processor seconds, wall seconds)."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=6)
    given = parser.parse_args()
    condition = FIELD_CONDITIONS[1]
    files = [condition.make(random.Random(f"bench {index}"), index).data for index in range(given.pages)]

    from rapidocr import RapidOCR

    plain = RapidOCR(params={"Global.log_level": "critical"})
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for index, data in enumerate([files[0], *files]):
        opened = rasters(data)
        assert not isinstance(opened, Refusal)
        page = np.ascontiguousarray(next(iter(opened)).rgb[:, :, ::-1])
        pair = timed(lambda data=data: scan("page.pdf", data)), timed(lambda page=page: plain(page))  # type: ignore[misc]
        if index:  # the first one warms both
            ours.append(pair[0])
            theirs.append(pair[1])
    rows = [("ours, with seals and cells", ours), ("plain RapidOCR", theirs)]
    print("| a page of A4 at 200 dpi | processor s | wall s |\n|---|---|---|")
    for name, values in rows:
        print(f"| {name} | {statistics.median(v[0] for v in values):.2f} | {statistics.median(v[1] for v in values):.2f} |")
    ratio = statistics.median(v[0] for v in ours) / statistics.median(v[0] for v in theirs)
    print(f"\nratio of processor time {ratio:.2f} (goal: at most 1.3)")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(files[0])
        file.flush()
        root = Path(__file__).resolve().parent.parent
        said = subprocess.run([sys.executable, "-c", FRESH, file.name], capture_output=True, text=True, check=True, cwd=root).stdout.split()
    seconds, memory = float(said[0]), float(said[1])
    print(f"a stamped page in a fresh process: {seconds:.2f} s of processor time (goal: within 5), {memory:.0f} MiB, {said[2]} seal")
    print(f"this process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 1 if ratio > 1.3 else 0


if __name__ == "__main__":
    sys.exit(main())
