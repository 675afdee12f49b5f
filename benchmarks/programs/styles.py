"""One scenario in every calling style: `play("threads", scenario, options)`.

A scenario is a generator that yields whatever calls of a client give and is sent what comes of them; it may also yield
a number of seconds to wait, as a float. Its value is what `play` prints as figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from inspect import isawaitable
from typing import Any, TypeAlias

from meter import client_of, print_figures

Open: TypeAlias = Callable[[], Any]
"""Makes a client."""
Scenario: TypeAlias = Generator[Any, Any, dict[str, float]]


def _wait_for(step: Any, sleep: Callable[[float], Any]) -> Any:
    if isinstance(step, float):
        return sleep(step)
    return step.result() if hasattr(step, "add_done_callback") else step


def _drive(scenario: Scenario, sleep: Callable[[float], Any]) -> None:
    outcome = None
    while True:
        try:
            step = scenario.send(outcome)
        except StopIteration as end:
            print_figures(**end.value)
            return
        outcome = _wait_for(step, sleep)


async def _drive_awaitables(scenario: Scenario, sleep: Callable[[float], Any]) -> None:
    outcome = None
    while True:
        try:
            step = scenario.send(outcome)
        except StopIteration as end:
            print_figures(**end.value)
            return
        if isinstance(step, float):
            step = sleep(step)
        outcome = (await step) if isawaitable(step) else step


def play(style: str, scenario: Callable[[Open], Scenario], options: dict[str, Any]) -> None:
    """Play *scenario* in a style: threads (with the official client where ours is not installed), gevent, …"""
    if style == "threads":
        client = client_of("hzproto_sync", "hazelcast")
        _drive(scenario(lambda: client(**options)), time.sleep)
    elif style == "gevent":
        import gevent

        from hzproto_gevent import HazelcastClient as GeventClient

        _drive(scenario(lambda: GeventClient(**options)), gevent.sleep)
    elif style == "asyncio":
        import asyncio

        from hzproto_asyncio import HazelcastClient as AsyncioClient

        asyncio.run(_drive_awaitables(scenario(lambda: AsyncioClient.create_and_start(**options)), asyncio.sleep))
    else:
        _play_twisted(scenario, options)


def _play_twisted(scenario: Callable[[Open], Scenario], options: dict[str, Any]) -> None:
    from twisted.internet.defer import Deferred
    from twisted.internet.task import deferLater, react

    from hzproto_twisted import HazelcastClient

    def main(reactor: Any) -> Deferred[None]:
        def sleep(seconds: float) -> Deferred[None]:
            return deferLater(reactor, seconds, lambda: None)

        played = scenario(lambda: HazelcastClient.create_and_start(reactor=reactor, **options))
        return Deferred.fromCoroutine(_drive_awaitables(played, sleep))

    react(main)
