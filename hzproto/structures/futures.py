"""Client and structures of the adapters whose methods return futures, or values on blocking views: threads, gevent."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_args, get_origin

import hzproto.structures.atomic_long as atomic_long
import hzproto.structures.atomic_reference as atomic_reference
import hzproto.structures.cardinality_estimator as cardinality_estimators
import hzproto.structures.count_down_latch as count_down_latch
import hzproto.structures.cp_map as cp_map
import hzproto.structures.cp_subsystem as cp
import hzproto.structures.durable_executor as durable_executors
import hzproto.structures.executor as executors
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.flake_id_generator as flake_id_generators
import hzproto.structures.list as lists
import hzproto.structures.map as maps
import hzproto.structures.multi_map as multi_maps
import hzproto.structures.pn_counter as pn_counters
import hzproto.structures.queue as queues
import hzproto.structures.reliable_topic as reliable_topics
import hzproto.structures.replicated_map as replicated_maps
import hzproto.structures.ringbuffer as ringbuffers
import hzproto.structures.scheduled_executor as scheduled_executors
import hzproto.structures.semaphore as semaphore
import hzproto.structures.set as sets
import hzproto.structures.sql as sql
import hzproto.structures.topic as topics
import hzproto.structures.transaction as transactions
import hzproto.structures.transactional.collections as transactional_collections
import hzproto.structures.transactional.map as transactional_maps
import hzproto.structures.transactional.multi_map as transactional_multi_maps
import hzproto.structures.transactional.queue as transactional_queues
from hzproto.config import Config, ReconnectMode
from hzproto.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
    OperationCancelledError,
    OperationTimeoutError,
)
from hzproto.future import Future, combine_futures
from hzproto.structures.client import ClientFacade, structure_getter
from hzproto.structures.containers import Entries, Items, LockContexts, MapEntries, MutableEntries, Sized
from hzproto.structures.contexts import Locked, Permitted
from hzproto.surface import Blocking, Facade, Futures

# What those adapters export beside their own client.
__all__ = [
    "AtomicLong",
    "AtomicReference",
    "BlockingAtomicLong",
    "BlockingAtomicReference",
    "BlockingCPMap",
    "BlockingCardinalityEstimator",
    "BlockingCountDownLatch",
    "BlockingDurableExecutor",
    "BlockingExecutor",
    "BlockingFencedLock",
    "BlockingFlakeIdGenerator",
    "BlockingList",
    "BlockingMap",
    "BlockingMultiMap",
    "BlockingPNCounter",
    "BlockingQueue",
    "BlockingReliableTopic",
    "BlockingReplicatedMap",
    "BlockingRingbuffer",
    "BlockingScheduledExecutor",
    "BlockingSemaphore",
    "BlockingSet",
    "BlockingSqlService",
    "BlockingTopic",
    "CPMap",
    "CardinalityEstimator",
    "ClientOfflineError",
    "Config",
    "CountDownLatch",
    "DurableExecutor",
    "Executor",
    "FencedLock",
    "FlakeIdGenerator",
    "Future",
    "HazelcastClientNotActiveError",
    "HazelcastError",
    "List",
    "Map",
    "MultiMap",
    "OperationCancelledError",
    "OperationTimeoutError",
    "PNCounter",
    "Queue",
    "ReconnectMode",
    "ReliableTopic",
    "ReplicatedMap",
    "Ringbuffer",
    "ScheduledExecutor",
    "Semaphore",
    "Set",
    "SqlService",
    "Topic",
    "Transaction",
    "TransactionalList",
    "TransactionalMap",
    "TransactionalMultiMap",
    "TransactionalQueue",
    "TransactionalSet",
    "combine_futures",
]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
B = TypeVar("B")


class WithBlocking(Facade[Futures], Generic[B]):
    """Something that has a blocking view, of the class B."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in vars(cls)["__orig_bases__"]:
            if get_origin(base) is WithBlocking:
                view_class = get_args(base)[0]
                cls.blocking = _blocking(get_origin(view_class) or view_class)  # type: ignore[method-assign]

    def blocking(self) -> B:
        raise NotImplementedError


