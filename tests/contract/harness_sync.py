"""Threads: futures, and blocking views."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future as Outcome
from functools import partial
from typing import Any

from hzproto_sync import Future, HazelcastClient, OperationCancelledError
from tests.contract.harness import Harness, Steps, drive


class SyncFutures(Harness):
    name = "sync-futures"
    cancelled = OperationCancelledError

    def run(self, steps: Steps) -> None:
        drive(steps, _wait)

    def connect(self, options: dict[str, Any]) -> Any:
        return HazelcastClient(**options)

    def spawn(self, steps: Steps) -> Any:
        outcome: Outcome[Any] = Outcome()

        def run() -> None:
            try:
                outcome.set_result(drive(steps, _wait))
            except BaseException as error:  # noqa: BLE001 - it is raised where the outcome is asked for
                outcome.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return outcome

    def sleep(self, seconds: float) -> Any:
        return partial(time.sleep, seconds)

    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        future = call(structure)

        def wait() -> Any:
            try:
                return future.result(seconds)
            except TimeoutError:
                if future.cancel():
                    raise
                return future.result()  # it ended just before

        return partial(wait)

    def listener(self, body: Callable[..., Steps]) -> Callable[..., Any]:
        return lambda *event: drive(body(*event), _wait)


class SyncBlocking(SyncFutures):
    name = "sync-blocking"
    returns_values = True

    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        return partial(call, structure.with_timeout(seconds))

    def in_block(self, structure: Any, body: Callable[[], Steps]) -> Any:
        def run() -> Any:
            with structure:
                return drive(body(), _wait)

        return partial(run)

    def view(self, structure: Any) -> Any:
        return structure.blocking()


def _wait(item: Any) -> Any:
    if isinstance(item, Future | Outcome):
        return item.result()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return item() if isinstance(item, partial) else item  # pyright: ignore[reportUnknownVariableType]
