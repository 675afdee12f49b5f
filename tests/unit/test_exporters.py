"""What Prometheus and OpenTelemetry are told of clients."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, generate_latest

from hzproto.exporters import INSTRUMENTS, NEAR_CACHE_INSTRUMENTS
from hzproto.exporters.opentelemetry import observe
from hzproto.exporters.prometheus import ClientCollector
from hzproto.metrics import ClientMetrics, NearCacheStats
from tests.unit.conftest import Connect


def test_every_field_is_shown() -> None:
    assert {instrument.field for instrument in INSTRUMENTS} == set(ClientMetrics.__annotations__) - {"near_caches"}
    assert {instrument.field for instrument in NEAR_CACHE_INSTRUMENTS} <= set(NearCacheStats.__annotations__)


def test_prometheus(connect: Connect) -> None:
    one, two = connect(client_name="one", near_caches={"m": {}}), connect(client_name="two")
    registry = CollectorRegistry(auto_describe=True)
    registry.register(ClientCollector(one.facade, two.facade))

    def value(name: str, client: str = "one") -> float | None:
        return registry.get_sample_value(f"hazelcast_client_{name}", {"client": client})

    assert value("connections") == value("members") == 3
    before = value("requests_total")
    one.map().put(1, "a").result()
    metrics = one.facade.metrics()
    assert value("requests_total") == metrics.requests
    assert before is not None
    assert before < metrics.requests
    assert value("sent_bytes_total") == metrics.bytes_sent
    assert value("operations_in_flight", "two") == 0
    for _ in range(2):
        one.map("m").get(1).result()
    hits = registry.get_sample_value("hazelcast_client_near_cache_hits_total", {"client": "one", "map": "m"})
    assert hits == one.facade.metrics().near_caches["m"].hits > 0
    text = generate_latest(registry).decode()
    assert "# TYPE hazelcast_client_connections gauge" in text
    assert "# TYPE hazelcast_client_connections_lost_total counter" in text


def test_opentelemetry(connect: Connect) -> None:
    one, two = connect(client_name="one", near_caches={"m": {}}), connect(client_name="two")
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    observe(provider.get_meter("tests"), one.facade, two.facade)
    one.map("m").put(1, "a").result()
    one.map("m").get(1).result()
    data: Any = reader.get_metrics_data()
    (scope,) = data.resource_metrics[0].scope_metrics
    shown = {
        metric.name: (metric.unit, metric.data.is_monotonic, _values(metric.data.data_points))
        for metric in scope.metrics
    }
    assert len(shown) == len(INSTRUMENTS) + len(NEAR_CACHE_INSTRUMENTS)
    assert shown["hazelcast.client.near.cache.misses"] == ("{read}", True, {"one": 1})
    metrics = one.facade.metrics()
    assert shown["hazelcast.client.connections"] == ("{connection}", False, {"one": 3, "two": 3})
    unit, monotonic, requests = shown["hazelcast.client.requests"]
    assert (unit, monotonic, requests["one"]) == ("{request}", True, metrics.requests)
    assert shown["hazelcast.client.received"] == (
        "By",
        True,
        {"one": metrics.bytes_received, "two": two.facade.metrics().bytes_received},
    )
    provider.shutdown()


def _values(points: Any) -> dict[str, int]:
    return {point.attributes["hazelcast.client.name"]: point.value for point in points}


@pytest.mark.parametrize(
    ("module", "package"), [("prometheus", "prometheus_client"), ("opentelemetry", "opentelemetry")]
)
def test_packages_are_needed_only_where_they_are_used(module: str, package: str) -> None:
    program = f"""
import sys
sys.modules[{package!r}] = None
import hzproto_sync, hzproto.exporters
try:
    import hzproto.exporters.{module}
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"pip install hzproto[{module}]" in done.stdout
