"""Structures that count, as asyncio users see them."""

from __future__ import annotations

import hzproto.structures.cardinality_estimator as cardinality_estimators
import hzproto.structures.flake_id_generator as flake_id_generators
import hzproto.structures.pn_counter as pn_counters
from hzproto.surface import Aio


class CardinalityEstimator(cardinality_estimators.CardinalityEstimator[Aio]): ...


class FlakeIdGenerator(flake_id_generators.FlakeIdGenerator[Aio]): ...


class PNCounter(pn_counters.PNCounter[Aio]): ...
