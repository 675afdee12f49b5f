"""The structures as Twisted users see them: each method returns a Deferred."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.list as lists
import hzproto.structures.map as maps
import hzproto.structures.multi_map as multi_maps
import hzproto.structures.queue as queues
import hzproto.structures.replicated_map as replicated_maps
import hzproto.structures.ringbuffer as ringbuffers
import hzproto.structures.set as sets
import hzproto.structures.topic as topics
from hzproto.structures.client import ClientFacade, structure_getter
from hzproto.surface import Blocking, Tx

__all__ = [
    "FencedLock",
    "List",
    "Map",
    "MultiMap",
    "Queue",
    "ReplicatedMap",
    "Ringbuffer",
    "Set",
    "Topic",
]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Map(maps.Map[Tx, K, V]): ...


class MultiMap(multi_maps.MultiMap[Tx, K, V]): ...


class ReplicatedMap(replicated_maps.ReplicatedMap[Tx, K, V]): ...


class Queue(queues.Queue[Tx, T]): ...


class List(lists.List[Tx, T]): ...


class Ringbuffer(ringbuffers.Ringbuffer[Tx, T]): ...


class Set(sets.Set[Tx, T]): ...


class Topic(topics.Topic[Tx, T]): ...


class FencedLock(fenced_lock.FencedLock[Tx]): ...


class CPSubsystem(cp.CPSubsystem[Blocking]):
    get_lock = cp.cp_getter(FencedLock)


class TxClient(ClientFacade[Blocking, CPSubsystem]):
    """The getters of a client, which need no I/O."""

    get_list = structure_getter(List[Any])
    get_map = structure_getter(Map[Any, Any])
    get_multi_map = structure_getter(MultiMap[Any, Any])
    get_queue = structure_getter(Queue[Any])
    get_replicated_map = structure_getter(ReplicatedMap[Any, Any])
    get_ringbuffer = structure_getter(Ringbuffer[Any])
    get_set = structure_getter(Set[Any])
    get_topic = structure_getter(Topic[Any])
