"""Listeners that live on the members: registered on every connection, again on each new one."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hzproto.cluster.actions import Delivery
from hzproto.ops import Acquisition, All, FlowOp, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.connection import Connection
    from hzproto.cluster.invocations import Invocations
    from hzproto.ops import Buffer, Flow, Op
    from hzproto.wire.table import Method

logger = logging.getLogger(__name__)


class Subscription:
    """One listener of the user's, with its registration on each connection.

    `add` and `remove` are the protocol's methods; `add_body(local_only)` makes the body of the registration,
    `remove_body(registration_id)` that of its removal. `handle(message)` decodes an event and calls the user.
    """

    __slots__ = ("add", "add_body", "handle", "id", "registrations", "remove", "remove_body")

    def __init__(
        self,
        id: UUID,  # noqa: A002 - the plain name
        add: Method,
        add_body: Callable[[bool], bytes],
        remove: Method,
        remove_body: Callable[[UUID], bytes],
        handle: Callable[[Buffer], object],
    ) -> None:
        self.id = id
        self.add = add
        self.add_body = add_body
        self.remove = remove
        self.remove_body = remove_body
        self.handle = handle
        # None while the registration is under way: entered when it is sent, so that no connection gets it twice.
        self.registrations: dict[Connection, UUID | None] = {}


class Listeners:
    """The subscriptions of one client."""

    def __init__(self, invocations: Invocations, deliveries: list[Delivery], *, smart: bool) -> None:
        self._invocations = invocations
        self._deliveries = deliveries
        self._local_only = smart  # a client with one connection gets the events of all members over it
        self._subscriptions: dict[UUID, Subscription] = {}
        self._ready: dict[Connection, None] = {}

    def add(self, subscription: Subscription) -> Op[str]:
        """Register *subscription* everywhere; the value is its id as text."""
        return Acquisition(self._add(subscription), self.remove)

    def remove(self, registration_id: str) -> Op[bool]:
        """End a subscription: no further event is delivered; the value says whether there was one of this id."""
        try:
            subscription = self._subscriptions.pop(UUID(registration_id), None)
        except ValueError:
            subscription = None
        return FlowOp(self._remove(subscription))

    def _add(self, subscription: Subscription) -> Flow[str]:
        self._subscriptions[subscription.id] = subscription
        try:
            yield from All(FlowOp(self._register_if_open(subscription, connection)) for connection in self._ready)
        except BaseException:
            self._invocations.start(self.remove(str(subscription.id)))
            raise
        return str(subscription.id)

    def _register_if_open(self, subscription: Subscription, connection: Connection) -> Flow[None]:
        try:
            yield from self._register(subscription, connection)
        except Exception:
            if not connection.closed:  # a lost connection's successor registers by itself
                raise

    def _register(self, subscription: Subscription, connection: Connection) -> Flow[None]:
        subscription.registrations[connection] = None
        try:
            registration_id: UUID = yield from Request(
                subscription.add,
                subscription.add_body(self._local_only),
                target=connection,
                on_event=partial(self._deliver, subscription),
            )
        except BaseException:
            subscription.registrations.pop(connection, None)
            raise
        subscription.registrations[connection] = registration_id
        if subscription.id not in self._subscriptions:  # removed meanwhile
            yield from self._deregister(subscription, connection, registration_id)

    def register_missing(self, connection: Connection) -> Flow[None]:
        """Bring a new connection up to date, before it carries other requests."""
        while True:
            missing = [s for s in self._subscriptions.values() if connection not in s.registrations]
            if not missing:
                break
            yield from All(FlowOp(self._register(subscription, connection)) for subscription in missing)
        self._ready[connection] = None

    def connection_lost(self, connection: Connection) -> None:
        self._ready.pop(connection, None)
        for subscription in self._subscriptions.values():
            subscription.registrations.pop(connection, None)

    def _remove(self, subscription: Subscription | None) -> Flow[bool]:
        if subscription is None:
            return False
        yield from All(
            FlowOp(self._deregister(subscription, connection, registration_id))
            for connection, registration_id in subscription.registrations.items()
            if registration_id is not None
        )
        return True

    def _deregister(self, subscription: Subscription, connection: Connection, registration_id: UUID) -> Flow[None]:
        try:
            yield from Request[Any](subscription.remove, subscription.remove_body(registration_id), target=connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends what failed
            if not connection.closed:  # else the member has dropped the registration with the connection
                logger.warning("Removing a listener from %s failed: %s", connection.address, error)

    def _deliver(self, subscription: Subscription, message: Buffer) -> None:
        if subscription.id in self._subscriptions:
            self._deliveries.append(Delivery(subscription.id, partial(subscription.handle, message)))
