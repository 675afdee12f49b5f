"""Locks of keys, of maps and multi-maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hzproto.testing.failures import ILLEGAL_MONITOR_STATE, Failure
from hzproto.testing.routes import Route, on_owner
from hzproto.testing.tasks import FOREVER, Task, Wait, later, seconds

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.testing.cluster import Cluster
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Handler


class Lock(NamedTuple):
    """A locked key."""

    client: UUID | None
    thread: int
    depth: int
    """How often its holder has locked it."""
    reference: int
    """The id of the request that changed it last: repeated, it changes nothing."""
    expires: float


class KeyLocks:
    """The locks of one kind of structure, in tables of a kind of their own."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def of(self, task: Task, store: Store, name: str, key: bytes) -> Lock | None:
        """Return the lock of a key, None if nobody holds it."""
        lock: Lock | None = store.get((self._kind, name), key)
        return lock if lock is not None and task.cluster.now < lock.expires else None

    def check(self, task: Task, store: Store, name: str, key: bytes, thread: int, timeout: int = -1) -> None:
        """Wait (milliseconds; negative: for ever) while another than the caller has locked the key."""
        lock = self.of(task, store, name, key)
        if lock is not None and (lock.client, lock.thread) != (task.client, thread):
            until = task.started + timeout / 1000 if 0 <= timeout < FOREVER else None
            raise Wait((self._kind, name), key, until, otherwise=False)

    def acquire(
        self, task: Task, store: Store, name: str, key: bytes, thread: int, lease: int, timeout: int, reference: int
    ) -> bool:
        """Lock a key for a caller, waiting (milliseconds; negative: for ever) while another has locked it."""
        self.check(task, store, name, key, thread, timeout)
        lock = self.of(task, store, name, key)
        if lock is None or lock.reference != reference:
            expires = task.cluster.now + seconds(lease)
            depth = 1 if lock is None else lock.depth + 1
            store.put((self._kind, name), key, Lock(task.client, thread, depth, reference, expires))
            later(task, expires, self._expire, name, key)
        return True

    def _lock(self, task: Task, store: Store, name: str, key: bytes, thread: int, lease: int, reference: int) -> None:
        self.acquire(task, store, name, key, thread, lease, -1, reference)

    def _unlock(self, task: Task, store: Store, name: str, key: bytes, thread: int, reference: int) -> None:
        lock = self.of(task, store, name, key)
        if lock is None or (lock.client, lock.thread) != (task.client, thread):
            raise Failure(ILLEGAL_MONITOR_STATE, "the caller does not hold the lock of this key")
        if lock.reference != reference:
            left = lock._replace(depth=lock.depth - 1, reference=reference)
            store.put((self._kind, name), key, left if left.depth else None)

    def force_unlock(self, _task: Task, store: Store, name: str, key: bytes, _reference: int) -> None:
        """Unlock a key whoever holds it."""
        if store.get((self._kind, name), key) is not None:
            store.put((self._kind, name), key, None)

    def _is_locked(self, task: Task, store: Store, name: str, key: bytes) -> bool:
        return self.of(task, store, name, key) is not None

    def _expire(self, task: Task, store: Store, name: str, key: bytes) -> None:
        if self.of(task, store, name, key) is None:
            self.force_unlock(task, store, name, key, 0)

    def release(self, _task: Task, store: Store, client: UUID) -> None:
        """Free whatever a client has locked in a partition."""
        for table in store.tables(self._kind):
            for key, lock in store.items(table).items():
                if lock.client == client:
                    store.put(table, key, None)

    def routes(self, service: str) -> dict[str, Route]:
        """Return the routes of the messages about locks of a service."""
        handlers: dict[str, Handler] = {
            "lock": self._lock,
            "tryLock": self.acquire,
            "unlock": self._unlock,
            "forceUnlock": self.force_unlock,
            "isLocked": self._is_locked,
        }
        return {f"{service}.{name}": on_owner(handler) for name, handler in handlers.items()}


MAPS: Final = KeyLocks("lock")
MULTI_MAPS: Final = KeyLocks("multi-map lock")


def release(cluster: Cluster, client: UUID) -> None:
    """Free whatever a client that is gone has locked."""
    for partition in range(cluster.partition_count):
        for locks in (MAPS, MULTI_MAPS):
            Task(cluster, partition, locks.release, (client,)).start()
