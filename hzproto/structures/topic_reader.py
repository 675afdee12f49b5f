"""Reads a reliable topic for one listener."""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

from hzproto.cluster.actions import Delivery
from hzproto.errors import (
    ClientOfflineError,
    DistributedObjectDestroyedError,
    HazelcastClientNotActiveError,
    IllegalArgumentError,
    OperationCancelledError,
    OperationTimeoutError,
    StaleSequenceError,
    TargetDisconnectedError,
)
from hzproto.events import TopicMessage
from hzproto.ops import Done, FlowOp, Op, Request, Sleep

if TYPE_CHECKING:
    from hzproto.ops import Buffer, Flow
    from hzproto.serialization.topics import ReliableTopicMessage
    from hzproto.surface import Runtime

T = TypeVar("T")

logger = logging.getLogger(__name__)

NEXT_MESSAGE: Final = -1
"""The initial sequence of a listener that wants what is published from now on."""

_PASSING: Final = (ClientOfflineError, OperationTimeoutError, TargetDisconnectedError)
_PAUSE: Final = 1.0  # seconds until reading is tried again

Read: TypeAlias = "tuple[int, Sequence[Buffer], Sequence[int] | None, int]"
"""What a member answers: how many messages, the messages, their sequences, the next sequence."""


class ReliableMessageListener(Generic[T]):
    """What a reliable topic calls with its messages: derive from it, and override what is to differ.

    A function given instead has the behaviour of this class: it gets the messages that are published from now on, goes
    on after an error of its own, and ends when messages were lost.
    """

    def on_message(self, message: TopicMessage[T]) -> object:
        """Handle *message*; with asyncio and Twisted it may return something to be awaited before the next one."""
        raise NotImplementedError

    def retrieve_initial_sequence(self) -> int:
        """Return the sequence of the first message to get, -1 for the next one that is published.

        For a subscription that goes on where it was left, return the last one of `store_sequence`, plus 1.
        """
        return NEXT_MESSAGE

    def store_sequence(self, sequence: int) -> object:
        """Take note that the message of *sequence* will be handled next."""

    def is_loss_tolerant(self) -> bool:
        """Whether to go on when messages were lost, overwritten before they were read; otherwise the listener ends."""
        return False

    def is_terminal(self, error: Exception) -> bool:
        """Whether the listener ends because `on_message` raised *error*; otherwise it gets the next message."""
        return False

    def on_cancel(self) -> object:
        """Take note that the listener has ended: it was removed, or because of an error, a loss or a shutdown."""


class FunctionListener(ReliableMessageListener[T]):
    """A function as a listener."""

    def __init__(self, function: Callable[[TopicMessage[T]], object]) -> None:
        self._function = function

    def on_message(self, message: TopicMessage[T]) -> object:
        return self._function(message)


