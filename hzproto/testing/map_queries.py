"""Queries of maps: what passes a predicate, what is computed of it, and iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hzproto import predicate
from hzproto.core import HazelcastJsonValue
from hzproto.serialization.partition import partition_hash, partitioner
from hzproto.testing.conditions import Item, aggregate, matcher, partitions_of, project, to_data, to_object
from hzproto.testing.failures import QUERY, UNSUPPORTED_OPERATION, Failure
from hzproto.testing.key_locks import MAPS
from hzproto.testing.map_service import REMOVED, live, remove
from hzproto.testing.routes import Route, everywhere, on_owner

if TYPE_CHECKING:
    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task

    Found = list[tuple[bytes, bytes]]
    """Entries as they are stored."""
    Answer = Callable[[Call, Found], Any]


def _passing(condition: Any, task: Task, store: Store, name: str) -> Found:
    test = matcher(condition)
    return [(key, value) for key, value in live(task, store, name).items() if test(_item(key, value))]


def _item(key: bytes, value: bytes) -> Item:
    return Item(to_object(key), to_object(value))


def _query(answer: Answer, field: int | None = None) -> Route:
    """Answer with what `answer` makes of the entries that pass the predicate in a field (None: of all)."""

    def route(call: Call) -> None:
        condition = predicate.true() if field is None else to_object(call.args[field])
        _ask(call, condition, answer)

    return route


def _ask(call: Call, condition: Any, answer: Answer) -> None:
    partitions = partitions_of(condition, partitioner(call.member.cluster.partition_count))
    everywhere(
        call,
        partial(_passing, condition),
        call.args[:1],
        lambda call, parts: answer(call, [entry for part in parts for entry in part]),
        partitions,
    )


def _keys(_call: Call, found: Found) -> list[bytes]:
    return [key for key, _ in found]


def _values(_call: Call, found: Found) -> list[bytes]:
    return [value for _, value in found]


def _entries(_call: Call, found: Found) -> Found:
    return found


def _aggregate(call: Call, found: Found) -> bytes | None:
    return to_data(aggregate(to_object(call.args[1]), (_item(*entry) for entry in found)))


def _project(call: Call, found: Found) -> list[bytes | None]:
    projection = to_object(call.args[1])
    return [to_data(project(projection, _item(*entry))) for entry in found]


# Pages


def _paged(answer: Answer, part: int) -> Route:
    """Answer with a page in the order of a `part` of the entries: 0 the keys, 1 the values."""

    def route(call: Call) -> None:
        holder: Mapping[str, Any] = call.args[1]
        if holder["comparatorData"] is not None:
            raise Failure(UNSUPPORTED_OPERATION, "the in-memory cluster runs no comparators")
        condition = predicate.true() if holder["predicateData"] is None else to_object(holder["predicateData"])
        keys = [holder["partitionKeyData"], *(holder["partitionKeysData"] or ())]
        chosen: list[Any] = [to_object(key) for key in keys if key is not None]
        if chosen:
            condition = predicate.multi_partition(chosen, condition)
        size: int = holder["pageSize"]
        page: int = holder["page"]

        def pages(call: Call, found: Found) -> Any:
            ordered = _ordered(found, part)
            parts = [ordered[number * size : (number + 1) * size] for number in range(page + 1)]
            last: dict[int, tuple[bytes, bytes]] = {number: part[-1] for number, part in enumerate(parts) if part}
            return answer(call, parts[page]), {"anchorPageList": list(last), "anchorDataList": list(last.values())}

        _ask(call, condition, pages)

    return route


def _ordered(found: Found, part: int) -> Found:
    try:
        return sorted(found, key=lambda entry: _comparable(to_object(entry[part])))
    except TypeError as error:
        raise Failure(QUERY, f"there is no order: {error}") from error


def _comparable(value: Any) -> Any:
    return value.to_string() if isinstance(value, HazelcastJsonValue) else value


# Changes


def _remove_all(condition: Any, task: Task, store: Store, name: str) -> None:
    for key, value in _passing(condition, task, store, name):
        if MAPS.of(task, store, name, key) is None:
            remove(task, store, name, key, REMOVED, value)


def _remove_all_route(call: Call) -> None:
    condition = to_object(call.args[1])
    partitions = partitions_of(condition, partitioner(call.member.cluster.partition_count))
    everywhere(call, partial(_remove_all, condition), call.args[:1], lambda _call, _parts: None, partitions)


# Iteration: in the order of the hashes of keys, from the greatest down, like the tables of members

_HASHES: Final = 2**31 - 1


def _place(key: bytes) -> int:
    return min(partition_hash(key) & _HASHES, _HASHES - 1)


def _batch(found: Iterable[tuple[bytes, bytes]], pointers: Sequence[tuple[int, int]], size: int) -> tuple[Any, Found]:
    """Return where to go on, and the next entries; those with the same hash come together."""
    before = pointers[-1][0]
    ahead = sorted(((_place(key), key, value) for key, value in found if _place(key) < before), reverse=True)
    end = size
    while end < len(ahead) and ahead[end][0] == ahead[end - 1][0]:
        end += 1
    place = ahead[end - 1][0] if end < len(ahead) else -1
    return [(place, _HASHES)], [(key, value) for _, key, value in ahead[:end]]


def _fetch_keys(task: Task, store: Store, name: str, pointers: Sequence[tuple[int, int]], size: int) -> Any:
    further, found = _batch(live(task, store, name).items(), pointers, size)
    return further, [key for key, _ in found]


def _fetch_entries(task: Task, store: Store, name: str, pointers: Sequence[tuple[int, int]], size: int) -> Any:
    return _batch(live(task, store, name).items(), pointers, size)


def _fetch_with_query(
    task: Task,
    store: Store,
    name: str,
    pointers: Sequence[tuple[int, int]],
    size: int,
    projection: bytes,
    condition: bytes,
) -> Any:
    found = _passing(to_object(condition), task, store, name)
    further, batch = _batch(found, pointers, size)
    wanted = to_object(projection)
    return [to_data(project(wanted, _item(*entry))) for entry in batch], further


ROUTES: Final[dict[str, Route]] = {
    "Map.keySetWithPredicate": _query(_keys, 1),
    "Map.valuesWithPredicate": _query(_values, 1),
    "Map.entriesWithPredicate": _query(_entries, 1),
    "Map.keySetWithPagingPredicate": _paged(_keys, 0),
    "Map.valuesWithPagingPredicate": _paged(_values, 1),
    "Map.entriesWithPagingPredicate": _paged(_entries, 0),
    "Map.aggregate": _query(_aggregate),
    "Map.aggregateWithPredicate": _query(_aggregate, 2),
    "Map.project": _query(_project),
    "Map.projectWithPredicate": _query(_project, 2),
    "Map.removeAll": _remove_all_route,
    "Map.fetchKeys": on_owner(_fetch_keys),
    "Map.fetchEntries": on_owner(_fetch_entries),
    "Map.fetchWithQuery": on_owner(_fetch_with_query),
}
