"""The entries of a near cache: look-ups, expiry, eviction, counters."""

from __future__ import annotations

import math
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hzproto.config import Config, EvictionPolicy, NearCacheConfig
from hzproto.near_cache.store import Lease, Store
from hzproto.serialization import SerializationService

SERIALIZATION = SerializationService(Config())
FOREVER = Lease(math.inf)


def store(**options: Any) -> Store:
    return Store(NearCacheConfig(**options), SERIALIZATION.to_data, SERIALIZATION.to_object, Random(0))


def put(kept: Store, key: Any, value: Any, now: float = 0, partition: int = 0, lease: Lease = FOREVER) -> None:
    kept.put(SERIALIZATION.to_data(key), SERIALIZATION.to_data(value), partition, lease, now)


def get(kept: Store, key: Any, now: float = 0) -> Any:
    hit = kept.find(key, now)
    return None if hit is None else hit.result()


@pytest.mark.parametrize("serialize_keys", [False, True])
@pytest.mark.parametrize("key", ["text", 5, -(2**31), 2.5, True, b"bytes", UUID(int=7), [1, "two"]])
def test_what_was_put_is_found(key: Any, serialize_keys: bool) -> None:
    kept = store(serialize_keys=serialize_keys)
    assert get(kept, key) is None
    put(kept, key, "value")
    assert get(kept, key) == "value"
    assert len(kept) == 1
    kept.invalidate(SERIALIZATION.to_data(key))
    assert get(kept, key) is None
    assert len(kept) == 0


def test_keys_that_are_equal_in_python_only_are_different() -> None:
    kept = store()
    for key, value in ((1, "int"), (1.0, "float"), (True, "bool")):
        put(kept, key, value)
    assert [get(kept, key) for key in (1, 1.0, True)] == ["int", "float", "bool"]


def test_a_key_that_this_client_would_write_otherwise_is_not_taken_for_its_own() -> None:
    kept = store()
    as_long = SerializationService(Config(default_int_type="LONG")).to_data(1)
    kept.put(as_long, SERIALIZATION.to_data("long"), 0, FOREVER, 0)
    assert get(kept, 1) is None
    put(kept, 1, "int")
    kept.invalidate(as_long)
    assert get(kept, 1) == "int"


def test_each_read_of_binary_entries_has_an_object_of_its_own() -> None:
    kept = store()
    put(kept, "k", [1])
    get(kept, "k").append(2)
    assert get(kept, "k") == [1]


@pytest.mark.parametrize("in_memory_format", ["BINARY", "OBJECT"])
def test_what_cannot_be_changed_is_made_once(in_memory_format: str) -> None:
    kept = store(in_memory_format=in_memory_format)
    put(kept, "k", "a string")
    cost = kept.stats(0).owned_entry_memory_cost
    hits = [kept.find("k", 0) for _ in range(2)]  # both before the value was asked for
    first, second = (hit.result() for hit in hits if hit is not None)
    assert first == second == "a string"
    assert first is second is get(kept, "k")
    assert kept.stats(0).owned_entry_memory_cost == cost
    kept.invalidate(SERIALIZATION.to_data("k"))
    assert kept.stats(0).owned_entry_memory_cost == 0


def test_all_reads_of_object_entries_have_the_same_object() -> None:
    kept = store(in_memory_format="OBJECT")
    put(kept, "k", [1])
    assert get(kept, "k") is get(kept, "k")


def test_entries_are_used_while_their_lease_lasts() -> None:
    kept, lease = store(), Lease(10)
    put(kept, "k", 1, lease=lease)
    assert get(kept, "k", 9.9) == 1
    assert get(kept, "k", 10) is None
    lease.until = 20
    assert get(kept, "k", 10) == 1


def test_time_to_live() -> None:
    kept = store(time_to_live=10)
    put(kept, "k", 1, now=5)
    assert get(kept, "k", 14.9) == 1
    assert get(kept, "k", 15) is None
    kept.expire(14.9)
    assert len(kept) == 1
    kept.expire(15)
    assert len(kept) == 0
    assert kept.stats(0).expirations == 1


def test_max_idle() -> None:
    kept = store(max_idle=10)
    put(kept, "used", 1)
    put(kept, "unused", 1)
    assert get(kept, "used", 9) == 1
    assert get(kept, "used", 18) == 1
    assert get(kept, "unused", 18) is None
    kept.expire(18)
    assert len(kept) == 1
    assert get(kept, "used", 28) is None


