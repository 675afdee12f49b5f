"""Topic: messages to everybody who listens just then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeAlias, TypeVar

from hzproto.checks import each, function
from hzproto.events import TopicMessage
from hzproto.messages import service_of
from hzproto.ops import Op
from hzproto.structures.base import Placed
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Buffer
    from hzproto.wire.table import Service

T = TypeVar("T")

MessageListener: TypeAlias = Callable[[TopicMessage[T]], object]


class Topic(Placed[S_co], Generic[S_co, T]):
    """A distributed topic. Messages are not kept: a listener misses what is published while it has no connection.

    For messages that wait for their listeners see ReliableTopic.
    """

    service = "hz:impl:topicService"
    messages: ClassVar[Service] = service_of("Topic")

    @op
    def publish(self, message: T) -> Op[None]:
        """Send *message* to all listeners."""
        return self._request("publish", self._given("message", message))

    @op
    def publish_all(self, messages: Sequence[T]) -> Op[None]:
        """Send *messages* to all listeners, in their order (members 4.1 and newer)."""
        data = each(self._given, "messages", messages)
        return self._request("publishAll", data)

    @op
    def add_listener(self, on_message: MessageListener[T]) -> Op[str]:
        """Call *on_message* with a `TopicMessage` for each message from now on; return the registration's id.

        It is called for one message at a time, in the order in which a publisher published them.
        """
        function("on_message", on_message)
        add = self.messages["addMessageListener"]
        parse = add.events["Topic"].parse

        def deliver(event: Buffer) -> object:
            message, publish_time, member = parse(event)
            publisher = self._core.routing.members.members.get(member)
            return on_message(TopicMessage(self._name, self._to_object(message), publish_time / 1000, publisher))

        return self._listen(add, self.messages["removeMessageListener"], deliver)

    @op
    def remove_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return self._core.listeners.remove(registration_id)