def _blocking(view_class: type[Any]) -> Any:
    def blocking(self: Any) -> Any:
        """Return a view of this object whose methods wait and return the values themselves."""
        return self._blocking_view(view_class)

    blocking.__annotations__ = {"return": view_class.__name__}
    return blocking


class BlockingMap(maps.Map[Blocking, K, V], MapEntries[K, V], LockContexts[K]): ...


class Map(maps.Map[Futures, K, V], WithBlocking[BlockingMap[K, V]]): ...


class BlockingMultiMap(multi_maps.MultiMap[Blocking, K, V], Entries[K, list[V]], LockContexts[K]): ...


class MultiMap(multi_maps.MultiMap[Futures, K, V], WithBlocking[BlockingMultiMap[K, V]]): ...


class BlockingReplicatedMap(replicated_maps.ReplicatedMap[Blocking, K, V], MutableEntries[K, V]): ...


class ReplicatedMap(replicated_maps.ReplicatedMap[Futures, K, V], WithBlocking[BlockingReplicatedMap[K, V]]): ...


class BlockingQueue(queues.Queue[Blocking, T], Items[T]): ...


class Queue(queues.Queue[Futures, T], WithBlocking[BlockingQueue[T]]): ...


class BlockingList(lists.List[Blocking, T], Items[T]): ...


class List(lists.List[Futures, T], WithBlocking[BlockingList[T]]): ...


class BlockingReliableTopic(reliable_topics.ReliableTopic[Blocking, T]): ...


class ReliableTopic(reliable_topics.ReliableTopic[Futures, T], WithBlocking[BlockingReliableTopic[T]]): ...


class BlockingRingbuffer(ringbuffers.Ringbuffer[Blocking, T], Sized): ...


class Ringbuffer(ringbuffers.Ringbuffer[Futures, T], WithBlocking[BlockingRingbuffer[T]]): ...


class BlockingSet(sets.Set[Blocking, T], Items[T]): ...


class Set(sets.Set[Futures, T], WithBlocking[BlockingSet[T]]): ...


class BlockingTopic(topics.Topic[Blocking, T]): ...


class Topic(topics.Topic[Futures, T], WithBlocking[BlockingTopic[T]]): ...


class BlockingCardinalityEstimator(cardinality_estimators.CardinalityEstimator[Blocking]): ...


class CardinalityEstimator(
    cardinality_estimators.CardinalityEstimator[Futures], WithBlocking[BlockingCardinalityEstimator]
): ...


class BlockingDurableExecutor(durable_executors.DurableExecutor[Blocking]): ...


class DurableExecutor(durable_executors.DurableExecutor[Futures], WithBlocking[BlockingDurableExecutor]): ...


class BlockingExecutor(executors.Executor[Blocking]): ...


class Executor(executors.Executor[Futures], WithBlocking[BlockingExecutor]): ...


class BlockingFlakeIdGenerator(flake_id_generators.FlakeIdGenerator[Blocking]): ...


class FlakeIdGenerator(flake_id_generators.FlakeIdGenerator[Futures], WithBlocking[BlockingFlakeIdGenerator]): ...


class BlockingPNCounter(pn_counters.PNCounter[Blocking]): ...


class PNCounter(pn_counters.PNCounter[Futures], WithBlocking[BlockingPNCounter]): ...


class BlockingScheduledExecutor(scheduled_executors.ScheduledExecutor[Blocking]): ...


class ScheduledExecutor(scheduled_executors.ScheduledExecutor[Futures], WithBlocking[BlockingScheduledExecutor]): ...


class BlockingFencedLock(fenced_lock.FencedLock[Blocking], Locked): ...


