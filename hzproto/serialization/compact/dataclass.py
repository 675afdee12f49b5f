"""Compact objects that are dataclasses: the annotations say the kinds of the fields."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.api import CompactSerializer
from hzproto.serialization.compact.kinds import NULLABLE, FieldKind, array_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hzproto.serialization.compact.reader import CompactReader
    from hzproto.serialization.compact.writer import CompactWriter

Int8: Final = FieldKind.INT8
Int16: Final = FieldKind.INT16
Int32: Final = FieldKind.INT32
Int64: Final = FieldKind.INT64
Float32: Final = FieldKind.FLOAT32
Float64: Final = FieldKind.FLOAT64
Timestamp: Final = FieldKind.TIMESTAMP
"""Kinds for annotations such as ``Annotated[int, Int32]``; Timestamp is a datetime without a time zone."""

_KINDS: Final[Mapping[Any, FieldKind]] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.INT64,
    float: FieldKind.FLOAT64,
    str: FieldKind.STRING,
    bytes: FieldKind.ARRAY_OF_INT8,
    Decimal: FieldKind.DECIMAL,
    time: FieldKind.TIME,
    date: FieldKind.DATE,
    datetime: FieldKind.TIMESTAMP_WITH_TIMEZONE,
}


class DataclassSerializer(CompactSerializer[Any]):
    """Serializes a dataclass by its annotations.

    ``bool``, ``int`` (64 bits), ``float`` (64 bits), ``str``, ``bytes``, ``Decimal``, ``time``, ``date``, ``datetime``
    (with a time zone), other dataclasses and classes that have serializers; ``X | None`` and ``list[X]`` of these; and
    ``Annotated[int, Int32]`` and the like for other sizes. *type_name* is ``cls.__qualname__`` unless given. Fields
    that ``__init__`` does not take are left out. Of an object that lacks a field, its default is taken.
    """

    def __init__(self, cls: type[Any], type_name: str | None = None) -> None:
        if not dataclasses.is_dataclass(cls):
            raise TypeError(f"cls must be a dataclass, not {cls!r}")
        self._class = cls
        self._type_name = cls.__qualname__ if type_name is None else type_name
        hints = get_type_hints(cls, include_extras=True)
        fields = [field for field in dataclasses.fields(cls) if field.init]
        self.classes: Final[set[type[Any]]] = set()
        """The classes of objects in fields."""
        self._kinds = {field.name: self._kind(field.name, hints[field.name]) for field in fields}
        self._optional = {
            field.name
            for field in fields
            if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        }
        self._values = _getter([field.name for field in fields])

    def write(self, writer: CompactWriter, obj: Any) -> None:
        """Write the fields of *obj*."""
        writer.write_all(self._kinds, dict(zip(self._kinds, self._values(obj), strict=True)))

    def read(self, reader: CompactReader) -> Any:
        """Make an object of the fields that *reader* has."""
        return self._class(**dict(self._read(reader)))

    def _read(self, reader: CompactReader) -> Iterator[tuple[str, Any]]:
        for name, kind in self._kinds.items():
            if name not in self._optional or reader.get_field_kind(name) is not FieldKind.NOT_AVAILABLE:
                value = reader.get(name, kind)
                yield name, value.tolist() if isinstance(value, array) else value

    def get_class(self) -> type[Any]:
        """Return the dataclass."""
        return self._class

    def get_type_name(self) -> str:
        """Return the name of the type in the cluster."""
        return self._type_name

    def _kind(self, field_name: str, hint: Any) -> FieldKind:
        """Return the kind of fields with the annotation *hint*."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is Annotated:
            kinds = [extra for extra in arguments[1:] if isinstance(extra, FieldKind)]
            return kinds[0] if kinds else self._kind(field_name, arguments[0])
        if origin in (Union, UnionType) and len(arguments) == 2 and NoneType in arguments:
            kind = self._kind(field_name, arguments[arguments[0] is NoneType])
            return NULLABLE.get(kind, kind)
        if origin is list:
            kind = self._kind(field_name, arguments[0])
            if kind.name.startswith("ARRAY_OF"):
                raise self._no_kind(field_name, hint)
            return array_of(kind)
        if hint in _KINDS:
            return _KINDS[hint]
        if isinstance(hint, type) and hint not in (list, dict, set, tuple, object):
            self.classes.add(hint)
            return FieldKind.COMPACT
        raise self._no_kind(field_name, hint)

    def _no_kind(self, field_name: str, hint: Any) -> HazelcastSerializationError:
        kinds = ", ".join(kind.__name__ for kind in _KINDS)
        return HazelcastSerializationError(
            f"The field {field_name!r} of {self._class.__qualname__} has the annotation {hint!r}, which no kind of "
            f"compact fields stands for. Those that do: {kinds}, dataclasses, X | None and list[X]; or write a "
            "CompactSerializer."
        )


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Make the function from an object to the values of its attributes *names*."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda obj: tuple(getattr(obj, name) for name in names)
