from __future__ import annotations

import struct
from array import array
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError
from hzproto.serialization import SerializationService
from hzproto.serialization.api import Portable, PortableReader, PortableWriter
from hzproto.serialization.kinds import TypeId
from hzproto.serialization.portable.classdef import ClassDefinitionBuilder, FieldType


class Record(Portable):
    """Writes and reads what its class says; each subclass is a version."""

    fields: ClassVar[list[tuple[str, str]]] = []
    version: ClassVar[int] = 0
    class_id: ClassVar[int] = 1

    def __init__(self, **values: Any) -> None:
        self.values = values

    def write_portable(self, writer: PortableWriter) -> None:
        for name, kind in self.fields:
            getattr(writer, f"write_{kind}")(name, self.values[name])

    def read_portable(self, reader: PortableReader) -> None:
        self.values = {name: getattr(reader, f"read_{kind}")(name) for name, kind in self.fields}

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return self.class_id

    def get_class_version(self) -> int:
        return self.version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]


class Node(Record):
    fields: ClassVar = [("value", "int"), ("next", "portable"), ("others", "portable_array")]


NODE = ClassDefinitionBuilder(1, 1).add_int_field("value")
NODE.add_portable_field("next", NODE.build()).add_portable_array_field("others", NODE.build())


def service(cls: type[Record], **options: Any) -> SerializationService:
    return SerializationService(Config(portable_factories={1: {cls.class_id: cls}}, **options))


def record(fields: dict[str, str], version: int = 0) -> type[Record]:
    return type("R", (Record,), {"fields": list(fields.items()), "version": version})


SAMPLES: list[tuple[str, Any]] = [
    ("byte", -1),
    ("boolean", True),
    ("char", "ä"),
    ("short", -2),
    ("int", 3),
    ("long", -4),
    ("float", 0.5),
    ("double", 0.25),
    ("string", "text"),
    ("utf", None),
    ("decimal", Decimal("1.50")),
    ("decimal", None),
    ("time", time(1, 2, 3, 4)),
    ("date", date(2024, 2, 29)),
    ("timestamp", datetime(2024, 2, 29, 1)),  # noqa: DTZ001
    ("timestamp_with_timezone", datetime(2024, 2, 29, 1, tzinfo=UTC)),
    ("byte_array", b"ab"),
    ("boolean_array", [True, False]),
    ("char_array", ["a"]),
    ("short_array", array("h", [1])),
    ("int_array", array("i", [1, 2])),
    ("long_array", None),
    ("float_array", array("f", [0.5])),
    ("double_array", array("d")),
    ("string_array", ["a", None]),
    ("decimal_array", [Decimal(1)]),
    ("time_array", [time(1)]),
    ("date_array", [date(2024, 1, 1)]),
    ("timestamp_array", [datetime(2024, 1, 1)]),  # noqa: DTZ001
    ("timestamp_with_timezone_array", [datetime(2024, 1, 1, tzinfo=UTC)]),
    ("timestamp_with_timezone_array", None),
]


@pytest.mark.parametrize("big_endian", [True, False])
def test_every_type_of_field(big_endian: bool) -> None:
    cls = record({f"f{index}": kind for index, (kind, _) in enumerate(SAMPLES)})
    own = service(cls, is_big_endian=big_endian)
    value = cls(**{f"f{index}": sample for index, (_, sample) in enumerate(SAMPLES)})
    data = own.to_data(value)
    for form in (data, memoryview(data)):
        assert own.to_object(form) == value
    assert own.to_object(own.to_data([1, value, value])) == [1, value, value]
    for end in range(8, len(data)):
        with pytest.raises(HazelcastSerializationError):
            own.to_object(data[:end])


def test_nested_objects_and_none() -> None:
    own = service(Node, class_definitions=[NODE.build()])
    leaf = Node(value=1, next=None, others=None)
    value = Node(value=2, next=leaf, others=[leaf, Node(value=3, next=None, others=[])])
    assert own.to_object(own.to_data(value)) == value
    with pytest.raises(HazelcastSerializationError, match="'next' is None, and nothing says objects of which class"):
        service(Node).to_data(leaf)
    with pytest.raises(HazelcastSerializationError, match="takes PORTABLE, not 5"):
        own.to_data(Node(value=1, next=5, others=None))


def test_null_portable() -> None:
    class Holder(Record):
        def write_portable(self, writer: PortableWriter) -> None:
            writer.write_null_portable("next", 1, 7)

        def read_portable(self, reader: PortableReader) -> None:
            assert reader.get_field_class_id("next") == 7
            assert reader.read_portable("next") is None

    own = service(Holder)
    own.to_object(own.to_data(Holder()))


def test_what_the_reader_says_of_the_fields() -> None:
    class Asking(Record):
        fields: ClassVar = [("a", "int"), ("b", "string")]

        def read_portable(self, reader: PortableReader) -> None:
            assert reader.get_version() == 0
            assert reader.get_field_names() == {"a", "b"}
            assert (reader.has_field("a"), reader.has_field("c")) == (True, False)
            assert reader.get_field_type("b") is FieldType.STRING
            assert reader.get_field_class_id("b") == 0
            with pytest.raises(HazelcastSerializationError, match=r"no field 'c': it has a \(INT\), b \(STRING\)"):
                reader.read_int("c")
            with pytest.raises(
                HazelcastSerializationError, match=r"'b' of .* is of type STRING: it cannot be read as INT"
            ):
                reader.read_int("b")
            with pytest.raises(HazelcastSerializationError, match="without data that has no names"):
                reader.get_raw_data_input()

    own = service(Asking)
    own.to_object(own.to_data(Asking(a=1, b="x")))


