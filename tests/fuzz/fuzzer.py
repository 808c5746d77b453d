"""The fuzzer: one process a target, so that a crash in a C library is seen and named too."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from tests.fuzz.targets import find_target

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
    with tempfile.NamedTemporaryFile() as progress, tempfile.NamedTemporaryFile() as errors:
        ours, theirs = _PROCESSES.Pipe(duplex=False)
        process = _PROCESSES.Process(target=_child, args=(name, seconds, seed, progress.name, errors.name, theirs), daemon=True)
        started = time.monotonic()
        process.start()
        theirs.close()
        try:
            if ours.poll(seconds + 240):
                return ours.recv()  # type: ignore[no-any-return]
            what = "process hangs"
        except EOFError:
            process.join(10)
            what = f"process ended with {process.exitcode}: {Path(errors.name).read_text(errors='replace').strip()[-300:]}"
        finally:
            process.kill()
            process.join()
            ours.close()
        number = int(Path(progress.name).read_text() or 0)
        return Report(name, seed, number, round(time.monotonic() - started, 1), faults=[Fault(number, what)])


_PROCESSES = multiprocessing.get_context("forkserver")
"""Each target's process is forked from one that is small and has loaded what all of them need."""
_PROCESSES.set_forkserver_preload(["tests.fuzz.fuzzer", "bot.judging.judge", "bot.intake.intake"])


def _child(name: str, seconds: float, seed: int, progress: str, errors: str, answer: Connection) -> None:
    with open(progress, "r+b") as file, open(errors, "wb") as told:
        os.dup2(told.fileno(), 2)
        answer.send(fuzz_here(name, seconds, seed, file.fileno()))
