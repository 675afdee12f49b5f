"""The messages of cardinality estimators."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
CARDINALITY_ESTIMATOR = Service(0x19, "CardinalityEstimator", [
    Method(0x01, "add", "name: String, hash: long", "", partition="name"),
    Method(0x02, "estimate", "name: String", "response: long", partition="name"),
])
