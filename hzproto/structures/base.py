"""What structures have in common."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hzproto.checks import integer, non_negative
from hzproto.ops import FlowOp, Op
from hzproto.surface import Facade, S_co, op

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.ops import Flow
    from hzproto.surface import Runtime

_OWNER = integer(1, 2**63 - 1)


def milliseconds(name: str, seconds: float | None, default: int) -> int:
    """Check an optional time in seconds; members take whole milliseconds, of which a time above 0 has at least one."""
    if seconds is None:
        return default
    checked = non_negative(name, seconds)
    return max(1, round(checked * 1000)) if checked else 0


def missing(name: str) -> Exception:
    """Make the error for None where a key or a value belongs."""
    return ValueError(f"{name} must not be None")


class Structure(Facade[S_co]):
    """A structure that lives in the cluster under a service and a name."""

    service: ClassVar[str]

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        if runtime.lazy:
            self._call = self._create_and_call

    def _create_and_call(self, operation: Op[Any], timeout: float | None) -> Any:
        if not self._core.proxies.known(self.service, self._name):
            operation = FlowOp(self._created(operation), operation.wait)
        return self._runtime.call(operation, timeout)

    def _created(self, operation: Op[Any]) -> Flow[Any]:
        yield from self._core.proxies.create(self.service, self._name)
        return (yield from operation)

    @op
    def destroy(self) -> Op[bool]:
        """Destroy this structure and its data in the whole cluster."""
        return FlowOp(self._core.proxies.destroy(self.service, self._name))


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
