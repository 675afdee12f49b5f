"""A client's metrics for Prometheus: ``pip install hzproto[prometheus]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hzproto.exporters import INSTRUMENTS, NEAR_CACHE_INSTRUMENTS, Instrument, Measured

try:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.registry import Collector
except ImportError as error:
    raise ImportError(f"{__name__} needs prometheus-client: pip install hzproto[prometheus]") from error

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELS: Final = ("client",)
_NEAR_CACHE_LABELS: Final = ("client", "map")


class ClientCollector(Collector):
    """Reads the metrics of clients whenever Prometheus asks::

        prometheus_client.REGISTRY.register(ClientCollector(client))

    They are called ``hazelcast_client_requests_total`` and the like, with the client's name as the label ``client``;
    near caches have the label ``map`` too. A registry takes one collector: give it all clients of the program.
    """

    def __init__(self, *clients: Measured) -> None:
        self._clients = clients

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Yield each metric, with the value of each client."""
        measured = [(client.name, client.metrics()) for client in self._clients]
        for instrument in INSTRUMENTS:
            family = _family(instrument, _LABELS)
            for name, metrics in measured:
                family.add_metric([name], getattr(metrics, instrument.field))
            yield family
        for instrument in NEAR_CACHE_INSTRUMENTS:
            family = _family(instrument, _NEAR_CACHE_LABELS)
            for name, metrics in measured:
                for cached, stats in metrics.near_caches.items():
                    family.add_metric([name, cached], getattr(stats, instrument.field))
            yield family


def _family(instrument: Instrument, labels: tuple[str, ...]) -> CounterMetricFamily | GaugeMetricFamily:
    kind = CounterMetricFamily if instrument.grows else GaugeMetricFamily
    return kind(_name(instrument), instrument.description, labels=labels)


def _name(instrument: Instrument) -> str:
    unit = ("bytes",) if instrument.unit == "By" else ()
    return "_".join(("hazelcast_client", *instrument.name, *unit))
