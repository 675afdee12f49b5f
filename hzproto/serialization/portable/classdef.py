"""Class definitions: which fields the objects of a class have, in one of its versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Protocol

from hzproto.checks import integer, refusal, text

_INT32: Final = integer(-(2**31), 2**31 - 1)
_VERSION: Final = integer(0, 2**31 - 1)


class FieldType(IntEnum):
    """The types of fields, by their ids in the protocol."""

    PORTABLE = 0
    BYTE = 1
    BOOLEAN = 2
    CHAR = 3
    SHORT = 4
    INT = 5
    LONG = 6
    FLOAT = 7
    DOUBLE = 8
    STRING = 9
    UTF = 9
    PORTABLE_ARRAY = 10
    BYTE_ARRAY = 11
    BOOLEAN_ARRAY = 12
    CHAR_ARRAY = 13
    SHORT_ARRAY = 14
    INT_ARRAY = 15
    LONG_ARRAY = 16
    FLOAT_ARRAY = 17
    DOUBLE_ARRAY = 18
    STRING_ARRAY = 19
    UTF_ARRAY = 19
    DECIMAL = 20
    DECIMAL_ARRAY = 21
    TIME = 22
    TIME_ARRAY = 23
    DATE = 24
    DATE_ARRAY = 25
    TIMESTAMP = 26
    TIMESTAMP_ARRAY = 27
    TIMESTAMP_WITH_TIMEZONE = 28
    TIMESTAMP_WITH_TIMEZONE_ARRAY = 29


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A field: its place among the fields, name and type; and the class of the objects in it, where it holds such."""

    index: int
    field_name: str
    field_type: FieldType
    version: int
    factory_id: int = 0
    class_id: int = 0


class ClassDefinition:
    """The fields that objects of a class have in one version of it. :class:`ClassDefinitionBuilder` makes them."""

    def __init__(self, factory_id: int, class_id: int, version: int, fields: Iterable[FieldDefinition] = ()) -> None:
        self.factory_id: Final = _INT32("factory_id", factory_id)
        self.class_id: Final = _INT32("class_id", class_id)
        self.version: Final = _VERSION("version", version)
        self.fields: Final = {field.field_name: field for field in fields}

    def get_field(self, field_name_or_index: int | str) -> FieldDefinition | None:
        """Return the field of a name or index, None when there is none."""
        if isinstance(field_name_or_index, str):
            return self.fields.get(field_name_or_index)
        return next((field for field in self.fields.values() if field.index == field_name_or_index), None)

    def has_field(self, field_name: str) -> bool:
        """Return whether there is a field of this name."""
        return field_name in self.fields

    def get_field_names(self) -> list[str]:
        """Return the names of the fields, in order."""
        return list(self.fields)

    def get_field_type(self, field_name: str) -> FieldType:
        """Return the type of a field; ValueError when there is none of this name."""
        return self._field(field_name).field_type

    def get_field_class_id(self, field_name: str) -> int:
        """Return the class id of the objects in a field; ValueError when there is none of this name."""
        return self._field(field_name).class_id

    def get_field_count(self) -> int:
        """Return how many fields there are."""
        return len(self.fields)

    def _field(self, field_name: str) -> FieldDefinition:
        if field_name not in self.fields:
            raise ValueError(f"{self!r} has no field {field_name!r}")
        return self.fields[field_name]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClassDefinition):
            return NotImplemented
        return _identity(self) == _identity(other) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(_identity(self))

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.field_name}: {field.field_type.name}" for field in self.fields.values())
        return (
            f"ClassDefinition(factory_id={self.factory_id}, class_id={self.class_id}, version={self.version}, "
            f"fields={{{fields}}})"
        )


def _identity(definition: ClassDefinition) -> tuple[int, int, int]:
    return definition.factory_id, definition.class_id, definition.version


class AddField(Protocol):
    """A bound method that adds a field."""

    def __call__(self, field_name: str) -> ClassDefinitionBuilder: ...


class AddFieldMethod(Protocol):
    """A method of ClassDefinitionBuilder that adds a field of one type."""

    def __get__(self, builder: object, owner: type) -> AddField: ...


