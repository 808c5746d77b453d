"""`python -m bench.check_text [--mails N]`: processor time of judging text-only submissions, as `shenbao check` does, after start-up.

Each mail is a ZIP of Word and Excel files without scans (invented by `bot.samples`); the first few warm the process up. Goal:
under 150 ms of processor time a mail (median). Children's time (sandbox, converter) is counted.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from bot.intake.check import check_files
from bot.samples import notices
from bot.samples.package import Package, write_package

WARM_UP = 5


def text_only(rng: Random) -> Package:
    """An enterprise's submission to jsaq-2025 without its scan: two Word files and a workbook in a ZIP."""
    package = notices.jsaq(rng)
    del package.entries[0].pieces["stamped"]
    return package


def used() -> float:
    """Processor seconds of this process and its ended children."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def main() -> None:
    """Print the median, the 95th percentile, mails a second, and the peak memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=100)
    count = parser.parse_args().mails + WARM_UP
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(count):
            rng = Random(number)
            path = Path(folder, f"{number:04d}.eml")
            path.write_bytes(write_package(text_only(rng), style="foxmail", naming="gbk", rng=rng))
            paths.append(path)
        times: list[float] = []
        before, start = used(), time.perf_counter()
        for number, _outcome in enumerate(check_files(paths), start=1):
            now = used()
            times.append(now - before)
            before = now
            if number == WARM_UP:
                start = time.perf_counter()
        wall = time.perf_counter() - start
    warm = sorted(times[WARM_UP:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    p95 = warm[int(len(warm) * 0.95)]
    print(f"text-only submissions, processor time: median {statistics.median(warm) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
    print(f"{len(warm) / wall:.1f} mails a second in one process, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
