"""The typed surface: one definition of each method, exact types in every calling style.

At run time `op` makes a plain function that hands the operation to the adapter; the classes that adapters export have
copies of it whose signatures show what their users get. To type checkers each method is a
descriptor whose `__get__` is overloaded on the marker that parametrises the structure: `Map[Blocking, str, int].get`
returns `int | None`, `Map[Futures, …]` a `Future` of it, `Map[Aio, …]` an awaitable, `Map[Tx, …]` a `Deferred`.
"""

from __future__ import annotations

import functools
import linecache
from copy import copy
from types import CodeType, FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Concatenate,
    Generic,
    NamedTuple,
    ParamSpec,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
    cast,
    get_args,
    overload,
)

from hzproto.checks import positive
from hzproto.ops import Done, FlowOp

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from twisted.internet.defer import Deferred

    from hzproto.cluster.client import Client
    from hzproto.future import Future
    from hzproto.ops import Flow, Op

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
S_co = TypeVar("S_co", covariant=True)
FacadeT = TypeVar("FacadeT", bound="Facade[Any]")

Call: TypeAlias = "Callable[[Op[Any], float | None], Any]"
"""Submits an operation, with its timeout in seconds or None, and answers in the style of a surface."""


_OPERATION = "__operation__"  # of what `op` and its like have made: the kind


class _Kind(NamedTuple):
    """A kind of public methods: how they hand operations to the adapter, and which annotation of a style they show."""

    call: str
    annotation: str


_ORDINARY = _Kind("self._call", "annotation")
_GETTER = _Kind("self._call", "getter_annotation")
_REGISTRATION = _Kind("self._runtime.call", "registration_annotation")


_VARARGS = 0x04  # the flag of code that takes any number of positional arguments


class Style:
    """How methods answer: what `help()` shows for those of each kind that have a value of the type `{}`."""

    annotation: ClassVar[str]
    getter_annotation: ClassVar[str] = "{}"
    registration_annotation: ClassVar[str]


class Blocking(Style):
    """Methods return the value itself: sync and gevent, through `.blocking()`."""

    annotation = "{}"
    registration_annotation = "Future[{}]"


class Futures(Style):
    """Methods return a `hzproto.future.Future`: sync and gevent."""

    annotation = registration_annotation = "Future[{}]"


class Aio(Style):
    """Methods return an asyncio Future that is a coroutine, too."""

    annotation = getter_annotation = registration_annotation = "Reply[{}]"


class Tx(Style):
    """Methods return a Twisted Deferred, getters the structure itself."""

    annotation = registration_annotation = "Deferred[{}]"


if TYPE_CHECKING:

    class Reply(asyncio.Future[R], Coroutine[Any, Any, R]):
        """What asyncio users get: awaitable, cancellable, and accepted by `create_task` and `TaskGroup`."""


class Runtime(Protocol):
    """What a facade needs of the adapter that it lives in.

    `call` and `call_blocking` submit an operation (with its timeout in seconds, or None) and answer in the style of
    the surface. `caller` is the identity under which the current thread, task or greenlet owns locks, 0 when it has
    never owned one; `owner` gives it one. In `anonymous` runtimes there are no such callers: `caller` is always 0, and
    each `owner` a fresh one. `lazy` runtimes create structures with their first operation. `wall_clock` tells the
    seconds since the epoch, `now` the time on the clock by which the adapter tells it to the core.
    """

    core: Client
    lazy: bool
    anonymous: bool

    def call(self, op: Op[Any], timeout: float | None) -> Any: ...
    def call_blocking(self, op: Op[Any], timeout: float | None) -> Any: ...
    def caller(self) -> int: ...
    def owner(self) -> int: ...
    def wall_clock(self) -> float: ...
    def now(self) -> float: ...