def _adds(field_type: FieldType) -> AddFieldMethod:
    def add(self: ClassDefinitionBuilder, field_name: str) -> ClassDefinitionBuilder:
        return self.add(field_name, field_type)

    add.__name__ = f"add_{field_type.name.lower()}_field"
    add.__qualname__, add.__doc__ = f"ClassDefinitionBuilder.{add.__name__}", f"Add a field of type {field_type.name}."
    method: Any = add
    return method  # type: ignore[no-any-return]


class ClassDefinitionBuilder:
    """Makes a class definition, field by field, in the order in which objects write them.

    Each method raises ValueError for a name that there is already, and returns the builder itself.
    """

    def __init__(self, factory_id: int, class_id: int, version: int = 0) -> None:
        self.factory_id: Final = factory_id
        self.class_id: Final = class_id
        self.version: Final = version
        self._fields: dict[str, FieldDefinition] = {}

    def add(
        self, field_name: str, field_type: FieldType, class_def: ClassDefinition | None = None
    ) -> ClassDefinitionBuilder:
        """Add a field; *class_def* is that of the objects in it."""
        if text("field_name", field_name) in self._fields:
            raise refusal(ValueError, "field_name", field_name, "the name of a new field")
        of = (
            (self.version, 0, 0) if class_def is None else (class_def.version, class_def.factory_id, class_def.class_id)
        )
        self._fields[field_name] = FieldDefinition(len(self._fields), field_name, field_type, *of)
        return self

    def add_portable_field(self, field_name: str, class_def: ClassDefinition) -> ClassDefinitionBuilder:
        """Add a field for an object of the class that *class_def* defines."""
        return self.add(field_name, FieldType.PORTABLE, _nested(class_def))

    def add_portable_array_field(self, field_name: str, class_def: ClassDefinition) -> ClassDefinitionBuilder:
        """Add a field for objects of the class that *class_def* defines."""
        return self.add(field_name, FieldType.PORTABLE_ARRAY, _nested(class_def))

    add_byte_field = _adds(FieldType.BYTE)
    add_boolean_field = _adds(FieldType.BOOLEAN)
    add_char_field = _adds(FieldType.CHAR)
    add_short_field = _adds(FieldType.SHORT)
    add_int_field = _adds(FieldType.INT)
    add_long_field = _adds(FieldType.LONG)
    add_float_field = _adds(FieldType.FLOAT)
    add_double_field = _adds(FieldType.DOUBLE)
    add_string_field = add_utf_field = _adds(FieldType.STRING)
    add_decimal_field = _adds(FieldType.DECIMAL)
    add_time_field = _adds(FieldType.TIME)
    add_date_field = _adds(FieldType.DATE)
    add_timestamp_field = _adds(FieldType.TIMESTAMP)
    add_timestamp_with_timezone_field = _adds(FieldType.TIMESTAMP_WITH_TIMEZONE)
    add_byte_array_field = _adds(FieldType.BYTE_ARRAY)
    add_boolean_array_field = _adds(FieldType.BOOLEAN_ARRAY)
    add_char_array_field = _adds(FieldType.CHAR_ARRAY)
    add_short_array_field = _adds(FieldType.SHORT_ARRAY)
    add_int_array_field = _adds(FieldType.INT_ARRAY)
    add_long_array_field = _adds(FieldType.LONG_ARRAY)
    add_float_array_field = _adds(FieldType.FLOAT_ARRAY)
    add_double_array_field = _adds(FieldType.DOUBLE_ARRAY)
    add_string_array_field = add_utf_array_field = _adds(FieldType.STRING_ARRAY)
    add_decimal_array_field = _adds(FieldType.DECIMAL_ARRAY)
    add_time_array_field = _adds(FieldType.TIME_ARRAY)
    add_date_array_field = _adds(FieldType.DATE_ARRAY)
    add_timestamp_array_field = _adds(FieldType.TIMESTAMP_ARRAY)
    add_timestamp_with_timezone_array_field = _adds(FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY)

    def build(self) -> ClassDefinition:
        """Return the definition with the fields so far."""
        return ClassDefinition(self.factory_id, self.class_id, self.version, self._fields.values())


def _nested(class_def: object) -> ClassDefinition:
    if not isinstance(class_def, ClassDefinition):
        raise refusal(TypeError, "class_def", class_def, "a ClassDefinition")
    if class_def.class_id == 0:
        raise refusal(ValueError, "class_def", class_def, "one with a class id other than 0")
    return class_def
