"""Compact objects of types that no class is known for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hzproto.serialization.compact.kinds import FieldKind


class GenericRecord(Mapping[str, Any]):
    """A compact object as a mapping of its fields: what is read where no class is known for its type.

    It can be written too: ``GenericRecord("Point", {"x": FieldKind.INT32}, {"x": 1})``. Arrays of INT8 are bytes, other
    arrays of numbers array.array.
    """

    __slots__ = ("kinds", "type_name", "values_by_name")

    def __init__(self, type_name: str, kinds: Mapping[str, FieldKind], values: Mapping[str, Any]) -> None:
        if kinds.keys() != values.keys():
            raise ValueError(f"kinds and values must have the same fields, not {sorted(kinds)} and {sorted(values)}")
        self.type_name: Final = type_name
        self.kinds: Final = kinds
        self.values_by_name: Final = values

    def get_field_kind(self, field_name: str) -> FieldKind:
        """Return the kind of a field, NOT_AVAILABLE when there is none of this name."""
        return self.kinds.get(field_name, FieldKind.NOT_AVAILABLE)

    def __getitem__(self, field_name: str) -> Any:
        return self.values_by_name[field_name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GenericRecord):
            return NotImplemented
        return (
            self.type_name == other.type_name
            and self.kinds == other.kinds
            and self.values_by_name == other.values_by_name
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"GenericRecord({self.type_name!r}, {dict(self.values_by_name)!r})"
