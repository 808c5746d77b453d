"""Places where the fault tests end the process, as a power cut would. Off unless SHENBAO_CRASH_AT is set."""

from __future__ import annotations

import os
import signal
import threading

_WHERE, _, _COUNT = os.environ.get("SHENBAO_CRASH_AT", "").partition(":")
_left = int(_COUNT or 1)
_lock = threading.Lock()


def crash_point(name: str) -> None:
    """End the process here and now where SHENBAO_CRASH_AT is `name` or `name:N` (the Nth time it is reached)."""
    global _left
    if name != _WHERE:
        return
    with _lock:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
