"""Bytes by their SHA-256: raw mails, attachments, dear results, our own letters. Written once, never changed.

A blob that exists is whole: it gets its name only after its bytes are on the disk (or accepted by the S3 server).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from bot.errors import BytesLost, StoreError

MARKER = "shenbao-blobs"
"""The file by which the folder of a blob store is known: where its disk is not mounted, an empty folder stands in its place."""


class Blobs(Protocol):
    """A content-addressed store. Every method raises StoreError where the store does not answer."""

    def put(self, data: bytes) -> str:
        """Keep the bytes for good; returns their SHA-256 in hex. Once it returns, they survive a power cut."""
        ...

    def put_all(self, pieces: Sequence[bytes | BlobWriter], pool: Executor) -> list[str]:
        """Like `put` or `commit` of each, side by side in the pool, but cheaper; where it raises, none of them counts as kept."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes; BytesLost where they are missing or no longer what they were."""
        ...

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes as a seekable binary file."""
        ...

    def writer(self) -> BlobWriter:
        """For bytes that come piece by piece."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether the bytes are kept."""
        ...

    def check(self) -> None:
        """Raises StoreError unless the store can be written to now."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove the bytes: for the command that removes what is over age, and nothing else."""
        ...


class BlobWriter:
    """Bytes on their way into a blob store: kept in a file beside it, so that a large mail never stands in memory."""

    def __init__(self, file: IO[bytes], finish: Callable[[BlobWriter], None]) -> None:
        self.file = file
        self._finish = finish
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add a piece."""
        self._hash.update(data)
        self.size += len(data)
        try:
            self.file.write(data)
        except OSError as error:  # disk full
            self.discard()
            raise StoreError(f"the blob store can't be written to: {error}") from error

    def commit(self) -> str:
        """All pieces are there: keep them for good. Returns the SHA-256 in hex."""
        try:
            self._finish(self)
        except OSError as error:
            raise StoreError(f"the blob store can't be written to: {error}") from error
        finally:
            self.discard()
        return self.sha256

    @property
    def sha256(self) -> str:
        """The SHA-256 in hex of what was written so far."""
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Throw the pieces away; nothing after a commit."""
        with contextlib.suppress(OSError):  # removed by the commit's rename, or the disk is gone
            self.file.close()
        if isinstance(self.file.name, str):  # not where the file has no name, as on its way to S3
            with contextlib.suppress(OSError):
                os.unlink(self.file.name)


