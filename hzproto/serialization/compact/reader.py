"""What serializers of compact objects read the fields from."""

# The functions that make methods stand outside of the class.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.compact.kinds import COUNTERPARTS, FIXED, NEVER_NULL, FieldKind, table_reader

if TYPE_CHECKING:
    from datetime import date, datetime, time
    from decimal import Decimal

    from hzproto.serialization.compact.codec import Codec
    from hzproto.serialization.kinds import Buffer, Order, Reader

T_co = TypeVar("T_co", covariant=True)


class ReadField(Protocol[T_co]):
    """A bound method that reads a field."""

    def __call__(self, field_name: str) -> T_co: ...


class ReadFieldMethod(Protocol[T_co]):
    """A method of CompactReader that reads a field of one kind."""

    def __get__(self, reader: object, owner: type) -> ReadField[T_co]: ...


def _reads(kind: FieldKind) -> Any:
    def read(self: CompactReader, field_name: str) -> Any:
        index, actual, read_value = self._flat.get(field_name, _OTHER)
        if actual is not kind:
            return self.get(field_name, kind)
        offset = self._offsets[index]
        return None if offset < 0 else read_value(self._data, self._start + offset, self._depth)[0]

    def read_fixed(self: CompactReader, field_name: str) -> Any:
        index, actual = self._places.get(field_name, _NOWHERE)
        if actual is kind:
            return self._values[index]
        return self.get(field_name, kind)

    method = read_fixed if kind in COUNTERPARTS and kind < FieldKind.STRING and kind % 2 else read
    method.__name__ = f"read_{kind.name.lower()}"
    method.__qualname__, method.__doc__ = f"CompactReader.{method.__name__}", f"Read a field of kind {kind.name}."
    return method


def _read_nothing(data: Buffer, offset: int, depth: int) -> tuple[None, int]:
    return None, offset


_NOWHERE: Final = (0, FieldKind.NOT_AVAILABLE)
_OTHER: Final = (*_NOWHERE, _read_nothing)
"""What stands for fields that are not flat."""


