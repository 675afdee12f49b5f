from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError
from hzproto.serialization import (
    DataclassSerializer,
    GenericRecord,
    Int8,
    Int32,
    SchemaNotFoundError,
    SerializationService,
    Timestamp,
)
from hzproto.serialization.api import CompactReader, CompactSerializer, CompactWriter, FieldKind, StreamSerializer
from hzproto.serialization.compact.kinds import FIXED, NULLABLE, UNUSED
from hzproto.serialization.compact.schema import Schema

SAMPLES: dict[str, Any] = {
    "boolean": True,
    "int8": -1,
    "int16": -2,
    "int32": 3,
    "int64": -4,
    "float32": 0.5,
    "float64": 0.25,
    "string": "text ä",
    "decimal": Decimal("1.50"),
    "time": time(1, 2, 3, 4),
    "date": date(2024, 2, 29),
    "timestamp": datetime(2024, 2, 29, 1),  # noqa: DTZ001
    "timestamp_with_timezone": datetime(2024, 2, 29, 1, tzinfo=UTC),
}


class Record:
    def __init__(self, **values: Any) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]


class RecordSerializer(CompactSerializer[Record]):
    """Writes and reads the fields of a table."""

    def __init__(self, fields: dict[str, str], read: dict[str, str] | None = None) -> None:
        self.fields, self.read_fields = fields, fields if read is None else read

    def write(self, writer: CompactWriter, obj: Record) -> None:
        for name, kind in self.fields.items():
            getattr(writer, f"write_{kind}")(name, obj.values[name])

    def read(self, reader: CompactReader) -> Record:
        return Record(**{name: getattr(reader, f"read_{kind}")(name) for name, kind in self.read_fields.items()})

    def get_class(self) -> type[Record]:
        return Record

    def get_type_name(self) -> str:
        return "record"


def service(*serializers: Any, **options: Any) -> SerializationService:
    return SerializationService(Config(compact_serializers=list(serializers), **options))


def every_kind() -> dict[str, tuple[str, Any]]:
    fields: dict[str, tuple[str, Any]] = {}
    for kind, sample in SAMPLES.items():
        fields[f"a {kind}"] = kind, sample
        of_numbers = FIXED.get(FieldKind[kind.upper()]) if kind != "int8" else None
        fields[f"b {kind}"] = f"array_of_{kind}", array(of_numbers, [sample] * 11) if of_numbers else [sample] * 11
        fields[f"c {kind}"] = f"array_of_{kind}", None
        if FieldKind[kind.upper()] in NULLABLE:
            fields[f"d {kind}"] = f"nullable_{kind}", sample
            fields[f"e {kind}"] = f"nullable_{kind}", None
            fields[f"f {kind}"] = f"array_of_nullable_{kind}", [sample, None]
        else:
            fields[f"d {kind}"] = kind, None
            fields[f"f {kind}"] = f"array_of_{kind}", [sample, None]
    fields["g"] = "compact", None
    fields["h"] = "compact", GenericRecord("inner", {"i": FieldKind.INT32}, {"i": 1})
    fields["i"] = "array_of_compact", [GenericRecord("inner", {"i": FieldKind.INT32}, {"i": 2}), None]
    return fields


KINDS = {name: kind for name, (kind, _) in every_kind().items()}
VALUES = {name: value for name, (_, value) in every_kind().items()}


@pytest.mark.parametrize("big_endian", [True, False])
@pytest.mark.parametrize("padding", [0, 0xFF, 0xFFFF])
def test_every_kind_of_field(big_endian: bool, padding: int) -> None:
    """With offsets of every size."""
    own = service(RecordSerializer(KINDS | {"z": "string"}), is_big_endian=big_endian)
    value = Record(**VALUES, z="z" * padding)
    data = own.to_data(value)
    assert own.to_object(data) == value
    assert own.to_object(memoryview(data)) == value
    assert own.to_object(own.to_data([1, value])) == [1, value]
    if not padding:
        for end in range(8, len(data)):
            with pytest.raises(HazelcastSerializationError):
                own.to_object(data[:end])


