"""Transactions and their structures, as Twisted users see them."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.transaction as transactions
import hzproto.structures.transactional.collections as transactional_collections
import hzproto.structures.transactional.map as transactional_maps
import hzproto.structures.transactional.multi_map as transactional_multi_maps
import hzproto.structures.transactional.queue as transactional_queues
from hzproto.surface import Tx
from hzproto_twisted.between import Transacted

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class TransactionalList(transactional_collections.TransactionalList[Tx, T]): ...


class TransactionalMap(transactional_maps.TransactionalMap[Tx, K, V]): ...


class TransactionalMultiMap(transactional_multi_maps.TransactionalMultiMap[Tx, K, V]): ...


class TransactionalQueue(transactional_queues.TransactionalQueue[Tx, T]): ...


class TransactionalSet(transactional_collections.TransactionalSet[Tx, T]): ...


class Transaction(transactions.Transaction[Tx], transactions.InAsyncBlock, Transacted):
    get_list = transactions.part(TransactionalList[Any])
    get_map = transactions.part(TransactionalMap[Any, Any])
    get_multi_map = transactions.part(TransactionalMultiMap[Any, Any])
    get_queue = transactions.part(TransactionalQueue[Any])
    get_set = transactions.part(TransactionalSet[Any])
