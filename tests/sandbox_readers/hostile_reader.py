"""A reader that does what a document's content tells it: stands for a parser that a hostile document has taken over.

Runs inside the sandbox's child. Each deed returns what came of it as a Note, so that the tests assert the outcome.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from parsers.limits import Limits
from parsers.sandbox import wire
from parsers.values import Content, Letter, Member, Note, Paragraph, Reading, Refusal, Scan, ScannedPage, Unpacked

KEPT: list[bytes] = []


def spin(argument: str) -> str:
    while True:
        pass


def sleep(argument: str) -> str:
    time.sleep(float(argument))
    return "slept"


def allocate(argument: str) -> str:
    KEPT.append(b"x" * (1 << 40))
    return "allocated"


def grow(argument: str) -> str:
    """Takes memory by the piece from C, where no MemoryError comes of it."""
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    while True:
        place = malloc(ctypes.c_size_t(32 << 20))
        if place is None:
            os.abort()
        ctypes.memset(place, 1, 32 << 20)


def leave(argument: str) -> str:
    os._exit(int(argument))


def crash(argument: str) -> str:
    os.kill(os.getpid(), getattr(signal, argument))
    return "survived"


def recurse(argument: str) -> str:
    return recurse(argument)


def fail(argument: str) -> str:
    raise LookupError(argument)


def write(argument: str) -> str:
    try:
        Path(argument).write_text("escaped", encoding="utf-8")
    except OSError as error:
        return type(error).__name__
    return "written"


def fill(argument: str) -> str:
    """Writes one file of so many MiB into the scratch folder."""
    try:
        with open("filled", "wb") as file:
            for _ in range(int(argument)):
                file.write(bytes(1 << 20))
    except OSError as error:
        return f"{type(error).__name__} at {os.path.getsize('filled') >> 20}"
    return "filled"


def read(argument: str) -> str:
    try:
        return Path(argument).read_text(encoding="utf-8", errors="replace")[:200]
    except OSError as error:
        return type(error).__name__


def listing(argument: str) -> str:
    return " ".join(sorted(os.listdir(argument)))


def connect(argument: str) -> str:
    host, _, port = argument.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=3):
            return "connected"
    except OSError as error:
        return type(error).__name__


def environment(argument: str) -> str:
    return " ".join(sorted(os.environ))


def processes(argument: str) -> str:
    return " ".join(sorted((name for name in os.listdir("/proc") if name.isdigit()), key=int))


def linger(argument: str) -> str:
    """Leaves a process that holds the socket and waits for the next mail."""
    waiter = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
    subprocess.Popen(waiter, close_fds=False, start_new_session=True, stdout=subprocess.DEVNULL)
    return "left one behind"


def lingering(argument: str) -> str:
    """How many of those are left."""
    found = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found += b"time.sleep(60)" in Path("/proc", name, "cmdline").read_bytes()
            except OSError:  # ended meanwhile, or another user's
                continue
    return str(found)


def bomb(argument: str) -> str:
    """Forks until it is not let any more."""
    count = 0
    while count < 2000:
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except OSError as error:
            return f"{type(error).__name__} after {count}"
        count += 1
    return f"forked {count}"


def remember(argument: str) -> str:
    """What earlier requests of the same child left in memory and in the scratch folder."""
    KEPT.append(argument.encode())
    with open("remembered", "ab") as file:
        file.write(b"x")
    return f"{len(KEPT)} {os.path.getsize('remembered')}"


def where(argument: str) -> str:
    return str(os.getppid())


def user(argument: str) -> str:
    return str(os.getuid())


def trace(argument: str) -> str:
    """Reads the memory of the process that waits for this one."""
    try:
        with open(f"/proc/{os.getppid()}/mem", "rb"):
            return "opened"
    except OSError as error:
        return type(error).__name__


def lie(argument: str) -> str:
    """Writes straight to the parent, as a parser that was taken over can."""
    channel = next(descriptor for descriptor in range(3, 64) if _is_socket(descriptor))
    payloads: dict[str, Callable[[], bytes]] = {
        "pickle": lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        "endless": lambda: b"\xff" * 16,
        "half": lambda: wire.pack(wire.Answer(wire.Raised("x")), wire.Answer)[0][:-3],
        "class": lambda: _frame(b'[["Popen",["x"]],0]'),
        "type": lambda: _frame(b'[["Readings",[[["Content",[1,2,3,4]]]]],0]'),
        "blob": lambda: _frame(b'[["Unpacked",[[["a",7,null]],[],[]]],0]'),
        "given": lambda: _frame(b'[["Unpacked",[[["a",-9,null]],[],[]]],0]'),
        "deep": lambda: _frame(b"[" * 200_000),
        "number": lambda: _frame(b"[" + b"9" * 100_000 + b"]"),
        "nan": lambda: _frame(b'[["Raised",[NaN]],0]'),
    }
    os.write(channel, payloads[argument]())
    time.sleep(0.2)  # a child that ends at once would be ended before the parent has read
    os._exit(0)


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def _frame(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + bytes(4) + text


DEEDS = (spin, sleep, allocate, grow, leave, crash, recurse, fail, write, fill, read, listing, connect, environment)
MORE_DEEDS = (processes, linger, lingering, bomb, remember, where, user, trace, lie)
BY_NAME: dict[str, Callable[[str], str]] = {deed.__name__: deed for deed in (*DEEDS, *MORE_DEEDS)}


def obey(data: bytes) -> str:
    deed, _, argument = data.decode("utf-8", errors="replace").partition(" ")
    return BY_NAME[deed](argument) if deed in BY_NAME else "harmless"


class HostileReader:
    """A Reader: `DEED ARGUMENT` as a file's bytes is done, any other content is harmless."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def letter(self, raw: bytes) -> Letter:
        done = obey(raw.partition(b"\n\n")[2])
        return Letter("", "read", None, (), (), (), None, None, (), (), (), "text/plain", done, "", (), ())

    def unpack(self, files: Sequence[tuple[str, bytes]]) -> Unpacked:
        return Unpacked(tuple(Member(name, data) for name, data in files), notes=tuple(Note("done", obey(data)) for _, data in files))

    def read(self, name: str, data: bytes) -> Reading:
        return Content("text", (Paragraph(obey(data)),))

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        return [self.read(name, data) for name, data in files] * (2 if b"answer twice" in [data for _, data in files] else 1)

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        done = Paragraph(obey(data))
        return Scan(tuple(ScannedPage(number, (done,), (), True, 1.0) for number in pages or (1,)))
