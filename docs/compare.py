"""Write `methods.md`: where each public method of the official client is here, made from both packages.

`official.json` has what the official client offers (see `official.py`); what there is here is looked up.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent

_SURFACES: Final = {"sync": "hzproto_sync", "asyncio": "hzproto_asyncio"}
_ELSEWHERE: Final = {
    "ClusterService": "hzproto.structures.services",
    "Connection": "hzproto_sync.db",
    "Cursor": "hzproto_sync.db",
    "Future": "hzproto.future",
    "LifecycleService": "hzproto.structures.services",
    "PartitionService": "hzproto.structures.services",
    "ReadResult": "hzproto.proxy.ringbuffer",
    "ReliableMessageListener": "hzproto.proxy.reliable_topic",
    "SqlColumnMetadata": "hzproto.sql",
    "SqlRow": "hzproto.sql",
    "SqlRowMetadata": "hzproto.sql",
}
# Classes of which users get objects and make none, of threads and of asyncio.
_INSIDE: Final = {
    "CPSubsystem": ("hzproto_sync.CPSubsystem", "hzproto_asyncio.CPSubsystem"),
    "SqlResult": ("hzproto.structures.sql.FuturesSqlResult", "hzproto.structures.sql.AioSqlResult"),
}
_ENTERPRISE: Final = (
    "vector collections need members with an enterprise licence; the messages are in `hzproto.messages`"
)
REASONS: Final = {
    "FencedLock.get_group_id": "the client renews the ids of groups; the name of the lock says which group it is in",
    "Future.set_exception": "futures belong to operations; `hzproto.future.ImmediateExceptionFuture` has its error",
    "Future.set_result": "futures belong to operations; `hzproto.future.ImmediateFuture` has its value",
    "VectorCollection": _ENTERPRISE,
    "HazelcastClient.get_vector_collection": _ENTERPRISE,
    "HazelcastClient.create_vector_collection_config": _ENTERPRISE,
}
"""Why a class or a method is not here."""

_HEAD: Final = """# Every method of the official client

Where the public methods of the official Python client 5.7 are here: ✓ under the same name, with parameters of the same
names; - where the official client has no such method itself. The gevent and Twisted adapters have what the threads
adapter has. This page is made from both packages by `docs/compare.py`.
"""


def page() -> str:
    """The text of `methods.md`."""
    sections = [_HEAD]
    for name, of_surface in _official().items():
        if name in REASONS:
            sections.append(f"## {name}\n\nNot here: {REASONS[name]}.\n")
            continue
        methods = sorted({method for methods in of_surface.values() for method in methods})
        rows = [
            f"| `{method}` | {' | '.join(_cell(name, method, surface) for surface in _SURFACES)} |"
            for method in methods
        ]
        sections.append(f"## {name}\n\n| method | threads | asyncio |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(sections)


def unexplained() -> list[str]:
    """The methods that are not here although no reason is given."""
    return [
        f"{surface}: {name}.{method}: {lack}"
        for name, of_surface in _official().items()
        for surface, methods in of_surface.items()
        for method in methods
        if (lack := _lack(name, method, surface)) and not _reason(name, method)
    ]


def _cell(name: str, method: str, surface: str) -> str:
    if method not in _official()[name].get(surface, {}):
        return "-"
    return "✓" if not _lack(name, method, surface) else f"not here: {_reason(name, method)}"


def _lack(name: str, method: str, surface: str) -> str:
    """What is missing of an official method; nothing: an empty text."""
    cls = _class(name, surface)
    if cls is None:
        return "no such class"
    member = inspect.getattr_static(cls, method, None)
    if member is None:
        return "no such method"
    if not callable(getattr(cls, method)) or isinstance(member, property | type):
        return ""
    accepted = inspect.signature(getattr(cls, method)).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in accepted.values()):
        return ""
    absent = [parameter for parameter in _official()[name][surface][method] if parameter not in accepted]
    return f"no parameters {', '.join(absent)}" if absent else ""


def _reason(name: str, method: str) -> str:
    return REASONS.get(f"{name}.{method}") or REASONS.get(name, "")


def _class(name: str, surface: str) -> Any:
    if name in _INSIDE:
        module, _, attribute = _INSIDE[name][surface == "asyncio"].rpartition(".")
    else:
        module, attribute = _ELSEWHERE.get(name, _SURFACES[surface]), name
    return getattr(importlib.import_module(module), attribute, None)


@functools.cache
def _official() -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, dict[str, dict[str, list[str]]]] = json.loads((HERE / "official.json").read_text())
    return found


if __name__ == "__main__":
    (HERE / "methods.md").write_text(page())
    if lacking := unexplained():
        sys.exit("\n".join(lacking))
