"""Bounds for tnefparse, which believes every count in a stream: 200 bytes that announce four billion values take the machine.

A count of properties, of recipients or of one property's values is bounded by the bytes there are; beyond them it is damage,
which `tnef` notes. Done by putting checked functions in the library's own places, since it offers no other.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import Any


@cache
def bound() -> None:
    """Put the checks into the library, once."""
    from tnefparse import mapi, tnef

    decode_mapi, parse_property, uint32 = mapi.decode_mapi, mapi.parse_property, mapi.uint32

    @wraps(decode_mapi)
    def decode(data: Any, codepage: str = "cp1252", starting_offset: int | None = None) -> Any:
        start = starting_offset or 0
        if uint32(data, start) > max(0, len(data) - start) // 4:
            raise ValueError("more properties than bytes")
        return decode_mapi(data, codepage, starting_offset)

    @wraps(parse_property)
    def parse(data: Any, offset: int, *rest: Any) -> Any:
        if offset > len(data):
            raise ValueError("more values than bytes")
        return parse_property(data, offset, *rest)

    tnef.decode_mapi = decode
    mapi.parse_property = parse
