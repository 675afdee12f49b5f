from __future__ import annotations

import enum
import math
import struct
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config, IntType
from hzproto.core import HazelcastJsonValue
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.serialization.kinds import MAX_DEPTH, TypeId
from hzproto.serialization.partition import partition_hash

BIG_ENDIAN = SerializationService(Config())
SERVICES = {
    (order, int_type): SerializationService(Config(is_big_endian=order, default_int_type=int_type))
    for order in (True, False)
    for int_type in IntType
}


def data(type_id: int, payload: bytes) -> bytes:
    return struct.pack(">ii", 0, type_id) + payload


@pytest.mark.parametrize(
    ("value", "big_endian", "little_endian"),
    [
        (True, "fffffffc 01", "fffffffc 01"),
        (False, "fffffffc 00", "fffffffc 00"),
        (1, "fffffff9 00000001", "fffffff9 01000000"),
        (-2, "fffffff9 fffffffe", "fffffff9 feffffff"),
        (1.5, "fffffff6 3ff8000000000000", "fffffff6 000000000000f83f"),
        ("aä", "fffffff5 00000003 61c3a4", "fffffff5 03000000 61c3a4"),
        ("", "fffffff5 00000000", "fffffff5 00000000"),
        (b"\1\2", "fffffff4 00000002 0102", "fffffff4 02000000 0102"),
        (bytearray(b"\1\2"), "fffffff4 00000002 0102", "fffffff4 02000000 0102"),
        (
            uuid.UUID(int=1 << 64 | 2),
            "ffffffeb 0000000000000001 0000000000000002",
            "ffffffeb 0100000000000000 0200000000000000",
        ),
        (
            [None, 1, [True]],
            "ffffffe3 00000003 00000000 fffffff9 00000001 ffffffe3 00000001 fffffffc 01",
            "ffffffe3 03000000 00000000 f9ffffff 01000000 e3ffffff 01000000 fcffffff 01",
        ),
        (HazelcastJsonValue("[1]"), "ffffff7e 00000003 5b315d", "ffffff7e 03000000 5b315d"),
    ],
)
def test_bytes_of_each_kind(value: object, big_endian: str, little_endian: str) -> None:
    for order, expected in ((True, big_endian), (False, little_endian)):
        service = SERVICES[order, IntType.INT]
        serialized = bytes.fromhex("00000000" + expected)
        assert service.to_data(value) == serialized
        assert service.to_object(serialized) == value
        assert service.to_object(memoryview(serialized)) == value


@pytest.mark.parametrize(
    ("int_type", "value", "expected"),
    [
        (IntType.BYTE, -128, "fffffffd 80"),
        (IntType.SHORT, 32767, "fffffffa 7fff"),
        (IntType.LONG, 1, "fffffff8 0000000000000001"),
        (IntType.BIG_INT, 0, "ffffffe6 00000001 00"),
        (IntType.BIG_INT, 127, "ffffffe6 00000001 7f"),
        (IntType.BIG_INT, 128, "ffffffe6 00000002 0080"),
        (IntType.BIG_INT, -128, "ffffffe6 00000001 80"),
        (IntType.BIG_INT, -129, "ffffffe6 00000002 ff7f"),
        (IntType.VAR, 127, "fffffffd 7f"),
        (IntType.VAR, -128, "fffffffd 80"),
        (IntType.VAR, 128, "fffffffa 0080"),
        (IntType.VAR, -(2**15), "fffffffa 8000"),
        (IntType.VAR, 2**15, "fffffff9 00008000"),
        (IntType.VAR, 2**31 - 1, "fffffff9 7fffffff"),
        (IntType.VAR, 2**31, "fffffff8 0000000080000000"),
        (IntType.VAR, -(2**63), "fffffff8 8000000000000000"),
        (IntType.VAR, 2**63, "ffffffe6 00000009 008000000000000000"),
    ],
)
def test_integers_of_each_type(int_type: IntType, value: int, expected: str) -> None:
    service = SERVICES[True, int_type]
    assert service.to_data(value) == bytes.fromhex("00000000" + expected)
    assert service.to_object(service.to_data(value)) == value


