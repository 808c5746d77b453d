"""A Reader that never does dear work twice: OCR and office conversions are kept by content, question and parser version."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.errors import StoreError
from bot.intake.hasty_reader import is_old_office
from bot.store.letters import now
from bot.store.models import CachedReading
from bot.store.store import Store
from parsers.limits import Limits
from parsers.reader import Reader, ReaderAround
from parsers.sandbox.wire import Blobs, WireError, coder
from parsers.values import Reading, Reason, Refusal, Scan, ScannedPage

_FOR_NOW = frozenset({Reason.CRASHED, Reason.NO_CONVERTER})
"""Refusals that may end otherwise the next time."""

log: Any = structlog.get_logger("reader")


@cache
def parser_version() -> str:
    """A hash of the parsers' own source: whatever changes in them, nothing that older ones read is taken for theirs."""
    digest = hashlib.sha256()
    for name, source in sorted(_sources(resources.files("parsers"))):
        digest.update(name.encode() + b"\0" + source)
    return digest.hexdigest()[:16]


def _sources(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    """Every module below a package, by its path in it."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield above + entry.name, entry.read_bytes()


class CachedReader(ReaderAround):
    """Wraps a Reader; may be used by several threads. A store that does not answer costs the cache only."""

    def __init__(self, reader: Reader, store: Store) -> None:
        super().__init__(reader)
        self._store = store

    @property
    def limits(self) -> Limits:
        """Those of the reader within."""
        limits: Limits = getattr(self._reader, "limits", Limits())
        return limits

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        keys = [self._key("read", data, name.rpartition(".")[2].lower()) if is_old_office(name, data) else None for name, data in files]
        found: list[Any] = [self._get(key, Reading) if key else None for key in keys]
        open_ = [index for index, reading in enumerate(found) if reading is None]
        for index, reading in zip(open_, self._reader.read_many([files[i] for i in open_]) if open_ else []):
            found[index] = reading
            if key := keys[index]:
                self._put(key, Reading, reading)
        return found

    def scan(self, name: str, data: bytes, *, pages: Sequence[int] | None = None, text: bool = True, seals: bool = True) -> Scan | Refusal:
        asked = json.dumps([name.rpartition(".")[2].lower(), list(pages) if pages is not None else None, text, seals])
        key = self._key("scan", data, asked)
        found = self._get(key, Scan | Refusal)
        if found is None:
            found = self._reader.scan(name, data, pages=pages, text=text, seals=seals)
            self._put(key, Scan | Refusal, found)
        result: Scan | Refusal = found
        return result

    def kept_page(self, sha256: str, number: int) -> ScannedPage | None:
        """What was once read on a page of a file, by whatever version and whatever else was asked; None where nothing is kept."""
        try:
            with self._store.reading() as session:
                within = (col(CachedReading.key) > f"scan:{sha256}:", col(CachedReading.key) < f"scan:{sha256};")
                keys = session.exec(select(CachedReading.key).where(*within)).all()
        except StoreError as error:
            log.warning("kept results can't be looked up", error=str(error))
            return None
        scans = [self._get(key, Scan | Refusal) for key in keys]
        pages = [page for scan in scans if isinstance(scan, Scan) for page in scan.pages if page.number == number]
        return max(pages, key=lambda page: len(page.boxes), default=None)

    @staticmethod
    def _key(call: str, data: bytes, asked: str) -> str:
        question = hashlib.sha256(asked.encode()).hexdigest()[:16]
        return f"{call}:{hashlib.sha256(data).hexdigest()}:{question}:{parser_version()}"

    def _get(self, key: str, hint: Any) -> Any:
        try:
            with self._store.reading() as session:
                row = session.get(CachedReading, key)
            if row is None:
                return None
            packed = json.loads(zlib.decompress(self._store.blobs.get(row.blob)))
            blobs = Blobs(sent=[base64.b64decode(blob) for blob in packed["blobs"]])
            return coder(hint)[1](packed["value"], blobs)
        except (StoreError, WireError, zlib.error, ValueError, KeyError, TypeError) as error:  # written by another version
            log.warning("a kept result can't be used", key=key, error=repr(error))
            return None

    def _put(self, key: str, hint: Any, value: Any) -> None:
        if isinstance(value, Refusal) and value.reason in _FOR_NOW:
            return
        blobs = Blobs()
        encoded = coder(hint)[0](value, blobs)
        packed = json.dumps({"value": encoded, "blobs": [base64.b64encode(blob).decode() for blob in blobs.sent]})
        try:
            blob = self._store.blobs.put(zlib.compress(packed.encode(), 6))
            with self._store.transaction() as session:
                if session.get(CachedReading, key) is None:
                    session.add(CachedReading(key=key, blob=blob, made_at=now()))
        except StoreError as error:
            log.warning("a result can't be kept", key=key, error=str(error))
        except IntegrityError:  # another worker kept the same result between our look and our commit
            log.info("a result is kept already", key=key)
