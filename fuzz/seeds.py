"""What atheris begins with: the messages that real members and clients exchanged, and the objects in them."""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import Any, Final, cast

from fuzz.targets import CUTS, EVERY_KIND
from hzproto.serialization.collections import COLLECTIONS
from hzproto.serialization.kinds import TypeId
from hzproto.wire.frames import split_into_fragments
from tests.vectors.captures import PROTOCOLS, read

CAPTURED: Final = [(layout, message) for version in PROTOCOLS for layout, message in read(version)]
HEADER: Final = 8
"""Bytes of the shortest serialized object."""


def of_frames() -> Iterator[bytes]:
    head = bytes(range(0, 256, 256 // CUTS))[:CUTS]
    for number in range(0, len(CAPTURED), 4):
        some = [message for _, message in CAPTURED[number : number + 4]]
        yield head + b"".join(some)
        yield head + b"".join(part for key, m in enumerate(some) for part in split_into_fragments(m, 60, key))


def of_messages() -> Iterator[bytes]:
    for _, message in CAPTURED:
        yield message


def of_serialization() -> Iterator[bytes]:
    yield b"\0" + EVERY_KIND
    for type_id in COLLECTIONS:
        for comparator in (b"", pack(">i", TypeId.NULL)):
            yield b"\0" + pack(">ii", 0, type_id) + comparator + pack(">iiiii", 1, TypeId.INT, 1, TypeId.INT, 2)
    for layout, message in CAPTURED:
        for data in _byte_strings(layout.decode(message)):
            if len(data) >= HEADER:
                yield b"\0" + data


def _byte_strings(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from _byte_strings(list(cast(dict[str, Any], value).values()))
    elif isinstance(value, list | tuple):
        for part in cast(list[Any], value):
            yield from _byte_strings(part)


SERVICES: Final = ("Client.", "Map.", "CP", "FencedLock.", "error")


def of_connection() -> Iterator[bytes]:
    for number, (layout, message) in enumerate(CAPTURED):
        if layout.kind != "request" and layout.name.startswith(SERVICES):
            yield bytes([number & 1, number % 12]) + len(message).to_bytes(2, "little") + message


SEEDS: Final = {
    "frames": of_frames,
    "messages": of_messages,
    "serialization": of_serialization,
    "connection": of_connection,
}
"""For each target what makes its seeds."""
