"""What a Portable reads its fields from."""

# The functions that make methods stand outside of the class.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.input import ObjectDataInput
from hzproto.serialization.portable.classdef import FieldType

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime, time
    from decimal import Decimal

    from hzproto.serialization.kinds import Buffer, Order, Reader

T_co = TypeVar("T_co", covariant=True)

Field: TypeAlias = "tuple[int, FieldType, Reader | None, int, Callable[[Buffer, int], tuple[Any, ...]]]"
"""A field: index, type, the reader of what is no object, how many bytes are in front of the value, and the function of
`struct` that unpacks what is a number."""
Fields: TypeAlias = "Mapping[str, Field]"
"""The fields of an object, by their names."""

_WIDENED: Final = {
    FieldType.SHORT: (FieldType.BYTE,),
    FieldType.INT: (FieldType.BYTE, FieldType.CHAR, FieldType.SHORT),
    FieldType.LONG: (FieldType.BYTE, FieldType.CHAR, FieldType.SHORT, FieldType.INT),
    FieldType.FLOAT: (FieldType.BYTE, FieldType.CHAR, FieldType.SHORT, FieldType.INT),
    FieldType.DOUBLE: (
        FieldType.BYTE,
        FieldType.CHAR,
        FieldType.SHORT,
        FieldType.INT,
        FieldType.LONG,
        FieldType.FLOAT,
    ),
}
"""The types that other versions may have had where this one has a wider one."""

_DEFAULTS: Final[Mapping[FieldType, Any]] = {
    FieldType.BYTE: 0,
    FieldType.BOOLEAN: False,
    FieldType.CHAR: "\0",
    FieldType.SHORT: 0,
    FieldType.INT: 0,
    FieldType.LONG: 0,
    FieldType.FLOAT: 0.0,
    FieldType.DOUBLE: 0.0,
}
"""What a field that another version has not is read as; None where nothing is said."""


_NUMBERS: Final = {
    FieldType.BYTE: "b",
    FieldType.BOOLEAN: "?",
    FieldType.SHORT: "h",
    FieldType.INT: "i",
    FieldType.LONG: "q",
    FieldType.FLOAT: "f",
    FieldType.DOUBLE: "d",
}
"""The formats of numbers in `struct`."""


class ReadField(Protocol[T_co]):
    """A bound method that reads a field."""

    def __call__(self, field_name: str) -> T_co: ...


class ReadFieldMethod(Protocol[T_co]):
    """A method of PortableReader that reads a field of one type."""

    def __get__(self, reader: object, owner: type) -> ReadField[T_co]: ...


def _reads(field_type: FieldType) -> Any:
    def read(self: PortableReader, field_name: str) -> Any:
        index, actual, read_value, before, _ = self._fields.get(field_name, _NO_FIELD)
        if actual is not field_type or read_value is None:
            return self._other(field_name, field_type)
        return read_value(self._data, self._positions[index] + before, self._depth)[0]

    def read_number(self: PortableReader, field_name: str) -> Any:  # as read, but with a step less
        index, actual, _, before, unpack = self._fields.get(field_name, _NO_FIELD)
        if actual is not field_type:
            return self._other(field_name, field_type)
        return unpack(self._data, self._positions[index] + before)[0]

    method = read_number if field_type in _NUMBERS else read
    method.__name__ = f"read_{field_type.name.lower()}"
    method.__qualname__, method.__doc__ = (
        f"PortableReader.{method.__name__}",
        f"Read a field of type {field_type.name}.",
    )
    return method


def field_of(order: Order, index: int, header: bytes, read: Reader | None) -> Field:
    """Return what there is to know of a field with *header*, its name and type, in front of its value."""
    field_type = FieldType(header[-1])
    return index, field_type, read, len(header), _UNPACK[order].get(field_type, _no_number)


def _no_number(data: Buffer, offset: int) -> tuple[Any, ...]:
    raise AssertionError("only numbers are unpacked")


_UNPACK: Final = {
    order: {field_type: Struct(order + layout).unpack_from for field_type, layout in _NUMBERS.items()}
    for order in ("<", ">")
}
_NO_FIELD: Final = (0, None, None, 0, _no_number)


ReadPortable: TypeAlias = "Callable[[Buffer, int, int, int, int], tuple[Any, int]]"
"""From a buffer, an offset, the factory and class id, and the depth to the object and the offset after it."""