@pytest.mark.parametrize("policy", [EvictionPolicy.LRU, EvictionPolicy.LFU, EvictionPolicy.RANDOM])
def test_a_full_store_makes_room(policy: EvictionPolicy) -> None:
    kept = store(eviction_policy=policy, eviction_max_size=100, eviction_sampling_count=100)
    for key in range(100):
        put(kept, key, key, now=key)
    if policy is EvictionPolicy.LFU:
        for key in range(100):
            for _ in range(key):
                get(kept, key, 100)
    for key in range(100, 150):
        put(kept, key, key, now=key)
        get(kept, key, key)  # at once, so that LFU does not choose it
        get(kept, key, key)
        assert len(kept) == 100
        assert get(kept, key, key) == key  # the new one is never the victim
    assert kept.stats(0).evictions == 50
    if policy is EvictionPolicy.LRU:
        assert [key for key in range(150) if SERIALIZATION.to_data(key) in kept] == list(range(50, 150))
    if policy is EvictionPolicy.LFU:
        assert SERIALIZATION.to_data(99) in kept
        assert SERIALIZATION.to_data(0) not in kept


def test_sampling_evicts_what_is_rather_old() -> None:
    kept = store(eviction_max_size=1000)
    for key in range(3000):
        put(kept, key, key, now=key)
    left = [key for key in range(3000) if SERIALIZATION.to_data(key) in kept]
    assert len(left) == 1000
    assert sum(left) / len(left) > 2200  # of the newest thousand it would be 2500, at random 1900


def test_no_eviction() -> None:
    kept = store(eviction_policy="NONE", eviction_max_size=2)
    for key in range(10):
        put(kept, key, key)
    assert len(kept) == 10


def test_a_replaced_entry_needs_no_room() -> None:
    kept = store(eviction_max_size=2)
    for value in range(5):
        put(kept, "a", value)
        put(kept, "b", value)
    assert (get(kept, "a"), get(kept, "b")) == (4, 4)
    assert kept.stats(0).evictions == 0


def test_counters() -> None:
    kept = store()
    put(kept, "a", "x", partition=1)
    put(kept, "b", "y", partition=2)
    put(kept, "c", "z", partition=2)
    size = sum(len(SERIALIZATION.to_data(text)) for text in "abcxyz")
    get(kept, "a")
    get(kept, "a")
    get(kept, "none")
    stats = kept.stats(5.0)
    assert (stats.creation_time, stats.hits, stats.misses) == (5.0, 2, 1)
    assert (stats.owned_entry_count, stats.owned_entry_memory_cost) == (3, size)
    kept.invalidate_partition(2)
    kept.invalidate(SERIALIZATION.to_data("none"))
    put(kept, "d", "z")
    kept.invalidate_all()
    stats = kept.stats(0)
    assert (stats.invalidations, stats.invalidation_requests) == (4, 2)
    assert (stats.owned_entry_count, stats.owned_entry_memory_cost) == (0, 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "drop", "partition", "get", "expire"]), st.integers(0, 12), st.integers(0, 3))
    ),
    st.sampled_from(["LRU", "LFU", "RANDOM", "NONE"]),
)
def test_any_sequence_of_changes_leaves_the_store_whole(steps: list[tuple[str, int, int]], policy: str) -> None:
    kept = store(eviction_policy=policy, eviction_max_size=5, max_idle=20)
    model: dict[int, int] = {}
    for now, (step, key, value) in enumerate(steps):
        data = SERIALIZATION.to_data(key)
        if step == "put":
            put(kept, key, value, now, partition=key % 3)
            model[key] = value
        elif step == "drop":
            kept.invalidate(data)
            model.pop(key, None)
        elif step == "partition":
            kept.invalidate_partition(key % 3)
            model = {other: kept for other, kept in model.items() if other % 3 != key % 3}
        elif step == "expire":
            kept.expire(now)
        else:
            assert get(kept, key, now) in (None, model.get(key))
        assert len(kept) <= (100 if policy == "NONE" else 5)
        inside: Any = vars(kept)
        assert len(inside["_records"]) == len(inside["_by_plain_key"]) == len(kept)
        assert sum(map(len, inside["_by_partition"].values())) == len(kept)
        assert [record.index for record in inside["_all"]] == list(range(len(kept)))
    kept.invalidate_all()
    assert kept.stats(0).owned_entry_memory_cost == 0
