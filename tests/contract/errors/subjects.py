"""The classes whose methods are tested, and an object of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hzproto.scheduled import ScheduledTaskHandler
from hzproto.structures import futures
from hzproto.structures.futures.client import FuturesClient
from hzproto.structures.futures.views import WithBlocking
from hzproto.structures.pages import Pages
from hzproto.structures.scheduled_executor import ScheduledFuture
from hzproto.structures.services import ClusterService, LifecycleService, PartitionService
from hzproto.structures.sql import SqlResult
from hzproto.surface import Facade
from tests.contract.errors.parameters import valid_arguments
from tests.contract.errors.rows import Row
from tests.contract.harness import Scene, Steps


def _facades() -> Iterator[tuple[str, type[Any]]]:
    for name in futures.__all__:
        exported = getattr(futures, name)
        if inspect.isclass(exported) and issubclass(exported, Facade) and not name.startswith("Blocking"):
            yield name, exported.__bases__[0] if issubclass(exported, WithBlocking) else exported


def _given_by(source: type[Any]) -> dict[str, str]:
    """The classes that the getters of a class give, and what those are called."""
    getters = {name: getattr(method, "structure", None) for name, method in inspect.getmembers(source)}
    return {made: name.removeprefix("get_") for name, made in getters.items() if made is not None}


STRUCTURES: Final = _given_by(FuturesClient)
CP_OBJECTS: Final = _given_by(futures.CPSubsystem)
GETTERS: Final = {f"get_{kind}" for kind in (*STRUCTURES.values(), *CP_OBJECTS.values())}
TRANSACTIONAL: Final = {
    f"Transactional{name}": kind for name, kind in STRUCTURES.items() if hasattr(futures, f"Transactional{name}")
}
"""What there is in transactions; the getters of those say it only where they are awaited."""

SERVICES: Final = ("LifecycleService", "ClusterService", "PartitionService")
CLASSES: Final[Mapping[str, type[Any]]] = {
    **dict(_facades()),
    "Client": FuturesClient,
    "CPSubsystem": futures.CPSubsystem,
    **{cls.__name__: cls for cls in (Pages, ScheduledFuture, SqlResult)},
    **{cls.__name__: cls for cls in (LifecycleService, ClusterService, PartitionService)},
}
"""The classes with public methods, by the names that tables have for them."""


def methods(name: str) -> dict[str, inspect.Signature]:
    """The public methods of a class."""
    members = inspect.getmembers(CLASSES[name], inspect.isfunction)
    return {method: inspect.signature(made) for method, made in members if not method.startswith("_")}


def all_fail(
    name: str, error: type[Exception], text: str, *, where: Callable[[str], bool] = lambda _: True
) -> list[Row]:
    """Rows of one error of all methods of a class that *where* chooses, with arguments as they should be."""
    return [
        Row(method, error, text, *valid_arguments(name, method, signature))
        for method, signature in methods(name).items()
        if where(method)
    ]


def made(scene: Scene, client: Any, name: str) -> Steps:
    """An object of a class."""
    view = scene.harness.view
    if name in STRUCTURES:
        return (yield from scene.structure(client, STRUCTURES[name]))
    if name in CP_OBJECTS:
        return (yield from scene.structure(client.cp_subsystem, CP_OBJECTS[name]))
    if name in TRANSACTIONAL:
        transaction = client.new_transaction()
        yield transaction.begin()
        return (yield getattr(transaction, f"get_{TRANSACTIONAL[name]}")(scene.new_name()))
    if name == "Pages":
        return (yield from scene.map(client)).iterate_keys()
    if name == "ScheduledFuture":
        executor = yield from scene.structure(client, "scheduled_executor")
        return (yield executor.get_scheduled_future(ScheduledTaskHandler(executor.name, "task", 0, None)))
    if name == "SqlResult":
        return (yield view(client.sql).execute("SELECT 1"))
    others: dict[str, Any] = {
        "Client": client,
        "CPSubsystem": client.cp_subsystem,
        "LifecycleService": client.lifecycle_service,
        "ClusterService": client.cluster_service,
        "PartitionService": client.partition_service,
    }
    if name in others:
        return others[name]
    if name == "SqlService":
        return view(client.sql)
    assert name == "Transaction", name
    transaction = client.new_transaction()
    yield transaction.begin()
    return transaction
