"""Objects that users' code writes and reads: IdentifiedDataSerializable, custom and global serializers, pickle."""

from __future__ import annotations

import pickle
import struct
from array import array
from typing import Any, ClassVar

import pytest

from hzproto.config import Config
from hzproto.core import Address, MapEntry
from hzproto.errors import HazelcastSerializationError, InvalidConfigurationError
from hzproto.serialization import SerializationService
from hzproto.serialization.api import IdentifiedDataSerializable, ObjectDataInput, ObjectDataOutput, StreamSerializer
from hzproto.serialization.kinds import MAX_DEPTH, TypeId

ORDERS = pytest.mark.parametrize("big_endian", [True, False])

VALUES: list[tuple[str, Any]] = [
    ("boolean", True),
    ("byte", -128),
    ("short", -(2**15)),
    ("char", "ä"),
    ("int", 2**31 - 1),
    ("long", -(2**63)),
    ("float", 1.5),
    ("double", 1e300),
    ("string", "text"),
    ("string", None),
    ("utf", "ü"),
    ("byte_array", b"bytes"),
    ("boolean_array", [True, False]),
    ("char_array", ["a", "b"]),
    ("short_array", array("h", [1, -1])),
    ("int_array", array("i", [1, -1])),
    ("long_array", array("q", [1, -1])),
    ("float_array", array("f", [1.5, 2.5])),
    ("double_array", array("d", [1.5, 2.5])),
    ("string_array", ["a", None]),
    ("utf_array", []),
    *((f"{kind}_array", None) for kind in ("byte", "boolean", "char", "short", "int", "long", "float", "double")),
    ("string_array", None),
    ("object", [1, None, "x"]),
    ("object", None),
]


class Everything(IdentifiedDataSerializable):
    def __init__(self, values: list[tuple[str, Any]] | None = None) -> None:
        self.values = values or []

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        for kind, value in self.values:
            getattr(object_data_output, f"write_{kind}")(value)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        self.values = [(kind, getattr(object_data_input, f"read_{kind}")()) for kind, _ in VALUES]

    def get_factory_id(self) -> int:
        return 3

    def get_class_id(self) -> int:
        return 4


class Box(IdentifiedDataSerializable):
    def __init__(self, content: Any = None) -> None:
        self.content = content

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_object(self.content)

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        self.content = object_data_input.read_object()

    def get_factory_id(self) -> int:
        return 3

    def get_class_id(self) -> int:
        return 5


FACTORIES = {3: {4: Everything, 5: Box}}


def service(**options: Any) -> SerializationService:
    return SerializationService(Config(data_serializable_factories=FACTORIES, **options))


@ORDERS
def test_every_method_of_output_and_input(big_endian: bool) -> None:
    own = service(is_big_endian=big_endian)
    data = own.to_data(Everything(VALUES))
    assert own.to_object(data).values == VALUES
    assert own.to_object(own.to_data([Everything(VALUES)]))[0].values == VALUES
    for end in range(8, len(data)):
        with pytest.raises(HazelcastSerializationError):
            own.to_object(memoryview(data)[:end])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boolean", 2),
        ("byte", 128),
        ("short", 2**15),
        ("char", "ab"),
        ("char", "\U0001f600"),
        ("int", 2**31),
        ("int", "1"),
        ("long", 2**63),
        ("float", 1e300),
        ("double", "x"),
        ("string", 1),
        ("byte_array", [1]),
        ("boolean_array", [2]),
        ("char_array", [1]),
        ("int_array", [1.5]),
        ("int_array", [2**31]),
        ("string_array", [1]),
    ],
)
def test_values_that_a_method_does_not_take(kind: str, value: object) -> None:
    with pytest.raises(HazelcastSerializationError, match=f"write_{kind} takes {kind.replace('_', ' ')}, not "):
        service().to_data(Everything([(kind, value)]))


