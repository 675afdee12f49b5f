"""The client as users see it, apart from how it is started and stopped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from hzproto.checks import function
from hzproto.core import DistributedObjectEvent, DistributedObjectEventType, DistributedObjectInfo
from hzproto.messages import MESSAGES
from hzproto.ops import Request
from hzproto.structures.base import Structure, listen, name_given
from hzproto.structures.services import ClusterService, LifecycleService, PartitionService
from hzproto.surface import Facade, S_co, getter, op, registration
from hzproto.transaction import TWO_PHASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    from hzproto.events import MigrationState, PartitionLostEvent, ReplicaMigrationEvent
    from hzproto.metrics import ClientMetrics
    from hzproto.ops import Buffer, Op
    from hzproto.structures.cp_subsystem import CPSubsystem
    from hzproto.structures.sql import SqlService
    from hzproto.structures.transaction import Transaction
    from hzproto.surface import Call, Runtime
    from hzproto.transaction import TransactionType

CPSubsystemT = TypeVar("CPSubsystemT", bound="CPSubsystem[Any]")
SqlServiceT = TypeVar("SqlServiceT", bound="SqlService[Any]")
TransactionT_co = TypeVar("TransactionT_co", bound="Transaction[Any]", covariant=True)

DistributedObject: TypeAlias = Structure[Any] | DistributedObjectInfo
"""A structure, or what is known of an object that this client has no class for."""

_GET_OBJECTS = MESSAGES["Client.getDistributedObjects"]
_ADD_LISTENER = MESSAGES["Client.addDistributedObjectListener"]
_REMOVE_LISTENER = MESSAGES["Client.removeDistributedObjectListener"]


class Maker(Protocol[TransactionT_co]):
    """`new_transaction` as its caller sees it."""

    def __call__(
        self,
        timeout: float = 120,
        durability: int = 1,
        type: TransactionType | int | str = TWO_PHASE,  # noqa: A002 - the parameter's public name
    ) -> TransactionT_co: ...


class Making(Generic[TransactionT_co]):
    """What type checkers see in place of `new_transaction`."""

    def __get__(self, obj: Facade[Any], owner: type[Any]) -> Maker[TransactionT_co]:
        raise NotImplementedError


def _getter(kind: str, class_name: str) -> Any:
    """Make the method of a client that returns a structure by its name."""

    def build(self: Any, name: str) -> Op[Structure[Any]]:
        made = self._class(class_name)(self._runtime, name_given(name))
        operation: Op[Structure[Any]] = self._hand_out(made, made._create)
        return operation

    return getter(kind, class_name, build)


def _maker(class_name: str) -> Any:
    """Make the method `new_transaction` of a client."""

    def new_transaction(
        self: Any,
        timeout: float = 120,
        durability: int = 1,
        type: TransactionType | int | str = TWO_PHASE,  # noqa: A002 - the parameter's public name
    ) -> Any:
        """Make a transaction, which is still to begin.

        It is rolled back when it takes more than *timeout* seconds. *durability* is on how many further members its
        state is kept while it commits. *type* is a `TransactionType`, its value or its name.
        """
        made = self._class(class_name)(self._runtime, timeout, durability, type)
        made._timeout = self._timeout
        return made

    new_transaction.__annotations__["return"] = class_name
    return new_transaction


class ClientFacade(Facade[S_co], Generic[S_co, CPSubsystemT, SqlServiceT]):
    """The base of every adapter's client: S is how its own methods answer.

    Adapters say where their classes are, which are loaded when they are first asked for, and declare the types of what
    the getters return. *call* answers in the style of S; None: as the structures do.
    """

    _structures: ClassVar[ModuleType]

    get_cardinality_estimator: Any = _getter("cardinality estimator", "CardinalityEstimator")
    get_durable_executor: Any = _getter("durable executor", "DurableExecutor")
    get_executor: Any = _getter("executor", "Executor")
    get_flake_id_generator: Any = _getter("flake id generator", "FlakeIdGenerator")
    get_list: Any = _getter("list", "List")
    get_map: Any = _getter("map", "Map")
    get_multi_map: Any = _getter("multi-map", "MultiMap")
    get_pn_counter: Any = _getter("PN counter", "PNCounter")
    get_queue: Any = _getter("queue", "Queue")
    get_reliable_topic: Any = _getter("reliable topic", "ReliableTopic")
    get_replicated_map: Any = _getter("replicated map", "ReplicatedMap")
    get_ringbuffer: Any = _getter("ringbuffer", "Ringbuffer")
    get_scheduled_executor: Any = _getter("scheduled executor", "ScheduledExecutor")
    get_set: Any = _getter("set", "Set")
    get_topic: Any = _getter("topic", "Topic")
    new_transaction: Any = _maker("Transaction")

    def __init__(self, runtime: Runtime, call: Call | None = None) -> None:
        super().__init__(runtime, runtime.core.name, call)
        self._lifecycle_service = LifecycleService(runtime.core)
        self._cluster_service = ClusterService(runtime.core)
        self._partition_service = PartitionService(runtime.core)
        self._services: dict[str, Any] = {}
        if (load_balancer := runtime.core.config.load_balancer) is not None:
            load_balancer.init(self._cluster_service)

    @property
    def cp_subsystem(self) -> CPSubsystemT:
        """Linearizable structures, such as locks (open source members up to 5.4)."""
        found: CPSubsystemT = self._service("CPSubsystem", self._call)
        return found

    @property
    def sql(self) -> SqlServiceT:
        """Statements in SQL (members 4.2 and newer)."""
        found: SqlServiceT = self._service("SqlService", self._name)
        return found

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
        classes = self._classes()
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
        from hzproto.structures.partition_listeners import listen_for_lost_partitions

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
        from hzproto.structures.partition_listeners import listen_for_migrations

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

    def _class(self, class_name: str) -> Any:
        return getattr(self._structures, class_name)

    def _classes(self) -> Mapping[str, type[Structure[Any]]]:
        """The classes that the getters give, by their services."""
        getters = (getattr(type(self), name) for name in dir(type(self)) if name.startswith("get_"))
        names = (getattr(get, "structure", None) for get in getters)
        classes: list[type[Structure[Any]]] = [self._class(name) for name in names if name is not None]
        return {made.service: made for made in classes}

    def _service(self, class_name: str, argument: object) -> Any:
        """Return the one service of a class, in a view with the time-out of this one."""
        made = self._services.get(class_name)
        if made is None:
            made = self._services[class_name] = self._class(class_name)(self._runtime, argument)
        return made if self._timeout is None else made.with_timeout(self._timeout)


def _deliver(called: Callable[[DistributedObjectEvent], object], message: Buffer) -> object:
    name, service, event_type, source = _ADD_LISTENER.events["DistributedObject"].parse(message)
    return called(DistributedObjectEvent(name, service, DistributedObjectEventType(event_type), source))
