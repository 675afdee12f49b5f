"""What a client counts, and what it tells the members of itself."""

from __future__ import annotations

import struct
import zlib
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hzproto.cluster.statistics import Metric, Unit, attributes, compress
from hzproto.errors import LocalProtocolError
from tests.unit.conftest import Connect
from tests.unit.network import Network


def decompress(blob: bytes) -> dict[tuple[str | None, ...], tuple[int, float]]:
    """Read metrics as members do: by their prefix, name and what they are about, the unit and the value."""
    version, size = struct.unpack_from(">hi", blob)
    assert version == 1
    dictionary, rest = zlib.decompress(blob[6 : 6 + size]), blob[6 + size :]
    words: dict[int, str | None] = {-1: None}
    at, last = 4, ""
    for _ in range(struct.unpack_from(">i", dictionary)[0]):
        number, shared, more = struct.unpack_from(">iBB", dictionary, at)
        last = last[:shared] + dictionary[at + 6 : at + 6 + 2 * more].decode("utf-16-be")
        words[number] = last
        at += 6 + 2 * more
    assert at == len(dictionary)
    metrics: dict[tuple[str | None, ...], tuple[int, float]] = {}
    body, at = zlib.decompress(rest[4:]), 0
    for _ in range(struct.unpack_from(">i", rest)[0]):
        mask, prefix, name, kind, about, unit, targets, tags, value_type = struct.unpack_from(">BiiiibBBB", body, at)
        assert (mask, targets, tags) == (0, 0, 0)
        at += struct.calcsize(">BiiiibBBB")
        (value,) = struct.unpack_from(">d" if value_type else ">q", body, at)
        at += 8
        metrics[words[prefix], words[name], words[kind], words[about]] = (unit, value)
    assert at == len(body)
    return metrics


def test_compressed_metrics_are_what_they_were() -> None:
    metrics = [
        Metric("os.processCpuTime", 2**40, Unit.NS),
        Metric("os.processes", -1, Unit.COUNT),
        Metric("os.systemLoadAverage", 0.5, Unit.COUNT),
        Metric("nearcache.hits", 3, Unit.COUNT, ("name", "a map")),
        Metric("plain", 7, Unit.BYTES),
    ]
    assert decompress(compress(metrics)) == {
        ("os", "processCpuTime", None, None): (2, 2**40),
        ("os", "processes", None, None): (4, -1),
        ("os", "systemLoadAverage", None, None): (4, 0.5),
        ("nearcache", "hits", "name", "a map"): (4, 3),
        (None, "plain", None, None): (0, 7),
    }
    assert decompress(compress([])) == {}


def test_attributes_are_escaped() -> None:
    assert attributes({"a": 1, "b": "x,y=z.\\"}) == "a=1,b=x\\,y\\=z\\.\\\\"


def watched(network_of: Connect, load: Any) -> Network:
    network = network_of(load=load, statistics_enabled=True, statistics_period=2, client_name="me")
    network.start().result()
    return network


def test_statistics_are_sent_while_the_client_is_connected(network_of: Connect) -> None:
    modules: dict[str, Any] = {"time": SimpleNamespace(time=lambda: 1_700_000_000.5), "psutil": import_module("psutil")}
    network = watched(network_of, modules.__getitem__)
    network.advance(5)
    sent = network.sent("Client.statistics")
    assert len(sent) == 3
    assert sent[0].values["timestamp"] == 1_700_000_000_500
    facts = dict(fact.split("=") for fact in sent[0].values["clientAttributes"].split(","))
    assert facts["clientName"] == "me"
    assert facts["clientType"] == "PYH"
    assert facts["lastStatisticsCollectionTime"] == facts["clusterConnectionTimestamp"] == "1700000000500"
    metrics = decompress(sent[2].values["metricsBlob"])
    assert metrics["os", "totalPhysicalMemorySize", None, None][1] > 0
    assert metrics["tcp", "bytesReceived", None, None][1] > 0
    assert len(metrics) == 14
    network.unreachable = {member.address for member in network.cluster.members}
    for connection in list(network.links):
        network.cut(connection)
    network.advance(20)
    assert len(network.sent("Client.statistics")) == 3
    network.unreachable.clear()
    network.advance(40)
    assert len(network.sent("Client.statistics")) > 3


def test_without_psutil_the_client_tells_of_itself_alone(network_of: Connect) -> None:
    def load(name: str) -> ModuleType:
        if name == "psutil":
            raise ModuleNotFoundError(name)
        return import_module(name)

    (sent,) = watched(network_of, load).sent("Client.statistics")
    assert {name for _, name, _, _ in decompress(sent.values["metricsBlob"])} == {"bytesSend", "bytesReceived"}


def test_statistics_of_near_caches(network_of: Connect) -> None:
    modules: dict[str, Any] = {"time": SimpleNamespace(time=lambda: 1.0), "psutil": import_module("psutil")}
    near_caches: dict[str, Any] = {"a,b": {}, "x" * 300: {}}
    network = network_of(
        load=modules.__getitem__, statistics_enabled=True, statistics_period=2, near_caches=near_caches
    )
    network.start().result()
    network.map("x" * 300)
    m = network.map("a,b")
    m.put(1, 1).result()
    m.get(1).result()
    m.get(1).result()
    network.advance(3)
    sent = network.sent("Client.statistics")[-1].values
    metrics = decompress(sent["metricsBlob"])
    assert metrics["nearcache", "hits", "name", "a,b"][1] == 1
    assert metrics["nearcache", "misses", "name", "a,b"][1] == 1
    assert metrics["nearcache", "ownedEntryCount", "name", "a,b"][1] == 1
    assert len([name for name in metrics if name[0] == "nearcache"]) == 9
    assert "nc.a\\,b.hits=1," in sent["clientAttributes"]
    assert f"nc.{'x' * 300}.hits=0," in sent["clientAttributes"]


def test_the_modules_are_needed(network_of: Connect) -> None:
    with pytest.raises(LocalProtocolError, match="time"):
        network_of(statistics_enabled=True)


def test_metrics(connect: Connect) -> None:
    network = connect()
    m = network.map()
    before = network.client.metrics()
    assert before.connections == before.connections_opened == before.members == 3
    m.put("k", "x" * 1000).result()
    after = network.client.metrics()
    assert after.requests == before.requests + 1
    assert 1000 < after.bytes_sent - before.bytes_sent < 1200
    assert after.bytes_received > before.bytes_received
    assert after.backup_acks_received == 1
    network.hold("Map.put")
    m.put("k", 1)
    assert network.facade.metrics().operations_in_flight == 1
    network.unreachable = {member.address for member in network.cluster.members}
    network.cut(next(iter(network.links)))
    lost = network.client.metrics()
    assert lost.connections_lost == 1
    assert lost.connections == 2
    assert lost.bytes_received >= after.bytes_received
