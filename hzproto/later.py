"""What is loaded or made when it is first used, so that programs have no more in memory, and start no later, than they
need."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")


def loaded_later(
    module: str, names: Mapping[str, Iterable[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make `__getattr__` and `__dir__` of *module*, for *names* by the modules that define them."""
    places = {name: place for place, names_there in names.items() for name in names_there}
    namespace = vars(sys.modules[module])

    def load(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = namespace[name] = getattr(import_module(places[name]), name)
        return value

    return load, lambda: sorted({*namespace, *places})


class made_later(Generic[T]):  # noqa: N801 - like functools.cached_property
    """An attribute that the decorated method makes when it is first asked for: the same for all threads that ask."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object, owner: type) -> T | Self:
        # Found here no more when it is among the instance's own attributes.
        return self if instance is None else vars(instance).setdefault(self._name, self._make(instance))
