"""The client and the structures as programs with threads see them."""

from __future__ import annotations

import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Final, Self, Unpack

from hzproto.cluster.client import Client
from hzproto.config import Config
from hzproto.structures.futures.client import FuturesClient
from hzproto_sync.driver import Driver

if TYPE_CHECKING:
    from types import TracebackType

    from hzproto.keywords import ConfigKeywords


class _Identity(threading.local):
    """As whom the current thread owns locks; 0 until it is given an identity."""

    owner = 0


_identity: Final = _Identity()


class Runtime:
    """What the structures of a client need of threads."""

    lazy = False
    anonymous = False
    wall_clock = staticmethod(time.time)
    now = staticmethod(time.monotonic)

    def __init__(self, driver: Driver) -> None:
        self.core = driver.core
        self.call = driver.submit
        self.call_blocking = driver.run

    def caller(self) -> int:
        """As whom the current thread owns locks, 0 if it never has."""
        return _identity.owner

    def owner(self) -> int:
        """As whom the current thread owns locks from now on."""
        if not _identity.owner:
            _identity.owner = self.core.new_owner()
        return _identity.owner


class HazelcastClient(FuturesClient):
    """A client of one Hazelcast cluster, for any number of threads.

    Takes a `Config` or its options as keywords. The constructor connects to the cluster and waits for that; with
    `async_start` it returns at once. Raises what `Config` raises for wrong options, IllegalStateError when no member
    could be reached within `cluster_connect_timeout`, AuthenticationError when the cluster refuses the client.

    All threads may use the client at the same time. Listeners and callbacks of futures run on daemon threads of the
    client, one at a time, and may use it, too; one that runs for more than 20 ms while others wait keeps its thread,
    and another thread goes on with those.

    Ctrl-C in a call that waits cancels the operation, and the client goes on. A signal handler may use the client while
    the main thread waits in it; in the middle of a call of the main thread it gets RuntimeError. In the child of a fork
    every call raises HazelcastClientNotActiveError: make a client of its own there. A program that ends without
    `shutdown` ends at once.
    """

    def __init__(self, config: Config | None = None, **options: Unpack[ConfigKeywords]) -> None:
        from random import Random  # not cheap to import

        self._driver = Driver(Client(Config.resolve(config, options), rng=Random(), load=import_module))
        super().__init__(Runtime(self._driver), self._driver.run)
        try:
            self._driver.start()
        except BaseException:
            self._driver.close()
            raise

    def shutdown(self) -> None:
        """Close the client; every operation that has not ended ends with HazelcastClientNotActiveError.

        Waits until everything is closed, some seconds at most. May be called again, from any thread and from callbacks.
        """
        self._driver.shut_down()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
