"""What a process and all its descendants use, as /proc tells it."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> dict[int, str]:
    """The process and its living descendants: each one's command line by its id."""
    children: dict[int, list[int]] = {}
    for pid, fields in _stats():
        children.setdefault(int(fields[1]), []).append(pid)
    found: dict[int, str] = {}
    queue = [root]
    while queue:
        pid = queue.pop()
        try:
            found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:  # it ended meanwhile
            continue
        queue += children.get(pid, [])
    return found


def processor_seconds(pids: Iterable[int]) -> float:
    """User and system time of the processes and of the children that they waited for."""
    wanted = set(pids)
    return sum(sum(map(int, fields[11:15])) for pid, fields in _stats() if pid in wanted) / _TICKS


def idle_seconds() -> float:
    """How long the machine's processors had nothing to do, all together."""
    return int(Path("/proc/stat").read_text(encoding="ascii").split()[4]) / _TICKS


def resident(pids: Collection[int]) -> float:
    """MiB that the processes hold; pages that several share are split among them (PSS)."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:  # it ended meanwhile
            continue
    return total / 1024


class Share:
    """A share of one processor for a process and what it starts, by the kernel's bandwidth control (cgroup v1 or v2; needs root)."""

    _PERIOD = 20_000
    """Microseconds."""

    def __init__(self, name: str, share: float) -> None:
        self._folder = Path("/sys/fs/cgroup/cpu" if Path("/sys/fs/cgroup/cpu").is_dir() else "/sys/fs/cgroup", name)
        self._folder.mkdir()
        quota = int(share * self._PERIOD)
        if self._folder.joinpath("cpu.max").exists():
            self._folder.joinpath("cpu.max").write_text(f"{quota} {self._PERIOD}")
        else:
            self._folder.joinpath("cpu.cfs_period_us").write_text(str(self._PERIOD))
            self._folder.joinpath("cpu.cfs_quota_us").write_text(str(quota))

    def take(self, pid: int) -> None:
        """Let a process that was just started, and so what it will start, have no more than this share."""
        self._folder.joinpath("cgroup.procs").write_text(str(pid))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The processes must have been ended; what they started may take a moment more."""
        until = time.monotonic() + 20
        while self._folder.joinpath("cgroup.procs").read_text() and time.monotonic() < until:
            time.sleep(0.1)
        self._folder.rmdir()


def _stats() -> Iterable[tuple[int, list[str]]]:
    """Each process's id and the fields of its `stat` after the name: state, parent, ..."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                yield int(entry.name), Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
