"""Checks of options and arguments: functions of a name and a value that return the value to use.

Each raises TypeError for a value of the wrong type and ValueError for a wrong value of the right type, naming the
option or argument, what is allowed and what was given. A bool is never a number, and neither are NaN and infinity.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar, cast

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
EnumT = TypeVar("EnumT", bound=IntEnum)
ErrorT = TypeVar("ErrorT", TypeError, ValueError)

Check: TypeAlias = Callable[[str, object], T]


def refusal(error: type[ErrorT], name: str, value: object, allowed: str) -> ErrorT:
    """Make the *error* that says that *name* must be what is *allowed* and not *value*."""
    return error(f"{name} must be {allowed}, not {describe(value)}")


def describe(value: object) -> str:
    """Return a short form of *value* for messages."""
    if isinstance(value, int) and value.bit_length() > 256:  # Python refuses to print the longest
        return f"an integer of {value.bit_length()} bits"
    return reprlib.repr(value)


def boolean(name: str, value: object) -> bool:
    """True or False and nothing that is merely true or false."""
    if isinstance(value, bool):
        return value
    raise refusal(TypeError, name, value, "True or False")


def text(name: str, value: object) -> str:
    """A string that UTF-8 can carry."""
    if not isinstance(value, str):
        raise refusal(TypeError, name, value, "a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise refusal(ValueError, name, value, "a string without lone surrogates") from None
    return value


def function(name: str, value: object) -> Callable[..., object]:
    """Something that can be called."""
    if callable(value):
        return value
    raise refusal(TypeError, name, value, "callable")


def given_functions(**functions: object) -> Mapping[str, Any]:
    """Functions by their names, each something that can be called or None, but not all None."""
    if all(given is None for given in functions.values()):
        raise ValueError(f"at least one of {' and '.join(functions)} must be given")
    for name, given in functions.items():
        if given is not None:
            function(name, given)
    return functions


def integer(minimum: int, maximum: int) -> Check[int]:
    """Make the check of an integer from *minimum* to *maximum*."""
    allowed = f"an integer from {minimum} to {maximum}"

    def check(name: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise refusal(TypeError, name, value, allowed)
        if not minimum <= value <= maximum:
            raise refusal(ValueError, name, value, allowed)
        return value

    return check


def number(allowed: str, test: Callable[[float], bool]) -> Check[float]:
    """Make the check of a finite number that passes *test*; *allowed* describes it."""

    def check(name: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refusal(TypeError, name, value, allowed)
        try:
            result = float(value)
        except OverflowError:  # an int beyond all floats
            raise refusal(ValueError, name, value, allowed) from None
        if not (math.isfinite(result) and test(result)):
            raise refusal(ValueError, name, value, allowed)
        return result

    return check


non_negative: Final = number("a number of at least 0", lambda n: n >= 0)
positive: Final = number("a number greater than 0", lambda n: n > 0)

LONGEST_TIME: Final = (2**63 - 1) // 1000
"""Seconds; members count their milliseconds in 64 bits."""


def one_of(enum: type[EnumT]) -> Check[EnumT]:
    """Make the check of a member of *enum*, given as such, by its value or by its name."""
    allowed = f"a value or the name of a member of {enum.__name__} ({', '.join(f'{m.name}={m.value}' for m in enum)})"

    def check(name: str, value: object) -> EnumT:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise refusal(TypeError, name, value, allowed)
        try:
            return enum[value] if isinstance(value, str) else enum(value)
        except (KeyError, ValueError):
            raise refusal(ValueError, name, value, allowed) from None

    return check


def optional(check: Check[T]) -> Check[T | None]:
    """Make the check that lets None pass and asks *check* about everything else."""
    return lambda name, value: None if value is None else check(name, value)


def iterable(name: str, value: object) -> Iterable[Any]:
    """Something to go through, whatever its items are."""
    if isinstance(value, Iterable):
        return cast(Iterable[object], value)
    raise refusal(TypeError, name, value, "iterable, such as a list")


def each(check: Check[T], name: str, value: object) -> list[T]:
    """Something to go through whose every item passes *check*. The result is a list."""
    return [check(f"{name}[{index}]", item) for index, item in enumerate(iterable(name, value))]


def pairs(name: str, value: object) -> Iterable[tuple[Any, Any]]:
    """A mapping, whatever its keys and values are. The result is pairs of those."""
    if isinstance(value, Mapping):
        return cast(Mapping[object, object], value).items()
    raise refusal(TypeError, name, value, "a mapping, such as a dict")


def list_of(check: Check[T]) -> Check[tuple[T, ...]]:
    """Make the check of a list or tuple whose every item passes *check*. The result is a tuple."""

    def check_items(name: str, value: object) -> tuple[T, ...]:
        return tuple(each(check, name, _sequence(name, value, "a list or a tuple")))

    return check_items


def tuple_of(length: int, allowed: str) -> Check[tuple[object, ...]]:
    """Make the check of a tuple (or list) of *length* items; *allowed* describes it."""

    def check(name: str, value: object) -> tuple[object, ...]:
        items = _sequence(name, value, allowed)
        if len(items) != length:
            raise refusal(ValueError, name, value, allowed)
        return items

    return check


def mapping_of(check_key: Check[K], check_value: Check[V]) -> Check[Mapping[K, V]]:
    """Make the check of a mapping whose keys and values pass their checks. The result is a copy that cannot change."""

    def check(name: str, value: object) -> Mapping[K, V]:
        return MappingProxyType(
            {check_key(f"a key of {name}", k): check_value(f"{name}[{k!r}]", v) for k, v in pairs(name, value)}
        )

    return check


def subclass_of(base: type[T]) -> Check[type[T]]:
    """Make the check of a class that derives from *base*."""

    def check(name: str, value: object) -> type[T]:
        if isinstance(value, type) and issubclass(cast(type[object], value), base):
            return cast(type[T], value)
        raise refusal(TypeError, name, value, f"a subclass of {base.__name__}")

    return check


def _sequence(name: str, value: object, allowed: str) -> tuple[object, ...]:
    if isinstance(value, list | tuple):
        return tuple(cast(Iterable[object], value))
    raise refusal(TypeError, name, value, allowed)