class Odds(IdentifiedDataSerializable):
    read: ClassVar[list[object]] = []

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        object_data_output.write_bytes("ab")
        object_data_output.write_chars("cd")
        object_data_output.write_from(b"xefghx", 1, 4)
        object_data_output.write_byte(-1)
        object_data_output.write_short(-1)
        object_data_output.write_int_array(array("i", [5]))
        assert len(object_data_output.to_byte_array()) == 17 + 2 + 4 + 4 + 1 + 2 + 8
        assert object_data_output.get_byte_order() == "BIG_ENDIAN"

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        assert object_data_input.get_byte_order() == "BIG_ENDIAN"
        assert object_data_input.position() == 17
        assert object_data_input.size() == 38
        assert object_data_input.read_into(bytearray(2)) == b"ab"
        assert object_data_input.read_char() + object_data_input.read_char() == "cd"
        assert object_data_input.read_into(bytearray(b"...."), 1, 2) == b".ef."
        assert object_data_input.skip_bytes(2) == 2
        assert object_data_input.read_unsigned_byte() == 255
        assert object_data_input.read_unsigned_short() == 65535
        assert object_data_input.read_int_array() == array("i", [5])
        with pytest.raises(HazelcastSerializationError, match="1 bytes are skipped or read, 0 follow"):
            object_data_input.skip_bytes(1)

    def get_factory_id(self) -> int:
        return 3

    def get_class_id(self) -> int:
        return 6


def test_the_other_methods() -> None:
    own = SerializationService(Config(data_serializable_factories={3: {6: Odds}}))
    assert isinstance(own.to_object(own.to_data(Odds())), Odds)


def test_depth() -> None:
    def boxes(depth: int) -> Any:
        value: Any = None
        for index in range(depth):
            value = Box(value) if index % 2 else [value]
        return value

    own = service()
    assert own.to_object(own.to_data(boxes(MAX_DEPTH)))
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 100"):
        own.to_data(boxes(MAX_DEPTH + 1))
    inner = own.to_data(boxes(MAX_DEPTH))[8:]
    one_more = own.to_data(Box())[:-4] + struct.pack(">i", TypeId.IDENTIFIED_DATA_SERIALIZABLE) + inner
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 100"):
        own.to_object(one_more)
    endless = Box()
    endless.content = endless
    with pytest.raises(HazelcastSerializationError, match="contains itself"):
        own.to_data(endless)


def identified(factory_id: int, class_id: int, payload: bytes, flags: int = 1) -> bytes:
    return struct.pack(">iibii", 0, TypeId.IDENTIFIED_DATA_SERIALIZABLE, flags, factory_id, class_id) + payload


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (identified(3, 9, b""), "factory id 3 and class id 9: name it in the option data_serializable_factories"),
        (identified(3, 5, b"", flags=0), "Java class that gives its name only"),
        (identified(-29, 19, struct.pack(">i", 2**31 - 1)), "collection of 2147483647 items"),
        (identified(-29, 19, struct.pack(">iii", 1, TypeId.ARRAY_LIST, 0)), "cannot be a set"),
        (identified(0, 1, b""), "truncated"),
    ],
)
def test_identified_bytes_that_cannot_be_read(data: bytes, message: str) -> None:
    with pytest.raises(HazelcastSerializationError, match=message):
        service().to_object(data)


def test_what_members_answer_with() -> None:
    own = SerializationService(Config())
    one, two = struct.pack(">ii", TypeId.INT, 1), struct.pack(">ii", TypeId.INT, 2)
    assert own.to_object(identified(-4, 120, one + two)) == MapEntry(1, 2)
    assert own.to_object(identified(-29, 19, struct.pack(">i", 2) + one + two)) == {1, 2}
    assert own.to_object(identified(0, 1, struct.pack(">ibi1s", 5701, 4, 1, b"h"))) == Address("h", 5701)
    assert own.to_object(identified(-4, 120, b"\5\7" + one + two, flags=3)) == MapEntry(1, 2)


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y


class Point3(Point):
    pass


