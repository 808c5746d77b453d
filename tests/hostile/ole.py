"""OLE compound files written by hand: just enough of [MS-CFB] for a directory of storages and streams."""

from __future__ import annotations

import struct

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams; `/` in a name makes storages. Streams are padded to 4096 bytes and more."""
    entries: list[list[object]] = [["Root Entry", 5, {}, b""]]
    for path, data in streams.items():
        node: dict[str, int] = entries[0][2]  # type: ignore[assignment]
        *folders, leaf = path.split("/")
        for folder in folders:
            if folder not in node:
                entries.append([folder, 1, {}, b""])
                node[folder] = len(entries) - 1
            node = entries[node[folder]][2]  # type: ignore[assignment]
        entries.append([leaf, 2, {}, data.ljust(4096, b"\x00")])
        node[leaf] = len(entries) - 1
    body, fat = b"", []
    starts: dict[int, int] = {}

    def put(data: bytes) -> int:
        nonlocal body
        data = data.ljust(-(-len(data) // 512) * 512, b"\x00")
        start, count = len(fat), len(data) // 512
        fat.extend([*range(start + 1, start + count), _END])
        body += data
        return start

    for number, entry in enumerate(entries):
        if entry[1] == 2:
            starts[number] = put(bytes(entry[3]))  # type: ignore[arg-type]
    directory = b"".join(_entry(number, entry, entries, starts) for number, entry in enumerate(entries))
    first_directory = put(directory.ljust(-(-len(directory) // 512) * 512, b"\x00"))
    fat_sectors = -(-(len(fat) + 1) // 128)
    fat_sectors = -(-(len(fat) + fat_sectors) // 128)
    first_fat = len(fat)
    table = [*fat, *[_FAT] * fat_sectors]
    table += [_FREE] * (fat_sectors * 128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, first_directory, 0, 4096, _END, 0, _END, 0)
    header += b"".join(struct.pack("<I", first_fat + n if n < fat_sectors else _FREE) for n in range(109))
    return header + body + b"".join(struct.pack("<I", number) for number in table)


def _entry(number: int, entry: list[object], entries: list[list[object]], starts: dict[int, int]) -> bytes:
    """One directory entry; siblings form a chain to the right, which readers that walk the tree accept."""
    name, kind, children, data = entry
    raw = (str(name) + "\x00").encode("utf-16-le")
    right = _FREE
    for other in entries:
        numbers = sorted(other[2].values())  # type: ignore[attr-defined]
        if number in numbers and numbers.index(number) + 1 < len(numbers):
            right = numbers[numbers.index(number) + 1]
    child = min(children.values()) if children else _FREE  # type: ignore[attr-defined]
    start = starts.get(number, _END if kind != 2 else 0)
    size = len(bytes(data)) if kind == 2 else 0  # type: ignore[call-overload]
    return (
        raw.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def word(*, encrypted: bool = False, **more: bytes) -> bytes:
    """A .doc's skeleton: a FIB and whatever else is given."""
    fib = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0804, 0, 0x0100 if encrypted else 0)
    return compound({"WordDocument": fib, "1Table": b"", **more})


def workbook(*records: tuple[int, bytes]) -> bytes:
    """A .xls' skeleton: these records between BOF and EOF of the globals."""
    stream = struct.pack("<HHHH", 0x809, 4, 0x600, 5)
    for kind, body in records:
        stream += struct.pack("<HH", kind, len(body)) + body
    return compound({"Workbook": stream + struct.pack("<HH", 0x0A, 0)})
