"""The parent's side of sandboxed children: starting, asking, ending them, and a small pool of each kind."""

from __future__ import annotations

import itertools
import os
import queue
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from parsers.sandbox import wire
from parsers.sandbox.child import DONE, LEAVING, READY, Settings
from parsers.sandbox.walls import (
    FIRST_USER,
    MIB,
    USERS,
    Kind,
    SandboxUnavailable,
    environment,
    find_isolation,
    python,
    readable_by_all,
    wall,
)

START_SECONDS = 60.0
"""Within which a child must say that it is ready: 0.1 s on an idle machine, far more on one that swaps."""
QUIET_SECONDS = 30.0
LAST_WORDS = 400
NUMBERS = itertools.count()


class ChildDied(Exception):
    """A child died, or was ended for what it did, in the middle of a request; says of what."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How children of a kind are started. `reader`: `module:class`; `shown`: further paths that they may read."""

    kind: Kind
    reader: str
    seconds: int
    isolate: bool
    shown: tuple[str, ...]
    bounds: wire.Bounds


class Spawner:
    """One thread that starts all children, and lives as long as they: Linux kills a child when the thread that started it ends.

    (PR_SET_PDEATHSIG, which bubblewrap's --die-with-parent uses too, means the parent thread, not its process.)
    """

    def __init__(self, on_quiet: Callable[[], None]) -> None:
        self._on_quiet = on_quiet
        self._tasks: queue.SimpleQueue[tuple[Future[Child], Recipe] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, recipe: Recipe) -> Child:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox-spawner", daemon=True)
                self._thread.start()
        future: Future[Child] = Future()
        self._tasks.put((future, recipe))
        return future.result()

    def close(self) -> None:
        self._tasks.put(None)

    def _run(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=QUIET_SECONDS)
            except queue.Empty:
                self._on_quiet()
                continue
            if task is None:
                return
            future, recipe = task
            try:
                future.set_result(Child(recipe))
            except Exception as error:  # whatever hinders the start is the asker's to hear, and this thread must live on
                future.set_exception(error)


