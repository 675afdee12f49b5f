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

__all__ = ["ERROR", "MESSAGES", "layout_of", "service_of"]

# Ids and names of the services, and the modules with their tables. A table's name is its module's in capitals.
_SERVICES: Final = (
    (0x00, "Client", "client"),
    (0x01, "Map", "map"),
    (0x02, "MultiMap", "multi_map"),
    (0x03, "Queue", "queue"),
    (0x04, "Topic", "topic"),
    (0x05, "List", "list"),
    (0x06, "Set", "set"),
    (0x07, "FencedLock", "fenced_lock"),
    (0x08, "ExecutorService", "executor_service"),
    (0x09, "AtomicLong", "atomic_long"),
    (0x0A, "AtomicRef", "atomic_ref"),
    (0x0B, "CountDownLatch", "count_down_latch"),
    (0x0C, "Semaphore", "semaphore"),
    (0x0D, "ReplicatedMap", "replicated_map"),
    (0x0E, "TransactionalMap", "transactional_map"),
    (0x0F, "TransactionalMultiMap", "transactional_multi_map"),
    (0x10, "TransactionalSet", "transactional_set"),
    (0x11, "TransactionalList", "transactional_list"),
    (0x12, "TransactionalQueue", "transactional_queue"),
    (0x13, "Cache", "cache"),
    (0x14, "XATransaction", "xa_transaction"),
    (0x15, "Transaction", "transaction"),
    (0x16, "ContinuousQuery", "continuous_query"),
    (0x17, "Ringbuffer", "ringbuffer"),
    (0x18, "DurableExecutor", "durable_executor"),
    (0x19, "CardinalityEstimator", "cardinality_estimator"),
    (0x1A, "ScheduledExecutor", "scheduled_executor"),
    (0x1B, "DynamicConfig", "dynamic_config"),
    (0x1C, "FlakeIdGenerator", "flake_id_generator"),
    (0x1D, "PNCounter", "pn_counter"),
    (0x1E, "CPGroup", "cp_group"),
    (0x1F, "CPSession", "cp_session"),
    (0x20, "MC", "mc"),
    (0x21, "Sql", "sql"),
    (0x22, "CPSubsystem", "cp_subsystem"),
    (0x23, "CPMap", "cp_map"),
    (0x24, "VectorCollection", "vector_collection"),
    (0xFD, "Experimental", "experimental"),
    (0xFE, "Jet", "jet"),
)
_MODULES: Final = {name: module for _, name, module in _SERVICES}
_NAMES: Final = {id_: name for id_, name, _ in _SERVICES}

ERROR: Final = Layout("response", 0, "error answer", "errorHolders: List_ErrorHolder", "2.0")
"""What a member answers when a request failed: the error, then its causes."""


class _Messages(Mapping[str, "Method"]):
    """All methods by service and name."""

    def __getitem__(self, key: str) -> Method:
        service, _, method = key.partition(".")
        try:
            return service_of(service)[method]
        except KeyError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (f"{name}.{method}" for name in _MODULES for method in service_of(name).methods)

    def __len__(self) -> int:
        return sum(len(service_of(name).methods) for name in _MODULES)


def service_of(name: str) -> Service:
    """Return the table of a service by its name in the protocol, such as "Map"."""
    module = _MODULES[name]
    service: Service = getattr(import_module(f"hzproto.messages.{module}"), module.upper())
    return service


MESSAGES: Final = _Messages()
"""The methods by their names, such as ``MESSAGES["Map.put"]``; each has `request`, `response` and `events`."""


def layout_of(message_type: int) -> Layout | None:
    """Return the layout of the messages of a type, None if there is no such type."""
    if message_type == ERROR.id:
        return ERROR
    service = _NAMES.get(message_type >> 16)
    return None if service is None else service_of(service).layouts.get(message_type)
