"""The client as gevent users see it."""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import TYPE_CHECKING, Self, Unpack

from hzproto.cluster.client import Client
from hzproto.config import Config
from hzproto.structures.futures.client import FuturesClient
from hzproto_gevent.runtime import Runtime

if TYPE_CHECKING:
    from types import TracebackType

    from hzproto.keywords import ConfigKeywords


class HazelcastClient(FuturesClient):
    """A client of one Hazelcast cluster, for the greenlets of one thread.

    Takes a `Config` or its options as keywords. The constructor connects to the cluster and waits for that; with
    `async_start` it returns at once. Raises what `Config` raises for wrong options, IllegalStateError when no member
    could be reached within `cluster_connect_timeout`, AuthenticationError when the cluster refuses the client.

    A greenlet that waits for the cluster lets the others run, with or without monkey-patching. An exception in it (a
    `gevent.Timeout`, a kill, Ctrl-C) cancels what it waited for, and the client goes on. What is sent between two turns
    of the event loop is sent together: a greenlet that begins several operations without waiting for them and then
    computes for long should `gevent.sleep(0)` before.

    Listeners and callbacks of futures run in greenlets of their own and may use the client. The client keeps the event
    loop alive until `shutdown`, but a program that ends without it ends at once. In other threads every call raises
    RuntimeError, in the child of a fork HazelcastClientNotActiveError: make a client of its own there.
    """

    def __init__(self, config: Config | None = None, **options: Unpack[ConfigKeywords]) -> None:
        runtime = Runtime(Client(Config.resolve(config, options), rng=Random(), load=import_module))
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
