"""The payloads of the fields of objects: what a field holds is known, so nothing says it again.

One table of writers and one of readers, by the names that the methods of ObjectDataOutput, PortableWriter and their
counterparts have. Strings and arrays may be None.
"""

from __future__ import annotations

import struct
from functools import cache
from struct import Struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hzproto.checks import describe
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.arrays import (
    TYPE_CODES,
    boolean_array_reader,
    boolean_array_writer,
    char_array_reader,
    char_array_writer,
    item_array_reader,
    item_array_writer,
    number_array_reader,
    number_array_writer,
)
from hzproto.serialization.binary import byte_array_writer, bytes_reader
from hzproto.serialization.kinds import TypeId, no_prefix, nullable_reader, nullable_writer
from hzproto.serialization.numbers import FORMATS, fixed_reader
from hzproto.serialization.text import char_reader, char_writer, string_reader, string_writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.serialization.kinds import Order, PayloadWriter, Reader

PAYLOAD_ERRORS: Final = (struct.error, OverflowError, TypeError, ValueError, AttributeError, KeyError)
"""What writers of payloads raise for a value of the wrong type or size."""

write_boolean: Final = {True: b"\1", False: b"\0"}.__getitem__

_NUMBERS: Final = {
    "byte": TypeId.BYTE,
    "short": TypeId.SHORT,
    "int": TypeId.INT,
    "long": TypeId.LONG,
    "float": TypeId.FLOAT,
    "double": TypeId.DOUBLE,
}
_NUMBER_ARRAYS: Final = {
    "short_array": TypeId.SHORT_ARRAY,
    "int_array": TypeId.INT_ARRAY,
    "long_array": TypeId.LONG_ARRAY,
    "float_array": TypeId.FLOAT_ARRAY,
    "double_array": TypeId.DOUBLE_ARRAY,
}
assert set(_NUMBER_ARRAYS.values()) == set(TYPE_CODES)


@cache
def payload_writers(order: Order) -> Mapping[str, PayloadWriter]:
    """Return the writers of payloads; each raises one of PAYLOAD_ERRORS or HazelcastSerializationError."""
    string = nullable_writer(order, string_writer(order, no_prefix))
    arrays = {
        "byte_array": byte_array_writer(order, no_prefix),
        "boolean_array": boolean_array_writer(order, no_prefix),
        "char_array": char_array_writer(order, no_prefix),
        "string_array": item_array_writer(order, b"", string),
        **{name: number_array_writer(order, type_id) for name, type_id in _NUMBER_ARRAYS.items()},
    }
    return MappingProxyType(
        {
            "boolean": write_boolean,
            "char": char_writer(order),
            "string": string,
            **{name: Struct(order + FORMATS[type_id]).pack for name, type_id in _NUMBERS.items()},
            **{name: nullable_writer(order, write) for name, write in arrays.items()},
        }
    )


@cache
def payload_readers(order: Order) -> Mapping[str, Reader]:
    """Return the readers of payloads."""
    string = string_reader(order, nullable=True)
    arrays = {
        "byte_array": bytes_reader(order),
        "boolean_array": boolean_array_reader(order),
        "char_array": char_array_reader(order),
        "string_array": item_array_reader(order, string, 4),
        **{name: number_array_reader(order, type_id) for name, type_id in _NUMBER_ARRAYS.items()},
    }
    return MappingProxyType(
        {
            "boolean": fixed_reader(order, TypeId.BOOLEAN),
            "char": char_reader(order),
            "string": string,
            **{name: fixed_reader(order, type_id) for name, type_id in _NUMBERS.items()},
            **{name: nullable_reader(order, read) for name, read in arrays.items()},
        }
    )


def refused(where: str, kind: str, value: Any, error: Exception) -> HazelcastSerializationError:
    """Make the error for a *value* that is none of *kind*; *where* names its field or method."""
    return HazelcastSerializationError(
        f"{where} takes {kind.replace('_', ' ')}, not {describe(value)} of type {type(value).__qualname__} ({error})."
    )
