"""Groups of options, each with a default, a check and a meaning: the machinery of the configuration."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast, overload

from hzproto.checks import refusal
from hzproto.errors import InvalidConfigurationError

if TYPE_CHECKING:
    from hzproto.checks import Check

Got = TypeVar("Got")
Given = TypeVar("Given")
OptionsT = TypeVar("OptionsT", bound="Options")


class Option(Generic[Got, Given]):
    """One of the :class:`Options`: its default, the check that every value passes, and what it means.

    The value of a *secret* one is not shown.
    """

    def __init__(self, default: Given, check: Check[Got], doc: str, *, secret: bool = False) -> None:
        self._given_default = default
        self._check = check
        self.secret = secret
        self.__doc__ = doc

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _kinds: object) -> type:
            return cls  # the kinds are for type checkers, and typing's way to note them takes long

    def __set_name__(self, owner: type[Options], name: str) -> None:
        self.name = name
        self.default = self._check(name, self._given_default)

    @overload
    def __get__(self, options: None, owner: type[Options]) -> Option[Got, Given]: ...
    @overload
    def __get__(self, options: Options, owner: type[Options]) -> Got: ...
    def __get__(self, options: Options | None, owner: type[Options]) -> Option[Got, Given] | Got:
        return self if options is None else cast(Got, vars(options).get(self.name, self.default))

    def __set__(self, options: Options, value: Given) -> None:
        vars(options)[self.name] = self._check(self.name, value)


class Options:
    """A group of options, readable and settable as attributes. Every value is checked at once."""

    table: ClassVar[Mapping[str, Option[Any, Any]]] = {}
    """Every option by its name."""

    def __init_subclass__(cls) -> None:
        cls.table = {name: member for name, member in vars(cls).items() if isinstance(member, Option)}

    def __init__(self, **options: Any) -> None:
        for name, value in options.items():
            setattr(self, name, value)

    @classmethod
    def from_dict(cls, options: Mapping[str, Any]) -> Self:
        """Make the group from a mapping of options to values."""
        return cls(**options)

    if not TYPE_CHECKING:  # type checkers know the attributes and must not take this for a licence to set others

        def __setattr__(self, name: str, value: object) -> None:
            if name not in self.table:
                raise self._no_such_option(name)
            super().__setattr__(name, value)

    @classmethod
    def _no_such_option(cls, name: str) -> InvalidConfigurationError:
        from difflib import get_close_matches  # only for the message

        nearest = get_close_matches(name, cls.table, 1)
        return InvalidConfigurationError(
            f"There is no option {name!r}." + (f" Did you mean {nearest[0]}?" if nearest else "")
        )

    def __repr__(self) -> str:
        shown = (f"{name}={'…' if self.table[name].secret else repr(value)}" for name, value in vars(self).items())
        return f"{type(self).__name__}({', '.join(shown)})"


def group(cls: type[OptionsT]) -> Check[OptionsT]:
    """Make the check of options of *cls*, given as such or as a mapping. The result is a copy."""
    allowed = f"a {cls.__name__} or a mapping of its options"

    def check(name: str, value: object) -> OptionsT:
        if isinstance(value, cls):
            return copy.copy(value)
        if not isinstance(value, Mapping):
            raise refusal(TypeError, name, value, allowed)
        try:
            return cls.from_dict(cast(Mapping[str, Any], value))
        except (TypeError, ValueError, InvalidConfigurationError) as error:
            raise type(error)(f"{name}: {error}") from None

    return check
