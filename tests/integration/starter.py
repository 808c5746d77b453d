"""Starts the program as processes of their own, each forked from one that has loaded its modules: a start costs no second of imports."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

LOADED = (
    "bot.commands.daemon", "bot.daemon.run", "bot.daemon.sweep", "bot.daemon.worker", "bot.digest.daily", "bot.engine.cluster",
    "bot.engine.parts", "bot.intake.intake", "bot.post.arrivals", "bot.post.mailbox", "bot.post.outbox",
    "bot.store.migrations", "parsers.sandbox.sandbox",
)  # fmt: skip


class Started:
    """A process of the program, with what tests ask of a `subprocess.Popen`."""

    def __init__(self, args: Sequence[str], connection: socket.socket) -> None:
        self.args = list(args)
        self.returncode: int | None = None
        self._connection, self._told = connection, b""
        self.pid = int(self._line(60))

    def _line(self, seconds: float | None) -> bytes:
        until = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._told:
            self._connection.settimeout(None if until is None else max(0.001, until - time.monotonic()))
            try:
                piece = self._connection.recv(100)
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, seconds or 0) from None
            assert piece, "the process that starts others is gone"
            self._told += piece
        line, _, self._told = self._told.partition(b"\n")
        return line

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, negative for the signal that ended it. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self.returncode = int(self._line(timeout))
            self._connection.close()
        return self.returncode

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def start(args: Sequence[str], environment: Mapping[str, str], log: Path) -> Started:
    """Start `shenbao ARGS`, in a session of its own, with exactly this environment, its output added to a file."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(_server()))
    connection.sendall(json.dumps([list(args), dict(environment), str(log)]).encode() + b"\n")
    return Started(args, connection)


@cache
def _server() -> Path:
    """The socket of this test process's own server; it leaves when its standard input is closed, as it is by our end."""
    folder = tempfile.TemporaryDirectory(prefix="starter-")
    path = Path(folder.name, "socket")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.starter", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        server.communicate()
        folder.cleanup()

    atexit.register(end)
    return path


def _serve(path: str) -> None:
    for name in LOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who mind the started
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(20)
        print("ready", flush=True)
        if os.fork() == 0:  # ends the server with its parent
            server.close()
            sys.stdin.buffer.read()
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(0)
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                server.close()
                break
            connection.close()
    _mind(connection)


def _mind(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection, connection.makefile("rb") as asked:
        args, environment, log = json.loads(asked.readline())
        child = os.fork()
        if child:
            connection.sendall(b"%d\n" % child)
            _, status = os.waitpid(child, 0)
            with contextlib.suppress(OSError):  # the test has ended before
                connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
            os._exit(0)
    os.setsid()
    output, nothing = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), os.open(os.devnull, os.O_RDONLY)
    for number, place in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(number, place)
    os.close(output)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(environment)
    import bot.crashpoints
    from bot.cli import main

    importlib.reload(bot.crashpoints)  # which asks the environment where to end
    sys.argv = ["shenbao", *args]
    sys.exit(main(args))


if __name__ == "__main__":
    _serve(sys.argv[1])