class CompactReader:
    """Gives the fields of an object by their names, in any order.

    Objects may have been written by another version of the type: what may be None can be read as what is never None
    and the other way round. A field that is not there, another kind, and a None where there must be none raise
    HazelcastSerializationError; `get_field_kind` tells. Arrays of numbers whose items are never None are array.array,
    but for those of INT8.
    """

    __slots__ = (
        "_codec",
        "_data",
        "_depth",
        "_end",
        "_flat",
        "_kinds",
        "_offsets",
        "_order",
        "_places",
        "_read_object",
        "_start",
        "_values",
        "end",
    )

    def __init__(self, order: Order, codec: Codec, data: Buffer, offset: int, depth: int, read_object: Reader) -> None:
        self._order: Order = order
        self._codec = codec
        self._kinds = codec.kinds
        self._flat = codec.flat
        self._data = data
        self._start, self._end, self._offsets, self.end = codec.find(data, offset)
        self._places = codec.places
        self._values = codec.fixed_values(data, self._start)
        self._depth = depth
        self._read_object = read_object

    def get_field_kind(self, field_name: str) -> FieldKind:
        """Return the kind of a field, NOT_AVAILABLE when the object has none of this name."""
        return self._kinds.get(field_name, FieldKind.NOT_AVAILABLE)

    def get(self, field_name: str, kind: FieldKind) -> Any:
        """Read a field as one of *kind*. Arrays of INT8 are bytes."""
        actual = self._kinds.get(field_name)
        if actual is not kind and (actual is None or COUNTERPARTS.get(kind) is not actual):
            raise self._mismatch(field_name, kind)
        value = self.value(field_name)
        return value if actual is kind else self._converted(field_name, kind, value)

    def _converted(self, field_name: str, kind: FieldKind, value: Any) -> Any:
        """Return a value, which may be or have None, as what never does, or the other way round."""
        if kind not in NEVER_NULL:
            numbers: Any = array("b", value) if isinstance(value, bytes) else value
            return numbers.tolist() if hasattr(numbers, "tolist") else numbers
        if value is None if kind % 2 else value is not None and None in value:
            raise HazelcastSerializationError(
                f"The field {field_name!r} of {self._codec.schema.type_name} is or has None: it cannot be read as "
                f"{kind.name}."
            )
        layout = FIXED.get(FieldKind(kind - 1))
        if kind % 2 or layout is None or value is None:
            return value
        items: array[Any] = array(layout, value)
        return items.tobytes() if kind is FieldKind.ARRAY_OF_INT8 else items

    def value(self, field_name: str) -> Any:
        """Read a field, whatever its kind."""
        index = self._codec.indexes.get(field_name)
        if index is None:
            return self._values[self._places[field_name][0]]
        offset = self._offsets[index]
        if offset < 0:
            return None
        flat = self._codec.flat.get(field_name)
        if flat is not None:
            return flat[2](self._data, self._start + offset, self._depth)[0]
        # An object ends where the next field begins, so that none is part of two fields: reading takes no longer than
        # the bytes are long, whatever the offsets are.
        if self._offsets.count(offset) > 1:
            raise HazelcastSerializationError(f"Fields of {self._codec.schema.type_name} overlap.")
        end = min((other for other in self._offsets if other > offset), default=self._end - self._start)
        data = memoryview(self._data)[: self._start + end]
        of_one = self._kinds[field_name] is FieldKind.COMPACT
        read = self._read_object if of_one else table_reader(self._order, self._read_object)
        return read(data, self._start + offset, self._depth)[0]

    def read_array_of_int8(self, field_name: str) -> list[int] | None:
        """Read a field of kind ARRAY_OF_INT8."""
        content = self.get(field_name, FieldKind.ARRAY_OF_INT8)
        return None if content is None else array("b", content).tolist()

    def _mismatch(self, field_name: str, kind: FieldKind) -> HazelcastSerializationError:
        fields = ", ".join(f"{name} ({actual.name})" for name, actual in self._kinds.items()) or "none"
        return HazelcastSerializationError(
            f"{self._codec.schema.type_name} has no field {field_name!r} of kind {kind.name}: it has {fields}. "
            "get_field_kind tells what objects of other versions have."
        )

    read_boolean: ReadFieldMethod[bool] = _reads(FieldKind.BOOLEAN)
    read_nullable_boolean: ReadFieldMethod[bool | None] = _reads(FieldKind.NULLABLE_BOOLEAN)
    read_int8: ReadFieldMethod[int] = _reads(FieldKind.INT8)
    read_nullable_int8: ReadFieldMethod[int | None] = _reads(FieldKind.NULLABLE_INT8)
    read_int16: ReadFieldMethod[int] = _reads(FieldKind.INT16)
    read_nullable_int16: ReadFieldMethod[int | None] = _reads(FieldKind.NULLABLE_INT16)
    read_int32: ReadFieldMethod[int] = _reads(FieldKind.INT32)
    read_nullable_int32: ReadFieldMethod[int | None] = _reads(FieldKind.NULLABLE_INT32)
    read_int64: ReadFieldMethod[int] = _reads(FieldKind.INT64)
    read_nullable_int64: ReadFieldMethod[int | None] = _reads(FieldKind.NULLABLE_INT64)
    read_float32: ReadFieldMethod[float] = _reads(FieldKind.FLOAT32)
    read_nullable_float32: ReadFieldMethod[float | None] = _reads(FieldKind.NULLABLE_FLOAT32)
    read_float64: ReadFieldMethod[float] = _reads(FieldKind.FLOAT64)
    read_nullable_float64: ReadFieldMethod[float | None] = _reads(FieldKind.NULLABLE_FLOAT64)
    read_string: ReadFieldMethod[str | None] = _reads(FieldKind.STRING)
    read_decimal: ReadFieldMethod[Decimal | None] = _reads(FieldKind.DECIMAL)
    read_time: ReadFieldMethod[time | None] = _reads(FieldKind.TIME)
    read_date: ReadFieldMethod[date | None] = _reads(FieldKind.DATE)
    read_timestamp: ReadFieldMethod[datetime | None] = _reads(FieldKind.TIMESTAMP)
    read_timestamp_with_timezone: ReadFieldMethod[datetime | None] = _reads(FieldKind.TIMESTAMP_WITH_TIMEZONE)
    read_compact: ReadFieldMethod[Any] = _reads(FieldKind.COMPACT)
    read_array_of_boolean: ReadFieldMethod[list[bool] | None] = _reads(FieldKind.ARRAY_OF_BOOLEAN)
    read_array_of_nullable_boolean: ReadFieldMethod[list[bool | None] | None] = _reads(
        FieldKind.ARRAY_OF_NULLABLE_BOOLEAN
    )
    read_array_of_nullable_int8: ReadFieldMethod[list[int | None] | None] = _reads(FieldKind.ARRAY_OF_NULLABLE_INT8)
    read_array_of_int16: ReadFieldMethod[array[int] | None] = _reads(FieldKind.ARRAY_OF_INT16)
    read_array_of_nullable_int16: ReadFieldMethod[list[int | None] | None] = _reads(FieldKind.ARRAY_OF_NULLABLE_INT16)
    read_array_of_int32: ReadFieldMethod[array[int] | None] = _reads(FieldKind.ARRAY_OF_INT32)
    read_array_of_nullable_int32: ReadFieldMethod[list[int | None] | None] = _reads(FieldKind.ARRAY_OF_NULLABLE_INT32)
    read_array_of_int64: ReadFieldMethod[array[int] | None] = _reads(FieldKind.ARRAY_OF_INT64)
    read_array_of_nullable_int64: ReadFieldMethod[list[int | None] | None] = _reads(FieldKind.ARRAY_OF_NULLABLE_INT64)
    read_array_of_float32: ReadFieldMethod[array[float] | None] = _reads(FieldKind.ARRAY_OF_FLOAT32)
    read_array_of_nullable_float32: ReadFieldMethod[list[float | None] | None] = _reads(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT32
    )
    read_array_of_float64: ReadFieldMethod[array[float] | None] = _reads(FieldKind.ARRAY_OF_FLOAT64)
    read_array_of_nullable_float64: ReadFieldMethod[list[float | None] | None] = _reads(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT64
    )
    read_array_of_string: ReadFieldMethod[list[str | None] | None] = _reads(FieldKind.ARRAY_OF_STRING)
    read_array_of_decimal: ReadFieldMethod[list[Decimal | None] | None] = _reads(FieldKind.ARRAY_OF_DECIMAL)
    read_array_of_time: ReadFieldMethod[list[time | None] | None] = _reads(FieldKind.ARRAY_OF_TIME)
    read_array_of_date: ReadFieldMethod[list[date | None] | None] = _reads(FieldKind.ARRAY_OF_DATE)
    read_array_of_timestamp: ReadFieldMethod[list[datetime | None] | None] = _reads(FieldKind.ARRAY_OF_TIMESTAMP)
    read_array_of_timestamp_with_timezone: ReadFieldMethod[list[datetime | None] | None] = _reads(
        FieldKind.ARRAY_OF_TIMESTAMP_WITH_TIMEZONE
    )
    read_array_of_compact: ReadFieldMethod[list[Any] | None] = _reads(FieldKind.ARRAY_OF_COMPACT)
