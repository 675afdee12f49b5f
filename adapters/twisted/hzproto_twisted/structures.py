"""The structures as Twisted users see them: each method returns a Deferred."""

from __future__ import annotations

from typing import Any, TypeVar

import hzproto.structures.cp_subsystem as cp
import hzproto.structures.fenced_lock as fenced_lock
import hzproto.structures.map as maps
import hzproto.structures.queue as queues
from hzproto.structures.client import ClientFacade, structure_getter
from hzproto.surface import Blocking, Tx

__all__ = ["FencedLock", "Map", "Queue"]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Map(maps.Map[Tx, K, V]): ...


class Queue(queues.Queue[Tx, T]): ...


class FencedLock(fenced_lock.FencedLock[Tx]): ...


class CPSubsystem(cp.CPSubsystem[Blocking]):
    get_lock = cp.cp_getter(FencedLock)


class TxClient(ClientFacade[Blocking, CPSubsystem]):
    """The getters of a client, which need no I/O."""

    get_map = structure_getter(Map[Any, Any])
    get_queue = structure_getter(Queue[Any])
