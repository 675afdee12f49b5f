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
PayloadWriter: TypeAlias = Callable[[Any], Buffer]
"""From a value to its payload; much of it may be a view."""
Appender: TypeAlias = Callable[[bytearray, Any, int], None]
"""Appends the payload of a value that holds other objects: to a buffer that begins with the `Data`, because some
payloads hold positions in it; the number is how many objects the value is inside of."""
Reader: TypeAlias = Callable[[Buffer, int, int], tuple[Any, int]]
"""From a `Data`, the offset of a payload in it, and how many objects the value is inside of, to the value and the
offset after it.

Bytes that end too early raise `struct.error` or HazelcastSerializationError, malformed UTF-8 `UnicodeDecodeError`.
"""

MAX_DEPTH: Final = 100
"""How deep objects may be nested."""
NULL_LENGTH: Final = -1
"""The length of arrays and strings that are None, where None is allowed."""


class IntType(IntEnum):
    """How a Python int is serialized."""

    VAR = 0
    """The smallest of BYTE, SHORT, INT, LONG and BIG_INT that can hold it."""
    BYTE = 1
    """8 bits."""
    SHORT = 2
    """16 bits."""
    INT = 3
    """32 bits."""
    LONG = 4
    """64 bits."""
    BIG_INT = 5
    """Any size."""


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
    SIMPLE_ENTRY = -22
    SIMPLE_IMMUTABLE_ENTRY = -23
    JAVA_CLASS = -24
    JAVA_DATE = -25
    BIG_INTEGER = -26
    BIG_DECIMAL = -27
    JAVA_ARRAY = -28
    ARRAY_LIST = -29
    LINKED_LIST = -30
    COPY_ON_WRITE_ARRAY_LIST = -31
    HASH_MAP = -32
    CONCURRENT_SKIP_LIST_MAP = -33
    CONCURRENT_HASH_MAP = -34
    LINKED_HASH_MAP = -35
    TREE_MAP = -36
    HASH_SET = -37
    TREE_SET = -38
    LINKED_HASH_SET = -39
    COPY_ON_WRITE_ARRAY_SET = -40
    CONCURRENT_SKIP_LIST_SET = -41
    ARRAY_DEQUE = -42
    LINKED_BLOCKING_QUEUE = -43
    ARRAY_BLOCKING_QUEUE = -44
    PRIORITY_BLOCKING_QUEUE = -45
    DELAY_QUEUE = -46
    SYNCHRONOUS_QUEUE = -47
    LINKED_TRANSFER_QUEUE = -48
    PRIORITY_QUEUE = -49
    OPTIONAL = -50
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
    if not prefix:
        return Struct(order + format_).pack
    return partial(Struct(f"{order}{len(prefix)}s{format_}").pack, prefix)


def no_prefix(type_id: int) -> bytes:
    """Return what is in front of the fields of an object: nothing, for their types are known."""
    return b""


def nested(depth: int) -> int:
    """Return the depth of what is inside an object at *depth*; HazelcastSerializationError when that is too deep."""
    if depth < MAX_DEPTH:
        return depth + 1
    raise HazelcastSerializationError(f"An object is nested deeper than {MAX_DEPTH} levels, or contains itself.")


def sized_reader(order: Order, decode: Callable[[Buffer], Any]) -> Reader:
    """Make the reader of bytes with their int32 length in front; *decode* turns the bytes into the value."""
    unpack = Struct(f"{order}i").unpack_from

    def read(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
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


def nullable_writer(order: Order, write: PayloadWriter) -> PayloadWriter:
    """Make the writer that writes None as a length of its own, and leaves everything else to *write*."""
    null = Struct(f"{order}i").pack(NULL_LENGTH)
    return lambda value: null if value is None else write(value)


def nullable_reader(order: Order, read: Reader) -> Reader:
    """Make the reader of what `nullable_writer` writes."""
    unpack = Struct(f"{order}i").unpack_from

    def read_nullable(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
        if unpack(data, offset)[0] == NULL_LENGTH:
            return None, offset + 4
        return read(data, offset, depth)

    return read_nullable


def read_count(data: Buffer, offset: int, count: int, size: int, what: str) -> int:
    """Check a *count* of items, each of at least *size* bytes from *offset* on, before memory is taken for them."""
    if 0 <= count * size <= len(data) - offset:
        return count
    raise HazelcastSerializationError(f"{what} of {count} items is announced, {len(data) - offset} bytes follow.")


def unreadable(type_id: int) -> HazelcastSerializationError:
    """Make the error for a type id that has no reader."""
    if type_id == TypeId.PYTHON_PICKLE:
        return HazelcastSerializationError(
            f"The value has type id {type_id}, a pickled Python object: pickled values are not loaded, because loading "
            "can run any code. Set allow_pickle=True if all who write to the cluster are trusted."
        )
    if type_id > 0:
        return HazelcastSerializationError(
            f"Values of type id {type_id} cannot be read: no serializer in the option custom_serializers has this id."
        )
    name = f" ({TypeId(type_id).name})" if type_id in TypeId.__members__.values() else ""
    return HazelcastSerializationError(f"Values of type id {type_id}{name} cannot be read.")
