"""The language between the parent and its sandboxed children.

A hostile document may take over the child that parses it, so the parent must not believe what a child says, least of all
unpickle it: unpickling calls what the bytes name, and even an unpickler with a list of allowed classes builds them with
fields of any type and any size. Here an answer is JSON for the shape and raw blobs for the bytes, and every value is built
anew from the type hints of `parsers.values`: a field of another type, an unknown class, a blob that was not sent or a
frame over its bound raises `WireError`, and the child is ended. Requests go by the same way, so nothing is pickled at all.

A frame, all numbers big-endian:

    u32 length of the JSON | u32 number of blobs n | n x u64 lengths | the JSON | the blobs

A dataclass is a list of its fields in order; in a union of several, its name stands first. Bytes are the index of a blob;
a negative index -1-i means blob i of the request, so that files that come back as they went are not sent twice.
"""

from __future__ import annotations

import json
import socket
import struct
import time
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from parsers.limits import Limits
from parsers.values import Letter, Reading, Refusal, Scan, Unpacked

CHUNK = 1 << 20


class WireError(Exception):
    """A frame or a value in it is not what was agreed upon."""


class LostError(Exception):
    """The other side went away in mid-frame."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a Reader's method `call` on `files`; `pages`, `text` and `seals` are for `scan` only."""

    call: str
    limits: Limits
    files: tuple[tuple[str, bytes], ...]
    pages: tuple[int, ...] | None = None
    text: bool = True
    seals: bool = True


@dataclass(frozen=True, slots=True)
class Readings:
    """What `read_many` returns, one for each file."""

    items: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """The parser raised, which it must never do: the exception and the place in the code."""

    detail: str


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The parser ran into its bound of memory and could still say so."""


Value = Letter | Unpacked | Readings | Scan | Refusal | Raised | OutOfMemory


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child says to a request. `resident` is its own memory in MiB, for recycling only: a child may lie."""

    value: Value
    resident: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest frame that is taken in: bytes of its JSON, number of its blobs, bytes of all blobs."""

    text: int = 96 << 20
    blobs: int = 20_000
    data: int = 1 << 30


# --- values <-> JSON ---------------------------------------------------------------------------------------------


class Blobs:
    """The bytes objects beside a frame's JSON. `given` are those of the request, to which an answer may point back."""

    def __init__(self, given: Sequence[bytes] = (), sent: Sequence[bytes] = ()) -> None:
        self.given = given
        self.sent = list(sent)
        self._places = {id(blob): -1 - index for index, blob in enumerate(given)}

    def put(self, blob: bytes) -> int:
        place = self._places.get(id(blob))
        if place is None:
            place = self._places[id(blob)] = len(self.sent)
            self.sent.append(blob)
        return place

    def get(self, place: int) -> bytes:
        blobs = self.given if place < 0 else self.sent
        index = -1 - place if place < 0 else place
        if index >= len(blobs):
            raise WireError(f"blob {place} was not sent")
        return blobs[index]


Coder = tuple[Callable[[Any, Blobs], Any], Callable[[Any, Blobs], Any]]