class Method(Generic[P, R_co]):
    """What type checkers see in place of a method."""

    @overload
    def __get__(self, obj: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, obj: Facade[Blocking], owner: type[Any]) -> Callable[P, R_co]: ...
    @overload
    def __get__(self, obj: Facade[Futures], owner: type[Any]) -> Callable[P, Future[R_co]]: ...
    @overload
    def __get__(self, obj: Facade[Aio], owner: type[Any]) -> Callable[P, Reply[R_co]]: ...
    @overload
    def __get__(self, obj: Facade[Tx], owner: type[Any]) -> Callable[P, Deferred[R_co]]: ...
    def __get__(self, obj: Any, owner: type[Any]) -> Any:
        raise NotImplementedError


class Registration(Generic[P, R_co]):
    """What type checkers see in place of a method of the client by which a listener comes or goes."""

    @overload
    def __get__(self, obj: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, obj: Facade[Blocking], owner: type[Any]) -> Callable[P, Future[R_co]]: ...
    @overload
    def __get__(self, obj: Facade[Aio], owner: type[Any]) -> Callable[P, Reply[R_co]]: ...
    @overload
    def __get__(self, obj: Facade[Tx], owner: type[Any]) -> Callable[P, Deferred[R_co]]: ...
    def __get__(self, obj: Any, owner: type[Any]) -> Any:
        raise NotImplementedError


class Named(Protocol[R_co]):
    """A getter as its caller sees it."""

    def __call__(self, name: str) -> R_co: ...


class Getter(Generic[R_co]):
    """What type checkers see in place of a method that takes a name and answers with a structure."""

    @overload
    def __get__(self, obj: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, obj: Facade[Blocking], owner: type[Any]) -> Named[R_co]: ...
    @overload
    def __get__(self, obj: Facade[Aio], owner: type[Any]) -> Named[Reply[R_co]]: ...
    @overload
    def __get__(self, obj: Facade[Tx], owner: type[Any]) -> Named[R_co]: ...
    def __get__(self, obj: Any, owner: type[Any]) -> Any:
        raise NotImplementedError


def getter(kind: str, class_name: str, build: Callable[[Any, str], Op[Any]]) -> Any:
    """Make a public method of a function that builds the operation which gets a structure by its name."""

    def get(self: Any, name: str) -> Op[Any]:
        return build(self, name)

    get.structure = class_name  # type: ignore[attr-defined]
    get.__doc__ = f"Return the {kind} called *name*."
    get.__annotations__ = {"name": "str", "return": f"Op[{class_name}]"}
    return _operation(get, _GETTER)


def registration(build: Callable[Concatenate[Any, P], Op[R]]) -> Registration[P, R]:
    """Make a method, of a client that may block otherwise, that answers later all the same."""
    return cast("Registration[P, R]", _operation(build, _REGISTRATION))


def op(build: Callable[Concatenate[Any, P], Op[R]]) -> Method[P, R]:
    """Make a public method of a function that builds an operation."""
    return cast("Method[P, R]", _operation(build, _ORDINARY))


def _operation(build: Callable[..., Op[Any]], kind: _Kind) -> Any:
    method = functools.update_wrapper(_method(cast(FunctionType, build), kind.call), build)
    vars(method)[_OPERATION] = kind
    return method


def is_operation(member: object) -> bool:
    """Whether a member of a class was made by `op` or its like."""
    return isinstance(member, FunctionType) and _OPERATION in vars(member)


def _method(build: FunctionType, call: str) -> FunctionType:
    """Make the function that hands what *build* builds to the adapter.

    It has the parameters of *build* and no others: to pass arguments on as `*args, **kwargs` takes longer than the
    rest of it.
    """
    code = build.__code__
    positional = code.co_varnames[1 : code.co_argcount]
    keyword_only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    rest: tuple[str, ...] = ()
    if code.co_flags & _VARARGS:
        rest = (f"*{code.co_varnames[code.co_argcount + code.co_kwonlyargcount]}",)
    marker = rest or (("*",) if keyword_only else ())
    parameters = ", ".join(["self", *positional, *marker, *keyword_only])
    arguments = ", ".join(["self", *positional, *rest, *(f"{name}={name}" for name in keyword_only)])
    names: dict[str, Any] = {"_build": build}
    exec(_compiled(parameters, arguments, call), names)  # noqa: S102 - names of parameters, of our own functions
    method: FunctionType = names["method"]
    method.__defaults__ = build.__defaults__
    method.__kwdefaults__ = build.__kwdefaults__
    return method