@pytest.mark.parametrize(
    ("int_type", "bits"), [(IntType.BYTE, 8), (IntType.SHORT, 16), (IntType.INT, 32), (IntType.LONG, 64)]
)
def test_integers_that_do_not_fit(int_type: IntType, bits: int) -> None:
    service = SERVICES[True, int_type]
    for fits in (2 ** (bits - 1) - 1, -(2 ** (bits - 1))):
        assert service.to_object(service.to_data(fits)) == fits
    for value in (2 ** (bits - 1), -(2 ** (bits - 1)) - 1):
        with pytest.raises(
            HazelcastSerializationError,
            match=f"^{value} does not fit into the {bits} bits of default_int_type {int_type.name}.*LONG.*BIG_INT.*VAR",
        ):
            service.to_data(value)


def test_huge_integers_are_not_printed() -> None:
    with pytest.raises(HazelcastSerializationError, match="an integer of 20001 bits does not fit"):
        BIG_ENDIAN.to_data([1 << 20000])


def test_none() -> None:
    assert BIG_ENDIAN.to_object(None) is None
    assert BIG_ENDIAN.to_object(data(TypeId.NULL, b"")) is None
    with pytest.raises(TypeError, match="None has no serialized form"):
        BIG_ENDIAN.to_data(None)


class Colour(enum.IntEnum):
    RED = 7


class Name(enum.StrEnum):
    ANN = "ann"


class Suit(enum.Enum):
    HEARTS = 1


class Text(str):
    __slots__ = ()


class Numbers(list[int]):
    pass


class Huge(bytes):
    def __len__(self) -> int:
        return 2**31


@pytest.mark.parametrize(
    ("value", "plain"), [(Colour.RED, 7), (Name.ANN, "ann"), (Text("abc"), "abc"), (Numbers([1, 2]), [1, 2])]
)
def test_subclasses_are_written_as_their_base(value: object, plain: object) -> None:
    service = SerializationService(Config())
    for _ in range(2):  # found along the bases, then from the cache
        assert service.to_data(value) == service.to_data(plain)
        assert service.to_data([value]) == service.to_data([plain])


@pytest.mark.parametrize(
    ("value", "name", "way_out"),
    [
        ({"a": 1}, "builtins.dict", "HazelcastJsonValue"),
        ((1, 2), "builtins.tuple", "make it a list"),
        ({1}, "builtins.set", "make it a list"),
        (frozenset({1}), "builtins.frozenset", "make it a list"),
        (Suit.HEARTS, "Suit", "HazelcastJsonValue"),
        (1j, "builtins.complex", "HazelcastJsonValue"),
        (len, "builtin_function_or_method", "HazelcastJsonValue"),
        (object(), "builtins.object", "HazelcastJsonValue"),
    ],
)
def test_unsupported_types_name_the_ways_out(value: object, name: str, way_out: str) -> None:
    for attempt in (value, [1, value]):
        with pytest.raises(HazelcastSerializationError, match=f"{name} cannot be serialized.*{way_out}"):
            BIG_ENDIAN.to_data(attempt)


@pytest.mark.parametrize("length", [10, 2_000, 3_000, 70_000])
@pytest.mark.parametrize("character", ["x", "ä", "中", "\U0001f600"])
def test_strings_of_any_length(length: int, character: str) -> None:
    for text in (character * length, "x" * length + character):
        content = text.encode()
        data = BIG_ENDIAN.to_data(text)
        assert data == struct.pack(">iii", 0, TypeId.STRING, len(content)) + content
        assert BIG_ENDIAN.to_object(data) == BIG_ENDIAN.to_object(memoryview(data)) == text
        assert BIG_ENDIAN.to_object(BIG_ENDIAN.to_data([text, 1])) == [text, 1]


