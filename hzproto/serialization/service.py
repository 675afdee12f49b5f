"""The serialization service: finds the writer of a value and the reader of bytes."""

from __future__ import annotations

import re
import struct
import sys
from array import array
from collections.abc import Callable, Mapping
from functools import partial
from struct import Struct, pack
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from hzproto.core import HazelcastJsonValue, MapEntry
from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError, RemoteProtocolError
from hzproto.later import made_later
from hzproto.serialization.api import IdentifiedDataSerializable, Portable, StreamSerializer
from hzproto.serialization.arrays import (
    TYPE_CODES,
    boolean_array_reader,
    buffer_writer,
    char_array_reader,
    item_array_reader,
    number_array_reader,
)
from hzproto.serialization.binary import bytes_reader, bytes_writer
from hzproto.serialization.collections import COLLECTIONS, entry_appender
from hzproto.serialization.compact.schemas import Schemas
from hzproto.serialization.kinds import TypeId, unreadable
from hzproto.serialization.lists import LIST_TYPE_IDS, list_appender, list_reader
from hzproto.serialization.numbers import (
    FORMATS,
    big_integer_reader,
    bool_writer,
    fixed_reader,
    float_writer,
    int_writer,
)
from hzproto.serialization.partition import partition_hash
from hzproto.serialization.text import char_reader, json_reader, json_writer, string_reader, string_writer
from hzproto.wire.frames import FRAME_HEADER, MARK, NULL, RESPONSE_HEADER, SPECIAL

if TYPE_CHECKING:
    from hzproto.config import Config
    from hzproto.serialization.collections import ReadFields
    from hzproto.serialization.compact.serializer import Compact
    from hzproto.serialization.kinds import Appender, Buffer, IntType, Order, Prefix, Reader, Writer
    from hzproto.serialization.portable.serializer import PortableSerializer

_unpack_answer: Final = Struct("<i15xiH").unpack_from  # sizes of the initial frame and of the next one, its flags
_TYPE_ID_IN_ANSWER: Final = RESPONSE_HEADER.size + FRAME_HEADER.size + 4
_VALUE_IN_ANSWER: Final = _TYPE_ID_IN_ANSWER + 4
_DATA_HEADER_SIZE: Final = 8
_UNREADABLE: Final = (LookupError, struct.error, UnicodeDecodeError, RecursionError, HazelcastSerializationError)
_pack_hash: Final = Struct(">i").pack
_pack_header: Final = Struct(">ii").pack
_unpack_size: Final = Struct("<i").unpack_from
_unpack_type_id: Final = Struct(">i").unpack_from

_TEMPORAL: Final = (
    TypeId.JAVA_DATE,
    TypeId.LOCAL_DATE,
    TypeId.LOCAL_TIME,
    TypeId.LOCAL_DATE_TIME,
    TypeId.OFFSET_DATE_TIME,
)
"""The kinds of dates and times."""

_GENERIC: Final = "hzproto.serialization.compact.generic"
"""The module of GenericRecord; the classes of other compact objects are not known before it is loaded either."""

_WAYS_OUT: Final[dict[type, str]] = {
    tuple: "make it a list",
    set: "make it a list",
    frozenset: "make it a list",
}


class _Container(NamedTuple):
    """A kind of values that hold other objects: its type id, and what appends its payload."""

    type_id: int
    append: Appender


_Kind: TypeAlias = _Container | Callable[["Prefix"], "Writer"]
"""How values of a type are written; those that hold no others by a writer, which is made for a prefix."""