class PointSerializer(StreamSerializer):
    destroyed = 0

    def write(self, out: ObjectDataOutput, obj: Point) -> None:
        out.write_int(obj.x)
        out.write_object(obj.y)

    def read(self, inp: ObjectDataInput) -> Point:
        return Point(inp.read_int(), inp.read_object())

    def get_type_id(self) -> int:
        return 10

    def destroy(self) -> None:
        PointSerializer.destroyed += 1


class ReprSerializer(StreamSerializer):
    def write(self, out: ObjectDataOutput, obj: object) -> None:
        out.write_string(repr(obj))

    def read(self, inp: ObjectDataInput) -> Any:
        return f"repr {inp.read_string()}"

    def get_type_id(self) -> int:
        return 11


class Name(str):
    __slots__ = ()


@ORDERS
def test_custom_serializers(big_endian: bool) -> None:
    own = SerializationService(Config(is_big_endian=big_endian, custom_serializers={Point: PointSerializer}))
    for value in (Point(1, 2), Point3(1, 2)):
        assert own.to_data(value)[:8] == struct.pack(">ii", 0, 10)
        assert vars(own.to_object(own.to_data(value))) == {"x": 1, "y": 2}
        assert vars(own.to_object(own.to_data([value]))[0]) == {"x": 1, "y": 2}
    own.destroy()
    assert PointSerializer.destroyed
    PointSerializer.destroyed = 0


def test_the_nearest_base_decides() -> None:
    own = SerializationService(Config(custom_serializers={Name: ReprSerializer}))
    assert own.to_object(own.to_data(Name("x"))) == "repr 'x'"
    assert own.to_object(own.to_data("x")) == "x"


def test_the_global_serializer_takes_the_rest() -> None:
    own = SerializationService(
        Config(custom_serializers={Point: PointSerializer}, global_serializer=ReprSerializer, allow_pickle=True)
    )
    assert own.to_object(own.to_data((1, 2))) == "repr (1, 2)"
    assert own.to_object(own.to_data([{3}])) == ["repr {3}"]
    assert own.to_object(own.to_data([1, None])) == [1, None]
    assert isinstance(own.to_object(own.to_data(Point(1, 2))), Point)
    with pytest.raises(TypeError, match="None has no serialized form"):
        own.to_data(None)


class SameId(PointSerializer):
    pass


class NoId(PointSerializer):
    def get_type_id(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"custom_serializers": {str: PointSerializer}}, "str has a serialized form already"),
        ({"custom_serializers": {Point: NoId}}, "type id of NoId must be an integer from 1"),
        ({"custom_serializers": {Point: PointSerializer, Name: SameId}}, "SameId has type id 10, and so has PointS"),
        ({"custom_serializers": {Point: PointSerializer}, "global_serializer": SameId}, "SameId has type id 10"),
    ],
)
def test_serializers_that_contradict(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=message):
        SerializationService(Config(**options))


def test_pickle_is_opted_into() -> None:
    pickled = SerializationService(Config(allow_pickle=True))
    for value in ({"a": (1, {2})}, (1, "ä\u1234"), 1j, frozenset({1})):
        data = pickled.to_data(value)
        assert data[:8] == struct.pack(">ii", 0, TypeId.PYTHON_PICKLE)
        assert pickled.to_object(memoryview(data)) == value
        assert pickled.to_object(pickled.to_data([value])) == [value]
        with pytest.raises(HazelcastSerializationError, match="allow_pickle=True"):
            SerializationService(Config()).to_object(data)


def test_what_cannot_be_pickled() -> None:
    pickled = SerializationService(Config(allow_pickle=True))
    with pytest.raises(HazelcastSerializationError, match="cannot be pickled"):
        pickled.to_data(lambda: 1)
    for content in (b"", b"cnowhere\nnothing\n.", pickle.dumps(1)[:-1]):
        with pytest.raises(HazelcastSerializationError, match="cannot be loaded"):
            pickled.to_object(struct.pack(">iii", 0, TypeId.PYTHON_PICKLE, len(content)) + content)
