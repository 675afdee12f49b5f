"""ReliableTopic: messages that are kept for a while, and that each listener reads at its own pace."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from hzproto.checks import each, function, integer, text
from hzproto.config import ReliableTopicConfig, TopicOverloadPolicy
from hzproto.errors import TopicOverloadError
from hzproto.events import TopicMessage
from hzproto.messages import service_of
from hzproto.ops import Acquisition, Done, FlowOp, Op, Request, Sleep
from hzproto.serialization.topics import ReliableTopicMessage
from hzproto.structures.base import Placed
from hzproto.structures.ringbuffer import MAX_BATCH_SIZE, OverflowPolicy, Ringbuffer
from hzproto.structures.topic_reader import NEXT_MESSAGE, FunctionListener, ReliableMessageListener, TopicReader
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from hzproto.ops import Flow
    from hzproto.structures.topic_reader import Read
    from hzproto.surface import Runtime
    from hzproto.wire.table import Service

T = TypeVar("T")

_FULL: Final = -1
_FIRST_PAUSE: Final = 0.1  # seconds until a full topic is tried again
_LONGEST_PAUSE: Final = 2.0
_initial_sequence = integer(NEXT_MESSAGE, 2**63 - 1)


class ReliableTopic(Placed[S_co], Generic[S_co, T]):
    """A topic whose messages are kept in a ringbuffer, for as long and as many as that is configured to have.

    Each listener reads them at its own pace and misses none of them, also when its connection is lost meanwhile, unless
    they are overwritten before it gets to them; see `ReliableMessageListener`. The option `reliable_topics` has what
    publishing does when the ringbuffer is full, which it can only be when its messages have a time to live.
    """

    service = "hz:impl:reliableTopicService"
    messages: ClassVar[Service] = service_of("Ringbuffer")

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name, f"_hz_rb_{name}")
        self._config = self._core.config.reliable_topics.get(name, ReliableTopicConfig())

    def _create(self) -> Flow[None]:
        yield from self._core.proxies.create(Ringbuffer.service, self._object_name)
        yield from super()._create()

    @op
    def publish(self, message: T) -> Op[None]:
        """Publish *message*.

        When the ringbuffer is full, the option `overload_policy` decides: wait until there is room (which is only given
        up with a timeout or by cancelling), raise TopicOverloadError, or discard this message or the oldest.
        """
        return self._publish([self._kept("message", message)])

    @op
    def publish_all(self, messages: Sequence[T]) -> Op[None]:
        """Publish *messages* in their order, up to 1000 in one step; see `publish`."""
        return self._publish(each(self._kept, "messages", messages))

    def _kept(self, name: str, message: object) -> bytes:
        data = self._given(name, message)
        return self._to_data(ReliableTopicMessage(round(self._runtime.wall_clock() * 1000), None, data))

    def _publish(self, messages: list[bytes]) -> Op[None]:
        policy = self._config.overload_policy
        waits = policy is TopicOverloadPolicy.BLOCK
        return FlowOp(self._publishing(messages, policy), math.inf if waits else None)

    def _publishing(self, messages: list[bytes], policy: TopicOverloadPolicy) -> Flow[None]:
        step = MAX_BATCH_SIZE
        if policy is TopicOverloadPolicy.BLOCK and len(messages) > 1:
            capacity = yield from self._request("capacity")
            step = min(step, capacity)  # more would never fit
        for start in range(0, len(messages), step):
            yield from self._add(messages[start : start + step], policy)

    def _add(self, messages: list[bytes], policy: TopicOverloadPolicy) -> Flow[None]:
        oldest_goes = policy is TopicOverloadPolicy.DISCARD_OLDEST
        overflow = OverflowPolicy.OVERWRITE if oldest_goes else OverflowPolicy.FAIL
        pause = _FIRST_PAUSE
        while (yield from self._request("addAll", messages, overflow)) == _FULL:
            if policy is TopicOverloadPolicy.DISCARD_NEWEST:
                return
            if policy is TopicOverloadPolicy.ERROR:
                raise TopicOverloadError(f"Topic {self._name!r} is full.")
            yield from Sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    @op
    def add_listener(self, listener: ReliableMessageListener[T] | Callable[[TopicMessage[T]], object]) -> Op[str]:
        """Call *listener* with the messages, one at a time and in their order; return the registration's id.

        A function gets each `TopicMessage` that is published from now on. The registration ends by `remove_listener`,
        when the topic is destroyed or the client shut down, and as the listener itself decides.
        """
        asked: ReliableMessageListener[Any]
        if isinstance(listener, ReliableMessageListener):
            asked = listener  # pyright: ignore[reportUnknownVariableType] - of these messages
        else:
            asked = FunctionListener[T](function("listener", listener))
        sequence = _initial_sequence("retrieve_initial_sequence()", asked.retrieve_initial_sequence())
        listener_id = str(self._core.new_uuid())
        reader = TopicReader(self._runtime, self._name, listener_id, asked, self._read_request, self._oldest_request)
        return Acquisition(self._start(reader, sequence, listener_id), lambda _: FlowOp(self._remove(listener_id)))

    def _start(self, reader: TopicReader, sequence: int, listener_id: str) -> Flow[str]:
        if sequence == NEXT_MESSAGE:
            tail = yield from self._request("tailSequence")
            sequence = tail + 1
        reader.start(sequence)
        return listener_id

    def _read_request(self, sequence: int) -> Request[Read]:
        return self._request("readMany", sequence, 1, self._config.read_batch_size, None, wait=math.inf)

    def _oldest_request(self) -> Request[int]:
        return self._request("headSequence")

    @op
    def remove_listener(self, registration_id: str) -> Op[bool]:
        """End the listener of this id; return whether there was one."""
        return FlowOp(self._remove(text("registration_id", registration_id)))

    def _remove(self, registration_id: str) -> Flow[bool]:
        reading = self._core.readers.get((self._name, registration_id))
        if reading is not None:
            self._core.invocations.cancel(reading)
        return (yield from Done(reading is not None))

    def _destroy(self) -> Flow[bool]:
        destroyed = yield from super()._destroy()
        yield from self._core.proxies.destroy(Ringbuffer.service, self._object_name)
        for (topic, _), reading in list(self._core.readers.items()):
            if topic == self._name:
                self._core.invocations.cancel(reading)
        return destroyed
