"""The CP Subsystem as the client offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hzproto.checks import text
from hzproto.cp.groups import split_name
from hzproto.surface import Facade, Getter, S_co, getter

if TYPE_CHECKING:
    from hzproto.ops import Op
    from hzproto.structures.fenced_lock import FencedLock
    from hzproto.surface import Call, Runtime

CPStructureT = TypeVar("CPStructureT", bound="FencedLock[Any]")


class CPSubsystem(Facade[S_co]):
    """Linearizable structures, kept by groups of members with the Raft algorithm.

    Open source members have it up to version 5.4. A name may have its group behind an `@`: `lock@group`. Adapters add
    the getters, each made by `cp_getter`.
    """

    def __init__(self, runtime: Runtime, call: Call | None = None) -> None:
        super().__init__(runtime, "cp", call)


def cp_getter(structure: type[CPStructureT]) -> Getter[CPStructureT]:
    """Make the method of a CPSubsystem that returns a *structure* by its name."""

    def build(self: Any, name: str) -> Op[CPStructureT]:
        object_name, group = split_name(text("name", name))
        made = structure(self._runtime, name, object_name, group)
        operation: Op[CPStructureT] = self._hand_out(made, lambda: self._core.groups.get(group))
        return operation

    method: Getter[CPStructureT] = getter(structure, build)
    return method
