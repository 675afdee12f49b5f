"""Greenlets: futures, and blocking views, without monkey-patching."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import gevent

from hzproto_gevent import Future, HazelcastClient, OperationCancelledError
from tests.contract.harness import Harness, Steps, drive


class GeventFutures(Harness):
    name = "gevent-futures"
    cancelled = OperationCancelledError

    def run(self, steps: Steps) -> None:
        with gevent.Timeout(self.limit):
            drive(steps, _wait)

    def connect(self, options: dict[str, Any]) -> Any:
        return partial(HazelcastClient, **options)

    def spawn(self, steps: Steps) -> Any:
        return cast(Any, gevent.spawn(_outcome, steps))

    def sleep(self, seconds: float) -> Any:
        return partial(gevent.sleep, seconds)

    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        future = call(structure)

        def wait() -> Any:
            try:
                with gevent.Timeout(seconds, TimeoutError):
                    return future.result()
            except TimeoutError:
                if future.cancel():
                    raise
                return future.result()  # it ended just before

        return partial(wait)

    def listener(self, body: Callable[..., Steps]) -> Callable[..., Any]:
        return lambda *event: drive(body(*event), _wait)


class GeventBlocking(GeventFutures):
    name = "gevent-blocking"
    returns_values = True

    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        def wait() -> Any:
            with gevent.Timeout(seconds, TimeoutError):
                return call(structure)

        return partial(wait)

    def in_block(self, structure: Any, body: Callable[[], Steps]) -> Any:
        def run() -> Any:
            with structure:
                return drive(body(), _wait)

        return partial(run)

    def view(self, structure: Any) -> Any:
        return structure.blocking()


def _outcome(steps: Steps) -> tuple[Any, BaseException | None]:
    # Caught here, because gevent prints what ends a greenlet.
    try:
        return drive(steps, _wait), None
    except BaseException as error:  # noqa: BLE001 - it is raised by who waits for the greenlet
        return None, error


def _wait(item: Any) -> Any:
    if isinstance(item, Future):
        return item.result()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if isinstance(item, gevent.Greenlet):
        value, error = cast(Any, item).get()
        if error is not None:
            raise error
        return value
    return item() if isinstance(item, partial) else item  # pyright: ignore[reportUnknownVariableType]
