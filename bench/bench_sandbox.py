"""What the sandbox costs: the start of a child, a call, large files, a child's death, and the memory of warm children.

Run it on an idle machine: `python bench/bench_sandbox.py`. Times are the least and the median of several, in milliseconds.
"""

from __future__ import annotations

import base64
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from parsers.reader import DirectReader, Reader
from parsers.sandbox.sandbox import SandboxReader
from parsers.sandbox.walls import find_isolation
from tests.fuzz import seeds

READERS = str(Path(__file__).parent.parent / "tests" / "sandbox_readers")


def timed(what: str, act: Callable[[], object], times: int = 15) -> None:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        took.append((time.perf_counter() - started) * 1000)
    print(f"{what:62} {min(took):8.1f} {statistics.median(took):8.1f}", flush=True)


def processor_time(what: str, use: Callable[[SandboxReader], object], calls: int) -> None:
    """Processor time of a child's life, all its forks and our side counted: of its start with the first call, and of each further."""
    spent = []
    for count in (1, 1 + calls):
        before = _processor_time()
        with SandboxReader(isolate=False) as reader:  # bubblewrap keeps no account of what it ran
            for _ in range(count):
                use(reader)
            for child in [child for pool in reader._pools.values() for child in pool._idle]:
                child._channel.shutdown(socket.SHUT_RDWR)  # it leaves by itself: who is killed leaves no account
                child._process.wait()
        spent.append(_processor_time() - before)
    print(f"{what:62} {spent[0] * 1000:8.1f} {(spent[1] - spent[0]) / calls * 1000:8.1f}", flush=True)


def _processor_time() -> float:
    used = [resource.getrusage(whom) for whom in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def start(isolate: bool) -> None:
    """From nothing to the first answer."""
    with SandboxReader(isolate=isolate) as reader:
        reader.letter(b"Subject: x\n\nx\n")


def started_only(isolate: bool) -> None:
    """The child alone, which loads no parser."""
    with SandboxReader(isolate=isolate, reader="hostile_reader:HostileReader", shown=(READERS,)) as reader:
        reader.letter(b"Subject: x\n\nx\n")


def letter_of(mib: int) -> bytes:
    body = base64.encodebytes(os.urandom(mib << 20)).decode("ascii")
    head = "From: a@b.cn\nSubject: large\nContent-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\n"
    return (head + body).encode("ascii")


def memory(process: int) -> dict[str, int]:
    """Private and shared memory of a process and all below it, in MiB."""
    found = {"Private": 0, "Pss": 0}
    waiting = [process]
    while waiting:
        number = waiting.pop()
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            for wanted in found:
                if name.startswith(wanted) and name in {"Pss", "Private_Clean", "Private_Dirty"}:
                    found[wanted] += int(rest.split()[0])
        waiting += [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    return {name: kib >> 10 for name, kib in found.items()}


def main() -> None:
    isolation = find_isolation()
    print(f"{isolation.detail}; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"{'milliseconds':62} {'least':>8} {'median':>8}")
    timed("python -I -c pass", lambda: subprocess.run([sys.executable, "-I", "-c", "pass"], check=True))
    for isolate in (False, True) if isolation.bubblewrap else (False,):
        way = "bubblewrap" if isolate else "limits only"
        timed(f"start a child, first answer, no parser ({way})", lambda isolate=isolate: started_only(isolate))  # type: ignore[misc]
        timed(f"start a child, first letter ({way})", lambda isolate=isolate: start(isolate), 7)  # type: ignore[misc]
    small = seeds.letters()[0]
    print(f"{'processor time, milliseconds':62} {'first':>8} {'further':>8}")
    processor_time("letter of 2 kB", lambda reader: reader.letter(small), 60)
    processor_time("a .docx", lambda reader: reader.read("a.docx", seeds.docx()), 60)
    processor_time("eight .docx", lambda reader: reader.read_many([("a.docx", seeds.docx())] * 8), 20)
    print(f"{'milliseconds':62} {'least':>8} {'median':>8}")
    direct: Reader = DirectReader()
    with SandboxReader() as reader:
        pairs: list[tuple[str, Reader]] = [("direct", direct), ("sandbox", reader)]
        for way, each in pairs:
            for _ in range(3):  # libraries loaded
                each.letter(small)
                each.read_many([("a.docx", seeds.docx()), ("b.xlsx", seeds.xlsx()), ("c.pdf", seeds.pdf())])
            timed(f"letter of 2 kB ({way})", lambda each=each: each.letter(small), 40)  # type: ignore[misc]
            timed(f"a .docx ({way})", lambda each=each: each.read("a.docx", seeds.docx()), 40)  # type: ignore[misc]
            files = [(f"{number}.docx", seeds.docx()) for number in range(8)]
            timed(f"eight .docx at once ({way})", lambda each=each, files=files: each.read_many(files), 15)  # type: ignore[misc]
        large = letter_of(50)
        loose = [("a.bin", os.urandom(50 << 20))]
        for way, each in pairs:
            timed(f"letter with a file of 50 MiB ({way})", lambda each=each: each.letter(large), 5)  # type: ignore[misc]
            timed(f"unpack: a loose file of 50 MiB ({way})", lambda each=each: each.unpack(loose), 5)  # type: ignore[misc]
        (child,) = reader._pools["parse"]._idle
        print(f"memory of the warm parse child, MiB: {memory(child._process.pid)}")
        picture = seeds.pictures()[0]
        timed("scan of a small picture, first (sandbox)", lambda: reader.scan("a.png", picture), 1)
        timed("scan of a small picture, warm (sandbox)", lambda: reader.scan("a.png", picture), 10)
        (child,) = reader._pools["scan"]._idle
        print(f"memory of the warm scan child, MiB: {memory(child._process.pid)}")
    with SandboxReader(reader="hostile_reader:HostileReader", shown=(READERS,)) as hostile:
        timed("a document that kills its child twice, to its refusal", lambda: hostile.read("a.docx", b"crash SIGKILL"))
        timed("the next document, in a fresh child", lambda: (hostile.read("a", b"crash SIGKILL"), hostile.read("a", b"x")))


if __name__ == "__main__":
    main()
