"""A client's metrics for OpenTelemetry: ``pip install hzproto[opentelemetry]``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from hzproto.exporters import INSTRUMENTS, NEAR_CACHE_INSTRUMENTS, Measured

try:
    from opentelemetry.metrics import Observation
except ImportError as error:
    raise ImportError(f"{__name__} needs opentelemetry-api: pip install hzproto[opentelemetry]") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.metrics import CallbackOptions, Meter


_CLIENT: Final = "hazelcast.client.name"
_MAP: Final = "hazelcast.map.name"


def observe(meter: Meter, *clients: Measured) -> None:
    """Make instruments of *meter* that read the metrics of clients whenever they are collected::

        observe(opentelemetry.metrics.get_meter("shop"), client)

    They are called ``hazelcast.client.requests`` and the like, with the client's name as the attribute
    ``hazelcast.client.name``; near caches have the attribute ``hazelcast.map.name`` too. A meter has each instrument
    once: give it all clients of the program.
    """
    for instrument, read in (
        *((instrument, _read) for instrument in INSTRUMENTS),
        *((instrument, _read_near_caches) for instrument in NEAR_CACHE_INSTRUMENTS),
    ):
        make = meter.create_observable_counter if instrument.grows else meter.create_observable_up_down_counter
        name = ".".join(("hazelcast.client", *instrument.name))
        make(
            name,
            callbacks=[partial(read, clients, instrument.field)],
            unit=instrument.unit,
            description=instrument.description,
        )


def _read(clients: tuple[Measured, ...], field: str, _options: CallbackOptions) -> Iterator[Observation]:
    for client in clients:
        yield Observation(getattr(client.metrics(), field), {_CLIENT: client.name})


def _read_near_caches(clients: tuple[Measured, ...], field: str, _options: CallbackOptions) -> Iterator[Observation]:
    for client in clients:
        for cached, stats in client.metrics().near_caches.items():
            yield Observation(getattr(stats, field), {_CLIENT: client.name, _MAP: cached})