class SerializationService:
    """Serializes by the options of *config*.

    Supported: bool, int, float, str, bytes, bytearray (read back as bytes), uuid.UUID, decimal.Decimal, date, time,
    datetime, HazelcastJsonValue, and lists and MapEntry of these, of None and of each other; array.array, memoryview
    and numpy arrays of one dimension (read back as array.array, bytes or a list of booleans);
    IdentifiedDataSerializable, Portable, dataclasses, and what the user's serializers take. Subclasses are written as
    the nearest of their bases that can be. Everything that other clients write is read (Java's maps as dict, its sets
    as set, its other collections as list), but for Java's own serialization and, unless `allow_pickle` is set, pickled
    objects.

    `schemas` says which schemas of compact objects the members must get before they get any data.
    """

    def __init__(self, config: Config) -> None:
        order: Order = ">" if config.is_big_endian else "<"
        self._order: Order = order
        self._config = config
        self.schemas: Final = Schemas()
        # Type ids have the payload's byte order, but for that of the `Data` itself.
        self._compact_ids = [
            re.compile(re.escape(pack(f"{of}i", TypeId.COMPACT))) for of in dict.fromkeys((">", order))
        ]
        self._items = _Items(order, self._kind_of)
        append_object = self._items.append
        self._readers = _basic_readers(order)
        self._readers.update(dict.fromkeys(LIST_TYPE_IDS, list_reader(order, self._readers)))
        for type_id, read_fields in COLLECTIONS.items():
            self._read_later(type_id, partial(self._stream_reader, read_fields))
        for type_id in _TEMPORAL:
            self._read_later(type_id, partial(self._temporal_reader, type_id))
        self._read_later(TypeId.BIG_DECIMAL, self._decimal_reader)
        self._read_later(TypeId.UUID, self._uuid_reader)
        self._read_later(TypeId.IDENTIFIED_DATA_SERIALIZABLE, self._identified_reader)
        self._read_later(TypeId.PORTABLE, lambda: self._portable.read)
        self._read_later(TypeId.COMPACT, lambda: self._compact.read)
        if config.class_definitions:
            _ = self._portable  # which checks them
        if config.compact_serializers:
            _ = self._compact
        self._kinds: dict[type, _Kind] = {
            **_basic_kinds(order, config.default_int_type),
            list: _Container(TypeId.ARRAY_LIST, list_appender(order, self._items, append_object)),
            MapEntry: _Container(TypeId.SIMPLE_ENTRY, entry_appender(append_object)),
        }
        self._buffer: _Kind = partial(buffer_writer, order)
        self._serializers: dict[int, StreamSerializer] = {}
        for cls, serializer in config.custom_serializers.items():
            if self._own_kind(cls) is not None:
                raise InvalidConfigurationError(
                    f"custom_serializers: {cls.__qualname__} has a serialized form already."
                )
            self._kinds[cls] = self._add_serializer("custom_serializers", serializer)
        self._zero_config = config.global_serializer is None
        self._otherwise: _Kind | None = None
        if config.allow_pickle:
            from hzproto.serialization.pickled import pickle_reader, pickle_writer  # not cheap to import

            self._otherwise = partial(pickle_writer, order)
            self._readers[TypeId.PYTHON_PICKLE] = pickle_reader(order)
        if config.global_serializer is not None:
            self._otherwise = self._add_serializer("global_serializer", config.global_serializer)
        self._writers = _DataWriters(self._kind_of)

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
        except RecursionError:
            raise HazelcastSerializationError(f"A {type(obj).__name__} is nested too deeply.") from None

    def to_object(self, data: Buffer | None) -> Any:
        """Read the object that *data* is the serialized form of; None is None.

        Raises HazelcastSerializationError, and nothing else, when the bytes are not what some value serializes to or
        have a type id that is not supported. What the user's own classes raise while they read is passed on.
        """
        if data is None:
            return None
        try:
            return self._readers[_unpack_type_id(data, 4)[0]](data, 8, 0)[0]
        except KeyError:
            type_id = _unpack_type_id(data, 4)[0]
            if type_id in self._readers:
                raise  # of the user's own class
            raise unreadable(type_id) from None
        except struct.error:
            raise HazelcastSerializationError("The serialized value is truncated.") from None
        except UnicodeDecodeError as error:
            raise HazelcastSerializationError(f"A serialized string is not valid UTF-8: {error.reason}.") from error
        except RecursionError:
            raise HazelcastSerializationError("The serialized value is nested too deeply.") from None

    def may_lack_schema(self, data: Buffer) -> bool:
        """Whether *data*, or anything with `Data` in it, may have a compact object whose schema is not known.

        This costs little where there are no compact objects.
        """
        if MARK not in (data if isinstance(data, bytes) else data.obj):  # type: ignore[operator]  # views look slowly
            return False
        ids = (found for type_id in self._compact_ids for found in type_id.finditer(data))
        return any(not self._compact.knows(data, found.end()) for found in ids)

    def object_in(self, answer: Buffer) -> Any:
        """Read the object in an answer whose only field is `Data?`; otherwise like `to_object`.

        It is read where it lies: most answers are of this kind.
        """
        try:
            size, length, flags = _unpack_answer(answer)
            if size == RESPONSE_HEADER.size and not flags & SPECIAL:
                value, end = self._readers[_unpack_type_id(answer, _TYPE_ID_IN_ANSWER)[0]](answer, _VALUE_IN_ANSWER, 0)
                if end <= size + length:
                    return value
        except _UNREADABLE:
            pass  # what is wrong is told of the value alone
        return self.to_object(_data_in(answer))

    def destroy(self) -> None:
        """Let the user's serializers release what they hold."""
        for serializer in self._serializers.values():
            serializer.destroy()

    # Kinds that many programs do without: nothing of them is loaded before.

    def _read_later(self, type_id: TypeId, make: Callable[[], Reader]) -> None:
        """Have the reader of *type_id* made when it is first used."""

        def read(data: Buffer, offset: int, depth: int) -> tuple[Any, int]:
            own = self._readers[type_id] = make()
            return own(data, offset, depth)

        self._readers[type_id] = read

    def _decimal_reader(self) -> Reader:
        from hzproto.serialization.decimals import decimal_reader

        return decimal_reader(self._order)

    def _uuid_reader(self) -> Reader:
        from hzproto.serialization.uuids import uuid_reader

        return uuid_reader(self._order)

    def _temporal_reader(self, type_id: TypeId) -> Reader:
        from hzproto.serialization.temporal import READERS

        return READERS[type_id](self._order)

    def _own_kind(self, cls: type[Any]) -> _Kind | None:
        """Return how objects of *cls* are written, but for those of classes that say so themselves."""
        if cls not in self._kinds:
            writers = _standard_writers(cls.__module__)
            self._kinds.update({written: partial(writer, self._order) for written, writer in writers.items()})
        return self._kinds.get(cls)

    def _stream_reader(self, read_fields: ReadFields) -> Reader:
        from hzproto.serialization.custom import stream_reader

        return stream_reader(self._order, self._readers, read_fields)

    def _identified_reader(self) -> Reader:
        from hzproto.serialization.identified import identified_reader

        return identified_reader(self._order, self._readers, self._config.data_serializable_factories)

    def _identified_appender(self) -> Appender:
        from hzproto.serialization.identified import identified_appender

        return identified_appender(self._order, self._items.append)

    @made_later
    def _portable(self) -> PortableSerializer:
        from hzproto.serialization.portable.serializer import PortableSerializer

        return PortableSerializer(
            self._order,
            append_object=self._items.append,
            readers=self._readers,
            factories=self._config.portable_factories,
            definitions=self._config.class_definitions,
            check_definitions=self._config.check_class_definition_errors,
            version=self._config.portable_version,
        )

    @made_later
    def _compact(self) -> Compact:
        from hzproto.serialization.compact.serializer import Compact

        return Compact(self._order, self.schemas, self._config.compact_serializers)

    def _add_serializer(self, option: str, cls: type[StreamSerializer]) -> _Container:
        from hzproto.serialization.custom import stream_appender

        serializer = cls()
        type_id = serializer.get_type_id()
        if not 0 < type_id < 2**31:
            raise InvalidConfigurationError(
                f"{option}: the type id of {cls.__qualname__} must be an integer from 1 to 2**31 - 1, not {type_id}."
            )
        if type_id in self._serializers:
            other = type(self._serializers[type_id]).__qualname__
            raise InvalidConfigurationError(f"{option}: {cls.__qualname__} has type id {type_id}, and so has {other}.")
        self._serializers[type_id] = serializer
        self._readers[type_id] = self._stream_reader(serializer.read)
        return _Container(type_id, stream_appender(self._order, self._items.append, serializer))

    def _kind_of(self, cls: type[Any]) -> _Kind:
        """Find how objects of *cls* are written."""
        if _GENERIC in sys.modules and self._compact.takes(cls):
            return _Container(TypeId.COMPACT, self._compact.append)
        if issubclass(cls, IdentifiedDataSerializable):
            return _Container(TypeId.IDENTIFIED_DATA_SERIALIZABLE, self._identified_appender())
        if issubclass(cls, Portable):
            return _Container(TypeId.PORTABLE, self._portable.append)
        for base in cls.__mro__:
            if (kind := self._own_kind(base)) is not None:
                return kind
        numpy = sys.modules.get("numpy")
        if numpy is not None and issubclass(cls, numpy.ndarray):
            return self._buffer
        if self._zero_config and _is_dataclass(cls):
            self._compact.add_dataclass(cls)
            return _Container(TypeId.COMPACT, self._compact.append)
        if self._otherwise is not None and cls is not type(None):
            return self._otherwise
        raise _unwritable(cls)


