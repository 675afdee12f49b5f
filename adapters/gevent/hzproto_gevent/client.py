"""The client and the structures as gevent users see them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, Unpack

from hzproto.cluster.client import Client
from hzproto.config import Config
from hzproto.structures import fenced_lock
from hzproto.structures import map as maps
from hzproto.structures.client import ClientFacade
from hzproto.surface import Blocking, Futures
from hzproto_gevent.runtime import Runtime

if TYPE_CHECKING:
    from types import TracebackType

    from hzproto.config import ConfigKeywords

K = TypeVar("K")
V = TypeVar("V")


class Map(maps.Map[Futures, K, V]):
    """A distributed map whose methods return futures."""


class BlockingMap(maps.Map[Blocking, K, V]):
    """A distributed map whose methods wait and return the values themselves."""


class FencedLock(fenced_lock.FencedLock[Futures]):
    """A lock of the CP Subsystem whose methods return futures."""


class BlockingFencedLock(fenced_lock.FencedLock[Blocking]):
    """A lock of the CP Subsystem whose methods wait and return the values themselves."""


_CLASSES: Final[dict[type[Any], type[Any]]] = {maps.Map: Map, fenced_lock.FencedLock: FencedLock}
_BLOCKING_CLASSES: Final[dict[type[Any], type[Any]]] = {
    maps.Map: BlockingMap,
    fenced_lock.FencedLock: BlockingFencedLock,
}


class HazelcastClient(ClientFacade[Blocking, Futures]):
    """A client of one Hazelcast cluster, for the greenlets of one thread.

    Takes a `Config` or its options as keywords. The constructor connects to the cluster, which may block; with
    `async_start` it returns at once. A greenlet that waits for the cluster lets the others run, with or without
    monkey-patching. An exception in a waiting greenlet (a `gevent.Timeout`, a kill, Ctrl-C) cancels what it waited for,
    and the client goes on.

    The client keeps the event loop of its thread alive until `shutdown`; a program that ends without it ends at once.
    From other threads its methods raise RuntimeError, in the child of a fork HazelcastClientNotActiveError.
    """

    def __init__(self, config: Config | None = None, **options: Unpack[ConfigKeywords]) -> None:
        runtime = Runtime(Client(Config.resolve(config, options), rng=Random()), _CLASSES, _BLOCKING_CLASSES)
        super().__init__(runtime, runtime.call_blocking)
        self._life = runtime
        try:
            runtime.start()
        except BaseException:
            runtime.shut_down()
            raise

    def shutdown(self) -> None:
        """Close the client; every operation that is under way ends with HazelcastClientNotActiveError.

        Waits until everything is closed, some seconds at most. May be called again.
        """
        self._life.shut_down()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.shutdown()