def _flush_folder(folder: Path) -> None:
    """Make the folder's entries survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FileBlobs:
    """Blobs as files: `ab/abcdef...` under a folder. `may_begin`: whether nothing can have been kept yet, so that an empty
    folder is a new store and not a missing one; without it the folder is not marked."""

    def __init__(self, folder: Path, *, durable: bool = True, may_begin: Callable[[], bool] | None = None) -> None:
        self.folder = folder
        self._durable = durable
        self._may_begin = may_begin
        self._made: set[Path] = set()
        with contextlib.suppress(StoreError):  # whoever writes will be told
            self._be_there()

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not sha256.isalnum():
            raise StoreError(f"not the name of a blob: {sha256!r}")
        return self.folder / sha256[:2] / sha256

    def _make(self, *folders: Path) -> None:
        new = [folder for folder in folders if folder not in self._made or not folder.is_dir()]
        for folder in new:
            folder.mkdir(parents=True, exist_ok=True)
        if self._durable:
            for parent in {folder.parent for folder in new}:
                _flush_folder(parent)
        self._made.update(new)

    def _be_there(self) -> None:
        """Raises StoreError where an empty folder stands in the store's place; marks one that is new or has no marker yet."""
        marker = self.folder / MARKER
        if self._may_begin is None or marker.is_file():
            return
        try:
            if not any(self.folder.glob("??/")) and not self._may_begin():
                raise StoreError(f"the blob store {self.folder} is away: it holds neither {MARKER} nor any blob (is its disk mounted?)")
            self._make(self.folder)
            marker.touch()
            if self._durable:
                _flush_folder(self.folder)
        except OSError as error:  # disk full, the disk is gone, no permission
            raise StoreError(f"the blob store {self.folder} can't be written to: {error}") from error

    def tidy(self) -> None:
        """Remove pieces that a crash left behind. Only where nobody else writes here now."""
        for path in self.folder.glob("tmp-*"):
            with contextlib.suppress(OSError):
                path.unlink()

    def writer(self) -> BlobWriter:
        self._be_there()
        try:
            self._make(self.folder)
            file = tempfile.NamedTemporaryFile(dir=self.folder, prefix="tmp-", delete=False)  # noqa: SIM115 (the writer closes it)
        except OSError as error:  # disk full, the disk is gone, no permission
            raise StoreError(f"the blob store {self.folder} can't be written to: {error}") from error
        return BlobWriter(file, self._finish)

    def _finish(self, writer: BlobWriter) -> None:
        self._flush(writer)
        for folder in self._name([writer]):
            _flush_folder(folder)

    def _flush(self, writer: BlobWriter) -> None:
        """The bytes are on the disk, still under a passing name."""
        writer.file.flush()
        if self._durable:
            os.fsync(writer.file.fileno())

    def _name(self, writers: Sequence[BlobWriter]) -> set[Path]:
        """Give flushed bytes their names; returns the folders that are still to be flushed."""
        paths = {self._path(writer.sha256): writer for writer in writers}
        folders = {path.parent for path in paths}
        self._make(*folders)
        for path, writer in paths.items():
            if not path.exists():
                os.replace(writer.file.name, path)
        return folders if self._durable else set()  # also where a blob existed: whoever wrote it may have died before this step

    def put(self, data: bytes) -> str:
        writer = self.writer()
        writer.write(data)
        return writer.commit()

    def put_all(self, pieces: Sequence[bytes | BlobWriter], pool: Executor) -> list[str]:
        # flushes that run side by side share the disk's work; each folder is flushed once, after all names are given
        writing = [pool.submit(self._written, piece) for piece in pieces]
        wait(writing)
        try:
            writers = [one.result() for one in writing]
            list(pool.map(_flush_folder, self._name(writers)))
        except OSError as error:  # disk full, the disk is gone
            raise StoreError(f"the blob store can't be written to: {error}") from error
        finally:
            for one in writing:
                if one.exception() is None:
                    one.result().discard()
        return [writer.sha256 for writer in writers]

    def _written(self, piece: bytes | BlobWriter) -> BlobWriter:
        writer = piece if isinstance(piece, BlobWriter) else self.writer()
        try:
            if isinstance(piece, bytes):
                writer.write(piece)
            self._flush(writer)
        except BaseException:
            writer.discard()
            raise
        return writer

    def get(self, sha256: str) -> bytes:
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:  # missing, a bad sector, the disk is gone
            raise BytesLost(f"the blob {sha256} can't be read: {error}") from error
        return _whole(sha256, data)

    def open(self, sha256: str) -> IO[bytes]:
        try:
            return self._path(sha256).open("rb")
        except OSError as error:
            raise BytesLost(f"the blob {sha256} can't be read: {error}") from error

    def has(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def check(self) -> None:
        writer = self.writer()
        try:
            writer.write(b"?")
        finally:
            writer.discard()

    def remove(self, sha256: str) -> None:
        self._be_there()
        try:
            self._path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"the blob {sha256} can't be removed: {error}") from error


def _whole(sha256: str, data: bytes) -> bytes:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BytesLost(f"the blob {sha256} is damaged: its bytes are no longer what they were")
    return data


@dataclass(frozen=True, slots=True)
class S3Options:
    """How to reach the server; what is empty is taken from the usual AWS_* environment variables."""

    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""


