"""Archives opened to their innermost files, recognised by content, within the mail's bounds. Nothing is written to disk."""

from __future__ import annotations

import bz2
import hashlib
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Sequence

from parsers.archives.budget import CHUNK, Budget, Entries, Entry, Exhausted
from parsers.archives.sevenzip import NotArchive, tool_entries, volume_entries
from parsers.archives.volumes import VolumeSet, join_volumes
from parsers.archives.zips import NotZip, members_by_header, zip_entries
from parsers.limits import Limits
from parsers.magic import identify, is_tar
from parsers.text.charsets import clean_name, guess_name, inner_path
from parsers.values import Member, Note, Reason, Refusal, Unpacked

Opener = Callable[[bytes, str, Budget], Entries]

_LITTER = re.compile(r"(?i)(?:^|/)(?:__MACOSX(?:/|$)|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$[^/]*$|\.~[^/]*$|\._[^/]*$|~WRL\d+\.tmp$)")


def unpack(files: Sequence[tuple[str, bytes]], limits: Limits) -> Unpacked:
    """All files among (name, data), archives opened, each under its path through them; never raises.

    What could not be taken out stands as a Member with its refusal: one file of an archive under its own path and without
    data, a whole archive under the archive's path with the archive's bytes. Litter of operating systems is dropped and noted.
    """
    work = _Work(limits)
    for file in join_volumes(files):
        name = file.name if isinstance(file, VolumeSet) else file[0]
        path = clean_name(name).replace("\\", "_").strip("/") or "_"
        try:
            if isinstance(file, VolumeSet):
                work.add_volumes(path, file)
            else:
                work.add(path, file[1], ())
        except Exhausted as stop:
            work.refuse(path, stop.refusal, b"" if isinstance(file, VolumeSet) else file[1])
    return Unpacked(tuple(work.members), tuple(work.archives), tuple(dict.fromkeys(work.budget.notes)))


