"""Listeners that live on the members: registered on every connection, again on each new one."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from hzproto.checks import text
from hzproto.cluster.actions import Delivery
from hzproto.cluster.connection import ConnectionState
from hzproto.errors import TargetDisconnectedError
from hzproto.ops import Acquisition, All, FlowOp, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.connection import Connection
    from hzproto.cluster.invocations import Invocations
    from hzproto.ops import Buffer, Flow, Op
    from hzproto.wire.table import Method

logger = logging.getLogger(__name__)


class Subscription:
    """One listener, with its registration on each connection.

    `add` and `remove` are the protocol's methods; `add_body(local_only)` makes the body of the registration,
    `remove_body(registration_id)` that of its removal. `handle(message)` decodes an event and calls the user; where
    `in_core`, it is the core itself that listens, and handles events at once.
    """

    __slots__ = (
        "add",
        "add_body",
        "arrived",
        "begun",
        "full",
        "handle",
        "id",
        "in_core",
        "registrations",
        "remove",
        "remove_body",
    )

    def __init__(
        self,
        id: str,  # noqa: A002 - the plain name
        add: Method,
        add_body: Callable[[bool], bytes],
        remove: Method,
        remove_body: Callable[[UUID], bytes],
        handle: Callable[[Buffer], object],
        *,
        in_core: bool = False,
    ) -> None:
        self.id = id
        self.add = add
        self.add_body = add_body
        self.remove = remove
        self.remove_body = remove_body
        self.handle = handle
        self.in_core = in_core
        # Entered when they are sent, so that no connection gets it twice.
        self.registrations: dict[Connection, Request[UUID]] = {}
        # How many events there were and how many the user's function was called with: each has one writer at a time.
        self.arrived = 0
        self.begun = 0
        self.full = False

    @property
    def waiting(self) -> int:
        """How many events wait for the user's function."""
        return self.arrived - self.begun

    def take(self, message: Buffer) -> object:
        """Call the user with an event that has waited."""
        self.begun += 1
        return self.handle(message)


class Listeners:
    """The subscriptions of one client."""

    def __init__(self, invocations: Invocations, deliveries: list[Delivery], *, smart: bool, capacity: int) -> None:
        self._invocations = invocations
        self._deliveries = deliveries
        self._local_only = smart  # a client with one connection gets the events of all members over it
        self._capacity = capacity
        self.dropped = 0
        """How many events found too many others waiting."""
        self._subscriptions: dict[str, Subscription] = {}
        self._ready: dict[Connection, None] = {}
        self._early: dict[Connection, list[tuple[Subscription, Buffer]]] = {}

    def add(self, subscription: Subscription) -> Op[str]:
        """Register *subscription* everywhere; the value is its id."""
        return Acquisition(self._add(subscription), self.remove)

    def remove(self, subscription_id: str) -> Op[bool]:
        """End a subscription: no further event is delivered; the value says whether there was one of this id."""
        return FlowOp(self._remove(text("registration_id", subscription_id)))

    def _add(self, subscription: Subscription) -> Flow[str]:
        self._subscriptions[subscription.id] = subscription
        # Each goes on to its end whatever becomes of the others, so that all that succeed can be undone.
        errors = yield from All[list[Exception | None]](
            FlowOp(self._try_to_register(subscription, connection)) for connection in self._ready
        )
        for error in errors:
            if error is not None:
                yield from self._remove(subscription.id)
                raise error
        return subscription.id

    def _try_to_register(self, subscription: Subscription, connection: Connection) -> Flow[Exception | None]:
        try:
            yield from self._register(subscription, connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            return None if connection.closed else error  # a lost connection's successor registers by itself
        return None

    def _register(self, subscription: Subscription, connection: Connection) -> Flow[None]:
        request = Request[Any](
            subscription.add,
            subscription.add_body(self._local_only),
            target=connection,
            on_event=partial(self._received, subscription, connection),
        )
        subscription.registrations[connection] = request
        try:
            yield from request
        except BaseException:
            subscription.registrations.pop(connection, None)
            raise
        if subscription.id not in self._subscriptions:  # removed meanwhile
            yield from self._deregister(subscription, connection, request)

    def register_missing(self, connection: Connection) -> Flow[None]:
        """Bring a new connection up to date, before it carries other requests."""
        while True:
            missing = [s for s in self._subscriptions.values() if connection not in s.registrations]
            if not missing:
                break
            yield from All(FlowOp(self._register(subscription, connection)) for subscription in missing)
        if connection.closed:  # while a listener was removed, which tells nobody
            raise TargetDisconnectedError(f"The connection to {connection.address} was lost.")
        self._ready[connection] = None

    def admitted(self, connection: Connection) -> None:
        """*connection* carries requests from now on."""
        for subscription, message in self._early.pop(connection, ()):
            self._deliver(subscription, message)

    def connection_lost(self, connection: Connection) -> None:
        self._ready.pop(connection, None)
        self._early.pop(connection, None)
        for subscription in self._subscriptions.values():
            subscription.registrations.pop(connection, None)

    def _remove(self, subscription_id: str) -> Flow[bool]:
        subscription = self._subscriptions.pop(subscription_id, None)
        if subscription is None:
            return False
        yield from All(
            FlowOp(self._deregister(subscription, connection, request))
            for connection, request in subscription.registrations.items()
            if request.done
        )
        return True

    def _deregister(self, subscription: Subscription, connection: Connection, request: Request[UUID]) -> Flow[None]:
        connection.handlers.pop(request.correlation_id, None)
        try:
            body = subscription.remove_body(request.result())
            yield from Request[Any](subscription.remove, body, target=connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            if not connection.closed:  # else the member has dropped the registration with the connection
                logger.warning("Removing a listener from %s failed: %s", connection.address, error)

    def _received(self, subscription: Subscription, connection: Connection, message: Buffer) -> None:
        if self._local_only or connection.state is ConnectionState.READY:
            self._deliver(subscription, message)
        else:  # of several such connections, each of which gets all events, one is going to stay
            self._early.setdefault(connection, []).append((subscription, message))

    def _deliver(self, subscription: Subscription, message: Buffer) -> None:
        if subscription.id not in self._subscriptions:
            return
        if subscription.in_core:
            subscription.handle(message)
            return
        waiting = subscription.waiting
        if subscription.full:
            subscription.full = waiting > self._capacity // 2
        elif waiting >= self._capacity:
            subscription.full = True
            logger.error("Listener %s is slow: %d events wait, others are dropped", subscription.id, waiting)
        if subscription.full:
            self.dropped += 1
        else:
            subscription.arrived += 1
            self._deliveries.append(Delivery(subscription.id, partial(subscription.take, message)))
