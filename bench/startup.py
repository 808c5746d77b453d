"""`python -m bench.startup [--runs N]`: wall time of short commands from a cold interpreter, and of importing command-line kits.

Goal: `shenbao --version` under 0.2 s. The kits are measured side by side, alternating, where they are installed; argparse was
chosen by these figures (docs/dependencies.md).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "shenbao --version": ["-m", "bot", "--version"],
    "shenbao --help": ["-m", "bot", "--help"],
    "shenbao check --help": ["-m", "bot", "check", "--help"],
    "shenbao programme list": ["-m", "bot", "programme", "list"],
}
KITS = ("argparse", "click", "typer")


def seconds(arguments: list[str]) -> float:
    """Wall time of one call of this interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print median and 95th percentile a command, each run in turn with the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    calls = COMMANDS | {f"import {kit}": ["-c", f"import {kit}"] for kit in KITS if find_spec(kit)}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(runs + 1):
        for name, arguments in calls.items():
            times[name].append(seconds(arguments))
    for name, measured in times.items():
        warm = sorted(measured[1:])
        print(f"{name:24s} median {statistics.median(warm) * 1000:6.0f} ms   p95 {warm[int(len(warm) * 0.95)] * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
