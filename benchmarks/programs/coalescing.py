"""Sends every message on its own: only to measure what joining them is worth, so no option of the clients."""

from __future__ import annotations

from importlib import import_module


def switch_off() -> None:
    """Do so in the clients for threads and for asyncio that are made from now on."""
    _set("hzproto_sync.transport", "_SMALL", -1)  # up to this size pieces are joined
    _set("hzproto_asyncio.runtime", "TICK", -1.0)  # so long a message may wait for others


def _set(module_name: str, constant: str, value: float) -> None:
    module = import_module(module_name)
    if not hasattr(module, constant):
        raise AttributeError(f"{module_name} has no {constant} any more: say here how messages are sent one by one")
    setattr(module, constant, value)
