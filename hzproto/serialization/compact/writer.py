"""What serializers of compact objects write the fields to."""

# The functions that make methods stand outside of the class.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.compact.kinds import FieldKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, time
    from decimal import Decimal

T_contra = TypeVar("T_contra", contravariant=True)


class WriteField(Protocol[T_contra]):
    """A bound method that writes a field."""

    def __call__(self, field_name: str, value: T_contra) -> None: ...


class WriteFieldMethod(Protocol[T_contra]):
    """A method of CompactWriter that writes a field of one kind."""

    def __get__(self, writer: object, owner: type) -> WriteField[T_contra]: ...


def _writes(kind: FieldKind) -> Any:
    def write(self: CompactWriter, field_name: str, value: Any) -> None:
        if field_name in self.kinds:
            raise HazelcastSerializationError(f"The field {field_name!r} is written twice.")
        self.kinds[field_name] = kind
        self.values[field_name] = value

    write.__name__ = f"write_{kind.name.lower()}"
    write.__qualname__, write.__doc__ = f"CompactWriter.{write.__name__}", f"Write a field of kind {kind.name}."
    return write


class CompactWriter:
    """Takes the fields of an object by their names, in any order.

    All objects of a type have the same fields, of the same kinds. A value that is none of the field's kind raises
    HazelcastSerializationError once all fields are written.
    """

    __slots__ = ("kinds", "values")

    def __init__(self) -> None:
        self.kinds: dict[str, FieldKind] = {}
        self.values: dict[str, Any] = {}

    def write_all(self, kinds: Mapping[str, FieldKind], values: Mapping[str, Any]) -> None:
        """Write the fields of *kinds*, which are those of *values*."""
        self.kinds.update(kinds)
        self.values.update(values)

    write_boolean: WriteFieldMethod[bool] = _writes(FieldKind.BOOLEAN)
    write_nullable_boolean: WriteFieldMethod[bool | None] = _writes(FieldKind.NULLABLE_BOOLEAN)
    write_int8: WriteFieldMethod[int] = _writes(FieldKind.INT8)
    write_nullable_int8: WriteFieldMethod[int | None] = _writes(FieldKind.NULLABLE_INT8)
    write_int16: WriteFieldMethod[int] = _writes(FieldKind.INT16)
    write_nullable_int16: WriteFieldMethod[int | None] = _writes(FieldKind.NULLABLE_INT16)
    write_int32: WriteFieldMethod[int] = _writes(FieldKind.INT32)
    write_nullable_int32: WriteFieldMethod[int | None] = _writes(FieldKind.NULLABLE_INT32)
    write_int64: WriteFieldMethod[int] = _writes(FieldKind.INT64)
    write_nullable_int64: WriteFieldMethod[int | None] = _writes(FieldKind.NULLABLE_INT64)
    write_float32: WriteFieldMethod[float] = _writes(FieldKind.FLOAT32)
    write_nullable_float32: WriteFieldMethod[float | None] = _writes(FieldKind.NULLABLE_FLOAT32)
    write_float64: WriteFieldMethod[float] = _writes(FieldKind.FLOAT64)
    write_nullable_float64: WriteFieldMethod[float | None] = _writes(FieldKind.NULLABLE_FLOAT64)
    write_string: WriteFieldMethod[str | None] = _writes(FieldKind.STRING)
    write_decimal: WriteFieldMethod[Decimal | None] = _writes(FieldKind.DECIMAL)
    write_time: WriteFieldMethod[time | None] = _writes(FieldKind.TIME)
    write_date: WriteFieldMethod[date | None] = _writes(FieldKind.DATE)
    write_timestamp: WriteFieldMethod[datetime | None] = _writes(FieldKind.TIMESTAMP)
    write_timestamp_with_timezone: WriteFieldMethod[datetime | None] = _writes(FieldKind.TIMESTAMP_WITH_TIMEZONE)
    write_compact: WriteFieldMethod[Any] = _writes(FieldKind.COMPACT)
    write_array_of_boolean: WriteFieldMethod[Sequence[bool] | None] = _writes(FieldKind.ARRAY_OF_BOOLEAN)
    write_array_of_nullable_boolean: WriteFieldMethod[Sequence[bool | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_BOOLEAN
    )
    write_array_of_int8: WriteFieldMethod[Sequence[int] | bytes | bytearray | None] = _writes(FieldKind.ARRAY_OF_INT8)
    write_array_of_nullable_int8: WriteFieldMethod[Sequence[int | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_INT8
    )
    write_array_of_int16: WriteFieldMethod[Sequence[int] | None] = _writes(FieldKind.ARRAY_OF_INT16)
    write_array_of_nullable_int16: WriteFieldMethod[Sequence[int | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_INT16
    )
    write_array_of_int32: WriteFieldMethod[Sequence[int] | None] = _writes(FieldKind.ARRAY_OF_INT32)
    write_array_of_nullable_int32: WriteFieldMethod[Sequence[int | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_INT32
    )
    write_array_of_int64: WriteFieldMethod[Sequence[int] | None] = _writes(FieldKind.ARRAY_OF_INT64)
    write_array_of_nullable_int64: WriteFieldMethod[Sequence[int | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_INT64
    )
    write_array_of_float32: WriteFieldMethod[Sequence[float] | None] = _writes(FieldKind.ARRAY_OF_FLOAT32)
    write_array_of_nullable_float32: WriteFieldMethod[Sequence[float | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT32
    )
    write_array_of_float64: WriteFieldMethod[Sequence[float] | None] = _writes(FieldKind.ARRAY_OF_FLOAT64)
    write_array_of_nullable_float64: WriteFieldMethod[Sequence[float | None] | None] = _writes(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT64
    )
    write_array_of_string: WriteFieldMethod[Sequence[str | None] | None] = _writes(FieldKind.ARRAY_OF_STRING)
    write_array_of_decimal: WriteFieldMethod[Sequence[Decimal | None] | None] = _writes(FieldKind.ARRAY_OF_DECIMAL)
    write_array_of_time: WriteFieldMethod[Sequence[time | None] | None] = _writes(FieldKind.ARRAY_OF_TIME)
    write_array_of_date: WriteFieldMethod[Sequence[date | None] | None] = _writes(FieldKind.ARRAY_OF_DATE)
    write_array_of_timestamp: WriteFieldMethod[Sequence[datetime | None] | None] = _writes(FieldKind.ARRAY_OF_TIMESTAMP)
    write_array_of_timestamp_with_timezone: WriteFieldMethod[Sequence[datetime | None] | None] = _writes(
        FieldKind.ARRAY_OF_TIMESTAMP_WITH_TIMEZONE
    )
    write_array_of_compact: WriteFieldMethod[Sequence[Any] | None] = _writes(FieldKind.ARRAY_OF_COMPACT)
