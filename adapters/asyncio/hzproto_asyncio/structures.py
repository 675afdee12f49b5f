"""The structures as asyncio users see them: each method returns a `Reply`, to be awaited."""

from __future__ import annotations

from typing import Any, TypeVar

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
from hzproto.structures.client import ClientFacade, structure_getter
from hzproto.structures.containers import AsyncItems, AsyncKeys, AsyncLockContexts, AsyncMapKeys
from hzproto.structures.contexts import AsyncLocked, AsyncPermitted
from hzproto.structures.topic_reader import ReliableMessageListener
from hzproto.surface import Aio

__all__ = [
    "AtomicLong",
    "AtomicReference",
    "CPMap",
    "CPSubsystem",
    "CardinalityEstimator",
    "CountDownLatch",
    "DurableExecutor",
    "Executor",
    "FencedLock",
    "FlakeIdGenerator",
    "List",
    "Map",
    "MultiMap",
    "PNCounter",
    "Queue",
    "ReliableMessageListener",
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
]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Map(maps.Map[Aio, K, V], AsyncMapKeys[K], AsyncLockContexts[K]): ...


class MultiMap(multi_maps.MultiMap[Aio, K, V], AsyncKeys[K], AsyncLockContexts[K]): ...


class ReplicatedMap(replicated_maps.ReplicatedMap[Aio, K, V], AsyncKeys[K]): ...


class Queue(queues.Queue[Aio, T], AsyncItems[T]): ...


class List(lists.List[Aio, T], AsyncItems[T]): ...


class ReliableTopic(reliable_topics.ReliableTopic[Aio, T]): ...


class Ringbuffer(ringbuffers.Ringbuffer[Aio, T]): ...


class Set(sets.Set[Aio, T], AsyncItems[T]): ...


class Topic(topics.Topic[Aio, T]): ...


class CardinalityEstimator(cardinality_estimators.CardinalityEstimator[Aio]): ...


class DurableExecutor(durable_executors.DurableExecutor[Aio]): ...


class Executor(executors.Executor[Aio]): ...


class FlakeIdGenerator(flake_id_generators.FlakeIdGenerator[Aio]): ...


class PNCounter(pn_counters.PNCounter[Aio]): ...


class ScheduledExecutor(scheduled_executors.ScheduledExecutor[Aio]): ...


class FencedLock(fenced_lock.FencedLock[Aio], AsyncLocked):
    is_locked_by_current_task = fenced_lock.FencedLock[Aio].is_locked_by_current_thread


class Semaphore(semaphore.Semaphore[Aio], AsyncPermitted): ...


class CountDownLatch(count_down_latch.CountDownLatch[Aio]): ...


class AtomicLong(atomic_long.AtomicLong[Aio]): ...


class AtomicReference(atomic_reference.AtomicReference[Aio, V]): ...


class CPMap(cp_map.CPMap[Aio, K, V]): ...


class CPSubsystem(cp.CPSubsystem[Aio]):
    get_atomic_long = cp.cp_getter(AtomicLong)
    get_atomic_reference = cp.cp_getter(AtomicReference[Any])
    get_count_down_latch = cp.cp_getter(CountDownLatch)
    get_lock = cp.cp_getter(FencedLock)
    get_map = cp.cp_getter(CPMap[Any, Any])
    get_semaphore = cp.cp_getter(Semaphore)


class TransactionalList(transactional_collections.TransactionalList[Aio, T]): ...


class TransactionalMap(transactional_maps.TransactionalMap[Aio, K, V]): ...


class TransactionalMultiMap(transactional_multi_maps.TransactionalMultiMap[Aio, K, V]): ...


class TransactionalQueue(transactional_queues.TransactionalQueue[Aio, T]): ...


class TransactionalSet(transactional_collections.TransactionalSet[Aio, T]): ...


class Transaction(transactions.Transaction[Aio], transactions.InAsyncBlock):
    get_list = transactions.awaitable_part(TransactionalList[Any])
    get_map = transactions.awaitable_part(TransactionalMap[Any, Any])
    get_multi_map = transactions.awaitable_part(TransactionalMultiMap[Any, Any])
    get_queue = transactions.awaitable_part(TransactionalQueue[Any])
    get_set = transactions.awaitable_part(TransactionalSet[Any])


class SqlService(sql.SqlService[Aio]): ...


class AioClient(ClientFacade[Aio, CPSubsystem]):
    """The getters of a client."""

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
