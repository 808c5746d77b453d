"""How a parser's child process is walled in: bubblewrap where it works, limits of the process everywhere.

In bubblewrap the child has no network, no capability, process ids of its own, and a file system of its own: the system's
libraries, Python, this package and the fonts to read, a small /tmp of its own in memory to write, nothing else. Without
bubblewrap (not installed, or the container forbids user namespaces) it has a scrubbed environment, limits of memory,
processor time and file size, and a folder of its own; it could then still read what its user may read.
"""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from parsers.limits import OCR_THREADS, Limits

MIB = 1 << 20
PACKAGE = Path(__file__).resolve().parents[1]
BOOT = "import sys; sys.path.append(sys.argv[1]); from parsers.sandbox.child import main; main(sys.argv[2])"
"""Not `-m`: with -I a checkout that is not installed would not be found."""

OFFICE_VARIABLE = "SHENBAO_SOFFICE"
"""Names a LibreOffice that is not on the PATH (see `legacy`)."""

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
READ_ONLY = (
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/localtime",
    "/etc/libreoffice",
    "/etc/mime.types",
    "/var/cache/fontconfig",
    "/sys/devices/system/cpu",
)
"""What Python, LibreOffice and fontconfig read outside /usr; the processors are counted by OpenBLAS and onnxruntime."""


PROCESS_FILES = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus")
"""What of /proc would change the machine. Root writes there without any capability, and bubblewrap covers it not always."""

FIRST_USER, USERS = 61184, 4000
"""User ids for children of a root parent, each another: systemd's range for users that exist while a program runs."""


class SandboxUnavailable(Exception):
    """The sandbox can't work: a child does not start, it was closed, or bubblewrap was demanded and is not there."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What the machine offers: the path of a bubblewrap that works ("" where none does), and in words how or why not.

    `lowers`: this process is root, and children take a user id of their own inside (a root without any capability still
    writes to /proc/sys, since those files ask for the user alone).
    """

    bubblewrap: str
    detail: str
    lowers: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of children. Sizes in MiB.

    `forked`: a fresh fork of the warm child serves each request, so that nothing of one document reaches the next. `memory`
    bounds the address space, `scratch` its /tmp, `file` one file in it, `processes` its processes and threads. A child that
    has served `requests` or keeps more than `resident` is replaced. `threads`: of the numeric libraries, 0 for their own choice.
    `nice`: how far it stands back from others who want the processor.
    """

    name: str
    forked: bool
    memory: int
    scratch: int
    file: int
    processes: int
    requests: int
    resident: int
    threads: int
    nice: int


def kinds(limits: Limits) -> dict[str, Kind]:
    """The kinds of children: `parse` for all that has text, `scan` for pixels, `office` for LibreOffice's conversions.

    The two that take seconds stand back, so that a mail of text alone is answered while they are at work.
    onnxruntime and OpenCV take 1.2 GiB of address space for a page of 200 dpi, and a larger page more: twice the bound.
    """
    parse = Kind(
        name="parse",
        forked=True,
        memory=limits.parse_memory_mb,
        scratch=2 * limits.unpacked_mb,
        file=limits.unpacked_mb,
        processes=64,
        requests=5000,
        resident=limits.parse_memory_mb // 4,
        threads=1,
        nice=0,
    )
    patient = replace(parse, nice=5)
    scan = replace(
        patient, name="scan", forked=False, memory=2 * limits.parse_memory_mb, requests=200, resident=limits.parse_memory_mb, threads=0
    )
    office = replace(patient, name="office", processes=256)
    return {kind.name: kind for kind in (parse, scan, office)}


@cache
def find_isolation() -> Isolation:
    """Whether bubblewrap works here, tried once with the very arguments that children get."""
    path = shutil.which("bwrap")
    if path is None:
        return Isolation("", "bubblewrap is not installed (Debian: apt-get install bubblewrap)")
    reason = ""
    for lowers in (True, False) if os.geteuid() == 0 else (False,):
        found = Isolation(path, "bubblewrap, as a user without rights" if lowers else "bubblewrap", lowers)
        argv = [*wall(found, kinds(Limits())["parse"]), "--", sys.executable, "-I", "-S", "-c", TRIAL if lowers else ""]
        try:
            tried = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False, env=environment())
        except (OSError, subprocess.TimeoutExpired) as error:  # not executable; a system that hangs
            reason = f"bubblewrap does not run: {error}"
            continue
        if not tried.returncode:
            return found
        reason = f"bubblewrap is installed but does not work here: {tried.stderr.decode(errors='replace').strip()[-300:]}"
    return Isolation("", reason)


TRIAL = f"""
import os
os.setgroups([]); os.setresgid({FIRST_USER}, {FIRST_USER}, {FIRST_USER}); os.setresuid({FIRST_USER}, {FIRST_USER}, {FIRST_USER})
open("/tmp/tried", "w")
import zlib
"""


def wall(isolation: Isolation, kind: Kind, extra: tuple[str, ...] = ()) -> list[str]:
    """The bubblewrap command up to the program. `extra` paths are shown read-only besides the needed ones."""
    argv = [isolation.bubblewrap, "--die-with-parent", "--new-session", "--hostname", "sandbox", "--cap-drop", "ALL"]
    if isolation.lowers:  # no user namespace, in which the outer root would remain root
        argv += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        argv += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        argv += ["--unshare-all"]
    for path in SYSTEM:
        if os.path.islink(path):
            argv += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            argv += ["--ro-bind", path, path]
    argv += ["--dev", "/dev", "--size", str(MIB), "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--proc", "/proc"]
    for path in PROCESS_FILES:
        argv += ["--ro-bind-try", path, path]
    argv += ["--perms", "1777", "--size", str(kind.scratch * MIB), "--tmpfs", "/tmp"]
    shown = (*READ_ONLY, *_programs(), *extra)
    above = {str(parent) for path in shown for parent in Path(path).parents if parent != Path("/")}
    for folder in sorted(above - {"/tmp"}):
        argv += ["--perms", "0755", "--dir", folder]  # else bubblewrap makes them 0700 where they are so outside, as /root
    for path in shown:
        argv += ["--ro-bind-try", path, path]
    return [*argv, "--remount-ro", "/", "--chdir", "/tmp"]


@cache
def _programs() -> tuple[str, ...]:
    """Where Python, its packages, this package and LibreOffice lie, as far as that is not under /usr; outermost first."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.realpath(sys.executable)), str(PACKAGE)}
    places.update(path for path in sys.path if "-packages" in path)
    for name in (os.environ.get(OFFICE_VARIABLE, ""), "soffice", "libreoffice"):
        program = shutil.which(name) if name else None
        if program is not None:
            places.add(str(Path(program).resolve().parent.parent))
    outside = sorted(place for place in places if place not in {"/", ""} and not place.startswith("/usr/") and place != "/usr")
    return tuple(place for place in outside if os.path.exists(place))


