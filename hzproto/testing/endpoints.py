"""From message types to what members of a version do about them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from hzproto.messages import ERROR, MESSAGES, layout_of
from hzproto.testing import (
    client_service,
    count_down_latch_service,
    counters_service,
    cp_members_service,
    cp_service,
    cp_values_service,
    fenced_lock_service,
    list_service,
    map_extras,
    map_queries,
    map_service,
    multi_map_service,
    near_cache_service,
    partition_events,
    queue_service,
    replicated_map_service,
    ringbuffer_service,
    schema_service,
    semaphore_service,
    set_service,
    topic_service,
    transaction_service,
)
from hzproto.wire.frames import RESPONSE_HEADER
from hzproto.wire.params import version_tuple

if TYPE_CHECKING:
    from hzproto.testing.failures import Failure
    from hzproto.testing.routes import Route

_CP_ROUTES: Final = {
    **cp_service.ROUTES,
    **cp_members_service.ROUTES,
    **cp_values_service.ROUTES,
    **count_down_latch_service.ROUTES,
    **fenced_lock_service.ROUTES,
    **semaphore_service.ROUTES,
}
_LICENSED_ROUTES: Final = {**cp_members_service.LICENSED_ROUTES, **cp_values_service.LICENSED_ROUTES}
_ROUTES: Final = {
    **client_service.ROUTES,
    **schema_service.ROUTES,
    **partition_events.ROUTES,
    **counters_service.ROUTES,
    **map_service.ROUTES,
    **map_queries.ROUTES,
    **map_extras.ROUTES,
    **near_cache_service.ROUTES,
    **multi_map_service.ROUTES,
    **replicated_map_service.ROUTES,
    **queue_service.ROUTES,
    **list_service.ROUTES,
    **set_service.ROUTES,
    **topic_service.ROUTES,
    **ringbuffer_service.ROUTES,
    **transaction_service.ROUTES,
    **_CP_ROUTES,
    **_LICENSED_ROUTES,
}
_WITHOUT_CP: Final = "2.8"  # members that speak this version or a newer one have a CP subsystem only with a licence

_PROTOCOLS: Final[dict[tuple[int, ...], str]] = {
    (4, 0): "2.0",
    (4, 1): "2.1",
    (4, 2): "2.2",
    (5, 0): "2.3",
    (5, 1): "2.4",
    (5, 2): "2.5",
    (5, 3): "2.6",
    (5, 4): "2.7",
    (5, 5): "2.8",
    (5, 6): "2.9",
    (5, 7): "2.10",
}


def protocol_of(version: str) -> str:
    """Return the newest protocol version that members of a version such as "5.3.8" speak."""
    try:
        return _PROTOCOLS[version_tuple(version)[:2]]
    except (ValueError, KeyError):
        known = ", ".join(".".join(map(str, numbers)) for numbers in _PROTOCOLS)
        raise ValueError(f"version must be that of a known member ({known}), not {version!r}") from None


class Endpoint:
    """One method in one protocol version."""

    __slots__ = ("_header", "_old", "_response", "fields", "name", "protocol", "request", "route")

    def __init__(self, name: str, route: Route, protocol: str) -> None:
        method = MESSAGES[name]
        self.name = name
        self.route = route
        self.protocol = protocol
        self.request = method.request
        self.fields = len(method.request.params)
        self._response = method.response
        self._old = any(not _has(protocol, param.since) for param in method.response.params)
        self._header = (method.response.size, method.response.flags, method.response.id)

    def encode_answer(self, result: Any, correlation_id: int, acks: int) -> bytes:
        """Return the message that answers a request; fields that the protocol version has not are left out."""
        params = self._response.params
        values = () if not params else (result,) if len(params) == 1 else result
        if self._old:
            known = {param.name: v for param, v in zip(params, values, strict=True) if _has(self.protocol, param.since)}
            return self._response.encode(known, self.protocol, correlation_id=correlation_id, backup_acks=acks)
        return RESPONSE_HEADER.pack(*self._header, correlation_id, acks) + self._response.body(*values)

    def encode_failure(self, failure: Failure, correlation_id: int) -> bytes:
        """Return the message that answers a request with an error."""
        return ERROR.encode({"errorHolders": failure.holders()}, correlation_id=correlation_id)


@cache
def _has(protocol: str, since: str) -> bool:
    return version_tuple(since) <= version_tuple(protocol)


@cache
def endpoint(protocol: str, message_type: int, licensed: bool) -> Endpoint | None:
    """Return what members that speak `protocol` do about requests of a type, None if they know nothing of it."""
    layout = layout_of(message_type)
    if layout is None or layout.kind != "request":
        return None
    name = layout.name.removesuffix(".request")
    route = _ROUTES.get(name)
    if route is None or not _has(protocol, MESSAGES[name].since) or (name in _LICENSED_ROUTES and not licensed):
        return None
    if name in _CP_ROUTES and _has(protocol, _WITHOUT_CP) and not licensed:
        route = cp_service.refuse
    return Endpoint(name, route, protocol)
