"""Tasks, on asyncio's own event loop and on uvloop's."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import uvloop

from hzproto_asyncio import HazelcastClient
from tests.contract.harness import Harness, Steps, adrive


class Asyncio(Harness):
    name = "asyncio"
    cancelled = asyncio.CancelledError
    new_loop = staticmethod(asyncio.new_event_loop)

    def run(self, steps: Steps) -> None:
        complaints: list[dict[str, Any]] = []

        async def main() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
            await asyncio.wait_for(adrive(steps), self.limit)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            gc.collect()  # futures tell of errors that nobody asked for when they are collected

        with asyncio.Runner(loop_factory=self.new_loop) as runner:
            runner.run(main())
        assert complaints == []

    def connect(self, options: dict[str, Any]) -> Any:
        return HazelcastClient.create_and_start(**options)

    def spawn(self, steps: Steps) -> Any:
        return asyncio.create_task(adrive(steps))

    def sleep(self, seconds: float) -> Any:
        return asyncio.sleep(seconds)

    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        return asyncio.wait_for(call(structure), seconds)

    async def in_block(self, structure: Any, body: Callable[[], Steps]) -> Any:
        async with structure:
            return await adrive(body())

    def listener(self, body: Callable[..., Steps]) -> Callable[..., Any]:
        async def listener(*event: Any) -> Any:
            return await adrive(body(*event))

        return listener


class Uvloop(Asyncio):
    name = "uvloop"
    new_loop = staticmethod(uvloop.new_event_loop)