def environment(kind: Kind | None = None, scratch: str = "/tmp") -> dict[str, str]:
    """All that a child sees of the environment: nothing of the parent's but the PATH, where LibreOffice is and how many threads
    OCR may use. No password, no token."""
    variables = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "TZ": "Asia/Shanghai",
        "MALLOC_ARENA_MAX": "2",  # else glibc reserves 64 MiB of address space for each thread
    }
    variables |= {name: os.environ[name] for name in (OFFICE_VARIABLE, OCR_THREADS) if name in os.environ}
    if kind is not None and kind.threads:
        variables |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(kind.threads))
    return variables


def python(settings: str) -> list[str]:
    """The command that runs the child's program with its settings."""
    return [sys.executable, "-I", "-W", "ignore", "-c", BOOT, str(PACKAGE.parent), settings]


def limit(which: int, value: int) -> None:
    """Set a limit of this process for good, soft and hard; where it already is lower, it stays."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with suppress(ValueError, OSError):  # a system that knows the limit but forbids it: the other walls remain
        resource.setrlimit(which, (value, value))


def limit_child(kind: Kind, *, alone: bool) -> None:
    """Put this process under its kind's limits. `alone`: in process ids of its own, where a count of processes is its own too."""
    os.nice(kind.nice)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, kind.file * MIB)
    limit(resource.RLIMIT_AS, kind.memory * MIB)
    limit(resource.RLIMIT_NOFILE, 512)
    if alone:
        limit_processes(kind.processes)


def limit_processes(count: int) -> None:
    """Bound processes and threads, where the kernel counts them by user namespace (Linux 5.14; not without such a namespace).

    Elsewhere the user's processes outside count too and the next thread would fail; tried, and taken back then.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (count if hard == resource.RLIM_INFINITY else min(count, hard), hard))
    try:
        trial = threading.Thread(target=int)
        trial.start()
        trial.join()
    except RuntimeError:  # can't start new thread: the bound counts the whole machine's
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
        return
    limit(resource.RLIMIT_NPROC, count)


def lower(user: int) -> None:
    """Give up root for good: become a user (and group) that owns nothing."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def readable_by_all() -> bool:
    """Whether any user can read Python and its packages: not where they lie in root's home."""
    for place in {*_programs(), os.path.dirname(os.path.realpath(sys.executable)), os.__file__}:
        for path in (Path(place), *Path(place).parents):
            if path.exists() and not path.stat().st_mode & (stat.S_IXOTH if path.is_dir() else stat.S_IROTH):
                return False
    return True
