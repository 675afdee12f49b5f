"""The ways that requests are carried out: where they run, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hzproto.testing.failures import Failure
from hzproto.testing.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.testing.calls import Call
    from hzproto.testing.tasks import Handler

Route: TypeAlias = "Callable[[Call], None]"
"""Carries out a call and answers it, now or later; may raise `Failure` instead."""


def here(handler: Callable[..., Any]) -> Route:
    """On the member that received the request: `handler(call, *fields)` returns the answer's fields."""

    def route(call: Call) -> None:
        call.answer(handler(call, *call.args))

    return route


def on_owner(handler: Handler) -> Route:
    """On the owner of the request's partition."""

    def route(call: Call) -> None:
        Task(call.member.cluster, call.partition, handler, call.args, call, call.answer, acks=call.backup_aware).start()

    return route


def on_all(handler: Handler, combine: Callable[[Call, list[Any]], Any]) -> Route:
    """On every partition; the answer is `combine` of the call and all results."""

    def route(call: Call) -> None:
        cluster = call.member.cluster
        results: list[Any] = []

        def done(result: Any, _acks: int) -> None:
            results.append(result)
            if len(results) == cluster.partition_count:
                failures = [result for result in results if isinstance(result, Failure)]
                call.answer(failures[0] if failures else combine(call, results))

        for partition in range(cluster.partition_count):
            Task(cluster, partition, handler, call.args, call, done).start()

    return route