def test_every_kind_in_a_generic_record() -> None:
    written = service(RecordSerializer(KINDS))
    data = written.to_data(Record(**VALUES))
    reading = service()
    for schema in written.schemas.all():
        reading.schemas.add_fetched(schema.schema_id, schema)
    record = reading.to_object(data)
    assert isinstance(record, GenericRecord)
    assert record.type_name == "record"
    assert record.get_field_kind("a int8") is FieldKind.INT8
    assert record.get_field_kind("nothing") is FieldKind.NOT_AVAILABLE
    assert dict(record) == VALUES | {"b int8": b"\xff" * 11}
    assert len(record) == len(VALUES)
    assert reading.to_data(record) == data
    assert reading.to_object(reading.to_data([record])) == [record]
    with pytest.raises(ValueError, match="must have the same fields"):
        GenericRecord("x", {}, {"a": 1})


def test_schema_ids_are_those_of_other_clients() -> None:
    schema = Schema("inner", {"s": FieldKind.STRING, "i": FieldKind.INT32})
    assert list(schema.kinds) == ["i", "s"]
    assert schema == Schema.of("inner", [("i", 9), ("s", 17)])
    assert schema.schema_id == 2191122496852164288
    assert Schema("", {}).schema_id == -4327250087401636846


@pytest.mark.parametrize("kind", [*UNUSED, 47, -1])
def test_schemas_with_unknown_kinds(kind: int) -> None:
    with pytest.raises(HazelcastSerializationError, match=rf"field 'f' of kind {int(kind)}"):
        Schema.of("x", [("f", kind)])
    with pytest.raises(HazelcastSerializationError, match="has it twice"):
        Schema.of("x", [("f", 1), ("f", 2)])


def test_schemas_are_sent_before_data_and_asked_for() -> None:
    writing, reading = service(RecordSerializer({"i": "int32"})), service(RecordSerializer({"i": "int32"}))
    one, two = UUID(int=1), UUID(int=2)
    data = writing.to_data(Record(i=1))
    ((schema_id, schema),) = writing.schemas.unreplicated.items()
    with pytest.raises(SchemaNotFoundError) as caught:
        reading.to_object(data)
    assert caught.value.schema_id == schema_id
    with pytest.raises(HazelcastSerializationError, match="and answered None"):
        reading.schemas.add_fetched(schema_id, None)
    with pytest.raises(HazelcastSerializationError, match="and answered Schema"):
        reading.schemas.add_fetched(schema_id, Schema("other", {}))
    reading.schemas.add_fetched(schema_id, schema)
    assert reading.to_object(data) == Record(i=1)
    assert reading.to_data(Record(i=1)) == data
    assert not reading.schemas.unreplicated  # the members have what they answered
    assert not writing.schemas.acknowledge(schema_id, {one}, {one, two})
    assert writing.schemas.unreplicated
    assert writing.schemas.acknowledge(schema_id, {one, two}, {two})
    assert not writing.schemas.unreplicated
    writing.schemas.forget_replication()
    assert list(writing.schemas.unreplicated) == [schema_id]
    writing.schemas.replicated([schema])
    assert not writing.schemas.unreplicated
    assert writing.schemas.all() == [schema]


@pytest.mark.parametrize(
    ("written", "value", "read", "expected"),
    [
        ("int32", 1, "nullable_int32", 1),
        ("nullable_int32", 1, "int32", 1),
        ("boolean", True, "nullable_boolean", True),
        ("nullable_boolean", False, "boolean", False),
        ("array_of_int8", [-1], "array_of_nullable_int8", [-1]),
        ("array_of_nullable_int8", [-1], "array_of_int8", [-1]),
        ("array_of_float64", None, "array_of_nullable_float64", None),
        ("array_of_nullable_int32", [1, 2], "array_of_int32", array("i", [1, 2])),
        ("array_of_int32", [1, 2], "array_of_nullable_int32", [1, 2]),
        ("array_of_boolean", [True], "array_of_nullable_boolean", [True]),
        ("array_of_nullable_boolean", [True], "array_of_boolean", [True]),
    ],
)
def test_versions_that_read_each_other(written: str, value: Any, read: str, expected: Any) -> None:
    own = service(RecordSerializer({"f": written}, {"f": read}))
    assert own.to_object(own.to_data(Record(f=value))) == Record(f=expected)


@pytest.mark.parametrize(
    ("written", "value", "read", "message"),
    [
        ("nullable_int32", None, "int32", "is or has None: it cannot be read as INT32"),
        ("array_of_nullable_int32", [None], "array_of_int32", "is or has None"),
        ("int32", 1, "int64", r"no field 'f' of kind INT64: it has f \(INT32\)"),
        ("string", "x", "nullable_boolean", "no field 'f' of kind NULLABLE_BOOLEAN"),
    ],
)
def test_versions_that_do_not(written: str, value: Any, read: str, message: str) -> None:
    own = service(RecordSerializer({"f": written}, {"f": read}))
    with pytest.raises(HazelcastSerializationError, match=message):
        own.to_object(own.to_data(Record(f=value)))


