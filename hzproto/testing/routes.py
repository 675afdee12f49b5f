"""The ways that requests are carried out: where they run, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hzproto.testing.failures import Failure
from hzproto.testing.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Table
    from hzproto.testing.tasks import Handler

Route: TypeAlias = "Callable[[Call], None]"
"""Carries out a call and answers it, now or later; may raise `Failure` instead."""


def here(handler: Callable[..., Any]) -> Route:
    """On the member that received the request: `handler(call, *fields)` returns the answer's fields."""

    def route(call: Call) -> None:
        call.answer(handler(call, *call.args))

    return route


def listener_routes(add: str, remove: str, table: Table) -> dict[str, Route]:
    """The methods that add and remove the listeners of the whole cluster for one thing."""

    def added(call: Call, local_only: bool) -> UUID:
        return call.member.cluster.listeners.add(table, call, local_only)

    def removed(call: Call, registration: UUID) -> bool:
        return call.member.cluster.listeners.remove(table, registration)

    return {add: here(added), remove: here(removed)}


def on_owner(handler: Handler) -> Route:
    """On the owner of the request's partition."""

    def route(call: Call) -> None:
        Task(call.member.cluster, call.partition, handler, call.args, call, call.answer, acks=call.backup_aware).start()

    return route


def on_all(handler: Handler, combine: Callable[[Call, list[Any]], Any]) -> Route:
    """On every partition; the answer is `combine` of the call and all results."""
    return lambda call: everywhere(call, handler, call.args, combine)


def everywhere(
    call: Call,
    handler: Handler,
    args: Sequence[Any],
    combine: Callable[[Call, list[Any]], Any],
    partitions: Collection[int] | None = None,
) -> None:
    """Carry out a call on all partitions, or on some; the answer is `combine` of the call and all results."""
    cluster = call.member.cluster
    chosen = range(cluster.partition_count) if partitions is None else partitions
    results: list[Any] = []

    def done(result: Any, _acks: int) -> None:
        results.append(result)
        if len(results) == len(chosen):
            failures = [result for result in results if isinstance(result, Failure)]
            call.answer(failures[0] if failures else combined(call, results))

    def combined(call: Call, results: list[Any]) -> Any:
        try:
            return combine(call, results)
        except Failure as failure:
            return failure

    for partition in chosen:
        Task(cluster, partition, handler, args, call, done).start()
