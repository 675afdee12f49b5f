"""FlakeIdGenerator: ids that are unique in the cluster and roughly ordered by time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hzproto.config import FlakeIdGeneratorConfig
from hzproto.cp.single_flight import SingleFlight
from hzproto.messages import MESSAGES
from hzproto.ops import FlowOp, Op, Request
from hzproto.structures.base import Structure
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow
    from hzproto.surface import Runtime

_NEW_BATCH = MESSAGES["FlakeIdGenerator.newIdBatch"]


class Batch:
    """Ids that members have given out for this client to use until `expires`."""

    __slots__ = ("_ids", "expires")

    def __init__(self, base: int, increment: int, size: int, expires: float) -> None:
        self._ids = iter(range(base, base + increment * size, increment))
        self.expires = expires

    def take(self, now: float) -> int | None:
        """Return the next id; None when there is none, or they are too old."""
        return next(self._ids, None) if now < self.expires else None


class FlakeIdGenerator(Structure[S_co]):
    """Gives ids of 64 bits: unique in the cluster, and ordered by time but for some seconds.

    Ids come in batches, as the option `flake_id_generators` says, so that few requests go to the members.
    """

    service = "hz:impl:flakeIdGeneratorService"

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._config = self._core.config.flake_id_generators.get(name, FlakeIdGeneratorConfig())
        self._batches = [Batch(0, 1, 0, math.inf)]  # one, shared by all views of this object
        self._flight = SingleFlight[int](self._core.invocations)

    @op
    def new_id(self) -> Op[int]:
        """Return a new id.

        Raises HazelcastError when no member has a small enough number to make ids, as after very many restarts.
        """
        return FlowOp(self._flight.get(lambda: self._batches[0].take(self._core.timers.now), self._fetch))

    def _fetch(self) -> Flow[int]:
        config = self._config
        while True:
            request = Request[tuple[int, int, int]](_NEW_BATCH, self._body[_NEW_BATCH](config.prefetch_count))
            base, increment, size = yield from request
            now = self._core.timers.now
            self._batches[0] = batch = Batch(base, increment, size, now + (config.prefetch_validity or math.inf))
            if (first := batch.take(now)) is not None:
                return first