class Child:
    """A running child. One request at a time."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.ready = False
        self._words = ""
        self.idle_since = time.monotonic()
        alone = recipe.isolate
        self._folder = None if alone else tempfile.mkdtemp(prefix="sandbox-")
        scratch = self._folder or "/tmp"
        self._channel, theirs = socket.socketpair()
        self._control, control = os.pipe()
        self._errors = os.memfd_create("stderr")  # bounded by the child's own limit of file size
        for end in (self._channel, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MIB)
        isolation = find_isolation()
        lowers = isolation.lowers if alone else os.geteuid() == 0 and readable_by_all()
        user = FIRST_USER + next(NUMBERS) % USERS if lowers else 0
        if self._folder is not None and user:
            os.chown(self._folder, user, user)
        settings = Settings(theirs.fileno(), control, recipe.reader, recipe.kind, alone, recipe.seconds, scratch, user, recipe.shown)
        command = python(wire.pack(settings, Settings)[0][8:].decode())
        if alone:
            command = [*wall(isolation, recipe.kind, recipe.shown), "--", *command]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                cwd=scratch if not alone else "/",
                env=environment(recipe.kind, scratch),
                pass_fds=(theirs.fileno(), control),
                start_new_session=True,
            )
        except OSError as error:  # no memory, no process left, no descriptor left
            self._release()
            raise SandboxUnavailable(f"a parser's child process can't be started: {error}") from error
        finally:
            theirs.close()
            os.close(control)

    def ask(self, request: wire.Request) -> wire.Answer:
        """The child's answer. Raises ChildDied within the recipe's seconds (and the time of a start), however it behaves."""
        if not self.ready:
            self._await_start()
        deadline = time.monotonic() + self.recipe.seconds
        given = [data for _, data in request.files]
        pieces = wire.pack(request, wire.Request, bounds=wire.Bounds(data=1 << 40))
        try:
            wire.send(self._channel, pieces, deadline)
            text, sent = wire.receive(self._channel, self.recipe.bounds, deadline)
            answer: wire.Answer = wire.unpack(text, sent, wire.Answer, given)
            state = self._state(deadline + 5)  # the end of a large process takes its time too
        except TimeoutError:
            self.end()
            raise ChildDied(f"was not done within {self.recipe.seconds} s") from None
        except wire.WireError as error:
            self.end()
            raise ChildDied(f"answered nonsense: {error}") from error
        except wire.LostError:
            raise ChildDied(self._obituary()) from None
        if state != DONE:
            self.end()
        if state not in {DONE, LEAVING}:
            raise ChildDied(self._obituary())
        self.idle_since = time.monotonic()
        return answer

    @property
    def usable(self) -> bool:
        """False for a child that has left or died while nobody asked it."""
        return self._control >= 0 and (not self.ready or not select.select([self._control], [], [], 0)[0])

    def end(self) -> None:
        """Kill the child with all that it started, and give back what it held. May be called again."""
        if self._control < 0:
            return
        self.kill()
        self._process.wait()
        self._words = self._last_words()
        self._release()

    def kill(self) -> None:
        """Kill it, from any thread; the one that asks it sees that and calls `end`."""
        with suppress(ProcessLookupError, PermissionError):  # it has ended already
            os.killpg(self._process.pid, signal.SIGKILL)

    def _await_start(self) -> None:
        try:
            state = self._state(time.monotonic() + START_SECONDS)
        except TimeoutError:
            state = b""
        if state != READY:
            self.end()
            raise SandboxUnavailable(f"a parser's child process does not start: {self._obituary()}")
        self.ready = True

    def _state(self, deadline: float) -> bytes:
        """The next byte on the control pipe; b"" when the child is gone."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._control], [], [], left)[0]:
            raise TimeoutError
        return os.read(self._control, 1)

    def _obituary(self) -> str:
        """What it died of, with the last line it wrote."""
        if self._control >= 0:
            with suppress(subprocess.TimeoutExpired):  # it hung up but runs on
                self._process.wait(timeout=2)
            self.end()
        code = self._process.returncode
        number = -code if code < 0 else code - 128
        with suppress(ValueError):  # an ordinary exit status
            return f"ended by {signal.Signals(number).name}{self._words}"
        return f"ended with status {code}{self._words}"

    def _last_words(self) -> str:
        size = os.fstat(self._errors).st_size
        tail = os.pread(self._errors, LAST_WORDS, max(0, size - LAST_WORDS)).decode(errors="replace").strip()
        line = tail.splitlines()[-1] if tail else ""
        return ": " + "".join(character if character.isprintable() else "?" for character in line) if line else ""

    def _release(self) -> None:
        self._channel.close()
        os.close(self._control)
        os.close(self._errors)
        self._control = -1
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class Pool:
    """At most `size` children of one kind, started when asked for, kept warm, shared by threads."""

    def __init__(self, recipe: Recipe, size: int, spawn: Callable[[Recipe], Child]) -> None:
        self.recipe = recipe
        self._spawn = spawn
        self._slots = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._closed = False

    def ask(self, request: wire.Request) -> wire.Answer:
        """One request to the child that is free first. Raises ChildDied, or SandboxUnavailable when none can be started."""
        with self._slots:
            child = self._take()
            try:
                return child.ask(request)
            except ChildDied:
                if self._closed:
                    raise SandboxUnavailable("the sandbox was closed") from None
                raise
            except BaseException:  # a KeyboardInterrupt leaves it in mid-request: it can't be used again
                child.end()
                raise
            finally:
                self._give_back(child)

    def warm(self) -> None:
        """Start a child now, without waiting for it."""
        child = self._take()
        self._give_back(child)

    def close_idle(self, older_than: float = 0.0) -> None:
        """End the children that nobody has asked for so many seconds."""
        now = time.monotonic()
        with self._lock:
            old = [child for child in self._idle if now - child.idle_since >= older_than]
            self._idle = [child for child in self._idle if child not in old]
        for child in old:
            child.end()

    def close(self) -> None:
        """End all children, also those at work; what they are asked then raises SandboxUnavailable."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for child in self._busy:
                child.kill()
        for child in idle:
            child.end()

    def _take(self) -> Child:
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("the sandbox was closed")
            while self._idle:
                child = self._idle.pop()
                if child.usable:
                    self._busy.add(child)
                    return child
                child.end()
        child = self._spawn(self.recipe)
        with self._lock:
            self._busy.add(child)
        return child

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._busy.discard(child)
            keep = child.usable and not self._closed
            if keep:
                self._idle.append(child)
        if not keep:
            child.end()
