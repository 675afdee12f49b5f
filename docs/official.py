"""Write `official.json`: the public methods of the official client and their parameters, by class.

Run in an environment that has hazelcast-python-client 5.7: `python docs/official.py`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any

_PROXIES = ("hazelcast.proxy", "hazelcast.proxy.cp")
_OTHERS = {
    "HazelcastClient": "hazelcast.client",
    "CPSubsystem": "hazelcast.cp",
    "Connection": "hazelcast.db",
    "Cursor": "hazelcast.db",
    "ClusterService": "hazelcast.cluster",
    "LifecycleService": "hazelcast.lifecycle",
    "PartitionService": "hazelcast.partition",
    "SqlService": "hazelcast.sql",
    "SqlResult": "hazelcast.sql",
    "SqlRow": "hazelcast.sql",
    "SqlRowMetadata": "hazelcast.sql",
    "SqlColumnMetadata": "hazelcast.sql",
    "Transaction": "hazelcast.transaction",
    "Future": "hazelcast.future",
}
# What users get under the name of the base class.
_VARIANTS = {"MapFeatNearCache", "SessionAwareSemaphore", "SessionlessSemaphore"}


def main() -> None:
    asyncio_classes = vars(importlib.import_module("hazelcast.asyncio"))
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for name, cls in (*_proxies(), *((name, _attribute(module, name)) for name, module in _OTHERS.items())):
        found[name] = {"sync": _methods(cls)}
        if inspect.isclass(twin := asyncio_classes.get(name)):
            found[name]["asyncio"] = _methods(twin)
    text = json.dumps({name: found[name] for name in sorted(found)}, indent=1)
    Path(__file__).with_name("official.json").write_text(text + "\n")


def _proxies() -> list[tuple[str, type[Any]]]:
    """The classes of the structures; those that no user calls have no public methods of their own."""
    return [
        (name, cls)
        for package in _PROXIES
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.")
        if not module.ispkg and not module.name.endswith(".base")
        for name, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
        if cls.__module__ == module.name and not name.startswith(("_", "Blocking")) and name not in _VARIANTS
    ]


def _attribute(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _methods(cls: type[Any]) -> dict[str, list[str]]:
    methods: dict[str, list[str]] = {}
    for name, member in inspect.getmembers(cls):
        if name.startswith("_"):
            continue
        if callable(member):
            methods[name] = [p for p in inspect.signature(member).parameters if p not in ("self", "cls")]
        elif isinstance(member, property):
            methods[name] = []
    return methods


if __name__ == "__main__":
    main()
