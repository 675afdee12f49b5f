"""CardinalityEstimator: about how many different values there were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hzproto.messages import service_of
from hzproto.serialization.hash64 import hash64
from hzproto.structures.base import Placed
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Op
    from hzproto.wire.table import Service


class CardinalityEstimator(Placed[S_co]):
    """Counts different values, equal by their serialized form, in little memory and with an error of some percent."""

    service = "hz:impl:cardinalityEstimatorService"
    messages: ClassVar[Service] = service_of("CardinalityEstimator")

    @op
    def add(self, obj: Any) -> Op[None]:
        """Count *obj*, unless it has been counted before."""
        return self._request("add", hash64(self._given("obj", obj)))

    @op
    def estimate(self) -> Op[int]:
        """Return about how many different values have been added."""
        return self._request("estimate")
