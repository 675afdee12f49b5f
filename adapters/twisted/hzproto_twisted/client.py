"""The client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, Unpack

from twisted.internet.defer import Deferred

from hzproto.config import Config
from hzproto_twisted.driver import Driver
from hzproto_twisted.structures.client import TxClient

if TYPE_CHECKING:
    from hzproto.keywords import ConfigKeywords


class HazelcastClient(TxClient):
    """A client of one cluster in one reactor, to be used in the reactor's thread only.

    Make one that is connected with `create_and_start`, or make one and `start` it. Getters such as `get_map` return
    structures at once, without I/O: the first operation on a structure creates it in the cluster and carries the error
    if that fails. The methods of structures return Deferreds. Cancelling one cancels the operation.

    Listeners are called in the reactor's thread, those of one registration one event after the other: when a listener
    returns a Deferred or a coroutine, its next event waits for that. What it raises is logged.

    Twisted knows no current task that could own a lock: each acquisition without `owner` has a new owner and is not
    reentrant; see `with_owner` for those who want to decide.

    The client closes when the reactor stops, if `shutdown` has not been called before. Operations that this ends fail
    with HazelcastClientNotActiveError; a Deferred of theirs that nobody has looked at is dropped silently, while any
    other unhandled error is logged as usual.

    Args:
        config: The configuration; or give its options as keywords.
        reactor: The reactor to run in; None: the global one, which is installed if there is none.
    """

    def __init__(self, config: Config | None = None, *, reactor: Any = None, **options: Unpack[ConfigKeywords]) -> None:
        resolved = Config.resolve(config, options)
        if reactor is None:
            from twisted.internet import reactor
        self._driver = Driver(resolved, reactor)
        super().__init__(self._driver, self._driver.call_blocking)

    @classmethod
    def create_and_start(
        cls, config: Config | None = None, *, reactor: Any = None, **options: Unpack[ConfigKeywords]
    ) -> Deferred[Self]:
        """Make a client and start it; the parameters are those of the class, the Deferred is that of `start`."""
        return cls(config, reactor=reactor, **options).start()

    def start(self) -> Deferred[Self]:
        """Connect to the cluster. The Deferred fires with this client when it may be used.

        It fails, and the client is closed, when the client could not connect or the Deferred is cancelled. A client
        starts once: RuntimeError is raised when it has been started before, and outside the reactor's thread.
        """
        return Deferred.fromCoroutine(self._connected(self._driver.start()))

    async def _connected(self, connecting: Deferred[None]) -> Self:
        try:
            await connecting
        except Exception:
            await self.shutdown()
            raise
        return self

    def shutdown(self) -> Deferred[None]:
        """Close the client. The Deferred fires when its sockets are closed; may be called again.

        Operations that have not ended fail with HazelcastClientNotActiveError. Raises RuntimeError outside the
        reactor's thread.
        """
        return self._driver.close()
