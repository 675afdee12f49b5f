"""What a Portable writes its fields to."""

# The functions that make methods stand outside of the class.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.portable.classdef import FieldType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime, time
    from decimal import Decimal

    from hzproto.serialization.api import Portable
    from hzproto.serialization.kinds import Buffer
    from hzproto.serialization.output import ObjectDataOutput

T_contra = TypeVar("T_contra", contravariant=True)


class WriteField(Protocol[T_contra]):
    """A bound method that writes a field."""

    def __call__(self, field_name: str, value: T_contra) -> None: ...


class WriteFieldMethod(Protocol[T_contra]):
    """A method of PortableWriter that writes a field of one type."""

    def __get__(self, writer: object, owner: type) -> WriteField[T_contra]: ...


class NullPortable(NamedTuple):
    """The value of a field for an object of a class, without one."""

    factory_id: int
    class_id: int

    def get_factory_id(self) -> int:
        """Return the factory id of the class."""
        return self.factory_id

    def get_class_id(self) -> int:
        """Return the id of the class."""
        return self.class_id


def _writes(field_type: FieldType) -> Any:
    def write(self: PortableWriter, field_name: str, value: Any) -> None:
        if field_name in self._values or self._raw is not None:
            raise self._late(field_name)
        self._types[field_name] = field_type
        self._values[field_name] = value

    write.__name__ = f"write_{field_type.name.lower()}"
    write.__qualname__, write.__doc__ = f"PortableWriter.{write.__name__}", f"Write a field of type {field_type.name}."
    return write


class PortableWriter:
    """Takes the fields of a Portable by their names, then, where the class wants it, anything without names.

    All objects of a class and version write the same fields. A value that is none of the field's type raises
    HazelcastSerializationError once all fields are written.
    """

    __slots__ = ("_encode", "_raw", "_types", "_values")

    def __init__(self, encode: Callable[[dict[str, FieldType], dict[str, Any]], ObjectDataOutput]) -> None:
        self._types: dict[str, FieldType] = {}
        self._values: dict[str, Any] = {}
        self._raw: ObjectDataOutput | None = None
        self._encode = encode

    write_byte: WriteFieldMethod[int] = _writes(FieldType.BYTE)
    write_boolean: WriteFieldMethod[bool] = _writes(FieldType.BOOLEAN)
    write_char: WriteFieldMethod[str] = _writes(FieldType.CHAR)
    write_short: WriteFieldMethod[int] = _writes(FieldType.SHORT)
    write_int: WriteFieldMethod[int] = _writes(FieldType.INT)
    write_long: WriteFieldMethod[int] = _writes(FieldType.LONG)
    write_float: WriteFieldMethod[float] = _writes(FieldType.FLOAT)
    write_double: WriteFieldMethod[float] = _writes(FieldType.DOUBLE)
    write_string: WriteFieldMethod[str | None] = _writes(FieldType.STRING)
    write_utf = write_string
    write_decimal: WriteFieldMethod[Decimal | None] = _writes(FieldType.DECIMAL)
    write_time: WriteFieldMethod[time | None] = _writes(FieldType.TIME)
    write_date: WriteFieldMethod[date | None] = _writes(FieldType.DATE)
    write_timestamp: WriteFieldMethod[datetime | None] = _writes(FieldType.TIMESTAMP)
    write_timestamp_with_timezone: WriteFieldMethod[datetime | None] = _writes(FieldType.TIMESTAMP_WITH_TIMEZONE)
    write_portable: WriteFieldMethod[Portable | None] = _writes(FieldType.PORTABLE)
    write_byte_array: WriteFieldMethod[Buffer | bytearray | None] = _writes(FieldType.BYTE_ARRAY)
    write_boolean_array: WriteFieldMethod[Sequence[bool] | None] = _writes(FieldType.BOOLEAN_ARRAY)
    write_char_array: WriteFieldMethod[Sequence[str] | None] = _writes(FieldType.CHAR_ARRAY)
    write_short_array: WriteFieldMethod[Sequence[int] | None] = _writes(FieldType.SHORT_ARRAY)
    write_int_array: WriteFieldMethod[Sequence[int] | None] = _writes(FieldType.INT_ARRAY)
    write_long_array: WriteFieldMethod[Sequence[int] | None] = _writes(FieldType.LONG_ARRAY)
    write_float_array: WriteFieldMethod[Sequence[float] | None] = _writes(FieldType.FLOAT_ARRAY)
    write_double_array: WriteFieldMethod[Sequence[float] | None] = _writes(FieldType.DOUBLE_ARRAY)
    write_string_array: WriteFieldMethod[Sequence[str | None] | None] = _writes(FieldType.STRING_ARRAY)
    write_utf_array = write_string_array
    write_decimal_array: WriteFieldMethod[Sequence[Decimal] | None] = _writes(FieldType.DECIMAL_ARRAY)
    write_time_array: WriteFieldMethod[Sequence[time] | None] = _writes(FieldType.TIME_ARRAY)
    write_date_array: WriteFieldMethod[Sequence[date] | None] = _writes(FieldType.DATE_ARRAY)
    write_timestamp_array: WriteFieldMethod[Sequence[datetime] | None] = _writes(FieldType.TIMESTAMP_ARRAY)
    write_timestamp_with_timezone_array: WriteFieldMethod[Sequence[datetime] | None] = _writes(
        FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY
    )
    write_portable_array: WriteFieldMethod[Sequence[Portable] | None] = _writes(FieldType.PORTABLE_ARRAY)
    _write_null: WriteFieldMethod[NullPortable] = _writes(FieldType.PORTABLE)

    def write_null_portable(self, field_name: str, factory_id: int, class_id: int) -> None:
        """Write a field for an object of a class, without one; `write_portable` can do so for classes that it knows."""
        self._write_null(field_name, NullPortable(factory_id, class_id))

    def get_raw_data_output(self) -> ObjectDataOutput:
        """Return where to write what has no names; no field can be written after that."""
        if self._raw is None:
            self._raw = self._encode(self._types, self._values)
        return self._raw

    def end(self) -> bool:
        """Write the fields, if that was not done yet; whether there is anything without names."""
        if self._raw is None:
            self._encode(self._types, self._values)
        return self._raw is not None

    def _late(self, field_name: str) -> HazelcastSerializationError:
        if self._raw is not None:
            return HazelcastSerializationError(f"The field {field_name!r} is written after get_raw_data_output().")
        return HazelcastSerializationError(f"The field {field_name!r} is written twice.")
