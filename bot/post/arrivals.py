"""From fetched bytes to stored mails: a writer beside the fetching thread, so that the network and the disk work at once.

A message counts as stored once its blob is flushed and its row committed; only then is its UID handed back to be flagged.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.crashpoints import crash_point
from bot.errors import StoreError
from bot.post.imap_session import Meta
from bot.store.blobs import BlobWriter
from bot.store.cleaning import storable
from bot.store.mails import Arrival, Place, keep
from bot.store.store import Store
from parsers.letter.mime_names import addresses, decode_header

_HEADER_BYTES = 64 * 1024
_FIELD = re.compile(rb"^(message-id|from|subject):[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_LATENCY_SECONDS = 0.02
_AT_ONCE = 100
_FLUSHES = 8

log = structlog.get_logger("mailbox")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message on its way to the disk: its bytes, or for a large one the writer that holds them already."""

    place: Place
    meta: Meta
    head: bytes
    body: bytes | BlobWriter


@dataclass(frozen=True, slots=True)
class Header:
    """The fields that lists show, as far as they can be read."""

    message_id: str = ""
    from_address: str = ""
    from_name: str = ""
    subject: str = ""


def read_header(head: bytes) -> Header:
    """From, Subject and Message-ID of a mail's first bytes; never raises, what can't be read is empty."""
    block = head[:_HEADER_BYTES]
    end = re.search(rb"\r?\n\r?\n", block)
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(block[: end.start() + 1] if end else block):
        fields.setdefault(name.decode().lower(), value.decode("ascii", "surrogateescape"))
    senders = addresses(fields.get("from", ""))
    return Header(
        message_id=message_id_of(fields.get("message-id", "")),
        from_address=storable(senders[0].address if senders else ""),
        from_name=storable(senders[0].name if senders else ""),
        subject=storable(decode_header(fields.get("subject", "")))[:1000],
    )


def message_id_of(value: str) -> str:
    """The Message-ID in a field's value, in its angle brackets; what stands there where there are none."""
    text = storable(value)
    found = _MESSAGE_ID.search(text)
    return (found.group() if found else "".join(text.split()))[:500]


class Writer:
    """Writes what is fetched from one mailbox. `put` waits while 64 MB are on their way."""

    _MOST_BYTES = 64 * 2**20

    def __init__(self, store: Store, programme: str | None, most_bytes: int, stored: Callable[[Sequence[int]], None]) -> None:
        """`most_bytes`: larger mails are marked as too large; `stored` is told the ids of new mails."""
        self._store, self._programme, self._most, self._stored = store, programme, most_bytes, stored
        self._queue: queue.Queue[Fetched | None] = queue.Queue()
        self._room = threading.Condition()
        self._bytes = self._count = 0
        self._done: list[Place] = []
        self._error: StoreError | None = None
        self._pool = ThreadPoolExecutor(_FLUSHES, thread_name_prefix="blobs")
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def put(self, fetched: Fetched) -> None:
        """Hand over a message. Raises StoreError where an earlier one could not be stored."""
        size = len(fetched.body) if isinstance(fetched.body, bytes) else 0
        with self._room:
            self._room.wait_for(lambda: self._error or not self._count or self._bytes + size <= self._MOST_BYTES)
            self._raise()
            self._bytes += size
            self._count += 1
        self._queue.put(fetched)

    def done(self) -> list[Place]:
        """The places whose mails are stored for good and not yet handed back. Raises StoreError where one failed."""
        with self._room:
            done, self._done = self._done, []
            if not done:
                self._raise()
            return done

    def flush(self) -> list[Place]:
        """Wait until everything is stored; like `done`."""
        with self._room:
            self._room.wait_for(lambda: not self._count)
        return self.done()

    def close(self) -> None:
        """End the thread; what it holds is written first."""
        self._queue.put(None)
        self._thread.join()
        self._pool.shutdown()

    def _keep(self, arrivals: Sequence[Arrival]) -> list[int]:
        """Write the rows; a row that the database refuses for what its header says goes in without, and alone."""
        try:
            return keep(self._store, arrivals, self._programme)
        except SQLAlchemyError as error:  # a text that the database does not take
            log.warning("a row was refused", error=str(error)[:500])
        fresh: list[int] = []
        for arrival in arrivals:
            try:
                fresh += keep(self._store, [arrival], self._programme)
            except SQLAlchemyError:
                fresh += keep(self._store, [_bare(arrival)], self._programme)
        return fresh

    def _raise(self) -> None:
        if self._error:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch: list[Fetched] = [first]
            until = time.monotonic() + _LATENCY_SECONDS
            while len(batch) < _AT_ONCE:
                try:
                    more = self._queue.get(
                        timeout=0 if self._queue.qsize() else max(0.0, until - time.monotonic()) if len(batch) > 1 else 0
                    )
                except queue.Empty:
                    break
                if more is None:
                    self._queue.put(None)
                    break
                batch.append(more)
            self._write(batch)

    def _write(self, batch: Sequence[Fetched]) -> None:
        error: StoreError | None = None
        fresh: list[int] = []
        try:
            if self._error is None:
                hashes = self._store.blobs.put_all([fetched.body for fetched in batch], self._pool)
                crash_point("blob")
                fresh = self._keep([_arrival(fetched, sha256, self._most) for fetched, sha256 in zip(batch, hashes, strict=True)])
                crash_point("stored")
        except StoreError as failure:  # disk full, database locked, blob store gone: nothing of this batch is flagged
            error = failure
        except Exception as failure:  # a mistake in the program must not leave the fetching thread waiting for ever
            log.exception("mails can't be stored")
            error = StoreError(f"mails can't be stored: {failure!r}")
        finally:
            for fetched in batch:
                if isinstance(fetched.body, BlobWriter):
                    fetched.body.discard()
        if fresh:
            self._stored(fresh)
        with self._room:
            if error is None and self._error is None:
                self._done += [fetched.place for fetched in batch]
            self._error = self._error or error
            self._bytes -= sum(len(f.body) for f in batch if isinstance(f.body, bytes))
            self._count -= len(batch)
            self._room.notify_all()


def _bare(arrival: Arrival) -> Arrival:
    return replace(arrival, message_id="", from_address="", from_name="", subject="")


def _arrival(fetched: Fetched, sha256: str, most: int) -> Arrival:
    size = len(fetched.body) if isinstance(fetched.body, bytes) else fetched.body.size
    header = read_header(fetched.head)
    return Arrival(
        place=fetched.place,
        sha256=sha256,
        size=size,
        received_at=fetched.meta.received_at,
        message_id=header.message_id,
        from_address=header.from_address,
        from_name=header.from_name,
        subject=header.subject,
        too_large=size > most,
    )
