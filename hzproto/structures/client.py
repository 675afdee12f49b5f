"""The client as users see it, apart from how it is started and stopped."""

from __future__ import annotations

from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from hzproto.checks import text
from hzproto.ops import Done, FlowOp, Op
from hzproto.structures.base import Structure
from hzproto.structures.cp_subsystem import CPSubsystem
from hzproto.structures.map import Map
from hzproto.structures.services import ClusterService, LifecycleService, PartitionService
from hzproto.surface import Facade, S_co, op, styles_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.ops import Flow
    from hzproto.surface import Runtime

D_co = TypeVar("D_co", covariant=True)
StructureT = TypeVar("StructureT", bound=Structure[Any])


class ClientFacade(Facade[S_co], Generic[S_co, D_co]):
    """The base of every adapter's client: S is how its own methods answer, D how those of its structures do.

    *call* answers in the style of S; None: S and D are the same.
    """

    _cp_class: ClassVar[type[CPSubsystem[Any, Any]]] = CPSubsystem

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if styles := styles_of(cls):
            base: Any = CPSubsystem
            cls._cp_class = new_class("CPSubsystem", (base[*styles],))
            cls._cp_class.__module__ = cls.__module__

    def __init__(self, runtime: Runtime, call: Callable[[Op[Any], float | None], Any] | None = None) -> None:
        super().__init__(runtime, runtime.core.name)
        self._cp_subsystem: CPSubsystem[S_co, D_co] = self._cp_class(runtime, "cp")
        if call is not None:
            self._call = self._cp_subsystem._call = call
        self._lifecycle_service = LifecycleService(runtime.core)
        self._cluster_service = ClusterService(runtime.core)
        self._partition_service = PartitionService(runtime.core)

    @property
    def cp_subsystem(self) -> CPSubsystem[S_co, D_co]:
        """Linearizable structures, such as locks (open source members up to 5.4)."""
        return self._cp_subsystem if self._timeout is None else self._cp_subsystem.with_timeout(self._timeout)

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

    @op
    def get_map(self, name: str) -> Op[Map[D_co, Any, Any]]:
        """Return the map called *name*."""
        return self._get(Map, name)

    def _get(self, structure: type[StructureT], name: str) -> Op[Any]:
        made = self._runtime.classes[structure](self._runtime, text("name", name))
        made._timeout = self._timeout
        return Done(made) if self._runtime.lazy else FlowOp(self._create(made))

    def _create(self, made: StructureT) -> Flow[StructureT]:
        yield from self._core.proxies.create(made.service, made.name)
        return made
