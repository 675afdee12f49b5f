"""The messages of flake id generators."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
FLAKE_ID_GENERATOR = Service(0x1c, "FlakeIdGenerator", [
    Method(0x01, "newIdBatch",
           "name: String, batchSize: int",
           "base: long, increment: long, batchSize: int", retryable=True),
])
