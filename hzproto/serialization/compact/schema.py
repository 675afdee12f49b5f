"""Schemas: the name of a type and the kinds of its fields, known by a fingerprint of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.compact.kinds import UNUSED, FieldKind

_EMPTY: Final = -4513414715797952619 % 2**64


def _table() -> tuple[int, ...]:
    table: list[int] = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_EMPTY if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE: Final = _table()


def _fingerprint(content: bytes) -> int:
    """Return the 64-bit Rabin fingerprint of *content*, as a signed integer."""
    value = _EMPTY
    for byte in content:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value - 2**64 if value >= 2**63 else value


def _text(text: str) -> bytes:
    content = text.encode()
    return len(content).to_bytes(4, "little") + content


class Schema:
    """A type name and the kinds of the fields by their names, in the order of these."""

    __slots__ = ("kinds", "schema_id", "type_name")

    def __init__(self, type_name: str, fields: Mapping[str, FieldKind]) -> None:
        self.type_name: Final = type_name
        self.kinds: Final[Mapping[str, FieldKind]] = MappingProxyType(dict(sorted(fields.items())))
        parts = [_text(type_name), len(fields).to_bytes(4, "little")]
        for name, kind in self.kinds.items():
            parts += [_text(name), kind.to_bytes(4, "little")]
        self.schema_id: Final = _fingerprint(b"".join(parts))

    @classmethod
    def of(cls, type_name: str, fields: Iterable[tuple[str, int]]) -> Schema:
        """Make the schema that a member describes by names and ids of kinds."""
        kinds: dict[str, FieldKind] = {}
        for name, kind in fields:
            if kind not in _USED or name in kinds:
                raise HazelcastSerializationError(
                    f"The schema of {type_name!r} has a field {name!r} of kind {kind}, which none is, or has it twice."
                )
            kinds[name] = FieldKind(kind)
        return cls(type_name, kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.type_name == other.type_name and self.kinds == other.kinds

    def __hash__(self) -> int:
        return hash(self.schema_id)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}: {kind.name}" for name, kind in self.kinds.items())
        return f"Schema({self.type_name!r}, {{{fields}}}, schema_id={self.schema_id})"


_USED: Final[frozenset[Any]] = frozenset(FieldKind) - UNUSED
