"""The fuzzer: one process a target, so that a crash in a C library is seen and named too."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from tests.fuzz.targets import TARGETS, find_target

MEMORY = 3 << 30
"""Bytes of address space of a target's process: the inputs are small, and so must be what is made of them."""


@dataclass(slots=True)
class Fault:
    """An input that no outcome was named for. `number` makes it again."""

    number: int
    what: str
    times: int = 1


@dataclass(slots=True)
class Report:
    """What came of fuzzing one target."""

    target: str
    seed: int
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_number: int = 0
    resident_mb: int = 0
    faults: list[Fault] = field(default_factory=list)


class TooSlow(BaseException):
    """Not an Exception: a parser's own `except Exception` must not swallow it."""


def fuzz_here(name: str, seconds: float, seed: int, progress: int) -> Report:
    """Fuzz a target in this very process; the number of each input is written to `progress` before it is tried."""
    target = find_target(name)
    report = Report(name, seed)
    known: dict[str, Fault] = {}
    target.seeds()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _too_slow)
    started = time.monotonic()
    least = len(target.seeds())
    while report.inputs < least or time.monotonic() - started < seconds:
        number = report.inputs
        report.inputs += 1
        data = target.make(seed, number)
        os.pwrite(progress, str(number).ljust(12).encode(), 0)
        before = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, 2 * target.seconds)
        what = ""
        try:
            target.run(data)
        except TooSlow:
            what = f"more than {2 * target.seconds} s of processor time"
        except (Exception, MemoryError) as error:  # any is a fault, and the fuzzer goes on
            place = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in place if "/parsers/" in frame.filename] or list(place)
            what = f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}: {str(error)[:150]}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - before
        if not what and took > target.seconds:
            what = f"took {took:.1f} s of processor time"
        if took > report.slowest:
            report.slowest, report.slowest_number = took, number
        if what:
            kind = what.split(": ")[0]
            if kind in known:
                known[kind].times += 1
            else:
                known[kind] = Fault(number, what)
    report.seconds = round(time.monotonic() - started, 1)
    report.slowest = round(report.slowest, 3)
    report.resident_mb = _peak_mb()
    report.faults = list(known.values())
    return report


def _peak_mb() -> int:
    """Peak resident memory of this process in MiB: VmHWM, since ru_maxrss of a child begins at its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def fuzz(name: str, seconds: float, seed: int = 1) -> Report:
    """Fuzz a target in a process of its own. A process that dies is a fault of the input it was at."""
    with tempfile.NamedTemporaryFile() as progress:
        command = [
            sys.executable,
            "-m",
            "tests.fuzz",
            "--here",
            name,
            "--seconds",
            str(seconds),
            "--seed",
            str(seed),
            "--output",
            progress.name,
        ]
        started = time.monotonic()
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=seconds + 240, check=False, cwd=Path(__file__).parent.parent.parent
            )
            what = "" if ended.returncode == 0 else f"process ended with {ended.returncode}: {ended.stderr.strip()[-300:]}"
        except subprocess.TimeoutExpired:
            what = "process hangs"
        if not what:
            told = json.loads(ended.stdout.strip().splitlines()[-1])
            return Report(**{**told, "faults": [Fault(**fault) for fault in told["faults"]]})
        number = int(Path(progress.name).read_text() or 0)
        return Report(name, seed, number, round(time.monotonic() - started, 1), faults=[Fault(number, what)])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--target", action="append", choices=[target.name for target in TARGETS])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reproduce", metavar="TARGET:SEED:NUMBER")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--here", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.here:
        with open(told.output, "r+b") as progress:
            print(json.dumps(asdict(fuzz_here(told.here, told.seconds, told.seed, progress.fileno()))))
        return 0
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
