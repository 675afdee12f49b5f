"""What the identified classes of the library itself have in common: their fields are tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from hzproto.serialization.api import IdentifiedDataSerializable

if TYPE_CHECKING:
    from hzproto.serialization.input import ObjectDataInput
    from hzproto.serialization.output import ObjectDataOutput

Fields: TypeAlias = tuple[tuple[str, str], ...]
"""Attributes and their kinds: those of the methods of ObjectDataOutput, or ``objects`` and ``strings`` for a count and
that many of them. An attribute that is a class variable is a constant of the class."""


class LibraryClass(IdentifiedDataSerializable):
    """An object of a class that members know too. Its attributes are those that FIELDS names."""

    FACTORY_ID: ClassVar[int]
    CLASS_ID: ClassVar[int]
    FIELDS: ClassVar[Fields] = ()

    def __init__(self, *values: Any) -> None:
        for (attribute, _), value in zip(self.FIELDS, values, strict=False):
            setattr(self, attribute, value)

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        for attribute, kind in self.FIELDS:
            value = getattr(self, attribute)
            if kind in ("objects", "strings"):
                object_data_output.write_int(len(value))
                for item in value:
                    getattr(object_data_output, f"write_{kind[:-1]}")(item)
            else:
                getattr(object_data_output, f"write_{kind}")(value)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        for attribute, kind in self.FIELDS:
            if kind in ("objects", "strings"):
                read = getattr(object_data_input, f"read_{kind[:-1]}")
                value: Any = tuple(read() for _ in range(object_data_input.read_int()))
            else:
                value = getattr(object_data_input, f"read_{kind}")()
            setattr(self, attribute, value)

    def get_factory_id(self) -> int:
        return self.FACTORY_ID

    def get_class_id(self) -> int:
        return self.CLASS_ID

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, attribute) for attribute, _ in self.FIELDS)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LibraryClass) and type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))  # values may be lists

    def __repr__(self) -> str:
        values = (f"{attribute}={getattr(self, attribute)!r}" for attribute, _ in self.FIELDS)
        return f"{type(self).__name__.lstrip('_')}({', '.join(values)})"
