"""Work on one partition: on its owner, with its backups, wherever both may move meanwhile."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hzproto.testing.failures import ILLEGAL_ARGUMENT, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from hzproto.cluster.timers import Timer
    from hzproto.testing.calls import Call
    from hzproto.testing.cluster import Cluster
    from hzproto.testing.member import Member
    from hzproto.testing.partitions import Change, Store, Table

    Handler: TypeAlias = Callable[..., Any]
    """Is called with the task, the store of the partition, and the fields of the request; returns the answer's."""
    Done: TypeAlias = Callable[[Any, int], None]
    """Is called with the result and the number of backup acks that the client has to wait for."""


FOREVER: Final = 1 << 53
"""In milliseconds, and the longest time that is taken for one: clients send the largest long for "no limit"."""


def seconds(milliseconds: int) -> float:
    """Turn a time limit of the protocol into seconds: the largest numbers, negative ones and 0 are none."""
    return milliseconds / 1000 if 0 < milliseconds < FOREVER else math.inf


class Wait(Exception):  # noqa: N818 - no error
    """Raised by handlers that have changed nothing: try again when a stored value has changed.

    At `until` (None: never) the task ends with the result `otherwise` instead.
    """

    def __init__(self, table: Table, key: bytes, until: float | None = None, otherwise: Any = None) -> None:
        super().__init__()
        self.place = (table, key)
        self.until = until
        self.otherwise = otherwise


class Task:
    """A handler that runs on the owner of a partition, for a call of a client or (`call` None) for the cluster.

    `acks` says that the client is told about backups by their members, so that its answer need not wait for them.
    """

    __slots__ = (
        "_attempt",
        "_finished",
        "acks",
        "args",
        "call",
        "cluster",
        "done",
        "handler",
        "member",
        "partition",
        "started",
        "timer",
    )

    def __init__(
        self,
        cluster: Cluster,
        partition: int,
        handler: Handler,
        args: Sequence[Any],
        call: Call | None = None,
        done: Done | None = None,
        *,
        acks: bool = False,
    ) -> None:
        self.cluster = cluster
        self.partition = partition
        self.handler = handler
        self.args = args
        self.call = call
        self.done = done
        self.acks = acks
        self.started = cluster.now
        self.member: Member | None = None  # that runs it
        self.timer: Timer | None = None
        self._attempt = 0
        self._finished = False

    @property
    def client(self) -> UUID | None:
        """The UUID of the client that asked for it."""
        return None if self.call is None else self.call.connection.client

    def start(self) -> None:
        """Go to the owner of the partition; again, when the owner is lost before the task is done."""
        cluster = self.cluster
        if not 0 <= self.partition < cluster.partition_count:
            raise Failure(ILLEGAL_ARGUMENT, f"there is no partition {self.partition}")
        owner = cluster.owner(self.partition)
        if not owner.alive:
            return  # all members are dead
        self._attempt += 1
        again = partial(self._start_again, self._attempt)
        origin = owner if self.call is None else self.call.member
        if origin is owner:
            cluster.arrive(owner, partial(self.run, owner), again)
        elif origin.alive:
            cluster.send(origin, owner, partial(self.run, owner), again)

    def _start_again(self, attempt: int) -> None:
        if attempt == self._attempt and not self._finished:
            self.start()

    def run(self, member: Member) -> None:
        """Do the work, if `member` still owns the partition."""
        cluster = self.cluster
        if cluster.owner(self.partition) is not member:
            self.start()
            return
        self.member = member
        store = member.stores[self.partition]
        try:
            result = self.handler(self, store, *self.args)
        except Wait as wait:
            self._wait(store, wait)
        except Failure as failure:
            self._finish(failure, 0)
        else:
            changes = store.take_changes()
            if changes:
                self._back_up(changes, result)
                for table, key, _ in changes:
                    for task in store.waiting.pop((table, key), ()):
                        task.wake(member)
            else:
                self._finish(result, 0)

    def _wait(self, store: Store, wait: Wait) -> None:
        cluster = self.cluster
        if wait.until is not None and wait.until <= cluster.now:
            self._finish(wait.otherwise, 0)
            return
        store.waiting.setdefault(wait.place, []).append(self)
        if wait.until is not None:
            member = self.member
            self.timer = cluster.timers.at(
                wait.until, lambda: cluster.arrive(member, partial(self._give_up, store, wait))
            )

    def _give_up(self, store: Store, wait: Wait) -> None:
        waiting = store.waiting.get(wait.place, [])
        if self in waiting:
            waiting.remove(self)
            self._finish(wait.otherwise, 0)

    def stop_waiting(self) -> None:
        """Forget the time at which the task would give up."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def wake(self, member: Member) -> None:
        """Try again: what the task waited for has changed."""
        self.stop_waiting()
        self.run(member)

    def fail(self, failure: Failure) -> None:
        """End the wait with an error."""
        self.stop_waiting()
        self._finish(failure, 0)

    def _back_up(self, changes: list[Change], result: Any) -> None:
        cluster, owner = self.cluster, self.member
        assert owner is not None
        backups = cluster.backups(self.partition)
        if self.acks:
            for backup in backups:
                cluster.send(owner, backup, partial(backup.back_up, owner, self, changes))
            self._finish(result, len(backups))
            return
        missing = len(backups)
        again = partial(self._start_again, self._attempt)

        def acknowledged() -> None:
            nonlocal missing
            missing -= 1
            if missing == 0:
                self._finish(result, 0)

        def make(backup: Member) -> None:
            backup.back_up(owner, self, changes)
            cluster.send(backup, owner, acknowledged, again)

        for backup in backups:
            cluster.send(owner, backup, partial(make, backup), partial(cluster.arrive, owner, acknowledged, again))
        if not backups:
            self._finish(result, 0)

    def _finish(self, result: Any, acks: int) -> None:
        self._finished = True
        if self.done is None:
            return
        if self.call is None or self.call.member is self.member:
            self.done(result, acks)
        else:
            self.cluster.send(self.member, self.call.member, partial(self.done, result, acks))


def later(task: Task, when: float, handler: Handler, *args: Any) -> None:
    """Let a handler run in the task's partition at a time, if it is not infinite."""
    if when < math.inf:
        cluster, partition = task.cluster, task.partition
        cluster.timers.at(when, lambda: Task(cluster, partition, handler, args).start())
