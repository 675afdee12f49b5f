"""What structures have in common."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hzproto.checks import LONGEST_TIME, integer, number, refusal, text
from hzproto.cluster.listeners import Subscription
from hzproto.errors import UnsupportedOperationError
from hzproto.ops import FlowOp, Op, Request
from hzproto.serialization.partition import string_partition_strategy
from hzproto.surface import Facade, S_co, op

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.client import Client
    from hzproto.ops import Buffer, Flow
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method, Service

_OWNER = integer(1, 2**63 - 1)
_time = number(f"a number of at least 0 and at most {LONGEST_TIME}", lambda n: 0 <= n <= LONGEST_TIME)


def milliseconds(name: str, seconds: float | None, default: int | None = None) -> int:
    """Check a time in seconds, which may be None if there is a *default*.

    Members take whole milliseconds, of which a time above 0 has at least one.
    """
    if seconds is None and default is not None:
        return default
    checked = _time(name, seconds)
    return max(1, round(checked * 1000)) if checked else 0


def name_given(name: str) -> str:
    """Check the name of a structure."""
    if not text("name", name):
        raise refusal(ValueError, "name", name, "a name that is not empty")
    return name


def partition_number(name: str, value: int, count: int) -> int:
    """Check the number of a partition; *count* is 0 while it is not known, and then members find out."""
    return integer(0, (count or 2**31) - 1)(name, value)


def missing(name: str) -> Exception:
    """Make the error for None where a key or a value belongs."""
    return ValueError(f"{name} must not be None")


def listen(core: Client, add: Method, remove: Method, deliver: Callable[[Buffer], object]) -> Op[str]:
    """Register a listener with the protocol's *add*, whose only field is local-only; the value is its id."""
    subscription = Subscription(str(core.new_uuid()), add, add.request.body, remove, remove.request.body, deliver)
    return core.listeners.add(subscription)


def explained(operation: Op[Any], explanation: str) -> Flow[Any]:
    """Carry out an operation; when members do not know it, say who does."""
    try:
        return (yield from operation)
    except UnsupportedOperationError as error:
        raise UnsupportedOperationError(f"{explanation} The member says: {error}") from error


def nothing(_: object) -> None:
    """Drop what the member answered."""


class Bodies(dict["Method", "Callable[..., bytes]"]):
    """By method, the function that encodes its fields but for the first one, which is the structure's name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __missing__(self, method: Method) -> Callable[..., bytes]:
        body = self[method] = method.request.bind(self._name)
        return body


class Serializing:
    """Something whose methods serialize what they are given."""

    _to_data: Callable[[object], bytes]

    def _given(self, name: str, value: object) -> bytes:
        """Serialize an argument that must not be None."""
        if value is None:
            raise missing(name)
        return self._to_data(value)


class Structure(Facade[S_co], Serializing):
    """A structure that lives in the cluster under a service and a name."""

    service: ClassVar[str]

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._body = Bodies(name)
        if runtime.lazy:
            self._call = self._create_and_call

    def _create_and_call(self, operation: Op[Any], timeout: float | None) -> Any:
        if not (operation.done or self._core.proxies.known(self.service, self._name)):
            operation = FlowOp(self._created(operation), operation.wait)
        return self._runtime.call(operation, timeout)

    def _created(self, operation: Op[Any]) -> Flow[Any]:
        yield from self._create()
        return (yield from operation)

    def _create(self) -> Flow[None]:
        """Create this structure in the cluster unless this client has done so; getters do it."""
        yield from self._core.proxies.create(self.service, self._name)

    @op
    def destroy(self) -> Op[bool]:
        """Destroy this structure and its data in the whole cluster."""
        return FlowOp(self._destroy())

    def _destroy(self) -> Flow[bool]:
        return (yield from self._core.proxies.destroy(self.service, self._name))

    def _listen(self, add: Method, remove: Method, deliver: Callable[[Buffer], object], *arguments: Any) -> Op[str]:
        """Register a listener with the protocol's *add*, whose fields are the name, *arguments* and local-only."""
        return self._core.listeners.add(
            Subscription(
                str(self._core.new_uuid()),
                add,
                partial(add.request.body, self._name, *arguments),
                remove,
                partial(remove.request.body, self._name),
                deliver,
            )
        )


class Placed(Structure[S_co]):
    """A structure that lives in one partition: that of its name, or of what follows the first `@` in it.

    `messages` is the protocol's table of it. *object_name* is the name under which members know it, where that is
    another one.
    """

    messages: ClassVar[Service]

    def __init__(self, runtime: Runtime, name: str, object_name: str | None = None) -> None:
        super().__init__(runtime, name)
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object
        self._object_name = name if object_name is None else object_name
        self._body = Bodies(self._object_name)
        self._place = self._to_data(string_partition_strategy(self._object_name))

    def _request(
        self, method: str, *arguments: Any, convert: Callable[[Any], Any] | None = None, wait: float | None = None
    ) -> Request[Any]:
        """Make the request of the protocol's *method*, whose fields are the name and *arguments*."""
        sent = self.messages[method]
        body = self._body[sent](*arguments)
        return Request(sent, body, self._core.partition_of(self._place), convert, wait=wait)


class Owned(Facade[S_co]):
    """Something that threads, tasks or greenlets own parts of, such as locks.

    Everything that one of them does through this object it does under an identity of its own; see `with_owner` for
    those who hand a lock over.
    """

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._caller: Callable[[], int] = runtime.caller
        self._acquirer: Callable[[], int] = runtime.owner

    def with_owner(self, owner: int | None = None) -> Self:
        """Return a view of this object that acts for *owner* whoever calls it; None: for a new owner of its own."""
        identity = self._core.new_owner() if owner is None else _OWNER("owner", owner)
        view = copy(self)
        view._caller = view._acquirer = lambda: identity
        return view

    def _acquiring(self, owner: int | None) -> int:
        return self._acquirer() if owner is None else _OWNER("owner", owner)

    def _acting(self, owner: int | None) -> int:
        return self._caller() if owner is None else _OWNER("owner", owner)
