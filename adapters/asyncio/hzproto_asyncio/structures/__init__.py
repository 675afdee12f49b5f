"""The structures as asyncio users see them: each method returns a `Reply`, to be awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hzproto.structures.topic_reader import ReliableMessageListener
    from hzproto_asyncio.structures.collections import List, Queue, Set
    from hzproto_asyncio.structures.counters import CardinalityEstimator, FlakeIdGenerator, PNCounter
    from hzproto_asyncio.structures.cp import (
        AtomicLong,
        AtomicReference,
        CountDownLatch,
        CPMap,
        CPSubsystem,
        FencedLock,
        Semaphore,
    )
    from hzproto_asyncio.structures.executors import DurableExecutor, Executor, ScheduledExecutor
    from hzproto_asyncio.structures.maps import Map, MultiMap, ReplicatedMap
    from hzproto_asyncio.structures.sql import SqlService
    from hzproto_asyncio.structures.topics import ReliableTopic, Ringbuffer, Topic
    from hzproto_asyncio.structures.transactions import (
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

    __getattr__, __dir__ = loaded_later(
        __name__,
        {
            **modules_of(__name__),
            "hzproto.structures.topic_reader": ["ReliableMessageListener"],
        },
    )

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
