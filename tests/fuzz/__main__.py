"""`python -m tests.fuzz`: fuzz targets at length, or make one input again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.fuzzer import fuzz
from tests.fuzz.targets import TARGETS, find_target


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--target", action="append", choices=[target.name for target in TARGETS])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reproduce", metavar="TARGET:SEED:NUMBER")
    parser.add_argument("--output", type=Path)
    told = parser.parse_args()
    if told.reproduce:
        name, seed, number = told.reproduce.split(":")
        data = find_target(name).make(int(seed), int(number))
        if told.output:
            told.output.write_bytes(data)
        find_target(name).run(data)
        return 0
    bad = 0
    for name in told.target or [target.name for target in TARGETS]:
        report = fuzz(name, told.seconds, told.seed)
        bad += len(report.faults)
        rate = report.inputs / max(report.seconds, 0.01)
        slowest = f"slowest {report.slowest:.2f} s (:{report.slowest_number})"
        print(f"{name:11} {report.inputs:7} inputs {rate:7.0f}/s  {slowest:24} {report.resident_mb:5} MB", flush=True)
        for fault in report.faults:
            print(f"    {name}:{report.seed}:{fault.number} ({fault.times}x) {fault.what}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
