"""The client as users see it, apart from how it is started and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_origin

from hzproto.checks import text
from hzproto.structures.base import Structure
from hzproto.structures.cp_subsystem import CPSubsystem
from hzproto.structures.services import ClusterService, LifecycleService, PartitionService
from hzproto.surface import Facade, Getter, S_co, getter

if TYPE_CHECKING:
    from hzproto.metrics import ClientMetrics
    from hzproto.ops import Op
    from hzproto.surface import Call, Runtime

C = TypeVar("C", bound=CPSubsystem[Any])
StructureT = TypeVar("StructureT", bound=Structure[Any])


class ClientFacade(Facade[S_co], Generic[S_co, C]):
    """The base of every adapter's client: S is how its own methods answer, C its class of the CP Subsystem.

    Adapters add the getters, each made by `structure_getter`. *call* answers in the style of S; None: as the
    structures do.
    """

    def __init__(self, runtime: Runtime, cp_subsystem: type[C], call: Call | None = None) -> None:
        super().__init__(runtime, runtime.core.name, call)
        self._cp_subsystem = cp_subsystem(runtime, call)
        self._lifecycle_service = LifecycleService(runtime.core)
        self._cluster_service = ClusterService(runtime.core)
        self._partition_service = PartitionService(runtime.core)
        if (load_balancer := runtime.core.config.load_balancer) is not None:
            load_balancer.init(self._cluster_service)

    @property
    def cp_subsystem(self) -> C:
        """Linearizable structures, such as locks (open source members up to 5.4)."""
        return self._cp_subsystem if self._timeout is None else self._cp_subsystem.with_timeout(self._timeout)

    def metrics(self) -> ClientMetrics:
        """Return what this client has counted up to now."""
        return self._core.metrics()

    @property
    def lifecycle_service(self) -> LifecycleService:
        """The state of this client."""
        return self._lifecycle_service

    @property
    def cluster_service(self) -> ClusterService:
        """The members of the cluster."""
        return self._cluster_service

    @property
    def partition_service(self) -> PartitionService:
        """The partitions of the cluster."""
        return self._partition_service


def structure_getter(structure: type[StructureT]) -> Getter[StructureT]:
    """Make the method of a client that returns a *structure* by its name."""
    made_class = get_origin(structure) or structure  # of `Map[Any, Any]` the class

    def build(self: Any, name: str) -> Op[StructureT]:
        made: Any = made_class(self._runtime, text("name", name))
        operation: Op[StructureT] = self._hand_out(made, made._create)
        return operation

    method: Getter[StructureT] = getter(made_class, build)
    return method