class Source(NamedTuple):
    """What is the same for all objects of a class and version: where their fields are, and who reads them."""

    order: Order
    version: int
    name: str
    morphing: bool
    headers: Sequence[bytes]
    """What is in front of the values: names and types."""
    fields: Fields
    read_portable: ReadPortable
    object_readers: Mapping[int, Reader]


class PortableReader:
    """Gives the fields of a Portable by their names, in any order.

    An object of another version than the reading class has may lack a field: it is read as None, 0 or False. A field of
    a narrower type in that version is widened. Everything else raises HazelcastSerializationError.
    """

    __slots__ = ("_begin", "_data", "_depth", "_end", "_fields", "_positions", "_source")

    def __init__(
        self, source: Source, data: Buffer, begin: int, end: int, positions: tuple[int, ...], depth: int
    ) -> None:
        self._source = source
        self._fields = source.fields
        self._data = data
        self._begin = begin
        self._end = end
        self._positions = positions
        self._depth = depth

    def get_version(self) -> int:
        """Return the version of the class that the object was written by."""
        return self._source.version

    def has_field(self, field_name: str) -> bool:
        """Return whether the object has a field of this name."""
        return field_name in self._source.fields

    def get_field_names(self) -> set[str]:
        """Return the names of the fields of the object."""
        return set(self._source.fields)

    def get_field_type(self, field_name: str) -> FieldType:
        """Return the type of a field; HazelcastSerializationError when there is none of this name."""
        return self._field(field_name)[1]

    def get_field_class_id(self, field_name: str) -> int:
        """Return the class id of the objects in a field, 0 when it holds none."""
        field = self._field(field_name)
        if field[1] not in (FieldType.PORTABLE, FieldType.PORTABLE_ARRAY):
            return 0
        before = 5 if field[1] is FieldType.PORTABLE else 8
        inp = ObjectDataInput(self._source.order, self._data, self._start(field) + before, {}, self._depth)
        return inp.read_int()

    read_byte: ReadFieldMethod[int] = _reads(FieldType.BYTE)
    read_boolean: ReadFieldMethod[bool] = _reads(FieldType.BOOLEAN)
    read_char: ReadFieldMethod[str] = _reads(FieldType.CHAR)
    read_short: ReadFieldMethod[int] = _reads(FieldType.SHORT)
    read_int: ReadFieldMethod[int] = _reads(FieldType.INT)
    read_long: ReadFieldMethod[int] = _reads(FieldType.LONG)
    read_float: ReadFieldMethod[float] = _reads(FieldType.FLOAT)
    read_double: ReadFieldMethod[float] = _reads(FieldType.DOUBLE)
    read_string: ReadFieldMethod[str | None] = _reads(FieldType.STRING)
    read_utf = read_string
    read_decimal: ReadFieldMethod[Decimal | None] = _reads(FieldType.DECIMAL)
    read_time: ReadFieldMethod[time | None] = _reads(FieldType.TIME)
    read_date: ReadFieldMethod[date | None] = _reads(FieldType.DATE)
    read_timestamp: ReadFieldMethod[datetime | None] = _reads(FieldType.TIMESTAMP)
    read_timestamp_with_timezone: ReadFieldMethod[datetime | None] = _reads(FieldType.TIMESTAMP_WITH_TIMEZONE)
    read_byte_array: ReadFieldMethod[bytes | None] = _reads(FieldType.BYTE_ARRAY)
    read_boolean_array: ReadFieldMethod[list[bool] | None] = _reads(FieldType.BOOLEAN_ARRAY)
    read_char_array: ReadFieldMethod[list[str] | None] = _reads(FieldType.CHAR_ARRAY)
    read_short_array: ReadFieldMethod[array[int] | None] = _reads(FieldType.SHORT_ARRAY)
    read_int_array: ReadFieldMethod[array[int] | None] = _reads(FieldType.INT_ARRAY)
    read_long_array: ReadFieldMethod[array[int] | None] = _reads(FieldType.LONG_ARRAY)
    read_float_array: ReadFieldMethod[array[float] | None] = _reads(FieldType.FLOAT_ARRAY)
    read_double_array: ReadFieldMethod[array[float] | None] = _reads(FieldType.DOUBLE_ARRAY)
    read_string_array: ReadFieldMethod[list[str | None] | None] = _reads(FieldType.STRING_ARRAY)
    read_utf_array = read_string_array
    read_decimal_array: ReadFieldMethod[list[Decimal] | None] = _reads(FieldType.DECIMAL_ARRAY)
    read_time_array: ReadFieldMethod[list[time] | None] = _reads(FieldType.TIME_ARRAY)
    read_date_array: ReadFieldMethod[list[date] | None] = _reads(FieldType.DATE_ARRAY)
    read_timestamp_array: ReadFieldMethod[list[datetime] | None] = _reads(FieldType.TIMESTAMP_ARRAY)
    read_timestamp_with_timezone_array: ReadFieldMethod[list[datetime] | None] = _reads(
        FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY
    )

    def read_portable(self, field_name: str) -> Any:
        """Read a field of type PORTABLE."""
        inp = self._nested(field_name, FieldType.PORTABLE)
        if inp is None:
            return None
        null, factory_id, class_id = inp.read_boolean(), inp.read_int(), inp.read_int()
        if null:
            return None
        return self._source.read_portable(inp._data, inp.position(), factory_id, class_id, self._depth)[0]

    def read_portable_array(self, field_name: str) -> list[Any] | None:
        """Read a field of type PORTABLE_ARRAY."""
        inp = self._nested(field_name, FieldType.PORTABLE_ARRAY)
        if inp is None:
            return None
        count, factory_id, class_id = inp.read_int(), inp.read_int(), inp.read_int()
        if count == -1:
            return None
        inp.skip_bytes(4 * count)  # where the items are, which follow each other
        offset = inp.position()
        items: list[Any] = []
        for _ in range(count):
            item, offset = self._source.read_portable(inp._data, offset, factory_id, class_id, self._depth)
            items.append(item)
        return items

    def get_raw_data_input(self) -> ObjectDataInput:
        """Return where to read what was written without names."""
        *others, raw = self._positions
        if raw < max(others, default=self._begin):
            raise HazelcastSerializationError(f"{self._source.name} was written without data that has no names.")
        source = self._source
        return ObjectDataInput(
            source.order, memoryview(self._data)[: self._end], raw, source.object_readers, self._depth
        )

    def _field(self, field_name: str) -> Field:
        field = self._source.fields.get(field_name)
        if field is None:
            raise HazelcastSerializationError(
                f"{self._source.name} has no field {field_name!r}: it has {self._names()}."
            )
        return field

    def _names(self) -> str:
        return ", ".join(f"{name} ({field[1].name})" for name, field in self._source.fields.items()) or "none"

    def _start(self, field: Field) -> int:
        """Return where the value of a field begins."""
        return self._positions[field[0]] + field[3]

    def _nested(self, field_name: str, field_type: FieldType) -> ObjectDataInput | None:
        """Return the input of a field that holds objects, None when another version does not have it.

        It ends where the next field begins, so that no object is part of two fields: reading takes no longer than the
        bytes are long, whatever the positions are.
        """
        field = self._source.fields.get(field_name)
        if field is None or field[1] is not field_type:
            self._other(field_name, field_type)
            return None
        start = self._start(field)
        position = self._positions[field[0]]
        if position < self._begin:
            raise HazelcastSerializationError(f"{self._source.name} does not have its fields where it says.")
        end = min((other for other in self._positions if other > position), default=self._end)
        data = memoryview(self._data)[: min(end, self._end)]
        return ObjectDataInput(self._source.order, data, start, {}, self._depth)

    def _other(self, field_name: str, wanted: FieldType) -> Any:
        """Return the value of a field that is not there, or is not of the type that is *wanted*."""
        if not self._source.morphing:
            self._field(field_name)
        field = self._source.fields.get(field_name)
        if field is None:
            return _DEFAULTS.get(wanted)
        actual = field[1]
        read = field[2]
        if self._source.morphing and actual in _WIDENED.get(wanted, ()) and read is not None:
            value = read(self._data, self._start(field), self._depth)[0]
            number = ord(value) if actual is FieldType.CHAR else value
            return float(number) if wanted in (FieldType.FLOAT, FieldType.DOUBLE) else number
        raise HazelcastSerializationError(
            f"The field {field_name!r} of {self._source.name} is of type {actual.name}: it cannot be "
            f"read as {wanted.name}."
        )