def test_lone_surrogates() -> None:
    for value in ("ab\ud800", HazelcastJsonValue('"ab\ud800"'), ["ab\ud800"]):
        with pytest.raises(HazelcastSerializationError, match=r"lone surrogate \(at index [23]\)"):
            BIG_ENDIAN.to_data(value)


def test_values_beyond_the_length_field() -> None:
    with pytest.raises(HazelcastSerializationError, match="Huge of more than 2\\*\\*31 - 1 bytes"):
        BIG_ENDIAN.to_data(Huge())


def nested(depth: int) -> list[Any]:
    result: list[Any] = []
    for _ in range(depth - 1):
        result = [result]
    return result


def test_depth_of_lists() -> None:
    deepest = nested(MAX_DEPTH)
    serialized = BIG_ENDIAN.to_data(deepest)
    assert BIG_ENDIAN.to_object(serialized) == deepest
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 100 levels"):
        BIG_ENDIAN.to_data(nested(MAX_DEPTH + 1))
    one_more = data(TypeId.ARRAY_LIST, struct.pack(">ii", 1, TypeId.ARRAY_LIST) + serialized[8:])
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 100 levels"):
        BIG_ENDIAN.to_object(one_more)
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        BIG_ENDIAN.to_object(data(TypeId.ARRAY_LIST, struct.pack(">ii", 1, TypeId.ARRAY_LIST) * 100_000))
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(HazelcastSerializationError, match="contains itself"):
        BIG_ENDIAN.to_data(endless)


@pytest.mark.parametrize(
    ("type_id", "message"),
    [
        (TypeId.PYTHON_PICKLE, "pickled values are not loaded"),
        (TypeId.JAVA_SERIALIZABLE, r"-100 \(JAVA_SERIALIZABLE\) cannot be read"),
        (1234, "Values of type id 1234 cannot be read"),
    ],
)
def test_type_ids_that_cannot_be_read(type_id: int, message: str) -> None:
    with pytest.raises(HazelcastSerializationError, match=message):
        BIG_ENDIAN.to_object(data(type_id, b"cos\nsystem\n"))
    with pytest.raises(HazelcastSerializationError, match=message):
        BIG_ENDIAN.to_object(data(TypeId.ARRAY_LIST, struct.pack(">ii", 1, type_id) + b"cos\nsystem\n"))


@pytest.mark.parametrize(
    ("serialized", "message"),
    [
        (b"", "truncated"),
        (data(TypeId.INT, b"\0\0\0"), "truncated"),
        (data(TypeId.STRING, b"\0\0"), "truncated"),
        (data(TypeId.STRING, struct.pack(">i", 4) + b"abc"), "length of 4 bytes is announced for what can have 3"),
        (data(TypeId.STRING, struct.pack(">i", -1)), "length of -1 bytes"),
        (data(TypeId.STRING, struct.pack(">i", -12) + b"abc"), "length of -12 bytes"),
        (data(TypeId.STRING, struct.pack(">i", 1) + b"\xff"), "not valid UTF-8"),
        (data(TypeId.JSON, struct.pack(">i", 1) + b"\xff"), "not valid UTF-8"),
        (data(TypeId.BYTE_ARRAY, struct.pack(">i", 2**31 - 1)), "length of 2147483647 bytes"),
        (data(TypeId.ARRAY_LIST, struct.pack(">i", 2**31 - 1)), "list of 2147483647 items"),
        (data(TypeId.ARRAY_LIST, struct.pack(">i", -1)), "list of -1 items"),
        (data(TypeId.UUID, b"\0" * 15), "truncated"),
    ],
)
def test_malformed_bytes(serialized: bytes, message: str) -> None:
    for form in (serialized, memoryview(serialized)):
        with pytest.raises(HazelcastSerializationError, match=message):
            BIG_ENDIAN.to_object(form)


