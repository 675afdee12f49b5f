"""Every message that the protocol's reference encoder made: the same bytes, and the same values back."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from hzproto.errors import RemoteProtocolError
from hzproto.messages import MESSAGES
from hzproto.wire.frames import FrameReader
from hzproto.wire.params import version_tuple
from tests.unit.messages.values import build

if TYPE_CHECKING:
    from hzproto.wire.table import Layout

FOLDER = os.environ.get("HZPROTO_VECTORS")
VERSIONS = ("2.0", "2.6", "2.9")

pytestmark = pytest.mark.skipif(FOLDER is None, reason="HZPROTO_VECTORS does not name the folder of the vectors")

FLOAT = 3.140000104904175  # 3.14 in 32 bits
LEAVES = {
    "boolean": True,
    "byte": 113,
    "int": 25,
    "Integer": 25,
    "long": -50992225,
    "Long": -50992225,
    "float": FLOAT,
    "UUID": UUID(int=123456789 << 64 | 987654321),
    "String": "localhost",
    "Data": b"111313123131313131",
    "byteArray": bytes([113]),
    "longArray": [-50992225],
    "floatArray": [FLOAT],
    "SqlPage": {"last": True, "columnTypes": [4], "columns": [[1, 2, 3, 4]]},
}
FIELDS = {
    "DurationConfig.timeUnit": 1,
    "TimedExpiryPolicyFactoryConfig.expiryPolicyType": 1,
    "ClientBwListEntry.type": 1,
    "CacheEventData.cacheEventType": 1,
    "IndexConfig.type": 1,
    "BitmapIndexOptions.uniqueKeyTransformation": 1,
    "SqlColumnMetadata.type": 1,
    "EndpointQualifier.type": 2,
    "ListenerConfigHolder.listenerType": 1,
    "HazelcastJsonValue.value": "",
    "Capacity.value": 50992225,
    "Capacity.unit": 3,
    "JobAndSqlSummary.status": 2,
    "JobAndSqlSummary.userCancelled": False,
    "VectorIndexConfig.dimension": 1000,
    "VectorIndexConfig.metric": 0,
    "VectorIndexConfig.maxDegree": 200,
    "VectorIndexConfig.efConstruction": 300,
    "VectorIndexConfig.useDeduplication": False,
    "VectorSearchOptions.includeValue": False,
    "VectorSearchOptions.includeVectors": False,
    "VectorSearchOptions.limit": 100,
    "VectorPair.type": 0,
}


def rows(version: str) -> list[tuple[Layout, dict[str, Any]]]:
    assert FOLDER is not None
    found: list[tuple[Layout, dict[str, Any]]] = []
    for line in (Path(FOLDER) / f"messages-{version}.jsonl").read_text().splitlines():
        row = json.loads(line)
        method = MESSAGES[f"{row['service']}.{row['method']}"]
        layout = method.events[row["event"]] if row["kind"] == "event" else getattr(method, row["kind"])
        found.append((layout, row))
    return found


def leaf(owner: str, type_: str) -> Any:
    return FIELDS.get(owner, LEAVES[type_])


def cases(version: str) -> list[tuple[Layout, dict[str, Any], bytes]]:
    """Every row twice: with all values, and with null wherever that is allowed."""
    found: list[tuple[Layout, dict[str, Any], bytes]] = []
    for layout, row in rows(version):
        values = {name: build(type_, version_tuple(version), leaf, lambda: 1) for name, type_, _ in row["params"]}
        nulls = {name: None for name, _, nullable in row["params"] if nullable}
        found.append((layout, values, bytes.fromhex(row["bytes"])))
        found.append((layout, values | nulls, bytes.fromhex(row["null_bytes"])))
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_ids_and_fields(version: str) -> None:
    newest = version_tuple(version)
    for layout, row in rows(version):
        known = [(p.name, p.type, p.nullable) for p in layout.params if version_tuple(p.since) <= newest]
        assert known == [tuple(param) for param in row["params"]], layout
        assert layout.id == row["id"], layout


@pytest.mark.parametrize("version", VERSIONS)
def test_encode(version: str) -> None:
    for layout, values, data in cases(version):
        assert layout.encode(values, version) == data, layout


@pytest.mark.parametrize("version", VERSIONS)
def test_decode(version: str) -> None:
    for layout, values, data in cases(version):
        assert layout.decode(data) == values, layout


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", [bytes, memoryview])
def test_parse(version: str, kind: type[bytes | memoryview]) -> None:
    for layout, values, data in cases(version):
        expected = tuple(values.get(param.name) for param in layout.params)
        parsed = layout.parse(kind(data))
        if len(expected) > 1:
            assert parsed == expected, layout
        else:
            assert parsed == (expected[0] if expected else None), layout


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.long)])
def test_cut_anywhere_they_are_waited_for_or_refused_or_shorter(version: str, stride: int) -> None:
    for layout, values, data in cases(version)[VERSIONS.index(version) :: stride]:
        for size in range(len(data)):
            assert FrameReader().receive(data[:size]) == []
            for cut in (data[:size], memoryview(data)[:size]):
                try:
                    found = layout.decode(cut)
                except RemoteProtocolError:
                    with pytest.raises(RemoteProtocolError):
                        layout.parse(cut)
                else:
                    assert found.items() <= values.items(), layout
