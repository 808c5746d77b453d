"""What a process and all its descendants use, as /proc tells it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

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


def _stats() -> Iterable[tuple[int, list[str]]]:
    """Each process's id and the fields of its `stat` after the name: state, parent, ..."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                yield int(entry.name), Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