@cache
def coder(hint: Any) -> Coder:
    """The (encode, decode) pair for a type hint made of scalars, bytes, datetime, StrEnum, tuple, unions and dataclasses."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in (str, int, bool, float):
        return _keep, _scalar(hint)
    if hint is bytes:
        return (lambda value, blobs: blobs.put(value)), (lambda value, blobs: blobs.get(_of(int, value)))
    if hint is datetime:
        return (lambda value, blobs: value.isoformat()), (lambda value, blobs: _moment(value))
    if hint is type(None):
        return _keep, (lambda value, blobs: _of(type(None), value))
    if origin is tuple:
        return _tuple(arguments)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return (lambda value, blobs: value.value), (lambda value, blobs: _member(hint, value))
    if is_dataclass(hint):
        return _dataclass(typing.cast(type, hint))
    raise TypeError(f"no way to send a {hint}")


def _keep(value: Any, blobs: Blobs) -> Any:
    return value


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise WireError(f"{type(value).__name__} where {kind.__name__} belongs")
    return value


def _scalar(kind: type) -> Callable[[Any, Blobs], Any]:
    def decode(value: Any, blobs: Blobs) -> Any:
        if type(value) is kind:
            return value
        if kind is float and type(value) is int:
            return float(value)
        raise WireError(f"{type(value).__name__} where {kind.__name__} belongs")

    return decode


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(_of(str, value))
    except ValueError as error:
        raise WireError(f"no time: {error}") from error


def _member(kind: type[StrEnum], value: Any) -> StrEnum:
    try:
        return kind(_of(str, value))
    except ValueError as error:
        raise WireError(str(error)) from error


def _tuple(arguments: tuple[Any, ...]) -> Coder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        encode_item, decode_item = coder(arguments[0])
        return (
            lambda value, blobs: [encode_item(item, blobs) for item in value],
            lambda value, blobs: tuple([decode_item(item, blobs) for item in _of(list, value)]),
        )
    coders = [coder(argument) for argument in arguments]

    def decode(value: Any, blobs: Blobs) -> Any:
        if len(_of(list, value)) != len(coders):
            raise WireError(f"{len(value)} items where {len(coders)} belong")
        return tuple([item_decode(item, blobs) for (_, item_decode), item in zip(coders, value)])

    return (lambda value, blobs: [item_encode(item, blobs) for (item_encode, _), item in zip(coders, value)]), decode


def _union(arguments: tuple[Any, ...]) -> Coder:
    optional = type(None) in arguments
    others = [argument for argument in arguments if argument is not type(None)]
    if len(others) == 1:
        encode_one, decode_one = coder(others[0])
        return (
            lambda value, blobs: None if value is None else encode_one(value, blobs),
            lambda value, blobs: None if value is None else decode_one(value, blobs),
        )
    encoders = {kind: coder(kind)[0] for kind in others}
    decoders = {kind.__name__: coder(kind)[1] for kind in others}

    def encode(value: Any, blobs: Blobs) -> Any:
        return None if value is None and optional else [type(value).__name__, encoders[type(value)](value, blobs)]

    def decode(value: Any, blobs: Blobs) -> Any:
        if value is None and optional:
            return None
        if len(_of(list, value)) != 2 or type(value[0]) is not str or value[0] not in decoders:
            raise WireError("no member of the union")
        return decoders[value[0]](value[1], blobs)

    return encode, decode


def _dataclass(kind: type) -> Coder:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    encoders = [(name, coder(hints[name])[0]) for name in names]
    decoders = [coder(hints[name])[1] for name in names]
    count = len(names)

    def decode(value: Any, blobs: Blobs) -> Any:
        if type(value) is not list or len(value) != count:
            raise WireError(f"not the {count} fields of {kind.__name__}")
        return kind(*[decode_field(item, blobs) for decode_field, item in zip(decoders, value)])

    return (lambda value, blobs: [encode_field(getattr(value, name), blobs) for name, encode_field in encoders]), decode


# --- frames ------------------------------------------------------------------------------------------------------


def pack(value: Any, kind: type, given: Sequence[bytes] = (), bounds: Bounds = Bounds()) -> list[bytes]:
    """The pieces of the frame of `value`, a `kind`. Raises WireError for one that the other side would not take."""
    blobs = Blobs(given)
    text = json.dumps(coder(kind)[0](value, blobs), separators=(",", ":"), allow_nan=False).encode("ascii")
    sizes = [len(blob) for blob in blobs.sent]
    if len(text) > bounds.text or len(sizes) > bounds.blobs or sum(sizes) > bounds.data:
        raise WireError(f"too much to send: {len(text)} bytes of JSON, {len(sizes)} blobs of {sum(sizes)} bytes")
    return [struct.pack(f">II{len(sizes)}Q", len(text), len(sizes), *sizes) + text, *blobs.sent]


def unpack(text: bytes, sent: Sequence[bytes], kind: type, given: Sequence[bytes] = ()) -> Any:
    """The `kind` that a frame holds. Raises WireError for anything else, however deep or odd the JSON is."""
    try:
        shape = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # not JSON, NaN, an integer of 5,000 digits; 100,000 opening brackets
        raise WireError(f"not JSON: {error}") from error
    return coder(kind)[1](shape, Blobs(given, sent))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def send(channel: socket.socket, pieces: Sequence[bytes], deadline: float | None = None) -> None:
    """Write a frame. Raises TimeoutError past `deadline` (of time.monotonic), LostError when the other side is gone."""
    try:
        for piece in pieces:
            channel.settimeout(_left(deadline))
            channel.sendall(piece)
    except (BrokenPipeError, ConnectionResetError) as error:  # the child died before it had read everything
        raise LostError from error


def receive(channel: socket.socket, bounds: Bounds = Bounds(), deadline: float | None = None) -> tuple[bytes, list[bytes]]:
    """Read a frame: its JSON and its blobs. Raises WireError, LostError, TimeoutError."""
    length, count = struct.unpack(">II", _exactly(channel, 8, deadline))
    if length > bounds.text or count > bounds.blobs:
        raise WireError(f"a frame of {length} bytes of JSON and {count} blobs")
    sizes = struct.unpack(f">{count}Q", _exactly(channel, 8 * count, deadline))
    if sum(sizes) > bounds.data:
        raise WireError(f"a frame of {sum(sizes)} bytes")
    text = _exactly(channel, length, deadline)
    return text, [_exactly(channel, size, deadline) for size in sizes]


def _exactly(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    pieces: list[bytes] = []
    missing = size
    while missing:
        channel.settimeout(_left(deadline))
        try:
            piece = channel.recv(min(missing, CHUNK), socket.MSG_WAITALL if deadline is None else 0)
        except ConnectionResetError as error:  # the other side died with our bytes unread
            raise LostError from error
        if not piece:
            raise LostError
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