@pytest.mark.parametrize(
    ("old", "value", "new", "expected"),
    [
        ("byte", 5, "int", 5),
        ("char", "a", "long", 97),
        ("int", 5, "double", 5.0),
        ("float", 0.5, "double", 0.5),
        (None, None, "int", 0),
        (None, None, "boolean", False),
        (None, None, "string", None),
        (None, None, "int_array", None),
        (None, None, "portable", None),
    ],
)
def test_versions_read_each_other(old: str | None, value: Any, new: str, expected: Any) -> None:
    written = record({"same": "int"} | ({"f": old} if old else {}), 1)
    read = record({"same": "int", "f": new}, 2)
    data = service(written).to_data(written(same=1, f=value))
    assert service(read).to_object(data).values == {"same": 1, "f": expected}
    with pytest.raises(HazelcastSerializationError):
        service(record({"same": "int", "f": new}, 1)).to_object(data)


def test_incompatible_versions() -> None:
    data = service(record({"f": "string"}, 1)).to_data(record({"f": "string"}, 1)(f="x"))
    with pytest.raises(HazelcastSerializationError, match="STRING: it cannot be read as INT"):
        service(record({"f": "int"}, 2)).to_object(data)


def test_objects_of_a_version_write_the_same_fields() -> None:
    own = service(record({"f": "int"}))
    own.to_data(record({"f": "int"})(f=1))
    with pytest.raises(HazelcastSerializationError, match=r"f \(INT\), f \(LONG\) on one side only"):
        own.to_data(record({"f": "long"})(f=1))
    own.to_data(record({"f": "long"}, 1)(f=1))


@pytest.mark.parametrize(
    ("fields", "values", "message"),
    [
        ({"f": "int"}, {"f": "x"}, "The field 'f' of R takes INT, not 'x' of type str"),
        ({"f": "date_array"}, {"f": [1]}, "Item 0 of the field 'f' takes DATE, not 1"),
        ({"f": "timestamp"}, {"f": datetime(2024, 1, 1, tzinfo=UTC)}, "without one is written"),
    ],
)
def test_values_of_other_types(fields: dict[str, str], values: dict[str, Any], message: str) -> None:
    cls = record(fields)
    with pytest.raises(HazelcastSerializationError, match=message):
        service(cls).to_data(cls(**values))


def test_fields_written_twice_or_late() -> None:
    class Twice(Record):
        fields: ClassVar = [("f", "int"), ("f", "int")]

    class Late(Record):
        def write_portable(self, writer: PortableWriter) -> None:
            writer.get_raw_data_output().write_int(1)
            writer.write_int("f", 1)

    with pytest.raises(HazelcastSerializationError, match="'f' is written twice"):
        service(Twice).to_data(Twice(f=1))
    with pytest.raises(HazelcastSerializationError, match=r"'f' is written after get_raw_data_output\(\)"):
        service(Late).to_data(Late())


def test_class_definitions_are_checked() -> None:
    inner = ClassDefinitionBuilder(1, 2).add_int_field("i").build()
    outer = ClassDefinitionBuilder(1, 1).add_portable_field("p", inner).build()
    with pytest.raises(InvalidConfigurationError, match="none is given for the objects in the field 'p'"):
        SerializationService(Config(class_definitions=[outer]))
    SerializationService(Config(class_definitions=[outer], check_class_definition_errors=False))
    SerializationService(Config(class_definitions=[outer, inner]))
    other = ClassDefinitionBuilder(1, 2).add_long_field("i").build()
    with pytest.raises(InvalidConfigurationError, match="contradict each other"):
        SerializationService(Config(class_definitions=[inner, other]))


def test_builder() -> None:
    definition = ClassDefinitionBuilder(1, 2, 3).add_int_field("a").add_utf_array_field("b").build()
    assert definition.get_field_names() == ["a", "b"]
    assert definition.get_field_type("b") is FieldType.STRING_ARRAY
    assert definition.get_field(0) == definition.get_field("a")
    assert definition.get_field_count() == 2
    assert not definition.has_field("c")
    assert repr(definition).endswith("version=3, fields={a: INT, b: STRING_ARRAY})")
    with pytest.raises(ValueError, match="field_name must be the name of a new field, not 'a'"):
        ClassDefinitionBuilder(1, 2).add_int_field("a").add_long_field("a")
    with pytest.raises(ValueError, match="class id other than 0"):
        ClassDefinitionBuilder(1, 2).add_portable_field("a", ClassDefinitionBuilder(1, 0).build())


def test_unknown_classes() -> None:
    data = struct.pack(">iiiiiii", 0, TypeId.PORTABLE, 1, 9, 0, 32, 0) + bytes(4)
    with pytest.raises(
        HazelcastSerializationError, match=r"factory id 1 and class id 9: name it in .*portable_factories"
    ):
        service(Node).to_object(data)


@given(st.data())
def test_hostile_bytes(draw: st.DataObject) -> None:
    own = service(Node, class_definitions=[NODE.build()])
    leaf = Node(value=1, next=None, others=None)
    data = bytearray(own.to_data(Node(value=2, next=leaf, others=[leaf, leaf])))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(4, len(data) - 1))] = draw.draw(st.integers(0, 255))
    for form in (bytes(data), memoryview(data)):
        try:
            own.to_object(form)
        except HazelcastSerializationError:
            pass
    value = Node(value=2, next=leaf, others=None)
    assert own.to_object(own.to_data(value)) == value  # whatever was read before