def test_fields_that_are_not_there() -> None:
    own = service(RecordSerializer({"f": "int32"}, {"g": "int32"}))
    with pytest.raises(HazelcastSerializationError, match="no field 'g' of kind INT32"):
        own.to_object(own.to_data(Record(f=1)))


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("int8", 128, "The field 'f' of record takes INT8, not 128 of type int"),
        ("boolean", 2, "takes BOOLEAN, not 2"),
        ("int32", None, "takes INT32, not None"),
        ("string", 1, "takes STRING, not 1"),
        ("nullable_int16", "x", "takes NULLABLE INT16, not 'x'"),
        ("array_of_boolean", [2], "takes ARRAY OF BOOLEAN"),
        ("array_of_int32", [None], "takes ARRAY OF INT32"),
        ("timestamp", datetime(2024, 1, 1, tzinfo=UTC), "has a time zone"),
        ("compact", 5, "builtins.int in a compact object cannot be serialized"),
    ],
)
def test_values_of_other_kinds(kind: str, value: Any, message: str) -> None:
    with pytest.raises(HazelcastSerializationError, match=message):
        service(RecordSerializer({"f": kind, "g": "int32"})).to_data(Record(f=value, g=1))


def test_objects_of_a_type_have_the_same_fields() -> None:
    class Odd(RecordSerializer):
        def write(self, writer: CompactWriter, obj: Record) -> None:
            for name, value in obj.values.items():
                writer.write_int32(name, value)
            if "twice" in obj.values:
                writer.write_int64("twice", 1)

    own = service(Odd({}))
    own.to_data(Record(a=1))
    with pytest.raises(
        HazelcastSerializationError, match=r"other fields than for the first object: b \(INT32\) on one"
    ):
        own.to_data(Record(a=1, b=2))
    with pytest.raises(HazelcastSerializationError, match="'twice' is written twice"):
        own.to_data(Record(twice=1))


@dataclass
class Point:
    x: int
    y: Annotated[int, Int32] = 5


@dataclass
class Shape:
    name: str
    points: list[Point]
    corner: Point | None
    closed: bool
    weight: float | None
    raw: bytes
    tags: list[str]
    numbers: list[int]
    maybe: list[int | None] = field(default_factory=list[int | None])
    small: Annotated[int, Int8] | None = None
    when: Annotated[datetime, Timestamp] | None = None
    at: datetime | None = None
    price: Decimal | None = None
    skipped: int = field(init=False, default=1)


SHAPE = Shape(
    name="s",
    points=[Point(1), Point(2, 3)],
    corner=None,
    closed=True,
    weight=0.5,
    raw=b"\xff\0",
    tags=["a"],
    numbers=[1, 2**40],
    maybe=[None, 1],
    small=-1,
    when=datetime(2024, 1, 1),  # noqa: DTZ001
    at=datetime(2024, 1, 1, tzinfo=UTC),
    price=Decimal("1.5"),
)


@pytest.mark.parametrize("own", [service(), service(Shape), service(DataclassSerializer(Shape, "a.Shape"))])
def test_dataclasses(own: SerializationService) -> None:
    assert own.to_object(own.to_data(SHAPE)) == SHAPE
    assert own.to_object(own.to_data([Point(1), None])) == [Point(1), None]
    kinds = {schema.type_name.rpartition(".")[2]: dict(schema.kinds) for schema in own.schemas.all()}
    assert kinds["Point"] == {"x": FieldKind.INT64, "y": FieldKind.INT32}
    assert kinds["Shape"] == {
        "name": FieldKind.STRING,
        "points": FieldKind.ARRAY_OF_COMPACT,
        "corner": FieldKind.COMPACT,
        "closed": FieldKind.BOOLEAN,
        "weight": FieldKind.NULLABLE_FLOAT64,
        "raw": FieldKind.ARRAY_OF_INT8,
        "tags": FieldKind.ARRAY_OF_STRING,
        "numbers": FieldKind.ARRAY_OF_INT64,
        "maybe": FieldKind.ARRAY_OF_NULLABLE_INT64,
        "small": FieldKind.NULLABLE_INT8,
        "when": FieldKind.TIMESTAMP,
        "at": FieldKind.TIMESTAMP_WITH_TIMEZONE,
        "price": FieldKind.DECIMAL,
    }


