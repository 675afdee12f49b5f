"""The structures of the adapters whose methods return futures, or values on blocking views: threads, gevent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hzproto.config import Config, ReconnectMode
    from hzproto.errors import (
        ClientOfflineError,
        HazelcastClientNotActiveError,
        HazelcastError,
        OperationCancelledError,
        OperationTimeoutError,
    )
    from hzproto.future import Future, combine_futures
    from hzproto.structures.futures.collections import BlockingList, BlockingQueue, BlockingSet, List, Queue, Set
    from hzproto.structures.futures.counters import (
        BlockingCardinalityEstimator,
        BlockingFlakeIdGenerator,
        BlockingPNCounter,
        CardinalityEstimator,
        FlakeIdGenerator,
        PNCounter,
    )
    from hzproto.structures.futures.cp import (
        AtomicLong,
        AtomicReference,
        BlockingAtomicLong,
        BlockingAtomicReference,
        BlockingCountDownLatch,
        BlockingCPMap,
        BlockingFencedLock,
        BlockingSemaphore,
        CountDownLatch,
        CPMap,
        CPSubsystem,
        FencedLock,
        Semaphore,
    )
    from hzproto.structures.futures.executors import (
        BlockingDurableExecutor,
        BlockingExecutor,
        BlockingScheduledExecutor,
        DurableExecutor,
        Executor,
        ScheduledExecutor,
    )
    from hzproto.structures.futures.maps import (
        BlockingMap,
        BlockingMultiMap,
        BlockingReplicatedMap,
        Map,
        MultiMap,
        ReplicatedMap,
    )
    from hzproto.structures.futures.sql import BlockingSqlService, SqlService
    from hzproto.structures.futures.topics import (
        BlockingReliableTopic,
        BlockingRingbuffer,
        BlockingTopic,
        ReliableTopic,
        Ringbuffer,
        Topic,
    )
    from hzproto.structures.futures.transactions import (
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
            **modules_of(__name__, blocking_views=True),
            "hzproto.config": ["Config", "ReconnectMode"],
            "hzproto.errors": [
                "ClientOfflineError",
                "HazelcastClientNotActiveError",
                "HazelcastError",
                "OperationCancelledError",
                "OperationTimeoutError",
            ],
            "hzproto.future": ["Future", "combine_futures"],
        },
    )

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
    "CPSubsystem",
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
