"""Serving the console: uvicorn in a thread of the daemon, on a socket that is bound before `serve` returns."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.config import Config
from bot.errors import ShenbaoError
from bot.programme.programme import Programme
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.staff.records import Rejudge
    from parsers.reader import Reader

STOP_SECONDS = 5


class ConsoleHandle:
    """A console that is being served. `url`: where; `stop` ends it."""

    def __init__(self, server: Any, listening: socket.socket, url: str, closing: list[Any]) -> None:
        self.url = url
        self._server = server
        self._closing = closing
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="console", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer what is being asked, then end; after some seconds also what is not answered yet."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            self._server.force_exit = True
            self._thread.join(STOP_SECONDS)
        for part in self._closing:
            part.close()


def serve(
    config: Config,
    store: Store,
    programmes: Mapping[str, Programme],
    *,
    reader: Reader | None = None,
    rejudge: Rejudge | None = None,
) -> ConsoleHandle:
    """Serve the console at `config.console.listen` (port 0: any free one; see the handle's `url`).

    `reader` reads files for staff; where none is given a sandboxed one of its own is started when first needed.
    `rejudge` judges a case anew after staff changed it; the judging core's own where none is given.
    Raises ShenbaoError where the address can't be had.
    """
    import uvicorn

    from bot.console.app import make_app
    from bot.console.site import Site
    from bot.intake.cached_reader import CachedReader
    from bot.intake.rejudge import Rejudge as JudgeAgain
    from bot.views.files import Files
    from parsers.sandbox.sandbox import SandboxReader

    listening = _bind(config.console.host, config.console.port)
    limits = config.limits.as_limits()
    painter = SandboxReader(limits, reader="parsers.pixels.pictures:PagePainter")
    closing: list[Any] = [painter]
    if reader is None:
        reader = SandboxReader(limits)
        closing.append(reader)
    kept = reader.kept_page if isinstance(reader, CachedReader) else None
    site = Site(config, store, programmes, Files(store.blobs, reader, painter, kept), rejudge or JudgeAgain(programmes))
    host, port = listening.getsockname()[:2]
    settings = uvicorn.Config(
        make_app(site),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    shown = f"[{host}]" if ":" in host else host
    return ConsoleHandle(uvicorn.Server(settings), listening, f"http://{shown}:{port}", closing)


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sends at once only where it is named
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:  # the port is taken, the host is unknown or not this machine's
        raise ShenbaoError(f"the console can't listen on {host}:{port}: {error.strerror or error} (console.listen)") from error
    return listening