_QUICKER_SENT = 1 << 16
"""Bytes up to which a blob is written to S3 without asking whether it is there: the same bytes under the same name."""


class S3Blobs:
    """Blobs as objects `PREFIX/ab/abcdef...` of a bucket."""

    def __init__(self, place: str, options: S3Options) -> None:
        import obstore
        from obstore.store import S3Store

        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        given = {
            "endpoint": options.endpoint,
            "region": options.region,
            "access_key_id": options.access_key,
            "secret_access_key": options.secret_key,
        }
        settings: dict[str, Any] = {key: value for key, value in given.items() if value}
        self._obstore: Any = obstore
        self._failures = (obstore.exceptions.BaseError, OSError)
        try:
            self._store = S3Store(
                bucket,
                prefix=prefix.strip("/") or None,
                client_options={"allow_http": options.endpoint.startswith("http://"), "timeout": "120s", "connect_timeout": "10s"},
                retry_config={"max_retries": 3, "retry_timeout": _seconds(30)},
                **settings,
            )
        except self._failures as error:  # no credentials, a bad region
            raise StoreError(f"the blob store {place} can't be opened: {error}") from error

    @contextmanager
    def _answering(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._failures as error:  # no such key, the server is gone, access denied
            raise StoreError(f"the blob store does not answer ({what}): {type(error).__name__}: {str(error).splitlines()[0]}") from error

    def _key(self, sha256: str) -> str:
        if len(sha256) != 64 or not sha256.isalnum():
            raise StoreError(f"not the name of a blob: {sha256!r}")
        return f"{sha256[:2]}/{sha256}"

    def writer(self) -> BlobWriter:
        try:
            return BlobWriter(tempfile.TemporaryFile(prefix="shenbao-"), self._finish)  # without a name: it goes with the process
        except OSError as error:  # disk full
            raise StoreError(f"the folder for what is on its way to the blob store can't be written to: {error}") from error

    def _finish(self, writer: BlobWriter) -> None:
        writer.file.seek(0)
        if not self.has(writer.sha256):
            with self._answering("put"):
                self._obstore.put(self._store, self._key(writer.sha256), writer.file)

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        if len(data) <= _QUICKER_SENT or not self.has(sha256):
            with self._answering("put"):
                self._obstore.put(self._store, self._key(sha256), data)
        return sha256

    def put_all(self, pieces: Sequence[bytes | BlobWriter], pool: Executor) -> list[str]:
        return list(pool.map(lambda piece: self.put(piece) if isinstance(piece, bytes) else piece.commit(), pieces))

    def get(self, sha256: str) -> bytes:
        try:
            with self._answering("get"):
                data = bytes(self._obstore.get(self._store, self._key(sha256)).bytes())
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):  # obstore's NotFoundError is one
                raise BytesLost(f"the blob {sha256} is missing") from error
            raise
        return _whole(sha256, data)

    def open(self, sha256: str) -> IO[bytes]:
        return io.BytesIO(self.get(sha256))

    def has(self, sha256: str) -> bool:
        try:
            with self._answering("head"):
                self._obstore.head(self._store, self._key(sha256))
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return False
            raise
        return True

    def check(self) -> None:
        with self._answering("put"):
            self._obstore.put(self._store, "check", b"?")

    def remove(self, sha256: str) -> None:
        with self._answering("delete"):
            self._obstore.delete(self._store, self._key(sha256))


def _seconds(count: int) -> Any:
    from datetime import timedelta

    return timedelta(seconds=count)


def open_blobs(place: str, s3: S3Options | None = None, *, may_begin: Callable[[], bool] | None = None) -> Blobs:
    """The blob store at a folder or at s3://bucket/prefix; `may_begin` as for FileBlobs."""
    return S3Blobs(place, s3 or S3Options()) if place.startswith("s3://") else FileBlobs(Path(place), may_begin=may_begin)
