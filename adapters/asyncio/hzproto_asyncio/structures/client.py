"""The client's getters as asyncio users see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hzproto.structures.client import ClientFacade
from hzproto.surface import Aio
from hzproto_asyncio import structures

if TYPE_CHECKING:
    from types import ModuleType

    from hzproto.structures.client import Making
    from hzproto.surface import Getter


class AioClient(ClientFacade[Aio, "structures.CPSubsystem", "structures.SqlService"]):
    """A client whose methods and getters are awaited."""

    _structures: ClassVar[ModuleType] = structures

    get_cardinality_estimator: Getter[structures.CardinalityEstimator]
    get_durable_executor: Getter[structures.DurableExecutor]
    get_executor: Getter[structures.Executor]
    get_flake_id_generator: Getter[structures.FlakeIdGenerator]
    get_list: Getter[structures.List[Any]]
    get_map: Getter[structures.Map[Any, Any]]
    get_multi_map: Getter[structures.MultiMap[Any, Any]]
    get_pn_counter: Getter[structures.PNCounter]
    get_queue: Getter[structures.Queue[Any]]
    get_reliable_topic: Getter[structures.ReliableTopic[Any]]
    get_replicated_map: Getter[structures.ReplicatedMap[Any, Any]]
    get_ringbuffer: Getter[structures.Ringbuffer[Any]]
    get_scheduled_executor: Getter[structures.ScheduledExecutor]
    get_set: Getter[structures.Set[Any]]
    get_topic: Getter[structures.Topic[Any]]
    new_transaction: Making[structures.Transaction]
