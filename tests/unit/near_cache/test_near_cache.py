"""Near caches of a client: what they keep, and when they let go of it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

import pytest

from hzproto.errors import InvalidConfigurationError, OperationCancelledError, OperationTimeoutError
from hzproto.ops import Op
from hzproto.testing import Cluster
from tests.unit.conftest import Connect
from tests.unit.network import Network

EXACT = {"m": {"max_tolerated_miss_count": 0}}
KEEPING = {"m": {"local_update_policy": "CACHE_ON_UPDATE", "max_tolerated_miss_count": 0}}
SOMEBODY = UUID(int=77)


Change: TypeAlias = Callable[[Any], Any]


class Pair:
    """A client with a near cache, and a client that changes things behind its back."""

    def __init__(self, connect: Connect, near_caches: Any = EXACT, **options: Any) -> None:
        self.cluster = Cluster(partition_count=11, rng=Random(0))
        self.network = connect(self.cluster, near_caches=near_caches, **options)
        self.other = connect(self.cluster, seed=2)
        self.map: Any = self.network.map()
        self.others: Any = self.other.map()

    def write(self, key: Any, value: Any) -> None:
        """Have the other client write; what follows from that reaches the first one."""
        self.other.now = self.network.now
        self.others.set(key, value).result()
        self.network.run()

    def requests(self) -> int:
        return self.network.client.counters.requests

    def is_kept(self, key: Any) -> bool:
        """Whether a read of the key needs no member."""
        before = self.requests()
        self.map.get(key).result()
        return self.requests() == before


@pytest.fixture
def pair(connect: Connect) -> Pair:
    return Pair(connect)


# Reads


def test_a_value_is_read_once(pair: Pair) -> None:
    pair.write(1, "one")
    assert pair.map.get(1).result() == "one"
    before = pair.requests()
    assert [pair.map.get(1).result() for _ in range(3)] == ["one"] * 3
    assert pair.map.contains_key(1).result() is True
    assert pair.map.get_all([1]).result() == {1: "one"}
    assert pair.requests() == before
    stats = pair.map.near_cache_stats
    assert (stats.hits, stats.misses, stats.owned_entry_count) == (5, 1, 1)
    assert pair.network.client.metrics().near_caches == {"m": stats}


def test_keys_without_a_value_are_not_kept(pair: Pair) -> None:
    assert pair.map.get(1).result() is None
    assert not pair.is_kept(1)
    assert pair.map.contains_key(1).result() is False


def test_values_are_kept_of_what_is_read_together(pair: Pair) -> None:
    for key in range(20):
        pair.write(key, key)
    assert pair.map.get_all([1, 2]).result() == {1: 1, 2: 2}
    assert pair.map.get_all(range(30)).result() == {key: key for key in range(20)}
    assert all(pair.is_kept(key) for key in range(20))
    assert not pair.is_kept(25)


def test_maps_without_a_near_cache(pair: Pair) -> None:
    assert pair.others.near_cache_stats is None
    assert pair.network.map("another").near_cache_stats is None
    assert pair.other.client.metrics().near_caches == {}


def test_views_of_a_map_share_its_near_cache(pair: Pair) -> None:
    pair.write(1, 1)
    pair.map.get(1).result()
    before = pair.requests()
    assert pair.network.map().with_timeout(5).get(1).result() == 1
    assert pair.map.blocking().get(1) == 1
    assert pair.requests() == before


# Invalidations


def test_a_change_by_another_client_is_seen(pair: Pair) -> None:
    pair.write(1, "old")
    assert pair.map.get(1).result() == "old"
    pair.write(1, "new")
    assert pair.map.get(1).result() == "new"
    pair.others.remove(1).result()
    pair.network.run()
    assert pair.map.get(1).result() is None


def test_everything_is_dropped_when_a_map_is_cleared(pair: Pair) -> None:
    for key in range(20):
        pair.write(key, key)
    pair.map.get_all(range(20)).result()
    pair.others.clear().result()
    pair.network.run()
    assert pair.map.get_all(range(20)).result() == {}
    pair.write(1, "new")
    pair.map.get(1).result()
    pair.network.advance(1)
    pair.map.get(1).result()
    assert pair.is_kept(1)


def test_what_is_read_is_not_kept_when_it_changes_meanwhile(pair: Pair) -> None:
    pair.write(1, "old")
    pair.network.hold("Map.get")
    reading = pair.map.get(1)
    held = pair.network.take("Map.get")
    pair.network.scripts.clear()
    pair.write(1, "new")  # its invalidation overtakes the answer
    held.answer(response=pair.network.client.serialization.to_data("old"))
    assert reading.result() == "old"
    assert pair.map.get(1).result() == "new"


def test_a_batch_of_invalidations(pair: Pair) -> None:
    for key in range(20):
        pair.write(key, key)
    pair.map.get_all(range(20)).result()
    add = next(r for r in pair.network.sent("Map.addNearCacheInvalidationListener"))
    keys = [pair.network.client.serialization.to_data(key) for key in (3, 4)]
    states: Any = vars(pair.network.client.near_caches.of("hz:impl:mapService", "m", 0))["_partitions"]
    known = [states[pair.network.client.partition_of(key)] for key in keys]
    add.event(
        "IMapBatchInvalidation",
        keys=keys,
        sourceUuids=[SOMEBODY, SOMEBODY],
        partitionUuids=[partition.uuid for partition in known],
        sequences=[partition.sequence + 1 for partition in known],
    )
    assert [key for key in range(20) if not pair.is_kept(key)] == [3, 4]


LOCAL_CHANGES: dict[str, Change] = {
    "put": lambda m: m.put(1, "new"),
    "put with ttl": lambda m: m.put(1, "new", ttl=100),
    "set": lambda m: m.set(1, "new"),
    "put_transient": lambda m: m.put_transient(1, "new"),
    "replace": lambda m: m.replace(1, "new"),
    "replace_if_same": lambda m: m.replace_if_same(1, "old", "new"),
    "try_put": lambda m: m.try_put(1, "new"),
    "put_all": lambda m: m.put_all({1: "new", 2: "new"}),
}
LOCAL_REMOVALS: dict[str, Change] = {
    "remove": lambda m: m.remove(1),
    "delete": lambda m: m.delete(1),
    "remove_if_same": lambda m: m.remove_if_same(1, "old"),
    "try_remove": lambda m: m.try_remove(1),
    "evict": lambda m: m.evict(1),
    "evict_all": lambda m: m.evict_all(),
    "clear": lambda m: m.clear(),
}


@pytest.mark.parametrize("change", LOCAL_CHANGES)
@pytest.mark.parametrize("near_caches", [EXACT, KEEPING], ids=["INVALIDATE", "CACHE_ON_UPDATE"])
def test_own_changes_are_seen_though_no_member_tells(connect: Connect, near_caches: Any, change: str) -> None:
    pair = Pair(connect, near_caches)
    pair.write(1, "old")
    assert pair.map.get(1).result() == "old"
    pair.cluster.faults.drop_events = True
    LOCAL_CHANGES[change](pair.map).result()
    assert pair.map.get(1).result() == "new"


@pytest.mark.parametrize("change", LOCAL_REMOVALS)
def test_own_removals_are_seen_though_no_member_tells(pair: Pair, change: str) -> None:
    pair.write(1, "old")
    assert pair.map.get(1).result() == "old"
    pair.cluster.faults.drop_events = True
    LOCAL_REMOVALS[change](pair.map).result()
    assert pair.map.get(1).result() is None


UNCERTAIN_CHANGES: list[tuple[Change, str, set[int]]] = [
    (lambda m: m.execute_on_key(1, "p"), "executeOnKey", {1}),
    (lambda m: m.submit_to_key(1, "p"), "submitToKey", {1}),
    (lambda m: m.execute_on_keys([1], "p"), "executeOnKeys", {1}),
    (lambda m: m.execute_on_entries("p"), "executeOnAllKeys", {1, 2}),
    (lambda m: m.replace_all("f"), "replaceAll", {1, 2}),
    (lambda m: m.load_all(), "loadAll", {1, 2}),
    (lambda m: m.load_all([1]), "loadGivenKeys", {1, 2}),
    (lambda m: m.set_ttl(1, 5), "setTtl", {1}),
]


@pytest.mark.parametrize(("change", "message", "dropped"), UNCERTAIN_CHANGES)
def test_changes_whose_outcome_is_not_known_drop_what_they_may_have_changed(
    pair: Pair, change: Any, message: str, dropped: set[int]
) -> None:
    pair.write(1, 1)
    pair.write(2, 2)
    pair.map.get_all([1, 2]).result()
    pair.network.refuse(f"Map.{message}", 0)
    assert change(pair.map).error is not None
    pair.network.scripts.clear()
    assert {key for key in (1, 2) if not pair.is_kept(key)} == dropped


def test_a_write_that_is_given_up_drops_the_entry(pair: Pair) -> None:
    pair.write(1, "old")
    pair.map.get(1).result()
    pair.network.hold("Map.set")
    writing = pair.map.set(1, "new")
    assert pair.map.get(1).result() == "old"
    pair.network.cancel(writing)
    with pytest.raises(OperationCancelledError):
        writing.result()
    assert not pair.is_kept(1)
    pair.map.with_timeout(1).set(1, "new")
    pair.network.advance(2)
    assert isinstance(pair.network.submitted[-1].error, OperationTimeoutError)
    assert not pair.is_kept(1)
    pair.network.take("Map.set").pass_on()  # late, and the member tells of it
    assert pair.map.get(1).result() == "new"


# Updates that are kept


@pytest.fixture
def keeping(connect: Connect) -> Pair:
    return Pair(connect, KEEPING)


@pytest.mark.parametrize("change", sorted(set(LOCAL_CHANGES) - {"put with ttl"}))
def test_what_was_written_is_kept(keeping: Pair, change: str) -> None:
    keeping.write(1, "old")
    LOCAL_CHANGES[change](keeping.map).result()
    assert keeping.is_kept(1)
    assert keeping.map.get(1).result() == "new"
    keeping.write(1, "another")
    assert keeping.map.get(1).result() == "another"


UNKEPT_CHANGES: list[Change] = [
    lambda m: m.put_if_absent(1, "new"),
    lambda m: m.replace_if_same(1, "?", "new"),
    lambda m: m.replace(2, "new"),
    lambda m: m.put(1, "old", ttl=9),
]


@pytest.mark.parametrize("change", UNKEPT_CHANGES)
def test_what_was_not_written_or_will_end_is_not_kept(keeping: Pair, change: Any) -> None:
    keeping.write(1, "old")
    change(keeping.map).result()
    assert not keeping.is_kept(2)
    assert not keeping.is_kept(1)
    assert keeping.map.get(1).result() == "old"


def test_writes_side_by_side_are_not_kept(keeping: Pair) -> None:
    keeping.network.hold("Map.set")
    first, second = keeping.map.set(1, "first"), keeping.map.set(1, "second")
    held = [keeping.network.take("Map.set") for _ in range(2)]
    keeping.network.scripts.clear()
    held[1].pass_on()
    held[0].pass_on()
    first.result()
    second.result()
    assert keeping.map.get(1).result() == "first"


def test_a_change_by_another_during_a_write_wins(keeping: Pair) -> None:
    keeping.network.hold("Map.set")
    writing = keeping.map.set(1, "own")
    held = keeping.network.take("Map.set")
    keeping.network.scripts.clear()
    keeping.cluster.faults.delay = lambda out: 5.0 if out.kind == "answer" and out.method == "Map.set" else 0.0
    held.pass_on()
    begun = keeping.others.set(1, "another's")
    keeping.network.run()
    keeping.network.advance(6)
    keeping.other.advance(6)
    begun.result()
    writing.result()
    assert keeping.map.get(1).result() == "another's"


def test_a_late_write_of_ones_own_is_noticed(keeping: Pair) -> None:
    keeping.network.hold("Map.set")
    keeping.map.with_timeout(1).set(1, "late")
    keeping.network.advance(2)
    held = keeping.network.take("Map.set")
    keeping.network.scripts.clear()
    keeping.map.set(1, "kept").result()
    assert keeping.is_kept(1)
    held.pass_on()
    assert keeping.map.get(1).result() == "late"


# Lost invalidations


def test_a_lost_invalidation_is_noticed_with_the_next_one(pair: Pair) -> None:
    client = pair.network.client
    first = 1
    partition = client.partition_of(client.serialization.to_data(first))
    same = next(k for k in range(2, 100) if client.partition_of(client.serialization.to_data(k)) == partition)
    pair.write(first, "old")
    pair.map.get(first).result()
    pair.cluster.faults.drop_events = True
    pair.write(first, "new")
    pair.cluster.faults.drop_events = False
    assert pair.map.get(first).result() == "old"
    pair.write(same, 1)
    assert pair.map.get(first).result() == "new"


@pytest.mark.parametrize("interval", [2.0, 60.0])
def test_a_lost_invalidation_is_noticed_within_the_interval(connect: Connect, interval: float) -> None:
    pair = Pair(connect, {"m": {"max_tolerated_miss_count": 0, "reconciliation_interval": interval}})
    for offset in range(8):
        pair.network.advance(interval / 8)
        pair.write(offset, "old")
        pair.map.get(offset).result()
        pair.cluster.faults.drop_events = True
        pair.write(offset, "new")
        pair.cluster.faults.drop_events = False
        pair.network.advance(interval)
        assert pair.map.get(offset).result() == "new"


def test_tolerated_losses_do_no_harm_to_others(connect: Connect) -> None:
    pair = Pair(connect, {"m": {"max_tolerated_miss_count": 3, "reconciliation_interval": 10}})
    pair.write(1, "old")
    pair.map.get(1).result()
    pair.cluster.faults.drop_events = True
    for _ in range(3):
        pair.write(1, "new")
    pair.network.advance(20)
    assert pair.map.get(1).result() == "old"
    pair.write(1, "new")
    pair.network.advance(10)
    assert pair.map.get(1).result() == "new"


def test_entries_are_not_used_while_their_owner_is_not_heard(pair: Pair) -> None:
    pair.write(1, "one")
    pair.map.get(1).result()
    pair.network.hold("Map.fetchNearCacheInvalidationMetadata")
    pair.network.advance(61)
    assert not pair.is_kept(1)
    held = [pair.network.held.popleft() for _ in range(3)]
    pair.network.scripts.clear()
    for request in held:
        request.pass_on()
    pair.network.advance(56)
    assert pair.map.get(1).result() == "one"
    assert pair.is_kept(1)


def test_without_reconciliation_nobody_is_asked(connect: Connect) -> None:
    pair = Pair(connect, {"m": {"reconciliation_interval": 0}})
    asked = len(pair.network.sent("Map.fetchNearCacheInvalidationMetadata"))
    assert asked == 3  # to begin with
    pair.write(1, 1)
    pair.map.get(1).result()
    pair.network.advance(1000)
    assert pair.is_kept(1)
    assert len(pair.network.sent("Map.fetchNearCacheInvalidationMetadata")) == asked


# Members and connections


def test_entries_of_a_lost_connection_are_dropped(pair: Pair) -> None:
    for key in range(50):
        pair.write(key, "old")
    pair.map.get_all(range(50)).result()
    victim = pair.cluster.members[1]
    lost = {
        key for key in range(50) if pair.cluster.owner(pair.network.client.partition_of(_data(pair, key))) is victim
    }
    pair.network.cut(pair.network.connection_to(victim))
    assert {key for key in range(50) if not _is_in(pair, key)} == lost
    pair.network.advance(5)
    pair.map.get_all(range(50)).result()
    assert all(pair.is_kept(key) for key in range(50))


def _data(pair: Pair, key: int) -> bytes:
    return pair.network.client.serialization.to_data(key)


def _is_in(pair: Pair, key: int) -> bool:
    near: Any = pair.network.client.near_caches.of("hz:impl:mapService", "m", 0)
    return _data(pair, key) in near.cached_keys()


@pytest.mark.parametrize("smart", [True, False])
def test_entries_of_a_killed_member_are_read_again(connect: Connect, smart: bool) -> None:
    pair = Pair(connect, smart_routing=smart)
    for key in range(50):
        pair.write(key, "old")
    pair.map.get_all(range(50)).result()
    pair.cluster.faults.drop_events = lambda out: out.method == "Map.addNearCacheInvalidationListener"
    pair.other.kill(pair.cluster.members[1])
    pair.network.run()
    for key in range(50):
        pair.write(key, "new")
    pair.cluster.faults.drop_events = False
    pair.network.advance(61)
    pair.other.advance(61)
    assert set(pair.map.get_all(range(50)).result().values()) == {"new"}
    pair.network.advance(1)
    pair.map.get_all(range(50)).result()
    assert all(pair.is_kept(key) for key in range(50))


def test_partitions_that_move_begin_anew(pair: Pair) -> None:
    for key in range(50):
        pair.write(key, "old")
    pair.map.get_all(range(50)).result()
    pair.cluster.migrate(pair.network.now)
    pair.network.run()
    assert pair.map.near_cache_stats.owned_entry_count == 0
    pair.network.advance(1)
    pair.map.get_all(range(50)).result()
    assert all(pair.is_kept(key) for key in range(50))
    pair.write(7, "new")
    assert pair.map.get(7).result() == "new"


def test_another_cluster_at_the_same_addresses(pair: Pair) -> None:
    pair.write(1, "old")
    pair.map.get(1).result()
    for member in list(pair.cluster.members):
        pair.cluster.kill(member, pair.network.now)
    for member in list(pair.cluster.members):
        pair.cluster.restart(member, pair.network.now)
    pair.other.run()
    pair.network.run()
    pair.network.advance(10)
    assert pair.map.get(1).result() is None


# The structure's life


@pytest.mark.parametrize("kind", ["map", "replicated_map"])
def test_a_structure_that_others_destroy_is_watched_again(connect: Connect, kind: str) -> None:
    network = connect(Cluster(partition_count=11, rng=Random(0)), near_caches={"s": {}})
    other = connect(network.cluster, seed=2)
    own, others = network.structure(kind), other.structure(kind)
    others.put(1, "old").result()
    network.run()
    own.get(1).result()
    others.destroy().result()
    network.run()
    other.structure(kind).put(1, "new").result()
    network.run()
    assert own.get(1).result() == "new"
    network.advance(1)
    assert own.get(1).result() == "new"
    others.put(1, "newer").result()
    network.run()
    assert own.get(1).result() == "newer"


def test_a_map_that_is_destroyed_here_is_watched_again_when_it_is_used(pair: Pair) -> None:
    pair.write(1, "old")
    pair.map.get(1).result()
    pair.map.destroy().result()
    assert pair.map.get(1).result() is None
    pair.write(1, "new")
    pair.map.get(1).result()
    pair.network.advance(1)
    pair.map.get(1).result()
    assert pair.is_kept(1)
    pair.write(1, "newer")
    assert pair.map.get(1).result() == "newer"


def test_a_listener_that_cannot_be_registered_makes_the_getter_fail(connect: Connect) -> None:
    network = connect(near_caches=EXACT)
    network.refuse("Map.addNearCacheInvalidationListener", 0)
    got: Op[Any] = network.facade.get_map("m")
    assert got.error is not None
    network.scripts.clear()
    network.map().get(1).result()


def test_after_the_end_nothing_is_kept(pair: Pair) -> None:
    pair.write(1, 1)
    pair.map.get(1).result()
    pair.network.shut_down()
    assert pair.map.get(1).error is not None
    assert pair.map.near_cache_stats.owned_entry_count == 0


def test_names_by_patterns(connect: Connect) -> None:
    near_caches = {
        "a*": {"eviction_max_size": 1},
        "ab*": {"eviction_max_size": 2},
        "abc": {"eviction_max_size": 3},
        "*b": {},
        "x*": {},
    }
    network = connect(near_caches=near_caches)
    of = network.client.near_caches.of
    sizes = {
        name: near.config.eviction_max_size
        for name in ("a", "ab1", "abc", "abcd", "x")
        if (near := of("hz:impl:mapService", name, 0)) is not None
    }
    assert sizes == {"a": 1, "ab1": 2, "abc": 3, "abcd": 2, "x": 10_000}
    assert of("hz:impl:mapService", "y", 0) is None
    assert of("hz:impl:multiMapService", "a", 0) is None
    with pytest.raises(InvalidConfigurationError, match=r"'a\*' and '\*b' are equally good patterns for 'acb'"):
        network.facade.get_map("acb")


# Time


@pytest.mark.parametrize("invalidate", [True, False])
def test_entries_end(connect: Connect, invalidate: bool) -> None:
    pair = Pair(connect, {"m": {"time_to_live": 10, "invalidate_on_change": invalidate}})
    pair.write(1, "old")
    pair.map.get(1).result()
    pair.cluster.faults.drop_events = True
    pair.write(1, "new")
    pair.network.advance(9)
    assert pair.map.get(1).result() == "old"
    pair.network.advance(1)
    assert pair.map.get(1).result() == "new"
    pair.network.advance(20)
    stats = pair.map.near_cache_stats
    assert (stats.owned_entry_count, stats.expirations) == (0, 2)


def test_without_invalidation_no_member_is_asked_for_any(connect: Connect) -> None:
    pair = Pair(connect, {"m": {"invalidate_on_change": False}})
    pair.write(1, "old")
    pair.map.get(1).result()
    pair.write(1, "new")
    assert pair.map.get(1).result() == "old"
    pair.map.set(1, "own").result()
    assert pair.map.get(1).result() == "own"
    assert pair.network.sent("Map.addNearCacheInvalidationListener") == []
    assert pair.network.sent("Map.fetchNearCacheInvalidationMetadata") == []


# Replicated maps


def test_replicated_maps(connect: Connect) -> None:
    network = connect(Cluster(partition_count=11, rng=Random(0)), near_caches={"s": {}})
    other = connect(network.cluster, seed=2)
    own, others = network.structure("replicated_map"), other.structure("replicated_map")
    others.put_all(dict.fromkeys(range(20), "old")).result()
    network.run()
    assert [own.get(key).result() for key in range(20)] == ["old"] * 20
    before = network.client.counters.requests
    assert [own.get(key).result() for key in range(20)] == ["old"] * 20
    assert own.contains_key(1).result() is True
    assert network.client.counters.requests == before
    others.put(1, "new").result()
    others.remove(2).result()
    network.run()
    assert [own.get(key).result() for key in (1, 2, 3)] == ["new", None, "old"]
    own.put(3, "own").result()
    assert own.get(3).result() == "own"
    assert own.near_cache_stats.owned_entry_count == 19
    network.cut(network.connection_to(network.cluster.members[0]))
    assert own.near_cache_stats.owned_entry_count == 0
    network.advance(5)
    own.get(3).result()
    assert own.near_cache_stats.owned_entry_count == 1
    others.clear().result()
    network.run()
    assert own.near_cache_stats.owned_entry_count == 0


# Keys in files


def _preloading(network: Network, directory: Any) -> None:
    """Do what adapters do about files."""
    while network.looked_up:
        asked = network.looked_up.pop(0)
        network.client.looked_up(asked, asked.get(), network.now)
        network.run()


@pytest.mark.parametrize("kind", ["map", "replicated_map"])
def test_keys_are_stored_and_their_values_loaded_by_the_next_client(connect: Connect, tmp_path: Any, kind: str) -> None:
    near_caches = {"s": {"preloader_directory": str(tmp_path / "new"), "preloader_store_initial_delay": 30}}
    cluster = Cluster(partition_count=11, rng=Random(0))
    first = connect(cluster, near_caches=near_caches, load=import_module)
    structure = first.structure(kind)
    _preloading(first, tmp_path)
    for key in range(500):
        structure.put(key, key).result()
        structure.get(key).result()
    first.advance(31)
    _preloading(first, tmp_path)
    assert len(list((tmp_path / "new").iterdir())) == 1
    second = connect(cluster, seed=2, near_caches=near_caches, load=import_module)
    structure = second.structure(kind)
    _preloading(second, tmp_path)
    assert structure.near_cache_stats.owned_entry_count == 500
    assert [structure.get(key).result() for key in range(500)] == list(range(500))
    assert structure.near_cache_stats.misses == 0


def test_a_file_that_is_no_good_is_told_of(connect: Connect, tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "mapService-s.keys").write_bytes(b"something else")
    network = connect(near_caches={"s": {"preloader_directory": str(tmp_path)}}, load=import_module)
    network.structure("map")
    _preloading(network, tmp_path)
    assert "Loading the near cache of s failed" in caplog.text
