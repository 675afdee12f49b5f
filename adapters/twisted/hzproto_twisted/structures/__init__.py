"""The structures as Twisted users see them: each method returns a Deferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hzproto_twisted.structures.collections import List, Queue, Set
    from hzproto_twisted.structures.counters import CardinalityEstimator, FlakeIdGenerator, PNCounter
    from hzproto_twisted.structures.cp import (
        AtomicLong,
        AtomicReference,
        CountDownLatch,
        CPMap,
        CPSubsystem,
        FencedLock,
        Semaphore,
    )
    from hzproto_twisted.structures.executors import DurableExecutor, Executor, ScheduledExecutor
    from hzproto_twisted.structures.maps import Map, MultiMap, ReplicatedMap
    from hzproto_twisted.structures.sql import SqlService
    from hzproto_twisted.structures.topics import ReliableTopic, Ringbuffer, Topic
    from hzproto_twisted.structures.transactions import (
        Transaction,
        TransactionalList,
        TransactionalMap,
        TransactionalMultiMap,
        TransactionalQueue,
        TransactionalSet,
    )
else:
    from hzproto.later import loaded_later
    from hzproto.structures import modules_of

    __getattr__, __dir__ = loaded_later(__name__, modules_of(__name__))

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
