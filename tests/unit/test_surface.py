"""One definition of each method, as the classes of all adapters show it and as it behaves."""

from __future__ import annotations

import inspect
import pydoc
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from hzproto.ops import Done, Op
from hzproto.structures import futures
from hzproto.surface import Facade, Futures, is_operation, op
from tests.unit.conftest import Connect

ANSWERS = {
    "hzproto_sync": "Future[{}]",
    "hzproto_gevent": "Future[{}]",
    "hzproto_asyncio": "Reply[{}]",
    "hzproto_twisted": "Deferred[{}]",
}
BLOCKING = ["hzproto_sync", "hzproto_gevent"]


def facades(module: ModuleType) -> Iterator[type[Any]]:
    """The classes with operations that a module exports."""
    for name in module.__all__:
        exported = getattr(module, name)
        if inspect.isclass(exported) and issubclass(exported, Facade):
            yield exported


GENERIC: dict[str, type[Any]] = {
    cls.__name__: cls.__bases__[0] for cls in facades(futures) if not cls.__name__.startswith("Blocking")
}
"""The classes in which `op` is used, by the names of the classes that adapters export."""

ALWAYS_BLOCKING = [cls for name, cls in GENERIC.items() if not hasattr(getattr(futures, name), "blocking")]
"""Those whose methods wait where others return futures, such as transactions, in which things are done step by step."""

plaintext: Any = vars(pydoc)["plaintext"]


def operations(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """The public methods of a generic class that `op` made."""
    for name, method in inspect.getmembers(cls, inspect.isfunction):
        if is_operation(method):
            yield name, method


METHODS = [(package, cls, name) for package in ANSWERS for cls in GENERIC for name, _ in operations(GENERIC[cls])]


def returned(method: Any) -> str:
    annotation: str = inspect.signature(method).return_annotation
    return annotation


@pytest.mark.parametrize(("package", "cls", "name"), METHODS)
def test_signatures_show_the_answers_of_their_surface(package: str, cls: str, name: str) -> None:
    module = import_module(package)
    generic = GENERIC[cls]
    value = returned(getattr(generic, name)).removeprefix("Op[").removesuffix("]")
    method = getattr(getattr(module, cls), name)
    blocks = GENERIC[cls] in ALWAYS_BLOCKING and package in BLOCKING
    assert returned(method) == ("{}" if blocks else ANSWERS[package]).format(value)
    assert inspect.signature(method).parameters == inspect.signature(getattr(generic, name)).parameters
    assert method.__doc__ == getattr(generic, name).__doc__
    assert (method.__module__, method.__qualname__) == (getattr(module, cls).__module__, f"{cls}.{name}")
    if package in BLOCKING and not blocks:
        assert returned(getattr(getattr(module, f"Blocking{cls}"), name)) == value


@pytest.mark.parametrize("package", ANSWERS)
def test_help_shows_no_operations(package: str) -> None:
    for cls in facades(import_module(package)):
        text = pydoc.render_doc(cls, renderer=plaintext)
        assert "-> 'Op[" not in text
        assert "Flow[" not in text


@pytest.mark.parametrize(
    ("package", "shown"),
    [
        ("hzproto_sync", "{}"),
        ("hzproto_gevent", "{}"),
        ("hzproto_twisted", "{}"),
        ("hzproto_asyncio", "Reply[{}]"),
    ],
)
def test_getters_show_the_classes_of_their_package(package: str, shown: str) -> None:
    get_map = import_module(package).HazelcastClient.get_map
    get_lock = import_module(package).CPSubsystem.get_lock
    assert (returned(get_map), returned(get_lock)) == (shown.format("Map"), shown.format("FencedLock"))
    assert get_map.__doc__ == "Return the map called *name*."
    assert str(inspect.signature(get_lock)).startswith("(self, name: 'str')")


@pytest.mark.parametrize("package", ANSWERS)
def test_adapters_export_real_classes(package: str) -> None:
    module = import_module(package)
    for name, generic in GENERIC.items():
        exported: type[Any] = getattr(module, name)
        assert inspect.isclass(exported)
        assert exported is not generic
        assert issubclass(exported, generic)
        assert inspect.getdoc(exported)


@pytest.mark.parametrize("package", ANSWERS)
def test_container_habits_only_where_they_work(package: str) -> None:
    """Elsewhere `key in m` would be a future, which is always true."""
    for cls in facades(import_module(package)):
        habits = {name for name in ("__len__", "__contains__", "__iter__", "__getitem__") if hasattr(cls, name)}
        assert not habits or cls.__name__.startswith("Blocking")
        assert package == "hzproto_asyncio" or not hasattr(cls, "__aiter__")


class Thing(Facade[Futures]):
    @op
    def double(self, number: int, *, plus: int = 0) -> Op[int]:
        """Twice the number."""
        if number < 0:
            raise ValueError("number must not be negative")
        return Done(2 * number + plus)


def test_a_method_is_a_plain_function(connect: Connect) -> None:
    double: Any = Thing.double
    assert inspect.isfunction(double)
    assert double.__name__ == "double"
    assert double.__doc__ == "Twice the number."
    assert str(inspect.signature(double)) == "(self, number: 'int', *, plus: 'int' = 0) -> 'Future[int]'"
    thing = Thing(connect().runtime, "t")
    assert thing.double(2, plus=1).result() == 5
    with pytest.raises(ValueError, match="negative"):
        thing.double(-1)
    with pytest.raises(TypeError, match="double"):
        thing.double()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_a_timeout_belongs_to_the_view(connect: Connect) -> None:
    network = connect()
    seen: list[float | None] = []
    runtime: Any = network.runtime

    def call(_op: Op[Any], timeout: float | None) -> None:
        seen.append(timeout)

    runtime.call = call
    thing = Thing(runtime, "t")
    view = thing.with_timeout(3)
    view.double(1)
    thing.double(1)
    view.with_timeout(0.5).double(1)
    assert seen == [3, None, 0.5]
    assert type(view) is Thing
    assert view.name == "t"


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "1", None, True])
def test_wrong_timeouts(connect: Connect, seconds: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="seconds must be"):
        Thing(connect().runtime, "t").with_timeout(seconds)


def test_a_blocking_view_is_the_same_object_in_another_style(connect: Connect) -> None:
    network = connect()
    m = futures.Map[Any, Any](network.runtime, "m").with_timeout(7)
    view = m.blocking()
    assert type(view) is futures.BlockingMap
    blocking: Any = view
    assert blocking.name == m.name
    assert blocking.put(1, "a") is None
    assert blocking.get(1) == "a"
    assert m.get(1).result() == "a"
    assert m.blocking().with_timeout(1).size() == 1


def test_a_client_with_a_timeout_makes_structures_with_it(connect: Connect) -> None:
    network = connect()
    network.hold("Map.put", "FencedLock.lock")
    client: Any = network.facade.with_timeout(2)
    ops = [client.get_map("m").result().put(1, "a"), client.cp_subsystem.get_lock("l").result().lock()]
    network.advance(2)
    assert all(isinstance(operation.error, TimeoutError) for operation in ops)


def test_structures_say_what_they_are(connect: Connect) -> None:
    network = connect()
    assert repr(network.map("users")) == "<Map 'users'>"
    assert repr(network.lock("users")) == "<FencedLock 'users'>"