@functools.cache
def _compiled(parameters: str, arguments: str, call: str) -> CodeType:
    source = f"def method({parameters}):\n    return {call}(_build({arguments}), self._timeout)\n"
    file = f"<hzproto operation ({parameters}) by {call}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks
    return compile(source, file, "exec")


def _in_style(cls: type[Any], name: str, method: Any, style: type[Style]) -> Any:
    """Return *method*, made by `op`, as the method *name* of *cls*, with the signature that users of *style* see."""
    shown = FunctionType(method.__code__, method.__globals__, name, method.__defaults__)
    shown.__kwdefaults__ = method.__kwdefaults__
    shown.__doc__ = method.__doc__
    shown.__module__ = cls.__module__
    shown.__qualname__ = f"{cls.__qualname__}.{name}"
    value = method.__annotations__["return"].removeprefix("Op[").removesuffix("]")
    kind = cast("_Kind", vars(method)[_OPERATION])
    annotation: str = getattr(style, kind.annotation)
    if "structure" in vars(method):  # of getters
        vars(shown)["structure"] = vars(method)["structure"]
    shown.__annotations__ = {**method.__annotations__, "return": annotation.format(value)}
    return shown


def _styles_of(facade: type[Any]) -> list[type[Style]]:
    """The styles that a class fixes for its bases, as in `class Map(AnyMap[Futures, K, V])`."""
    arguments = (argument for base in vars(facade).get("__orig_bases__", ()) for argument in get_args(base))
    return [argument for argument in arguments if isinstance(argument, type) and issubclass(argument, Style)]


class Facade(Generic[S_co]):
    """Base of everything that users call: a named object bound to an adapter's runtime."""

    style: ClassVar[type[Style]]
    """How the methods of a class that adapters export answer."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__doc__ is None:
            cls.__doc__ = cls.__bases__[0].__doc__
        for style in _styles_of(cls):
            cls.style = style
            members = {name: member for base in reversed(cls.__mro__) for name, member in vars(base).items()}
            for name, member in members.items():
                if is_operation(member):
                    setattr(cls, name, _in_style(cls, name, member, style))

    def __init__(self, runtime: Runtime, name: str, call: Call | None = None) -> None:
        self._runtime = runtime
        self._core = runtime.core
        self._name = name
        self._call = runtime.call if call is None else call
        self._timeout: float | None = None

    @property
    def name(self) -> str:
        """The name under which the cluster knows this object."""
        return self._name

    def with_timeout(self, seconds: float) -> Self:
        """Return a view of this object whose operations end with `OperationTimeoutError` after *seconds*."""
        view = copy(self)
        view._timeout = positive("seconds", seconds)
        return view

    def _blocking_view(self, view_class: type[Any]) -> Any:
        """Return this object as one of *view_class*, whose methods return the values themselves."""
        view = object.__new__(view_class)
        view.__dict__.update(self.__dict__)
        view._call = self._runtime.call_blocking
        return view

    def _hand_out(self, made: FacadeT, create: Callable[[], Flow[Any]]) -> Op[FacadeT]:
        """Get *made*, after creating it in the cluster, which in lazy runtimes its first operation does."""
        made._timeout = self._timeout
        return Done(made) if self._runtime.lazy else FlowOp(_after(create, made))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r}>"


def _after(create: Callable[[], Flow[Any]], made: FacadeT) -> Flow[FacadeT]:
    yield from create()
    return made
