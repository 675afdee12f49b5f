"""The client as users see it, apart from how it is started and stopped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, get_origin

from hzproto.checks import function, refusal, text
from hzproto.core import DistributedObjectEvent, DistributedObjectEventType, DistributedObjectInfo
from hzproto.messages import MESSAGES
from hzproto.ops import Request
from hzproto.structures.base import Structure
from hzproto.structures.cp_subsystem import CPSubsystem
from hzproto.structures.partition_listeners import listen, listen_for_lost_partitions, listen_for_migrations
from hzproto.structures.services import ClusterService, LifecycleService, PartitionService
from hzproto.surface import Facade, Getter, S_co, getter, op, registration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hzproto.events import MigrationState, PartitionLostEvent, ReplicaMigrationEvent
    from hzproto.metrics import ClientMetrics
    from hzproto.ops import Buffer, Op
    from hzproto.surface import Call, Runtime

C = TypeVar("C", bound=CPSubsystem[Any])
FacadeT = TypeVar("FacadeT", bound=Facade[Any])
StructureT = TypeVar("StructureT", bound=Structure[Any])

DistributedObject: TypeAlias = Structure[Any] | DistributedObjectInfo
"""A structure, or what is known of an object that this client has no class for."""

_GET_OBJECTS = MESSAGES["Client.getDistributedObjects"]
_ADD_LISTENER = MESSAGES["Client.addDistributedObjectListener"]
_REMOVE_LISTENER = MESSAGES["Client.removeDistributedObjectListener"]


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
        self._services: dict[type[Any], Any] = {}
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

    @op
    def get_distributed_objects(self) -> Op[list[DistributedObject]]:
        """Return all that the cluster has: structures, and a `DistributedObjectInfo` for what has no class here."""
        return Request(_GET_OBJECTS, _GET_OBJECTS.request.body(), convert=self._objects)

    def _objects(self, infos: Iterable[Mapping[str, str]]) -> list[DistributedObject]:
        classes = structure_classes(type(self))
        return [self._object(info["serviceName"], info["name"], classes) for info in infos]

    def _object(self, service: str, name: str, classes: Mapping[str, type[Structure[Any]]]) -> DistributedObject:
        if service not in classes:
            return DistributedObjectInfo(service, name)
        made = classes[service](self._runtime, name)
        made._timeout = self._timeout
        self._core.proxies.found(service, name)
        return made

    @registration
    def add_distributed_object_listener(self, listener_func: Callable[[DistributedObjectEvent], object]) -> Op[str]:
        """Call *listener_func* with each `DistributedObjectEvent` in the cluster; return the registration's id."""
        deliver = partial(_deliver, function("listener_func", listener_func))
        return listen(self._core, _ADD_LISTENER, _REMOVE_LISTENER, deliver)

    @registration
    def remove_distributed_object_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    @registration
    def add_partition_lost_listener(self, partition_lost_func: Callable[[PartitionLostEvent], object]) -> Op[str]:
        """Call the function with a `PartitionLostEvent` whenever a partition is lost; return the registration's id.

        A partition is lost with the member that owns it, even when a backup has all of its data and takes its place:
        `lost_backup_count` tells. Maps have a listener for partitions whose data is lost.
        """
        return listen_for_lost_partitions(self._core, partition_lost_func)

    @registration
    def remove_partition_lost_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    @registration
    def add_migration_listener(
        self,
        migration_started: Callable[[MigrationState], object] | None = None,
        migration_finished: Callable[[MigrationState], object] | None = None,
        replica_migration_completed: Callable[[ReplicaMigrationEvent], object] | None = None,
        replica_migration_failed: Callable[[ReplicaMigrationEvent], object] | None = None,
    ) -> Op[str]:
        """Call the functions when members begin and end to move partitions, and with each replica moved or not.

        Return the registration's id. Members 4.2 and newer; UnsupportedOperationError from others.
        """
        return listen_for_migrations(
            self._core,
            migration_started=migration_started,
            migration_finished=migration_finished,
            replica_migration_completed=replica_migration_completed,
            replica_migration_failed=replica_migration_failed,
        )

    @registration
    def remove_migration_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)

    def _service(self, service_class: type[FacadeT]) -> FacadeT:
        """Return the one service of a class, in a view with the time-out of this one."""
        made: FacadeT | None = self._services.get(service_class)
        if made is None:
            made = self._services[service_class] = service_class(self._runtime, self._name)
        return made if self._timeout is None else made.with_timeout(self._timeout)


def _deliver(called: Callable[[DistributedObjectEvent], object], message: Buffer) -> object:
    name, service, event_type, source = _ADD_LISTENER.events["DistributedObject"].parse(message)
    return called(DistributedObjectEvent(name, service, DistributedObjectEventType(event_type), source))


def structure_classes(client: type[ClientFacade[Any, Any]]) -> Mapping[str, type[Structure[Any]]]:
    """Return the classes that the getters of a client give, by their services."""
    members = (getattr(client, name) for name in dir(client) if name.startswith("get_"))
    classes: list[Any] = [getattr(member, "structure", None) for member in members]
    found: dict[str, type[Structure[Any]]] = {}
    for made in classes:
        if isinstance(made, type) and issubclass(made, Structure):
            found[made.service] = made
    return found


def _name(name: str) -> str:
    if not text("name", name):
        raise refusal(ValueError, "name", name, "a name that is not empty")
    return name


def structure_getter(structure: type[StructureT]) -> Getter[StructureT]:
    """Make the method of a client that returns a *structure* by its name."""
    made_class = get_origin(structure) or structure  # of `Map[Any, Any]` the class

    def build(self: Any, name: str) -> Op[StructureT]:
        made: Any = made_class(self._runtime, _name(name))
        operation: Op[StructureT] = self._hand_out(made, made._create)
        return operation

    method: Getter[StructureT] = getter(made_class, build)
    return method