class _Items(dict[type, "Writer"]):
    """Writers of the objects inside payloads, by type; only of those that hold no others and were written before."""

    def __init__(self, order: Order, kind_of: Callable[[type[Any]], _Kind]) -> None:
        super().__init__()
        self._prefix = Struct(f"{order}i").pack  # inside a payload type ids have the payload's byte order
        self._kind_of = kind_of
        self._containers: dict[type, tuple[bytes, Appender]] = {}
        null = self._prefix(TypeId.NULL)
        self[type(None)] = lambda _: null

    def append(self, out: bytearray, value: object, depth: int) -> None:
        """Append any object, with its type id."""
        cls = type(value)
        if write := self.get(cls):
            out += write(value)
        elif container := self._containers.get(cls):
            out += container[0]
            container[1](out, value, depth)
        else:
            kind = self._kind_of(cls)
            if isinstance(kind, _Container):
                self._containers[cls] = self._prefix(kind.type_id), kind.append
            else:
                self[cls] = kind(self._prefix)
            self.append(out, value, depth)


class _DataWriters(dict[type, "Writer"]):
    """Writers of whole `Data` by type, which fill the hash field for objects that choose their partition."""

    def __init__(self, kind_of: Callable[[type[Any]], _Kind]) -> None:
        super().__init__()
        self._kind_of = kind_of

    def __missing__(self, cls: type[Any]) -> Writer:
        kind = self._kind_of(cls)
        writer = _whole(kind) if isinstance(kind, _Container) else kind(_data_prefix)
        if hasattr(cls, "get_partition_key"):
            writer = self._into_partition(writer)
        self[cls] = writer
        return writer

    def _into_partition(self, write: Writer) -> Writer:
        def write_with_hash(value: Any) -> bytes:
            data, key = write(value), value.get_partition_key()
            if key is None or key is value:
                return data
            return _pack_hash(partition_hash(self[type(key)](key))) + data[4:]

        return write_with_hash


