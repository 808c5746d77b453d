"""Mails at whose reading a worker died before are read in a process apart: should one of them kill it, it is known by that."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.connection import Connection
from typing import Any

from bot.config import Config
from bot.crashpoints import crash_point
from bot.engine.parts import open_intake, open_store
from bot.errors import ShenbaoError, StoreError
from bot.intake.intake import Intake

_SECONDS = 3600
_IDLE_SECONDS = 60


class WorkerDied(ShenbaoError):
    """The process that read a mail by itself died of it."""


class AloneReader:
    """Reads one mail at a time in a process of its own, which stays for a minute. May be called by several threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._context = multiprocessing.get_context("forkserver")  # a fork of this process would inherit locked locks
        self._lock = threading.Lock()
        self._process: Any = None
        self._pipe: Any = None

    def __call__(self, mail_id: int) -> Any:
        """What `Intake.read` returns or raises. Raises WorkerDied where the process ended, or took longer than an hour."""
        with self._lock:
            fresh = self._start()
            try:
                result = self._ask(mail_id)
            except WorkerDied:
                if fresh:
                    raise
                self._start()  # it may just have left, being idle; only a fresh one tells for sure
                result = self._ask(mail_id)
        if isinstance(result, Exception):
            raise result
        return result

    def _ask(self, mail_id: int) -> Any:
        try:
            self._pipe.send(mail_id)
            if self._pipe.poll(_SECONDS):
                return self._pipe.recv()  # from a process of this very program
            self._end()
        except (EOFError, OSError) as error:  # it is dead
            self._process.join(5)
            code = self._process.exitcode
            self._end()
            raise WorkerDied(f"its process ended with {code}") from error
        raise WorkerDied(f"reading it took longer than {_SECONDS} s")

    def _start(self) -> bool:
        """See to it that there is a process; True where it is a fresh one."""
        if self._process is not None and self._process.is_alive():
            return False
        self._end()
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(self._config, theirs), daemon=True)
        self._process.start()
        theirs.close()
        return True

    def _end(self) -> None:
        if self._process is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join(5)
            self._process = None


def _serve(config: Config, pipe: Connection) -> None:
    try:
        with open_store(config) as store, open_intake(config, store) as intake:
            _answer(intake, pipe)
    except Exception as error:  # no database, no sandbox: no mail's fault
        pipe.send(StoreError(f"no reader can be started: {type(error).__name__}: {error}"))


def _answer(intake: Intake, pipe: Connection) -> None:
    while pipe.poll(_IDLE_SECONDS):
        try:
            mail_id = pipe.recv()
        except EOFError:  # the daemon is gone
            return
        crash_point("alone")
        try:
            result: Any = intake.read(mail_id)
        except Exception as error:
            result = error
        pipe.send(result)
