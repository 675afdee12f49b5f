from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.serialization.partition import hash_to_index, partition_hash, string_partition_strategy


@pytest.mark.parametrize(
    ("payload", "expected"),
    [(b"key-1", 1228513025), (b"key-2", 1503416236), (b"key-3", 1876349747), (b"key-4", -914632498)],
)
def test_hash_of_the_payload(payload: bytes, expected: int) -> None:
    assert partition_hash(b"\0\0\0\0\xff\xff\xff\xf5" + payload) == expected


def test_hash_field() -> None:
    assert partition_hash(b"\0\0\0\5\xff\xff\xff\xf5key-1") == 5
    assert partition_hash(b"\xff\xff\xff\xfe\xff\xff\xff\xf5key-1") == -2
    assert partition_hash(b"\x80\0\0\0\xff\xff\xff\xf5key-1") == -(2**31)


@pytest.mark.parametrize(
    ("hash_value", "index"), [(0, 0), (270, 270), (271, 0), (-1, 1), (-272, 1), (2**31 - 1, 244), (-(2**31), 0)]
)
def test_hash_to_index(hash_value: int, index: int) -> None:
    assert hash_to_index(hash_value, 271) == index


@given(st.integers(-(2**31), 2**31 - 1), st.integers(1, 10_000))
def test_index_is_in_range(hash_value: int, count: int) -> None:
    assert 0 <= hash_to_index(hash_value, count) < count


@pytest.mark.parametrize(
    ("name", "key"), [("name", "name"), ("name@key", "key"), ("name@a@b", "a@b"), ("name@", ""), ("", "")]
)
def test_string_partition_strategy(name: str, key: str) -> None:
    assert string_partition_strategy(name) == key
