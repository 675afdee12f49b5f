"""What the structures of the CP Subsystem have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from hzproto.checks import integer
from hzproto.ops import FlowOp
from hzproto.structures.base import Serializing
from hzproto.surface import Facade, S_co, op

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cp.groups import GroupId
    from hzproto.ops import Flow, Op
    from hzproto.surface import Runtime
    from hzproto.wire.table import Method

int32: Final = integer(-(2**31), 2**31 - 1)
int64: Final = integer(-(2**63), 2**63 - 1)


class CPObject(Facade[S_co], Serializing):
    """A structure that a CP group keeps: `object_name` in the group called `group`."""

    service: ClassVar[str]

    def __init__(self, runtime: Runtime, name: str, object_name: str, group: str) -> None:
        super().__init__(runtime, name)
        self._object_name = object_name
        self._group = group
        self._to_data = self._core.serialization.to_data
        self._to_object = self._core.serialization.to_object

    @op
    def destroy(self) -> Op[None]:
        """Destroy this object in the whole cluster; no object of this kind and name can be used in its group again."""
        return FlowOp(self._destroy())

    def _destroy(self) -> Flow[None]:
        yield from self._core.groups.destroy_object(self._group, self.service, self._object_name)

    def _operation(
        self, method: Method, *arguments: Any, convert: Callable[[Any], Any] | None = None, wait: float | None = None
    ) -> Op[Any]:
        """Make the operation that is one request about this object; *convert* is applied to its answer."""
        return FlowOp(self._ask(method, *arguments), wait, convert)

    def _ask(self, method: Method, *arguments: Any) -> Flow[Any]:
        group = yield from self._core.groups.get(self._group)
        return (yield from self._ask_group(group, method, *arguments))

    def _ask_group(self, group: GroupId, method: Method, *arguments: Any) -> Flow[Any]:
        return self._core.groups.ask(group, method, self._object_name, *arguments)
