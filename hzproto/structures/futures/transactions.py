"""Transactions and their structures, as users of threads and gevent see them."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.transaction as transactions
import hzproto.structures.transactional.collections as transactional_collections
import hzproto.structures.transactional.map as transactional_maps
import hzproto.structures.transactional.multi_map as transactional_multi_maps
import hzproto.structures.transactional.queue as transactional_queues
from hzproto.surface import Blocking

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


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
