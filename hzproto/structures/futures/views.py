"""Blocking views of structures whose methods return futures."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, get_args, get_origin

from hzproto.surface import Facade, Futures

B = TypeVar("B")


class WithBlocking(Facade[Futures], Generic[B]):
    """Something that has a blocking view, of the class B."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in vars(cls)["__orig_bases__"]:
            if get_origin(base) is WithBlocking:
                view_class = get_args(base)[0]
                cls.blocking = _blocking(get_origin(view_class) or view_class)  # type: ignore[method-assign]

    def blocking(self) -> B:
        raise NotImplementedError


def _blocking(view_class: type[Any]) -> Any:
    def blocking(self: Any) -> Any:
        """Return a view of this object whose methods wait and return the values themselves."""
        return self._blocking_view(view_class)

    blocking.__annotations__ = {"return": view_class.__name__}
    return blocking