class UserKey(Text):
    def get_partition_key(self) -> object:
        return self.partition(":")[0]


class OddKey(str):
    __slots__ = ("partition_key",)
    partition_key: object

    def get_partition_key(self) -> object:
        return self.partition_key


class FailingKey(str):
    __slots__ = ()

    def get_partition_key(self) -> object:
        raise ZeroDivisionError


def test_keys_choose_their_partition() -> None:
    service = SerializationService(Config())
    plain = service.to_data("ann:1")
    for _ in range(2):  # found along the bases, then from the cache
        key = service.to_data(UserKey("ann:1"))
        assert key[4:] == plain[4:]
        assert partition_hash(key) == partition_hash(service.to_data("ann"))
        assert service.to_object(key) == "ann:1"
    assert service.to_data([UserKey("ann:1")]) == service.to_data(["ann:1"])


def test_keys_without_a_choice() -> None:
    key = OddKey("k")
    key.partition_key = None
    assert BIG_ENDIAN.to_data(key) == BIG_ENDIAN.to_data("k")
    key.partition_key = key
    assert BIG_ENDIAN.to_data(key) == BIG_ENDIAN.to_data("k")


def test_partition_keys_that_fail() -> None:
    key = OddKey("k")
    key.partition_key = (1, 2)
    with pytest.raises(HazelcastSerializationError, match="tuple"):
        BIG_ENDIAN.to_data(key)
    with pytest.raises(ZeroDivisionError):
        BIG_ENDIAN.to_data(FailingKey("k"))


VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.uuids()
    | st.text().map(HazelcastJsonValue),
    lambda items: st.lists(st.none() | items),
)


@given(VALUES, st.sampled_from([key for key in SERVICES if key[1] not in (IntType.BYTE, IntType.SHORT)]))
def test_what_is_written_is_read(value: object, key: tuple[bool, IntType]) -> None:
    serialized = SERVICES[key].to_data(value)
    assert serialized[:4] == b"\0\0\0\0"
    for form in (serialized, memoryview(serialized)):
        result = SERVICES[key].to_object(form)
        assert result == value
        assert type(result) is type(value)


@given(st.integers(), st.booleans())
def test_integers_of_any_size(value: int, order: bool) -> None:
    for int_type in (IntType.VAR, IntType.BIG_INT):
        assert SERVICES[order, int_type].to_object(SERVICES[order, int_type].to_data(value)) == value


def test_nan_is_written_and_read() -> None:
    assert math.isnan(BIG_ENDIAN.to_object(BIG_ENDIAN.to_data(math.nan)))


@given(st.data(), VALUES, st.booleans())
def test_cut_and_changed_bytes_give_a_value_or_a_serialization_error(
    draw: st.DataObject, value: object, order: bool
) -> None:
    service = SERVICES[order, IntType.VAR]
    serialized = bytearray(service.to_data(value))
    for _ in range(draw.draw(st.integers(0, 4))):
        serialized[draw.draw(st.integers(4, len(serialized) - 1))] = draw.draw(st.integers(0, 255))
    hostile = bytes(serialized[: draw.draw(st.integers(0, len(serialized)))])
    try:
        service.to_object(hostile)
    except HazelcastSerializationError:
        pass


@given(st.sampled_from(TypeId), st.binary(), st.booleans())
def test_any_bytes_give_a_value_or_a_serialization_error(type_id: TypeId, payload: bytes, order: bool) -> None:
    try:
        SERVICES[order, IntType.INT].to_object(memoryview(data(type_id, payload)))
    except HazelcastSerializationError:
        pass


def test_every_truncation_is_an_error() -> None:
    serialized = BIG_ENDIAN.to_data(
        [True, 1, 1.5, "text", b"bytes", uuid.UUID(int=5), HazelcastJsonValue("{}"), [None]]
    )
    for end in range(len(serialized)):
        with pytest.raises(HazelcastSerializationError):
            BIG_ENDIAN.to_object(serialized[:end])
