"""The client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, Unpack

from hzproto.config import Config
from hzproto_asyncio.runtime import Runtime
from hzproto_asyncio.structures.client import AioClient

if TYPE_CHECKING:
    from types import TracebackType

    from hzproto.keywords import ConfigKeywords


class HazelcastClient(AioClient):
    """A client of a Hazelcast cluster for one asyncio event loop.

    ::

        async with HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
            m = await client.get_map("m")
            await m.put("key", "value")

    or ``client = await HazelcastClient.create_and_start(...)`` and later ``await client.shutdown()``. The constructor
    may be called anywhere; the client belongs to the event loop in which it is started, and use from another loop,
    thread or forked process is an error. A client that is open when ``asyncio.run`` ends is shut down then.

    Getters and methods return a `Reply`, which starts at once: ``replies = [m.get(key) for key in keys]`` has all of
    them under way. To await one is to wait for its answer.

    Listeners may be functions or coroutine functions. They run in tasks, those of one listener one after the other
    and in order; what they raise is logged.

    Locks belong to the task that calls the method which acquires them: ``create_task(lock.lock())`` is called by, and
    acquires for, the current task. All code outside tasks counts as one owner.
    """

    _runtime: Runtime

    def __init__(self, config: Config | None = None, **options: Unpack[ConfigKeywords]) -> None:
        """Make a client from a `Config` or from its options as keywords; it does nothing until it is started.

        Raises TypeError, ValueError or InvalidConfigurationError, naming the option.
        """
        super().__init__(Runtime(Config.resolve(config, options)))

    @classmethod
    async def create_and_start(cls, config: Config | None = None, **options: Unpack[ConfigKeywords]) -> Self:
        """Make a client and connect it to the cluster; see `start`."""
        client = cls(config, **options)
        await client.start()
        return client

    async def start(self) -> None:
        """Connect to the cluster (with ``async_start``: begin to), from the running event loop.

        Raises IllegalStateError when no member could be reached within ``cluster_connect_timeout``,
        AuthenticationError or ClientNotAllowedInClusterError when the cluster refuses this client, RuntimeError when
        the client was started before. A client whose start fails or is cancelled is shut down.
        """
        await self._runtime.start()

    async def shutdown(self) -> None:
        """Close the client, which no more can be used then; more calls do no harm.

        Unfinished operations end with HazelcastClientNotActiveError. When this returns, every socket is closed and
        every listener has returned; those that take longer than 5 seconds are cancelled.
        """
        await self._runtime.shut_down()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.shutdown()
