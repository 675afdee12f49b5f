"""Structures that count, as users of threads and gevent see them."""

from __future__ import annotations

import hzproto.structures.cardinality_estimator as cardinality_estimators
import hzproto.structures.flake_id_generator as flake_id_generators
import hzproto.structures.pn_counter as pn_counters
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures


class BlockingCardinalityEstimator(cardinality_estimators.CardinalityEstimator[Blocking]): ...


class CardinalityEstimator(
    cardinality_estimators.CardinalityEstimator[Futures], WithBlocking[BlockingCardinalityEstimator]
): ...


class BlockingFlakeIdGenerator(flake_id_generators.FlakeIdGenerator[Blocking]): ...


class FlakeIdGenerator(flake_id_generators.FlakeIdGenerator[Futures], WithBlocking[BlockingFlakeIdGenerator]): ...


class BlockingPNCounter(pn_counters.PNCounter[Blocking]): ...


class PNCounter(pn_counters.PNCounter[Futures], WithBlocking[BlockingPNCounter]): ...
