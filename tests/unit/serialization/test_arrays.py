from __future__ import annotations

import struct
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.serialization.kinds import TypeId

SERVICES = {order: SerializationService(Config(is_big_endian=order == ">")) for order in "<>"}


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("code", "type_id", "values"),
    [
        ("h", TypeId.SHORT_ARRAY, [1, -2]),
        ("i", TypeId.INT_ARRAY, [1, -2]),
        ("q", TypeId.LONG_ARRAY, [1, -2]),
        ("l", TypeId.LONG_ARRAY if array("l").itemsize == 8 else TypeId.INT_ARRAY, [1, -2]),
        ("f", TypeId.FLOAT_ARRAY, [1.5, -2.25]),
        ("d", TypeId.DOUBLE_ARRAY, [1.5, -2.25]),
    ],
)
def test_arrays_of_numbers(order: str, code: str, type_id: TypeId, values: list[Any]) -> None:
    items = array(code, values)
    layout = {"l": "q" if items.itemsize == 8 else "i"}.get(code, code)
    read = array(layout, values)
    expected = struct.pack(">ii", 0, type_id) + struct.pack(f"{order}i2{layout}", 2, *values)
    for form in (items, memoryview(items)):
        assert SERVICES[order].to_data(form) == expected
        assert SERVICES[order].to_object(SERVICES[order].to_data([form])) == [read]
    assert SERVICES[order].to_object(expected) == read
    assert SERVICES[order].to_object(memoryview(expected)) == read
    assert items == array(code, values)  # not changed in place


@pytest.mark.parametrize("order", "<>")
def test_views_of_bytes_and_booleans(order: str) -> None:
    service = SERVICES[order]
    assert service.to_object(service.to_data(memoryview(b"abc"))) == b"abc"
    assert service.to_object(service.to_data(memoryview(b"abcdef")[::2])) == b"ace"
    assert service.to_object(service.to_data(array("b", [-1, 1]))) == b"\xff\1"
    assert service.to_object(service.to_data(memoryview(b"\1\0").cast("?"))) == [True, False]
    assert service.to_object(service.to_data(array("i"))) == array("i")


@pytest.mark.parametrize("value", [array("I", [1]), array("H", [1]), memoryview(bytes(4)).cast("b", (2, 2))])
def test_arrays_without_a_serialized_form(value: object) -> None:
    with pytest.raises(HazelcastSerializationError, match="has no serialized form: make it an array of one dimension"):
        SERVICES[">"].to_data(value)


@pytest.mark.parametrize("order", "<>")
def test_numpy_arrays(order: str) -> None:
    numpy = pytest.importorskip("numpy")
    service = SERVICES[order]
    for kind in ("int16", "int32", "int64", "float32", "float64"):
        for stored in "<>":
            values = numpy.array([1, -2, 3], numpy.dtype(kind).newbyteorder(stored))
            assert service.to_object(service.to_data(values)).tolist() == [1, -2, 3]
            assert numpy.asarray(service.to_object(service.to_data(values[::2]))).tolist() == [1, 3]
    assert service.to_object(service.to_data(numpy.array([True, False]))) == [True, False]
    assert service.to_object(service.to_data(numpy.array([1, 255], "uint8"))) == b"\1\xff"
    for refused in (numpy.zeros((2, 2)), numpy.array(["a"]), numpy.array([object()]), numpy.array([1], "uint32")):
        with pytest.raises(HazelcastSerializationError):
            service.to_data(refused)


@pytest.mark.parametrize(
    ("type_id", "payload", "expected"),
    [
        (TypeId.BOOLEAN_ARRAY, struct.pack(">i2?", 2, True, False), [True, False]),
        (TypeId.CHAR_ARRAY, struct.pack(">i2H", 2, ord("ä"), 0xD800), ["ä", "\ud800"]),
        (TypeId.STRING_ARRAY, struct.pack(">ii1si", 2, 1, b"a", -1), ["a", None]),
        (TypeId.JAVA_ARRAY, struct.pack(">iii", 1, TypeId.INT, 7), [7]),
        (TypeId.LINKED_LIST, struct.pack(">ii", 1, TypeId.NULL), [None]),
        (TypeId.JAVA_CLASS, struct.pack(">i3s", 3, b"a.B"), "a.B"),
    ],
)
def test_kinds_that_are_only_read(type_id: TypeId, payload: bytes, expected: object) -> None:
    data = struct.pack(">ii", 0, type_id) + payload
    assert SERVICES[">"].to_object(data) == expected
    for end in range(8, len(data)):
        with pytest.raises(HazelcastSerializationError):
            SERVICES[">"].to_object(data[:end])


@pytest.mark.parametrize("type_id", range(TypeId.STRING_ARRAY, TypeId.BYTE_ARRAY + 1))
@pytest.mark.parametrize("count", [-2, -1, 3, 2**31 - 1])
def test_counts_are_checked(type_id: int, count: int) -> None:
    with pytest.raises(HazelcastSerializationError, match=f"{count} (items|bytes) is announced"):
        SERVICES[">"].to_object(struct.pack(">iiih", 0, type_id, count, 0))


@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.lists(st.floats(allow_nan=False)), st.sampled_from("<>"))
def test_what_is_written_is_read(integers: list[int], floats: list[float], order: str) -> None:
    service = SERVICES[order]
    assert service.to_object(service.to_data(array("q", integers))) == array("q", integers)
    assert service.to_object(service.to_data(array("d", floats))) == array("d", floats)
