"""Transactions and their structures, as asyncio users see them."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.transaction as transactions
import hzproto.structures.transactional.collections as transactional_collections
import hzproto.structures.transactional.map as transactional_maps
import hzproto.structures.transactional.multi_map as transactional_multi_maps
import hzproto.structures.transactional.queue as transactional_queues
from hzproto.surface import Aio

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


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
