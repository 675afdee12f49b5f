"""Every message of the protocol, one table a service.

:data:`MESSAGES` has all methods by their names in the protocol, such as "Map.put". Tables are loaded when they are
first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from hzproto.wire.table import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hzproto.wire.table import Method, Service

__all__ = ["ERROR", "MESSAGES", "layout_of"]

# The tables: id and name of the service, the module and the name of its table in it.
_TABLES: Final = (
    (0x00, "Client", "client", "CLIENT"),
    (0x01, "Map", "map", "MAP"),
    (0x07, "FencedLock", "fenced_lock", "FENCED_LOCK"),
    (0x1E, "CPGroup", "cp_group", "CP_GROUP"),
    (0x1F, "CPSession", "cp_session", "CP_SESSION"),
)
_BY_NAME: Final = {name: (module, table) for _, name, module, table in _TABLES}
_NAME_OF_ID: Final = {id_: name for id_, name, _, _ in _TABLES}

ERROR: Final = Layout("response", 0, "error answer", "errorHolders: List_ErrorHolder", "2.0")
"""What a member answers when a request failed: the error, then its causes."""


class _Messages(Mapping[str, "Method"]):
    """All methods by service and name."""

    def __getitem__(self, key: str) -> Method:
        service, _, method = key.partition(".")
        try:
            return _service(service)[method]
        except KeyError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (f"{name}.{method.name}" for name in _BY_NAME for method in _service(name))

    def __len__(self) -> int:
        return sum(len(_service(name).methods) for name in _BY_NAME)


def _service(name: str) -> Service:
    module, table = _BY_NAME[name]
    service: Service = getattr(import_module(f"hzproto.messages.{module}"), table)
    return service


MESSAGES: Final = _Messages()
"""The methods by their names, such as ``MESSAGES["Map.put"]``; each has `request`, `response` and `events`."""


def layout_of(message_type: int) -> Layout | None:
    """Return the layout of the messages of a type, None if there is no such type."""
    if message_type == ERROR.id:
        return ERROR
    service = _NAME_OF_ID.get(message_type >> 16)
    return None if service is None else _service(service).layouts.get(message_type)
