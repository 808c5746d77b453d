"""The files of a mail for staff to see: taken out of the stored mail again, read and drawn in the sandbox, never run.

Only the raw mail is kept, so a file is found in it by its content hash. What was taken out lately is held in memory, up to
`HELD` bytes.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

from bot.errors import StoreError
from bot.store.blobs import Blobs
from bot.store.models import Document, Mail
from parsers.pixels.pictures import PagePicture, find_picture
from parsers.reader import Reader
from parsers.values import Content, Reading, Refusal, Scan, ScannedPage

T = TypeVar("T")
Kept = Callable[[str, int], ScannedPage | None]
HELD = 64_000_000
_UNSAFE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
SEEN_AS_PICTURES = frozenset({"pdf", "png", "jpg", "jpeg", "tif", "tiff", "bmp", "gif", "webp", "heic"})


class MissingFileError(StoreError):
    """A file is not in its mail any more: the mail was removed when it was over age."""


class Files:
    """Files of mails. `reader` reads and unpacks, `painter` draws pages (see `parsers.pixels.pictures`); both are sandboxed readers.

    `kept`: what was read on a page when its mail came, by the file's hash and the page's number.
    """

    def __init__(self, blobs: Blobs, reader: Reader, painter: Reader, kept: Kept | None = None) -> None:
        self.blobs, self.reader, self.painter, self.kept = blobs, reader, painter, kept
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, ...], tuple[object, int]] = OrderedDict()
        self._bytes = 0

    def raw(self, mail: Mail) -> bytes:
        """The mail as it came."""
        return self.blobs.get(mail.sha256)

    def data(self, mail: Mail, document: Document) -> bytes:
        """A file's bytes. Raises MissingFileError, StoreError."""
        return self._once(("data", document.sha256), lambda: self._take_out(mail, document), len)

    def reading(self, mail: Mail, document: Document) -> Reading:
        """A file's text and tables."""
        data = self.data(mail, document)
        return self._once(("read", document.sha256), lambda: self.reader.read(document.path, data), lambda r: _weight(r) + 1000)

    def picture(self, mail: Mail, document: Document, page: int) -> PagePicture | Refusal | None:
        """A page (from 1) drawn as JPEG; None where there is no such page."""
        data = self.data(mail, document)

        def draw() -> PagePicture | Refusal | None:
            return find_picture(self.painter.unpack([(str(page), data)]))

        return self._once(("page", document.sha256, str(page)), draw, lambda p: len(p.jpeg) if isinstance(p, PagePicture) else 100)

    def kept_page(self, document: Document, page: int) -> ScannedPage | None:
        """What was read on a page when its mail came; None where that is not kept."""
        return self.kept(document.sha256, page) if self.kept else None

    def scan(self, mail: Mail, document: Document, page: int) -> Scan | Refusal:
        """What is read on a page, with the boxes of its lines and its seals; some seconds of processor time."""
        data = self.data(mail, document)

        def read() -> Scan | Refusal:
            return self.reader.scan(document.path, data, pages=[page])

        return self._once(("scan", document.sha256, str(page)), read, lambda _: 20_000)

    def _take_out(self, mail: Mail, document: Document) -> bytes:
        if self.blobs.has(document.sha256):
            return self.blobs.get(document.sha256)
        letter = self.reader.letter(self.blobs.get(mail.sha256))
        files = [(attachment.name, attachment.data) for attachment in letter.attachments]
        members = self.reader.unpack(files).members
        for data in (*(data for _, data in files), *(member.data for member in members)):
            if hashlib.sha256(data).hexdigest() == document.sha256:
                return data
        raise MissingFileError(f"{document.path} is not in mail {mail.id} any more")

    def _once(self, key: tuple[str, ...], make: Callable[[], T], weigh: Callable[[T], int]) -> T:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return cast(T, self._held[key][0])
        value = make()
        weight = weigh(value)
        with self._lock:
            if key not in self._held and weight < HELD // 4:
                self._held[key] = (value, weight)
                self._bytes += weight
            while self._bytes > HELD:
                self._bytes -= self._held.popitem(last=False)[1][1]
        return value


def _weight(reading: Reading) -> int:
    return 4 * len(reading.text()) if isinstance(reading, Content) else 100


def file_name(path: str) -> str:
    """A file's own name out of a path within archives, safe on every system."""
    return safe_name(path.replace("\\", "/").rsplit("/", 1)[-1])


def safe_name(name: str, most: int = 120) -> str:
    """A name without what a file system, a header or a reader of names could stumble over; its ending survives."""
    clean = _UNSAFE_NAME.sub("_", name).strip(" .") or "file"
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    stem, dot, ending = clean.rpartition(".")
    if len(clean) <= most:
        return clean
    return f"{stem[: most - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else clean[:most]