def _data_in(answer: Buffer) -> Buffer | None:
    """The field of an answer whose only field is `Data?`, wherever newer members put it."""
    try:
        (start,) = _unpack_size(answer)
        length, flags = FRAME_HEADER.unpack_from(answer, start)
    except struct.error:
        raise RemoteProtocolError("an answer ends before its value") from None
    if flags & NULL:
        return None
    data = answer[start + FRAME_HEADER.size : start + length]
    if flags & SPECIAL or len(data) < _DATA_HEADER_SIZE:
        raise RemoteProtocolError(f"an answer has a frame of {length} bytes, flags {flags:#06x}, in place of its value")
    return data


def _data_prefix(type_id: int) -> bytes:
    return _pack_header(0, type_id)


def _whole(kind: _Container) -> Writer:
    header, append = _data_prefix(kind.type_id), kind.append

    def write(value: object) -> bytes:
        out = bytearray(header)
        append(out, value, 0)
        return bytes(out)

    return write


def _basic_kinds(order: Order, int_type: IntType) -> dict[type, _Kind]:
    write_bytes: _Kind = partial(bytes_writer, order)
    write_buffer: _Kind = partial(buffer_writer, order)
    return {
        bool: bool_writer,
        int: partial(int_writer, order, int_type=int_type),
        float: partial(float_writer, order),
        str: partial(string_writer, order),
        bytes: write_bytes,
        bytearray: write_bytes,
        array: write_buffer,
        memoryview: write_buffer,
        HazelcastJsonValue: partial(json_writer, order),
    }


def _basic_readers(order: Order) -> dict[int, Reader]:
    read_string = string_reader(order)
    readers: dict[int, Reader] = {
        TypeId.NULL: lambda data, offset, depth: (None, offset),
        **{type_id: fixed_reader(order, type_id) for type_id in FORMATS},
        TypeId.CHAR: char_reader(order),
        TypeId.STRING: read_string,
        TypeId.BYTE_ARRAY: bytes_reader(order),
        TypeId.BOOLEAN_ARRAY: boolean_array_reader(order),
        TypeId.CHAR_ARRAY: char_array_reader(order),
        **{type_id: number_array_reader(order, type_id) for type_id in TYPE_CODES},
        TypeId.STRING_ARRAY: item_array_reader(order, string_reader(order, nullable=True), 4),
        TypeId.JAVA_CLASS: read_string,
        TypeId.BIG_INTEGER: big_integer_reader(order),
        TypeId.JSON: json_reader(order),
    }
    return readers


def _standard_writers(module: str) -> Mapping[type, Callable[[Order, Prefix], Writer]]:
    """Return how classes of a module of the standard library are written; those of others are among the basic kinds."""
    if module == "datetime":
        from hzproto.serialization.temporal import WRITERS

        return WRITERS
    if module == "decimal":
        from decimal import Decimal

        from hzproto.serialization.decimals import decimal_writer

        return {Decimal: decimal_writer}
    if module == "uuid":
        from uuid import UUID

        from hzproto.serialization.uuids import uuid_writer

        return {UUID: uuid_writer}
    return {}


def _is_dataclass(cls: type[Any]) -> bool:
    from dataclasses import is_dataclass  # not cheap to import

    return is_dataclass(cls)


def _unwritable(cls: type[Any]) -> Exception:
    if cls is type(None):
        return TypeError("None has no serialized form of its own; it can only be an item of a list.")
    way_out = _WAYS_OUT.get(cls, "wrap it in HazelcastJsonValue if JSON can express it")
    return HazelcastSerializationError(
        f"A value of type {cls.__module__}.{cls.__qualname__} cannot be serialized: {way_out}, give its type a "
        "serializer (options compact_serializers, custom_serializers, global_serializer), or set allow_pickle=True."
    )
