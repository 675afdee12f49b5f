"""What is done in transactions. Queries with predicates are left to real members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.testing import map_service, multi_map_service
from hzproto.testing.failures import TRANSACTION, Failure
from hzproto.testing.items import ADDED, KEY, REMOVED, Items
from hzproto.testing.key_locks import MAPS, MULTI_MAPS, KeyLocks
from hzproto.testing.partitions import key_partition, name_partition
from hzproto.testing.routes import everywhere
from hzproto.testing.tasks import Task, Wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Store, Table
    from hzproto.testing.routes import Route
    from hzproto.testing.tasks import Handler
    from hzproto.testing.transactions import Transaction

_REFERENCE: Final = -1  # of requests about locks; those of clients are greater


def _create(call: Call) -> None:
    timeout, _durability, _type, thread = call.args
    call.answer(call.member.cluster.transactions.begin(call, timeout, thread))


def _commit(call: Call) -> None:
    call.member.cluster.transactions.end(call.args[0], call.answer, commit=True)


def _roll_back(call: Call) -> None:
    call.member.cluster.transactions.end(call.args[0], call.answer, commit=False)


def _for_key(handler: Handler) -> Route:
    """In the partition of a key: `handler(task, store, transaction, name, key, *further fields)`."""

    def route(call: Call) -> None:
        name, transaction_id, _thread, key, *fields = call.args
        cluster = call.member.cluster
        args = (cluster.transactions.get(transaction_id), name, key, *fields)
        Task(cluster, key_partition(key, cluster.partition_count), handler, args, call, call.answer).start()

    return route


def _for_name(handler: Handler) -> Route:
    """In the partition of the name: `handler(task, store, transaction, name, *further fields)`."""

    def route(call: Call) -> None:
        name, transaction_id, _thread, *fields = call.args
        cluster = call.member.cluster
        args = (cluster.transactions.get(transaction_id), name, *fields)
        Task(cluster, name_partition(name, cluster.partition_count), handler, args, call, call.answer).start()

    return route


# Maps and multi-maps: keys that are written are locked


class _Keys:
    """How a transaction sees the keys of one kind of structure."""

    def __init__(self, kind: str, locks: KeyLocks, stored: Callable[..., Any], apply: Callable[..., None]) -> None:
        self._kind = kind
        self._locks = locks
        self._stored = stored
        self._apply = apply

    def read(self, task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> Any:
        written = transaction.written.get((self._kind, name), {})
        return written[key] if key in written else self._stored(task, store, name, key)

    def lock(self, task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> Any:
        """Lock a key until the transaction ends; return what it has."""
        table = (self._kind, name)
        if (table, key) not in transaction.ends:
            try:
                self._locks.acquire(task, store, name, key, transaction.thread, -1, -1, _REFERENCE)
            except Wait as wait:
                late = Failure(TRANSACTION, "the key is locked by others")
                raise Wait(*wait.place, transaction.deadline, late) from None
            transaction.ends[table, key] = (task.partition, self._end)
        return self.read(task, store, transaction, name, key)

    def write(self, transaction: Transaction, name: str, key: bytes, value: Any) -> None:
        transaction.written.setdefault((self._kind, name), {})[key] = value

    def _end(self, task: Task, store: Store, transaction: Transaction, table: Table, key: bytes, commit: bool) -> None:
        written = transaction.written.get(table, {})
        if commit and key in written:
            self._apply(task, store, table[1], key, written[key])
        self._locks.force_unlock(task, store, table[1], key, _REFERENCE)

    def whole(self, combine: Callable[[dict[bytes, Any]], Any]) -> Route:
        """Of all keys that have something: `combine(what they have, by key)` is the answer."""

        def stored(task: Task, store: Store, name: str, _transaction: UUID, _thread: int) -> dict[bytes, Any]:
            keys = store.items((self._kind, name))
            found = {key: self._stored(task, store, name, key) for key in keys}
            return {key: value for key, value in found.items() if value}

        def combined(call: Call, parts: list[dict[bytes, Any]]) -> Any:
            name, transaction_id, _ = call.args
            written = call.member.cluster.transactions.get(transaction_id).written.get((self._kind, name), {})
            seen = {key: value for part in parts for key, value in part.items()} | written
            return combine({key: value for key, value in seen.items() if value})

        return lambda call: everywhere(call, stored, call.args, combined)


def _stored_value(task: Task, store: Store, name: str, key: bytes) -> bytes | None:
    entry = map_service.find(task, store, name, key)
    return None if entry is None else entry.value


def _apply_value(task: Task, store: Store, name: str, key: bytes, written: bytes | None) -> None:
    old = _stored_value(task, store, name, key)
    if written is not None:
        map_service.write(task, store, name, key, written)
    elif old is not None:
        map_service.remove(task, store, name, key, map_service.REMOVED, old)


_maps: Final = _Keys("map", MAPS, _stored_value, _apply_value)


def _get(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> bytes | None:
    value: bytes | None = _maps.read(task, store, transaction, name, key)
    return value


def _get_for_update(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> bytes | None:
    value: bytes | None = _maps.lock(task, store, transaction, name, key)
    return value


def _contains_key(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> bool:
    return _get(task, store, transaction, name, key) is not None


def _put(
    task: Task, store: Store, transaction: Transaction, name: str, key: bytes, value: bytes, _ttl: int = -1
) -> bytes | None:
    old = _get_for_update(task, store, transaction, name, key)
    _maps.write(transaction, name, key, value)
    return old


def _put_if_absent(
    task: Task, store: Store, transaction: Transaction, name: str, key: bytes, value: bytes
) -> bytes | None:
    old = _get_for_update(task, store, transaction, name, key)
    if old is None:
        _maps.write(transaction, name, key, value)
    return old


def _replace(task: Task, store: Store, transaction: Transaction, name: str, key: bytes, value: bytes) -> bytes | None:
    old = _get_for_update(task, store, transaction, name, key)
    if old is not None:
        _maps.write(transaction, name, key, value)
    return old


def _replace_if_same(
    task: Task, store: Store, transaction: Transaction, name: str, key: bytes, expected: bytes, value: bytes | None
) -> bool:
    same = _get_for_update(task, store, transaction, name, key) == expected
    if same:
        _maps.write(transaction, name, key, value)
    return same


def _remove_if_same(task: Task, store: Store, transaction: Transaction, name: str, key: bytes, value: bytes) -> bool:
    return _replace_if_same(task, store, transaction, name, key, value, None)


def _remove(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> bytes | None:
    old = _get_for_update(task, store, transaction, name, key)
    _maps.write(transaction, name, key, None)
    return old


_multi_maps: Final = _Keys("multi-map", MULTI_MAPS, multi_map_service.values_of, multi_map_service.write)


def _add_value(task: Task, store: Store, transaction: Transaction, name: str, key: bytes, value: bytes) -> bool:
    old: tuple[bytes, ...] = _multi_maps.lock(task, store, transaction, name, key)
    if value not in old:
        _multi_maps.write(transaction, name, key, (*old, value))
    return value not in old


def _values(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> tuple[bytes, ...]:
    values: tuple[bytes, ...] = _multi_maps.read(task, store, transaction, name, key)
    return values


def _value_count(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> int:
    return len(_values(task, store, transaction, name, key))


def _remove_value(task: Task, store: Store, transaction: Transaction, name: str, key: bytes, value: bytes) -> bool:
    old: tuple[bytes, ...] = _multi_maps.lock(task, store, transaction, name, key)
    _multi_maps.write(transaction, name, key, tuple(other for other in old if other != value))
    return value in old


def _remove_values(task: Task, store: Store, transaction: Transaction, name: str, key: bytes) -> tuple[bytes, ...]:
    old: tuple[bytes, ...] = _multi_maps.lock(task, store, transaction, name, key)
    _multi_maps.write(transaction, name, key, ())
    return old


# Collections: what is taken is gone at once, what is added comes in the end


class _Collection:
    """How a transaction sees the items of one kind of collection."""

    def __init__(self, service: str, *, unique: bool = False) -> None:
        self._items = Items(service)
        self._unique = unique

    def add(
        self, task: Task, store: Store, transaction: Transaction, name: str, item: bytes, _timeout: int = 0
    ) -> bool:
        added = self._added(task, transaction, name)
        if self._unique and (item in added or item in self._items.of(store, name)):
            return False
        added.append(item)
        return True

    def remove(self, task: Task, store: Store, transaction: Transaction, name: str, item: bytes) -> bool:
        added = self._added(task, transaction, name)
        items = self._items.of(store, name)
        if item in items:
            self._take(store, transaction, name, items.index(item))
            return True
        if item in added:
            added.remove(item)
            return True
        return False

    def poll(self, task: Task, store: Store, transaction: Transaction, name: str, timeout: int = 1 << 53) -> bytes:
        item = self.peek(task, store, transaction, name, timeout)
        if self._items.of(store, name):
            self._take(store, transaction, name, 0)
        else:
            self._added(task, transaction, name).pop(0)
        return item

    def peek(self, task: Task, store: Store, transaction: Transaction, name: str, timeout: int) -> bytes:
        for item in (*self._items.of(store, name), *self._added(task, transaction, name)):
            return item
        until = min(task.started + timeout / 1000, transaction.deadline)
        raise Wait((self._items.kind, name), KEY, until)

    def size(self, task: Task, store: Store, transaction: Transaction, name: str) -> int:
        return len(self._items.of(store, name)) + len(self._added(task, transaction, name))

    def _added(self, task: Task, transaction: Transaction, name: str) -> list[bytes]:
        table = (self._items.kind, name)
        transaction.ends[table, KEY] = (task.partition, self._end)
        return transaction.added.setdefault(table, [])

    def _take(self, store: Store, transaction: Transaction, name: str, index: int) -> None:
        items = self._items.of(store, name)
        transaction.taken.setdefault((self._items.kind, name), []).append((index, items[index]))
        self._items.write(store, name, items[:index] + items[index + 1 :])

    def _end(self, task: Task, store: Store, transaction: Transaction, table: Table, _key: bytes, commit: bool) -> None:
        name = table[1]
        items = list(self._items.of(store, name))
        taken = transaction.taken.get(table, [])
        if commit:
            added = transaction.added.get(table, [])
            self._items.write(store, name, [*items, *added])
            self._items.notify(task, name, REMOVED, [item for _, item in taken])
            self._items.notify(task, name, ADDED, added)
        else:
            for index, item in reversed(taken):
                items.insert(index, item)
            self._items.write(store, name, items)


_queues: Final = _Collection("Queue")
_lists: Final = _Collection("List")
_sets: Final = _Collection("Set", unique=True)

ROUTES: Final[dict[str, Route]] = {
    "Transaction.create": _create,
    "Transaction.commit": _commit,
    "Transaction.rollback": _roll_back,
    "TransactionalMap.get": _for_key(_get),
    "TransactionalMap.getForUpdate": _for_key(_get_for_update),
    "TransactionalMap.containsKey": _for_key(_contains_key),
    "TransactionalMap.put": _for_key(_put),
    "TransactionalMap.set": _for_key(_put),
    "TransactionalMap.putIfAbsent": _for_key(_put_if_absent),
    "TransactionalMap.replace": _for_key(_replace),
    "TransactionalMap.replaceIfSame": _for_key(_replace_if_same),
    "TransactionalMap.remove": _for_key(_remove),
    "TransactionalMap.delete": _for_key(_remove),
    "TransactionalMap.removeIfSame": _for_key(_remove_if_same),
    "TransactionalMap.size": _maps.whole(len),
    "TransactionalMap.isEmpty": _maps.whole(lambda entries: not entries),
    "TransactionalMap.keySet": _maps.whole(list),
    "TransactionalMap.values": _maps.whole(lambda entries: list(entries.values())),
    "TransactionalMultiMap.put": _for_key(_add_value),
    "TransactionalMultiMap.get": _for_key(_values),
    "TransactionalMultiMap.valueCount": _for_key(_value_count),
    "TransactionalMultiMap.removeEntry": _for_key(_remove_value),
    "TransactionalMultiMap.remove": _for_key(_remove_values),
    "TransactionalMultiMap.size": _multi_maps.whole(lambda values: sum(map(len, values.values()))),
    "TransactionalQueue.offer": _for_name(_queues.add),
    "TransactionalQueue.poll": _for_name(_queues.poll),
    "TransactionalQueue.take": _for_name(_queues.poll),
    "TransactionalQueue.peek": _for_name(_queues.peek),
    "TransactionalQueue.size": _for_name(_queues.size),
    "TransactionalList.add": _for_name(_lists.add),
    "TransactionalList.remove": _for_name(_lists.remove),
    "TransactionalList.size": _for_name(_lists.size),
    "TransactionalSet.add": _for_name(_sets.add),
    "TransactionalSet.remove": _for_name(_sets.remove),
    "TransactionalSet.size": _for_name(_sets.size),
}
