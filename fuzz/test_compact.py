"""Compact objects and Portables: they survive, and what is made of their bytes is an object or an error."""

from __future__ import annotations

from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import GenericRecord, SerializationService
from hzproto.serialization.api import FieldKind, Portable, PortableReader, PortableWriter
from hzproto.serialization.portable.classdef import ClassDefinition, ClassDefinitionBuilder
from hzproto.testing import strategies


def _integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


_INT32, _INT64 = _integers(32), _integers(64)
_DOUBLES = st.floats(allow_nan=False)
_LONGS = st.lists(_INT64).map(lambda items: array("q", items))

VALUES: dict[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.BOOLEAN: st.booleans(),
    FieldKind.INT8: _integers(8),
    FieldKind.INT32: _INT32,
    FieldKind.FLOAT64: _DOUBLES,
    FieldKind.STRING: st.none() | st.text(),
    FieldKind.NULLABLE_INT64: st.none() | _INT64,
    FieldKind.DATE: st.none() | st.dates(),
    FieldKind.DECIMAL: st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    FieldKind.ARRAY_OF_BOOLEAN: st.none() | st.lists(st.booleans()),
    FieldKind.ARRAY_OF_INT8: st.none() | st.binary(),
    FieldKind.ARRAY_OF_INT64: st.none() | _LONGS,
    FieldKind.ARRAY_OF_NULLABLE_INT32: st.none() | st.lists(st.none() | _INT32),
    FieldKind.ARRAY_OF_STRING: st.none() | st.lists(st.none() | st.text()),
}


@st.composite
def records(draw: st.DrawFn, inner: st.SearchStrategy[Any] | None = None) -> GenericRecord:
    """A compact object of any type."""
    values = VALUES
    if inner is not None:
        values = {**VALUES, FieldKind.COMPACT: inner, FieldKind.ARRAY_OF_COMPACT: st.none() | st.lists(inner)}
    kinds = draw(st.dictionaries(st.text(max_size=5), st.sampled_from(list(values)), max_size=8))
    return GenericRecord(draw(st.text(max_size=3)), kinds, {name: draw(values[kind]) for name, kind in kinds.items()})


compact_objects = st.recursive(records(), lambda inner: records(st.none() | inner), max_leaves=4)


class Part(Portable):
    """Has a field of each sort of types, and Portables inside."""

    def __init__(self, values: tuple[Any, ...] = (), parts: Any = ()) -> None:
        self.values = values
        self.parts = parts

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1

    def write_portable(self, writer: PortableWriter) -> None:
        number, text, numbers, texts = self.values
        writer.write_int("number", number)
        writer.write_string("text", text)
        writer.write_long_array("numbers", numbers)
        writer.write_string_array("texts", texts)
        if self.parts:
            writer.write_portable_array("parts", self.parts)
            writer.write_portable("part", self.parts[0])
        else:
            writer.write_portable_array("parts", [])
            writer.write_null_portable("part", 1, 1)

    def read_portable(self, reader: PortableReader) -> None:
        self.values = (
            reader.read_int("number"),
            reader.read_string("text"),
            reader.read_long_array("numbers"),
            reader.read_string_array("texts"),
        )
        self.parts = reader.read_portable_array("parts") or []
        reader.read_portable("part")

    def facts(self) -> Any:
        return self.values, [part.facts() for part in self.parts]


_values = st.tuples(_INT32, st.none() | st.text(), _LONGS, st.lists(st.none() | st.text()))
portables = st.recursive(
    st.builds(Part, _values),
    lambda parts: st.builds(Part, _values, st.lists(parts, min_size=1, max_size=3)),
    max_leaves=4,
)
_ANY_PART = ClassDefinition(1, 1, 0)
_PART = (
    ClassDefinitionBuilder(1, 1)
    .add_int_field("number")
    .add_string_field("text")
    .add_long_array_field("numbers")
    .add_string_array_field("texts")
    .add_portable_array_field("parts", _ANY_PART)
    .add_portable_field("part", _ANY_PART)
    .build()
)


def new_service(big_endian: bool) -> SerializationService:
    return SerializationService(
        Config(is_big_endian=big_endian, portable_factories={1: {1: Part}}, class_definitions=[_PART])
    )


@given(st.booleans(), compact_objects)
def test_compact_objects_survive(big_endian: bool, record: GenericRecord) -> None:
    service, other = new_service(big_endian), new_service(big_endian)
    data = service.to_data([1, record])
    assert service.to_object(data) == [1, record]
    assert other.may_lack_schema(data)
    assert other.may_lack_schema(memoryview(data))
    for schema in service.schemas.all():
        other.schemas.add_fetched(schema.schema_id, schema)
    assert other.to_object(data) == [1, record]


@given(st.booleans(), st.data())
def test_broken_compact_objects(big_endian: bool, data: st.DataObject) -> None:
    service = new_service(big_endian)
    broken = data.draw(strategies.mutated(compact_objects.map(service.to_data)))
    service.may_lack_schema(broken)
    try_to_read(service, broken)


@given(st.booleans(), portables)
def test_portables_survive(big_endian: bool, part: Part) -> None:
    service = new_service(big_endian)
    assert service.to_object(service.to_data(part)).facts() == part.facts()


@given(st.booleans(), st.data())
def test_broken_portables(big_endian: bool, data: st.DataObject) -> None:
    service = new_service(big_endian)
    try_to_read(service, data.draw(strategies.mutated(portables.map(service.to_data))))


def try_to_read(service: SerializationService, data: bytes) -> None:
    for buffer in (data, memoryview(data)):
        try:
            service.to_object(buffer)
        except HazelcastSerializationError:
            pass
