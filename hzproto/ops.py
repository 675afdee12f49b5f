"""Operations: what structures build, the core carries out and adapters wait for.

An operation is submitted once and finishes once. Single steps are a `Request`; several steps are a generator of
operations that the core drives (`Flow`). Adapters know only the base class: they put their own object in `waiter`
before they submit, and call `result()` when the operation comes back from `Client.completed()`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from uuid import UUID

    from hzproto.cluster.connection import Connection
    from hzproto.wire.table import Method

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

Buffer: TypeAlias = bytes | memoryview

UNKNOWN_PARTITION: Final = -2
"""Of a request that was made before the client knew how many partitions there are: it ends with ClientOfflineError."""


class Op(Generic[R_co]):
    """One operation. On its own it is a signal: something that other code finishes.

    `wait` says how long the member may hold the answer back by contract: None for an ordinary operation, which ends
    after the invocation timeout; otherwise the operation has no deadline unless its caller sets one, to which a
    finite `wait` (seconds) is added.
    """

    __slots__ = ("deadline", "done", "error", "parent", "value", "wait", "waiter")

    waiter: Any
    value: Any

    def __init__(self, wait: float | None = None) -> None:
        self.waiter = None
        self.parent: Parent[Any] | None = None
        self.error: BaseException | None = None
        self.done = False
        self.deadline = math.inf
        self.wait = wait
        self.value = None

    def result(self) -> R_co:
        """Return the value of the finished operation or raise its error; decoding happens here."""
        if self.error is not None:
            raise self.error
        return cast("R_co", self.value)

    def __iter__(self) -> Generator[Op[Any], Any, R_co]:
        return cast("R_co", (yield self))  # so that `value = yield from op` is typed


Flow: TypeAlias = Generator[Op[Any], Any, R]


class Done(Op[R_co]):
    """An operation that needed no member: it has its value from the start."""

    __slots__ = ()

    def __init__(self, value: R_co) -> None:
        super().__init__()
        self.value = value


class Known(Op[R_co]):
    """An operation whose value is there before anybody submits it; adapters hand it out without asking the core.

    The value is *kept*, or what *read* makes of it.
    """

    __slots__ = ("read",)

    def __init__(self, kept: Any, read: Callable[[Any], R_co] | None = None) -> None:
        self.waiter = self.parent = self.error = self.wait = None
        self.done = True
        self.deadline = math.inf
        self.value = kept
        self.read = read

    def result(self) -> R_co:
        read = self.read
        return cast("R_co", self.value) if read is None else read(self.value)


class Sleep(Op[None]):
    """A pause of `seconds` inside a flow."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Request(Op[R_co]):
    """One request to one member and its answer; `value` holds the raw answer until `result()` decodes it.

    It goes to `target` (a connection or a member) where given, else to the owner of `partition`, else to any member.
    `convert` is applied to what the answer's table yields; `read`, in its place, to the whole message. `on_event` makes
    the request a listener registration: it gets each later event message of this request's correlation id.
    """

    __slots__ = (
        "acks",
        "attempt",
        "body",
        "connection",
        "convert",
        "correlation_id",
        "last_error",
        "method",
        "on_event",
        "partition",
        "read",
        "target",
    )

    def __init__(
        self,
        method: Method,
        body: bytes,
        partition: int = -1,
        convert: Callable[[Any], R_co] | None = None,
        read: Callable[[Any], R_co] | None = None,
        *,
        target: Connection | UUID | None = None,
        wait: float | None = None,
        on_event: Callable[[Buffer], None] | None = None,
    ) -> None:
        self.waiter = self.parent = self.error = None
        self.done = False
        self.deadline = math.inf
        self.wait = wait
        self.method = method
        self.body = body
        self.partition = partition
        self.convert = convert
        self.read = read
        self.target = target
        self.on_event = on_event
        self.connection: Connection | None = None  # that carries the current attempt
        self.attempt = self.correlation_id = 0
        self.acks = 0  # backup acks received for the current attempt, less those that its answer asks for
        self.last_error: BaseException | None = None  # that made the last attempt fail

    def result(self) -> R_co:
        if self.error is not None:
            raise self.error
        read = self.read
        if read is not None:
            return read(self.value)
        value = self.method.response.parse(self.value)
        convert = self.convert
        return value if convert is None else convert(value)


class Parent(Op[R_co]):
    """An operation made of others, which the core resumes each time one of them has finished."""

    __slots__ = ()

    def children(self) -> Sequence[Op[Any]]:
        """The operations under way for this one."""
        raise NotImplementedError


class All(Parent[R_co]):
    """Operations side by side. The value is `combine` of their values in order; the first error ends it."""

    __slots__ = ("combine", "ops", "remaining")

    def __init__(self, ops: Iterable[Op[Any]], combine: Callable[[list[Any]], R_co] | None = None) -> None:
        super().__init__()
        self.ops = list(ops)
        self.remaining = len(self.ops)
        self.combine = combine

    def children(self) -> Sequence[Op[Any]]:
        return [op for op in self.ops if not op.done]

    def result(self) -> R_co:
        if self.error is not None:
            raise self.error
        values = [op.result() for op in self.ops]
        return cast("R_co", values) if self.combine is None else self.combine(values)


class Watched(Parent[R_co]):
    """Another operation, of which something in the core is to know when it begins and how it ends."""

    __slots__ = ("op",)

    def __init__(self, op: Op[R_co]) -> None:
        super().__init__(op.wait)
        self.op = op

    def children(self) -> Sequence[Op[Any]]:
        return () if self.op.done else (self.op,)

    def begin(self) -> None:
        """The operation is about to be sent."""

    def end(self, *, success: bool) -> None:
        """The operation has ended, or was given up; called once, and perhaps without a `begin` before."""

    def result(self) -> R_co:
        if self.error is not None:
            raise self.error
        return self.op.result()


class FlowOp(Parent[R_co]):
    """An operation of several steps, driven by the core. The generator runs in the core: no user code in it.

    `convert` is applied to the value where it is asked for: objects are made in the caller's time.
    """

    __slots__ = ("child", "convert", "generator", "running")

    def __init__(
        self, generator: Flow[R_co], wait: float | None = None, convert: Callable[[Any], R_co] | None = None
    ) -> None:
        super().__init__(wait)
        self.generator = generator
        self.convert = convert
        self.child: Op[Any] | None = None
        self.running = False

    def children(self) -> Sequence[Op[Any]]:
        return () if self.child is None else (self.child,)

    def result(self) -> R_co:
        value = super().result()
        convert = self.convert
        return value if convert is None else convert(value)


class Acquisition(FlowOp[R_co]):
    """A flow that takes something from the cluster (a lock, a registration).

    When its caller cancels it or its deadline passes, it ends for the caller at once, but the flow itself goes on to
    its end, and what it then got is given back by the operation that `give_back` makes of the value.
    """

    __slots__ = ("give_back",)

    def __init__(
        self, generator: Flow[R_co], give_back: Callable[[Any], Op[Any] | None], wait: float | None = None
    ) -> None:
        super().__init__(generator, wait)
        self.give_back = give_back


class Orphan(FlowOp[R_co]):
    """The rest of an acquisition whose caller has gone."""

    __slots__ = ("give_back",)

    def __init__(self, acquisition: Acquisition[R_co]) -> None:
        super().__init__(acquisition.generator, acquisition.wait)
        self.give_back = acquisition.give_back
        self.child = acquisition.child
        if self.child is not None:
            self.child.parent = self