class FencedLock(fenced_lock.FencedLock[Futures], WithBlocking[BlockingFencedLock]): ...


class BlockingSemaphore(semaphore.Semaphore[Blocking], Permitted): ...


class Semaphore(semaphore.Semaphore[Futures], WithBlocking[BlockingSemaphore]): ...


class BlockingCountDownLatch(count_down_latch.CountDownLatch[Blocking]): ...


class CountDownLatch(count_down_latch.CountDownLatch[Futures], WithBlocking[BlockingCountDownLatch]): ...


class BlockingAtomicLong(atomic_long.AtomicLong[Blocking]): ...


class AtomicLong(atomic_long.AtomicLong[Futures], WithBlocking[BlockingAtomicLong]): ...


class BlockingAtomicReference(atomic_reference.AtomicReference[Blocking, V]): ...


class AtomicReference(atomic_reference.AtomicReference[Futures, V], WithBlocking[BlockingAtomicReference[V]]): ...


class BlockingCPMap(cp_map.CPMap[Blocking, K, V]): ...


class CPMap(cp_map.CPMap[Futures, K, V], WithBlocking[BlockingCPMap[K, V]]): ...


class CPSubsystem(cp.CPSubsystem[Blocking]):
    get_atomic_long = cp.cp_getter(AtomicLong)
    get_atomic_reference = cp.cp_getter(AtomicReference[Any])
    get_count_down_latch = cp.cp_getter(CountDownLatch)
    get_lock = cp.cp_getter(FencedLock)
    get_map = cp.cp_getter(CPMap[Any, Any])
    get_semaphore = cp.cp_getter(Semaphore)


class TransactionalList(transactional_collections.TransactionalList[Blocking, T]): ...


class TransactionalMap(transactional_maps.TransactionalMap[Blocking, K, V]): ...


class TransactionalMultiMap(transactional_multi_maps.TransactionalMultiMap[Blocking, K, V]): ...


class TransactionalQueue(transactional_queues.TransactionalQueue[Blocking, T]): ...


class TransactionalSet(transactional_collections.TransactionalSet[Blocking, T]): ...


class Transaction(transactions.Transaction[Blocking], transactions.InBlock):
    get_list = transactions.part(TransactionalList[Any])
    get_map = transactions.part(TransactionalMap[Any, Any])
    get_multi_map = transactions.part(TransactionalMultiMap[Any, Any])
    get_queue = transactions.part(TransactionalQueue[Any])
    get_set = transactions.part(TransactionalSet[Any])


class BlockingSqlService(sql.SqlService[Blocking]): ...


class SqlService(sql.SqlService[Futures], WithBlocking[BlockingSqlService]): ...


class FuturesClient(ClientFacade[Blocking, CPSubsystem]):
    """The getters of a client, which wait, and whose structures' methods return futures."""

    get_cardinality_estimator = structure_getter(CardinalityEstimator)
    get_durable_executor = structure_getter(DurableExecutor)
    get_executor = structure_getter(Executor)
    get_flake_id_generator = structure_getter(FlakeIdGenerator)
    get_list = structure_getter(List[Any])
    get_map = structure_getter(Map[Any, Any])
    get_multi_map = structure_getter(MultiMap[Any, Any])
    get_pn_counter = structure_getter(PNCounter)
    get_queue = structure_getter(Queue[Any])
    get_reliable_topic = structure_getter(ReliableTopic[Any])
    get_replicated_map = structure_getter(ReplicatedMap[Any, Any])
    get_ringbuffer = structure_getter(Ringbuffer[Any])
    get_scheduled_executor = structure_getter(ScheduledExecutor)
    get_set = structure_getter(Set[Any])
    get_topic = structure_getter(Topic[Any])
    new_transaction = transactions.maker(Transaction)

    @property
    def sql(self) -> SqlService:
        """Statements in SQL (members 4.2 and newer)."""
        return self._service(SqlService)