def test_defaults_of_dataclasses_stand_for_fields_that_are_not_there() -> None:
    own = service(Point)
    old = GenericRecord("Point", {"x": FieldKind.INT64, "gone": FieldKind.STRING}, {"x": 1, "gone": ""})
    assert own.to_object(own.to_data(old)) == Point(1, 5)
    older = GenericRecord("Point", {"y": FieldKind.INT32}, {"y": 1})
    with pytest.raises(HazelcastSerializationError, match="Point has no field 'x' of kind INT64"):
        own.to_object(own.to_data(older))


@dataclass
class NoKind:
    value: dict[str, int]


@dataclass
class Nested:
    value: list[list[int]]


def test_annotations_that_no_kind_stands_for() -> None:
    for value in (NoKind({}), Nested([])):
        with pytest.raises(HazelcastSerializationError, match=r"The field 'value' of \w+ has the annotation"):
            service().to_data(value)
    with pytest.raises(TypeError, match="cls must be a dataclass"):
        DataclassSerializer(int)


class Strings(StreamSerializer):
    def write(self, out: Any, obj: object) -> None:
        out.write_string(str(obj))

    def read(self, inp: Any) -> Any:
        return inp.read_string()

    def get_type_id(self) -> int:
        return 5


def test_other_options_take_dataclasses_first() -> None:
    for config in (Config(custom_serializers={Point: Strings}), Config(global_serializer=Strings)):
        own = SerializationService(config)
        assert own.to_object(own.to_data(Point(1))) == "Point(x=1, y=5)"
    own = SerializationService(Config(allow_pickle=True))
    assert own.to_data(Point(1))[4:8] == struct.pack(">i", -55)


def test_serializers_that_contradict() -> None:
    with pytest.raises(InvalidConfigurationError, match="Point has two serializers"):
        service(Point, DataclassSerializer(Point, "p"))
    with pytest.raises(InvalidConfigurationError, match="both have the type name 'record'"):
        service(RecordSerializer({}), DataclassSerializer(Point, "record"))
    with pytest.raises(TypeError, match=r"compact_serializers\[0\] must be a CompactSerializer or a dataclass"):
        service(int)


HOSTILE = service(RecordSerializer(KINDS), Shape)
HOSTILE_DATA = [HOSTILE.to_data(Record(**VALUES)), HOSTILE.to_data(SHAPE)]


@given(st.data())
def test_hostile_bytes(draw: st.DataObject) -> None:
    data = bytearray(draw.draw(st.sampled_from(HOSTILE_DATA)))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(16, len(data) - 1))] = draw.draw(st.integers(0, 255))
    for form in (bytes(data), memoryview(data)[: draw.draw(st.integers(0, len(data)))]):
        try:
            HOSTILE.to_object(form)
        except HazelcastSerializationError:
            pass


def test_objects_are_not_shared_by_fields() -> None:
    """Two fields with the same offset would, level by level, make a small value a huge tree."""
    own = service()
    leaf = GenericRecord("leaf", {"i": FieldKind.INT32}, {"i": 1})
    pair = GenericRecord("pair", {"l": FieldKind.COMPACT, "r": FieldKind.COMPACT}, {"l": leaf, "r": leaf})
    data = bytearray(own.to_data(pair))
    assert data[-2:] == b"\0\x0c"
    data[-1] = 0
    with pytest.raises(HazelcastSerializationError, match="Fields of pair overlap"):
        own.to_object(bytes(data))
    array = GenericRecord("array", {"a": FieldKind.ARRAY_OF_COMPACT}, {"a": [leaf, leaf]})
    data = bytearray(own.to_data(array))
    assert data[-3:] == b"\0\x0c\0"
    data[-2] = 0
    with pytest.raises(HazelcastSerializationError, match="overlap"):
        own.to_object(bytes(data))


@dataclass
class InnerOne:
    i: int


@dataclass
class OuterOne:
    inner: InnerOne


@pytest.mark.parametrize("given", [[OuterOne, InnerOne], [InnerOne, OuterOne], [OuterOne]])
def test_a_dataclass_in_another_may_be_named_too(given: list[type]) -> None:
    own = service(*given)
    assert own.to_object(own.to_data(OuterOne(InnerOne(1)))) == OuterOne(InnerOne(1))