class _Work:
    """One mail's unpacking: what was found so far and what may still be spent."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.budget = Budget(limits)
        self.members: list[Member] = []
        self.archives: list[tuple[str, str]] = []
        self._paths: set[str] = set()

    def add(self, path: str, data: bytes, around: tuple[bytes, ...]) -> None:
        """A file, opened if it is an archive. `around` are the digests of the archives it came through."""
        if _LITTER.search(path):
            self.budget.notes.append(Note("dropped", path))
            return
        format = identify(path, data)
        opener = _OPENERS.get(format)
        if opener is None:
            self._keep(Member(path, data))
            return
        digest = hashlib.sha256(data).digest()
        if digest in around:
            self.refuse(path, Refusal(Reason.UNSAFE, "an archive that holds itself"), data)
        elif len(around) >= self.limits.archive_depth:
            self.refuse(path, Refusal(Reason.UNSAFE, f"archives nested deeper than {self.limits.archive_depth}"), data)
        else:
            self._open(path, format, data, opener, (*around, digest))

    def add_volumes(self, path: str, volumes: VolumeSet) -> None:
        """A split archive whose parts are all here, opened as one."""
        whole = b"".join(volumes.parts)
        if volumes.kind == "raw":
            self.add(path, whole, ())
        elif volumes.kind == "zip":
            self._open(path, "zip", whole, _split_zip, (hashlib.sha256(whole).digest(),))
        else:
            self._open(
                path, "rar", whole, lambda data, name, budget: volume_entries(volumes.parts, budget), (hashlib.sha256(whole).digest(),)
            )

    def refuse(self, path: str, refusal: Refusal, data: bytes = b"") -> None:
        """A file that was not taken out, or an archive (with its bytes) that was not opened or not to its end."""
        self._keep(Member(path, data, refusal))

    def _open(self, path: str, format: str, data: bytes, opener: Opener, around: tuple[bytes, ...]) -> None:
        seen = 0
        locked: list[Member] = []
        try:
            for entry in opener(data, path.rsplit("/", 1)[-1], self.budget):
                seen += 1
                inner, escapes = inner_path(entry.name)
                whole = f"{path}/{inner}"
                if _LITTER.search("/" + inner):
                    self.budget.notes.append(Note("dropped", whole))
                elif escapes:
                    self.refuse(whole, Refusal(Reason.UNSAFE, f"a path that leaves its folder: {entry.name[:120]}"))
                elif entry.refusal is not None and entry.refusal.reason is Reason.ENCRYPTED:
                    locked.append(Member(whole, b"", entry.refusal))
                elif entry.refusal is not None:
                    self.refuse(whole, entry.refusal)
                else:
                    self.add(whole, entry.data, around)
        except (NotZip, NotArchive) as failure:
            self.refuse(path, failure.refusal, data)
            return
        if locked and len(locked) == seen:
            self.refuse(path, Refusal(Reason.ENCRYPTED, "every member has a password"), data)
            return
        self.archives.append((path, format))
        for member in locked:
            self._keep(member)
        if seen == 0:
            self.refuse(path, Refusal(Reason.EMPTY, "an archive without files"), data)

    def _keep(self, member: Member) -> None:
        """Keep a member under a path of its own: `a.docx` a second time becomes `a (2).docx`."""
        path, number = member.path, 1
        while path in self._paths:
            number += 1
            folder, slash, base = member.path.rpartition("/")
            stem, dot, extension = base.rpartition(".")
            path = f"{folder}{slash}{stem or base} ({number}){dot if stem else ''}{extension if stem else ''}"
        self._paths.add(path)
        self.members.append(Member(path, member.data, member.refusal))


# --- openers ------------------------------------------------------------------------------------------------------


def _zip(data: bytes, name: str, budget: Budget) -> Entries:
    yield from zip_entries(data, budget)


def _split_zip(data: bytes, name: str, budget: Budget) -> Entries:
    yield from members_by_header(data, budget)


def _tool(data: bytes, name: str, budget: Budget) -> Entries:
    yield from tool_entries(data, budget)


def _mail(data: bytes, name: str, budget: Budget) -> Entries:
    """A saved mail: its text as `正文.txt`, then its attachments; pictures that its HTML shows are left out."""
    from parsers.letter.letter import parse_letter

    letter = parse_letter(data)
    yield Entry("正文.txt", "\n".join((letter.subject, letter.text)).encode("utf-8"))
    for attachment in letter.attachments:
        if not attachment.inline:
            budget.file()
            budget.spend(len(attachment.data))
            yield Entry(attachment.name, attachment.data)


def _compressed(data: bytes, name: str, budget: Budget) -> Entries:
    """gzip, bzip2 and xz: one file, or a tar whose members then stand directly below the archive."""
    before = budget.bytes_left
    try:
        content = budget.collect(_stream(data), len(data))
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise NotArchive(Refusal(Reason.UNREADABLE, f"{type(error).__name__}: {error}"[:120])) from error
    if is_tar(content):
        budget.bytes_left = before  # its members are counted instead
        yield from _tar(content, name, budget)
        return
    budget.file()
    stem = re.sub(r"(?i)\.(?:gz|bz2|xz|tgz)$", "", name)
    yield Entry(stem if stem != name else name + ".dat", content)


def _stream(data: bytes) -> Callable[[int], bytes]:
    """A `read(size)` over the decompressed bytes of a gzip, bzip2 or xz file, one member after another."""
    file = io.BytesIO(data)
    if data.startswith(b"\x1f\x8b"):
        import gzip

        return gzip.GzipFile(fileobj=file).read
    if data.startswith(b"BZh"):
        return bz2.BZ2File(file).read
    return _xz(data)


def _xz(data: bytes) -> Callable[[int], bytes]:
    engine = lzma.LZMADecompressor(memlimit=256 << 20)
    pending = data

    def read(size: int) -> bytes:
        nonlocal pending
        if engine.eof:
            return b""
        chunk = engine.decompress(pending, size)
        pending = b""
        if not chunk and not engine.eof:
            raise EOFError("xz stream is cut off")
        return chunk

    return read


def _tar(data: bytes, name: str, budget: Budget) -> Entries:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", encoding="utf-8", errors="surrogateescape") as archive:
            for info in archive:
                raw = info.name.encode("utf-8", "surrogateescape")
                decoded = guess_name(raw)
                if info.isdir():
                    continue
                budget.file()
                if not info.isreg():
                    yield Entry(decoded, refusal=Refusal(Reason.UNSAFE, "a link or device, not a file"))
                    continue
                member = archive.extractfile(info)
                content = budget.collect(member.read, max(info.size, CHUNK)) if member is not None else b""
                if len(content) < info.size:
                    yield Entry(decoded, refusal=Refusal(Reason.UNREADABLE, "tar: the archive is cut off here"))
                else:
                    yield Entry(decoded, content)
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:  # cut off inside a header or a member
        budget.notes.append(Note("archive-salvaged", f"tar: {type(error).__name__}"))
        yield Entry("_", refusal=Refusal(Reason.UNREADABLE, f"tar: {type(error).__name__}: {error}"[:120]))


_OPENERS: dict[str, Opener] = {
    "zip": _zip,
    "rar": _tool,
    "7z": _tool,
    "cab": _tool,
    "tar": _tar,
    "gz": _compressed,
    "bz2": _compressed,
    "xz": _compressed,
    "eml": _mail,
}
