"""Mutations of seed files: of their bytes, and of the parts inside a ZIP package, where changed bytes would only break a CRC."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence

WORDS = (
    *(
        b"",
        b"\x00",
        b"\xff\xff\xff\xff",
        b"\x7f\xff\xff\xff",
        b"\x80\x00\x00\x00",
        b"-1",
        b"4294967296",
        b"99999999999999999999",
        b"NaN",
        b"1e999",
    ),
    *(
        b"\r\n\r\n",
        b"\n--x",
        b"=?gb2312?B?",
        b"?=",
        b"=?utf-8?Q?=",
        b'"',
        b"<",
        b">",
        b"(" * 300,
        b"%",
        b"../",
        b"\\",
        b"\xd6\xd0\xce\xc4",
        b"\xed\xa0\x80",
    ),
    *(
        b"&#x0;",
        b"&#xD800;",
        b"<!DOCTYPE x [<!ENTITY a 'aa'>]>",
        b"&a;",
        b"]]>",
        b"<w:tbl>",
        b"</w:tc>",
        b'w:val="-1"',
        b'gridSpan="100000000"',
    ),
    *(
        b"obj\n",
        b"endobj",
        b"stream\n",
        b"/Length -1",
        b"/Kids [1 0 R]",
        b"/Parent 3 0 R",
        b"<< " * 200,
        b"[" * 500,
        b"/FlateDecode",
        b"trailer",
    ),
    *(
        b"\xe7\xbb\x84\xe7\xbb\x87\xe5\x90\x8d\xe7\xa7\xb0",
        b"\xef\xbc\x9a",
        b"\xe3\x80\x80",
        b"\xe2\x80\xae",
        b"\xf0\x9f\x98\x80",
        b"\xcc\x88" * 50,
    ),
)

MAIN_PARTS = ("document.xml", "sheet1.xml", "sharedStrings.xml", "workbook.xml", "slide1.xml", "presentation.xml", "styles.xml", ".txt")
"""Where a package's meaning is, and most mutations go."""


def mutated(seeds: Sequence[bytes], chance: random.Random, largest: int = 1 << 20) -> bytes:
    """A seed with a few changes; sometimes none of a seed at all."""
    data = chance.choice(seeds)
    kind = chance.random()
    if kind < 0.02:
        return chance.randbytes(chance.choice((0, 1, 7, 100, 5000)))
    if data.startswith(b"PK\x03\x04") and kind < 0.75:
        return _repacked(data, chance)[:largest]
    return _changed(data, seeds, chance)[:largest]


def _changed(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 8, 30))):
        place = chance.randrange(len(out) + 1)
        length = chance.choice((1, 2, 4, 16, 100, 1000))
        match chance.randrange(9):
            case 0:
                if out:
                    out[place % len(out)] ^= 1 << chance.randrange(8)
            case 1:
                if out:
                    out[place % len(out)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x3C))
            case 2:
                del out[place:]
            case 3:
                del out[place : place + length]
            case 4:
                out[place:place] = chance.choice(WORDS)
            case 5:
                word = chance.choice(WORDS)
                out[place : place + len(word)] = word
            case 6:
                out[place:place] = out[place : place + length] * chance.choice((1, 2, 50))
            case 7:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                out[place : place + length] = other[start : start + length]
            case 8:
                out[place : place + length] = chance.randbytes(min(length, 64))
    return bytes(out)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    """The package with one or two of its parts changed, dropped, doubled or renamed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [(info.filename, package.read(info)) for info in package.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):  # a seed that is damaged on purpose
        return _changed(data, [data], chance)
    contents = [content for _, content in parts]
    for _ in range(chance.choice((1, 1, 2))):
        if not parts:
            break
        main = [index for index, (name, _) in enumerate(parts) if name.endswith(MAIN_PARTS)]
        place = chance.choice(main) if main and chance.random() < 0.7 else chance.randrange(len(parts))
        name, content = parts[place]
        match chance.randrange(12):
            case 0:
                del parts[place]
            case 1:
                parts.append((name, content))
            case 2:
                parts[place] = (chance.choice(parts)[0], content)
            case 3:
                parts[place] = (name, chance.choice(contents))
            case _:
                parts[place] = (name, _changed(content, contents, chance))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as package:
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = package.compression
            package.writestr(info, content)
    return out.getvalue()
