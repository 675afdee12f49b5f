"""What the modules of the kinds share: type ids, the shape of writers and readers, values with a length in front."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import partial
from struct import Struct
from typing import Any, Final, Literal, TypeAlias

from hzproto.errors import HazelcastSerializationError

Order: TypeAlias = Literal[">", "<"]
"""The byte order of payloads, as in format strings of `struct`."""
Buffer: TypeAlias = bytes | memoryview
Prefix: TypeAlias = Callable[[int], bytes]
"""From a type id to the bytes in front of a payload: a `Data` and an item of a list begin differently."""
Writer: TypeAlias = Callable[[Any], bytes]
"""From a value to its prefix and payload."""
Reader: TypeAlias = Callable[[Buffer, int], tuple[Any, int]]
"""From a buffer and the offset of a payload to the value and the offset after it.

Bytes that end too early raise `struct.error` or HazelcastSerializationError, malformed UTF-8 `UnicodeDecodeError`.
"""

MAX_DEPTH: Final = 100
"""How deep lists may be nested."""


class TypeId(IntEnum):
    """The type ids of the protocol; those without a reader here are known by name only."""

    NULL = 0
    PORTABLE = -1
    IDENTIFIED_DATA_SERIALIZABLE = -2
    BYTE = -3
    BOOLEAN = -4
    CHAR = -5
    SHORT = -6
    INT = -7
    LONG = -8
    FLOAT = -9
    DOUBLE = -10
    STRING = -11
    BYTE_ARRAY = -12
    BOOLEAN_ARRAY = -13
    CHAR_ARRAY = -14
    SHORT_ARRAY = -15
    INT_ARRAY = -16
    LONG_ARRAY = -17
    FLOAT_ARRAY = -18
    DOUBLE_ARRAY = -19
    STRING_ARRAY = -20
    UUID = -21
    JAVA_CLASS = -24
    JAVA_DATE = -25
    BIG_INTEGER = -26
    BIG_DECIMAL = -27
    JAVA_ARRAY = -28
    ARRAY_LIST = -29
    LINKED_LIST = -30
    LOCAL_DATE = -51
    LOCAL_TIME = -52
    LOCAL_DATE_TIME = -53
    OFFSET_DATE_TIME = -54
    COMPACT = -55
    JAVA_SERIALIZABLE = -100
    PYTHON_PICKLE = -120
    JSON = -130


def packer(order: Order, prefix: bytes, format_: str) -> Callable[..., bytes]:
    """Make a function from numbers to *prefix* and the numbers in the *format_* of `struct`; without a Python frame."""
    return partial(Struct(f"{order}{len(prefix)}s{format_}").pack, prefix)


def sized_reader(order: Order, decode: Callable[[Buffer], Any]) -> Reader:
    """Make the reader of bytes with their int32 length in front; *decode* turns the bytes into the value."""
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int) -> tuple[Any, int]:
        start = offset + 4
        end = start + unpack(data, offset)[0]
        content = data[start:end]
        if len(content) != end - start:  # holds for negative lengths too
            raise wrong_length(data, start, end)
        return decode(content), end

    return read


def wrong_length(data: Buffer, start: int, end: int) -> HazelcastSerializationError:
    """Make the error for a content that should be between *start* and *end* and is not."""
    return HazelcastSerializationError(
        f"The length of {end - start} bytes is announced for what can have {len(data) - start} at most."
    )
