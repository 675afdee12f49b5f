"""The serialization service: finds the writer of a value and the reader of bytes."""

from __future__ import annotations

import struct
from struct import Struct
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hzproto.core import HazelcastJsonValue
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.binary import bytes_reader, bytes_writer
from hzproto.serialization.kinds import TypeId
from hzproto.serialization.lists import list_reader, list_writer
from hzproto.serialization.numbers import (
    FORMATS,
    big_integer_reader,
    bool_writer,
    fixed_reader,
    float_writer,
    int_writer,
)
from hzproto.serialization.partition import partition_hash
from hzproto.serialization.text import json_reader, json_writer, string_reader, string_writer
from hzproto.serialization.uuids import uuid_reader, uuid_writer

if TYPE_CHECKING:
    from hzproto.config import Config, IntType
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer

_pack_hash: Final = Struct(">i").pack
_pack_header: Final = Struct(">ii").pack
_unpack_type_id: Final = Struct(">i").unpack_from

_WAYS_OUT: Final[dict[type, str]] = {
    tuple: "make it a list",
    set: "make it a list",
    frozenset: "make it a list",
    memoryview: "make it bytes",
}


class SerializationService:
    """Serializes by the options `is_big_endian` and `default_int_type` of *config*.

    Supported: bool, int, float, str, bytes, bytearray (read back as bytes), uuid.UUID, HazelcastJsonValue, and lists of
    these, of None and of lists; subclasses are written as the supported class they derive from. Integers and floats of
    every size are read.
    """

    def __init__(self, config: Config) -> None:
        order: Order = ">" if config.is_big_endian else "<"
        self._writers = _make_writers(order, config.default_int_type)
        self._readers = _make_readers(order)

    def to_data(self, obj: object) -> bytes:
        """Serialize *obj*.

        An object with a method `get_partition_key` is put into the partition of the key that it returns, unless that is
        None. Raises HazelcastSerializationError when *obj* or a part of it cannot be serialized, TypeError for None.
        """
        try:
            return self._writers[type(obj)](obj)
        except struct.error:
            raise HazelcastSerializationError(
                f"A {type(obj).__name__} of more than 2**31 - 1 bytes cannot be serialized."
            ) from None

    def to_object(self, data: Buffer | None) -> Any:
        """Read the object that *data* is the serialized form of; None is None.

        Raises HazelcastSerializationError, and nothing else, when the bytes are not what some value serializes to or
        have a type id that is not supported.
        """
        if data is None:
            return None
        try:
            return self._readers[_unpack_type_id(data, 4)[0]](data, 8)[0]
        except KeyError as error:
            raise _unreadable(error.args[0]) from None
        except struct.error:
            raise HazelcastSerializationError("The serialized value is truncated.") from None
        except UnicodeDecodeError as error:
            raise HazelcastSerializationError(f"A serialized string is not valid UTF-8: {error.reason}.") from error


class _Writers(dict[type, "Writer"]):
    """Writers by type. That of a subclass is looked for along its bases, once."""

    def __init__(self, basic: dict[type, Writer]) -> None:
        super().__init__(basic)
        self._basic = basic

    def __missing__(self, kind: type) -> Writer:
        for base in kind.__mro__:
            if base in self._basic:
                self[kind] = self._basic[base]
                return self._basic[base]
        raise _unwritable(kind)


class _DataWriters(_Writers):
    """Writers of whole `Data`, which fill the hash field for objects that choose their partition."""

    def __missing__(self, kind: type) -> Writer:
        writer = super().__missing__(kind)
        if hasattr(kind, "get_partition_key"):
            writer = self[kind] = self._into_partition(writer)
        return writer

    def _into_partition(self, write: Writer) -> Writer:
        def write_with_hash(value: Any) -> bytes:
            data, key = write(value), value.get_partition_key()
            if key is None or key is value:
                return data
            return _pack_hash(partition_hash(self[type(key)](key))) + data[4:]

        return write_with_hash


def _make_writers(order: Order, int_type: IntType) -> _DataWriters:
    def data_prefix(type_id: int) -> bytes:
        return _pack_header(0, type_id)

    item_prefix = Struct(f"{order}i").pack  # inside a payload type ids have the payload's byte order
    items = _Writers(_basic_writers(order, int_type, item_prefix))
    lists = list_writer(order, data_prefix, item_prefix, items)
    return _DataWriters({**_basic_writers(order, int_type, data_prefix), list: lists})


def _basic_writers(order: Order, int_type: IntType, prefix: Prefix) -> dict[type, Writer]:
    write_bytes = bytes_writer(order, prefix)
    return {
        bool: bool_writer(prefix),
        int: int_writer(order, prefix, int_type),
        float: float_writer(order, prefix),
        str: string_writer(order, prefix),
        bytes: write_bytes,
        bytearray: write_bytes,
        UUID: uuid_writer(order, prefix),
        HazelcastJsonValue: json_writer(order, prefix),
    }


def _make_readers(order: Order) -> dict[int, Reader]:
    readers: dict[int, Reader] = {
        TypeId.NULL: lambda data, offset: (None, offset),
        **{type_id: fixed_reader(order, type_id) for type_id in FORMATS},
        TypeId.BIG_INTEGER: big_integer_reader(order),
        TypeId.STRING: string_reader(order),
        TypeId.BYTE_ARRAY: bytes_reader(order),
        TypeId.UUID: uuid_reader(order),
        TypeId.JSON: json_reader(order),
    }
    readers[TypeId.ARRAY_LIST] = list_reader(order, readers)
    return readers


def _unwritable(kind: type) -> Exception:
    if kind is type(None):
        return TypeError("None has no serialized form of its own; it can only be an item of a list.")
    way_out = _WAYS_OUT.get(kind, "wrap it in HazelcastJsonValue if JSON can express it")
    return HazelcastSerializationError(
        f"A value of type {kind.__module__}.{kind.__qualname__} cannot be serialized: {way_out}. Supported are bool, "
        "int, float, str, bytes, bytearray, uuid.UUID, HazelcastJsonValue and lists of them."
    )


def _unreadable(type_id: int) -> HazelcastSerializationError:
    if type_id == TypeId.PYTHON_PICKLE:
        return HazelcastSerializationError(
            f"The value has type id {type_id}, a pickled Python object: pickled values are not loaded, because loading "
            "can run any code."
        )
    name = f" ({TypeId(type_id).name})" if type_id in TypeId.__members__.values() else ""
    return HazelcastSerializationError(f"Values of type id {type_id}{name} cannot be read.")