class TopicReader:
    """Reads batches of messages and hands them to a listener, the next batch when the last one is handled.

    The flow runs in the core. The functions of the listener are called like those of other listeners, and tell the
    flow by an operation that a batch is handled or that the listener is to end.
    """

    def __init__(
        self,
        runtime: Runtime,
        topic: str,
        listener_id: str,
        listener: ReliableMessageListener[Any],
        request: Callable[[int], Request[Read]],
        oldest: Callable[[], Request[int]],
    ) -> None:
        self._runtime = runtime
        self._core = runtime.core
        self._topic = topic
        self._id = listener_id
        self._listener = listener
        self._request = request
        self._oldest = oldest
        self._ended = False
        self._flow: FlowOp[None]

    def start(self, sequence: int) -> None:
        """Begin to read; to be called in the core."""
        self._flow = FlowOp(self._read(sequence), math.inf)
        self._core.readers[self._topic, self._id] = self._flow
        self._core.invocations.submit(self._flow, self._core.timers.now, None)

    # In the core

    def _read(self, first: int | None) -> Flow[None]:
        core = self._core
        cluster = core.cluster_id
        try:
            while True:
                if core.cluster_id != cluster:
                    logger.warning("The messages of topic %s are gone with the cluster that had them", self._topic)
                    cluster, first = core.cluster_id, None
                try:
                    if first is None:
                        first = yield from self._oldest()
                    count, items, sequences, following = yield from self._request(first)
                except OperationCancelledError:
                    continue  # the cluster is another one
                except _PASSING:
                    yield from Sleep(_PAUSE)
                    continue
                except (IllegalArgumentError, StaleSequenceError):
                    self._hand_out(self._lose, None)
                    first = None
                    continue
                if lost := following - count - first:
                    self._hand_out(self._lose, lost)
                for index, item in enumerate(items):
                    sequence = following - count + index if sequences is None else sequences[index]
                    self._hand_out(self._take, sequence, item)
                handled = Op[None]()
                self._hand_out(self._in_core, core.invocations.finish, handled)
                first = following
                yield from handled
        except DistributedObjectDestroyedError:
            logger.info("Topic %s was destroyed: its listener %s ends", self._topic, self._id)
        except Exception:
            logger.exception("Listener %s of topic %s ends", self._id, self._topic)
        finally:
            self._ended = True
            core.readers.pop((self._topic, self._id), None)
            core.deliveries.append(Delivery(self._id, self._listener.on_cancel))

    def _hand_out(self, call: Callable[..., object], *arguments: Any) -> None:
        self._core.deliveries.append(Delivery(self._id, partial(call, *arguments)))

    # As a listener

    def _in_core(self, action: Callable[[Op[Any]], None], op: Op[Any]) -> None:
        """Have the core do something with an operation."""
        try:
            self._runtime.call(FlowOp(_do(action, op), math.inf), None)  # however many are in flight
        except HazelcastClientNotActiveError:
            pass  # everything has ended

    def _end(self) -> None:
        self._ended = True
        self._in_core(self._core.invocations.cancel, self._flow)

    def _take(self, sequence: int, item: Buffer) -> Awaitable[None] | None:
        if self._ended:
            return None
        try:
            self._listener.store_sequence(sequence)
            result = self._listener.on_message(self._message(item))
        except Exception as error:  # noqa: BLE001 - whatever it is, the listener decides about it
            self._failed(error)
            return None
        return self._awaited(result) if inspect.isawaitable(result) else None

    async def _awaited(self, result: Awaitable[object]) -> None:
        try:
            await result
        except Exception as error:  # noqa: BLE001 - whatever it is, the listener decides about it
            self._failed(error)

    def _message(self, item: Buffer) -> TopicMessage[Any]:
        to_object = self._core.serialization.to_object
        kept: ReliableTopicMessage = to_object(item)
        members = self._core.routing.members.members.values()
        publisher = next((member for member in members if member.address == kept.publisher_address), None)
        return TopicMessage(self._topic, to_object(kept.payload), kept.publish_time / 1000, publisher)

    def _failed(self, error: Exception) -> None:
        logger.error("Listener %s of topic %s failed", self._id, self._topic, exc_info=error)
        if self._asked(self._listener.is_terminal, error, otherwise=True):
            logger.warning("Listener %s of topic %s ends because of the error", self._id, self._topic)
            self._end()

    def _lose(self, count: int | None) -> None:
        if self._ended:
            return
        tolerant = self._asked(self._listener.is_loss_tolerant, otherwise=False)
        logger.warning(
            "Listener %s of topic %s has lost %s messages and %s",
            self._id,
            self._topic,
            "some" if count is None or count < 0 else count,
            "goes on" if tolerant else "ends",
        )
        if not tolerant:
            self._end()

    def _asked(self, question: Callable[..., bool], *arguments: object, otherwise: bool) -> bool:
        try:
            return bool(question(*arguments))
        except Exception:
            logger.exception("Listener %s of topic %s failed", self._id, self._topic)
            return otherwise


def _do(action: Callable[[Op[Any]], None], op: Op[Any]) -> Flow[None]:
    action(op)
    yield from Done(None)
