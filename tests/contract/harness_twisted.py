"""Deferreds, in a reactor of each test's own."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as GaveUp
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import deferLater
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure

from hzproto_twisted import HazelcastClient
from tests.contract.harness import Harness, Steps, adrive


class Twisted(Harness):
    name = "twisted"
    has_callers = False
    cancelled = CancelledError

    def __init__(self) -> None:
        self._reactor: Any = None

    def run(self, steps: Steps) -> None:
        complaints: list[LogEvent] = []

        def observe(event: LogEvent) -> None:
            if event.get("isError") or "log_failure" in event:
                complaints.append(event)

        observer = cast(Any, observe)
        globalLogPublisher.addObserver(observer)
        try:
            outcome = self._run(steps)
            gc.collect()  # Deferreds tell of errors that nobody handled when they are collected
        finally:
            globalLogPublisher.removeObserver(observer)
        if isinstance(outcome, Failure):
            outcome.raiseException()
        assert complaints == []

    def _run(self, steps: Steps) -> Any:
        reactor = self._reactor = cast(Any, SelectReactor())
        outcomes: list[Any] = []
        left: list[Any] = []

        def begin() -> None:
            test: Any = Deferred.fromCoroutine(adrive(steps)).addTimeout(self.limit, reactor)
            test.addBoth(outcomes.append).addBoth(end)

        def end(_: None) -> None:
            left.extend(reactor.getDelayedCalls())
            left.extend(set(reactor.getReaders() + reactor.getWriters()) - set(reactor._internalReaders))
            reactor.stop()

        reactor.callWhenRunning(begin)
        reactor.run(installSignalHandlers=False)
        for reader in list(reactor._internalReaders):
            reactor.removeReader(reader)
            reader.connectionLost(None)
        if not isinstance(outcomes[0], Failure):
            assert left == []
        return outcomes[0]

    def connect(self, options: dict[str, Any]) -> Any:
        return HazelcastClient.create_and_start(reactor=self._reactor, **options)

    def spawn(self, steps: Steps) -> Any:
        return cast(Any, Deferred.fromCoroutine(adrive(steps)))

    def sleep(self, seconds: float) -> Any:
        return cast(Any, deferLater(self._reactor, seconds))

    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        def translate(failure: Any) -> Any:
            failure.trap(GaveUp)
            raise TimeoutError

        return call(structure).addTimeout(seconds, self._reactor).addErrback(translate)

    def in_block(self, structure: Any, body: Callable[[], Steps]) -> Any:
        return structure.run(lambda: adrive(body()))

    def listener(self, body: Callable[..., Steps]) -> Callable[..., Any]:
        return lambda *event: self.spawn(body(*event))
