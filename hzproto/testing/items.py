"""What queues, lists and sets have in common: a tuple of items in the partition of the structure's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hzproto.messages import MESSAGES
from hzproto.testing.listeners import notify
from hzproto.testing.routes import Route, here, on_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from hzproto.testing.calls import Call
    from hzproto.testing.partitions import Store
    from hzproto.testing.tasks import Task

ADDED: Final = 1
REMOVED: Final = 2

KEY: Final = b""
"""Where the tuple is, in a table of its own."""


class Items:
    """The items of one kind of collection: "Queue", "List" or "Set", as the protocol's table is called."""

    def __init__(self, service: str) -> None:
        self._service = service
        self.kind = service.lower()

    def of(self, store: Store, name: str) -> tuple[bytes, ...]:
        """Return the items of a collection."""
        items: tuple[bytes, ...] = store.get((self.kind, name), KEY) or ()
        return items

    def write(self, store: Store, name: str, items: Sequence[bytes]) -> None:
        """Replace the items of a collection."""
        store.put((self.kind, name), KEY, tuple(items) or None)

    def notify(self, task: Task, name: str, event: int, items: Sequence[bytes | None]) -> None:
        """Tell the listeners of a collection that items were added or removed."""
        assert task.member is not None
        layout = MESSAGES[f"{self._service}.addListener"].events["Item"]
        for listener in task.cluster.listeners.of((self.kind, name)):
            if listener.hears_of(task.member):
                for item in items:
                    body = layout.body(item if listener.filter else None, task.member.uuid, event)
                    notify(task.member, listener, layout, body)

    def _size(self, _task: Task, store: Store, name: str) -> int:
        return len(self.of(store, name))

    def _is_empty(self, _task: Task, store: Store, name: str) -> bool:
        return not self.of(store, name)

    def all(self, _task: Task, store: Store, name: str) -> tuple[bytes, ...]:
        """Handle the request for all items."""
        return self.of(store, name)

    def _contains(self, _task: Task, store: Store, name: str, item: bytes) -> bool:
        return item in self.of(store, name)

    def _contains_all(self, _task: Task, store: Store, name: str, items: Sequence[bytes]) -> bool:
        return set(items) <= set(self.of(store, name))

    def _remove(self, task: Task, store: Store, name: str, item: bytes) -> bool:
        items = list(self.of(store, name))
        found = item in items
        if found:
            items.remove(item)
            self.write(store, name, items)
            self.notify(task, name, REMOVED, [item])
        return found

    def _remove_all(self, task: Task, store: Store, name: str, items: Sequence[bytes]) -> bool:
        return self._keep(task, store, name, lambda item: item not in items)

    def _retain_all(self, task: Task, store: Store, name: str, items: Sequence[bytes]) -> bool:
        return self._keep(task, store, name, lambda item: item in items)

    def _clear(self, task: Task, store: Store, name: str) -> None:
        self._keep(task, store, name, lambda _: False)

    def _keep(self, task: Task, store: Store, name: str, wanted: Callable[[bytes], bool]) -> bool:
        items = self.of(store, name)
        removed = [item for item in items if not wanted(item)]
        if removed:
            self.write(store, name, [item for item in items if wanted(item)])
            self.notify(task, name, REMOVED, removed)
        return bool(removed)

    def _add_listener(self, call: Call, name: str, include_value: bool, local_only: bool) -> UUID:
        return call.member.cluster.listeners.add((self.kind, name), call, local_only, include_value)

    def _remove_listener(self, call: Call, name: str, registration: UUID) -> bool:
        return call.member.cluster.listeners.remove((self.kind, name), registration)

    def routes(self, **others: Callable[..., Any]) -> dict[str, Route]:
        """Return the routes of what all collections can do, and of the handlers that only this kind has."""
        handlers: dict[str, Callable[..., Any]] = {
            "size": self._size,
            "isEmpty": self._is_empty,
            "contains": self._contains,
            "containsAll": self._contains_all,
            "remove": self._remove,
            "compareAndRemoveAll": self._remove_all,
            "compareAndRetainAll": self._retain_all,
            "clear": self._clear,
            **others,
        }
        return {
            **{f"{self._service}.{name}": on_owner(handler) for name, handler in handlers.items()},
            f"{self._service}.addListener": here(self._add_listener),
            f"{self._service}.removeListener": here(self._remove_listener),
        }
