"""One definition of each method, as the classes of all adapters show it and as it behaves."""

from __future__ import annotations

import inspect
import pydoc
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from hzproto.ops import Done, Op
from hzproto.structures import fenced_lock, futures
from hzproto.structures import map as maps
from hzproto.surface import Facade, Futures, op
from tests.unit.conftest import Connect

ANSWERS = {
    "hzproto_sync": "Future[{}]",
    "hzproto_gevent": "Future[{}]",
    "hzproto_asyncio": "Reply[{}]",
    "hzproto_twisted": "Deferred[{}]",
}
BLOCKING = ["hzproto_sync", "hzproto_gevent"]
GENERIC: list[type[Any]] = [maps.Map, fenced_lock.FencedLock]


plaintext: Any = vars(pydoc)["plaintext"]


def operations(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """The public methods of a generic class that `op` made."""
    for name, method in inspect.getmembers(cls, inspect.isfunction):
        if hasattr(method, "__wrapped__"):
            yield name, method


METHODS = [(package, cls.__name__, name) for package in ANSWERS for cls in GENERIC for name, _ in operations(cls)]


def returned(method: Any) -> str:
    annotation: str = inspect.signature(method).return_annotation
    return annotation


@pytest.mark.parametrize(("package", "cls", "name"), METHODS)
def test_signatures_show_the_answers_of_their_surface(package: str, cls: str, name: str) -> None:
    module = import_module(package)
    generic = maps.Map if cls == "Map" else fenced_lock.FencedLock
    value = returned(getattr(generic, name)).removeprefix("Op[").removesuffix("]")
    method = getattr(getattr(module, cls), name)
    assert returned(method) == ANSWERS[package].format(value)
    assert inspect.signature(method).parameters == inspect.signature(getattr(generic, name)).parameters
    assert method.__doc__ == getattr(generic, name).__doc__
    if package in BLOCKING:
        assert returned(getattr(getattr(module, f"Blocking{cls}"), name)) == value


@pytest.mark.parametrize("package", ANSWERS)
def test_help_shows_no_operations(package: str) -> None:
    module = import_module(package)
    classes = [module.Map, module.FencedLock, module.HazelcastClient]
    if package in BLOCKING:
        classes += [module.BlockingMap, module.BlockingFencedLock]
    for cls in classes:
        text = pydoc.render_doc(cls, renderer=plaintext)
        assert "-> 'Op[" not in text
        assert "Flow[" not in text


@pytest.mark.parametrize(
    ("package", "classes", "shown"),
    [
        ("hzproto_sync", "hzproto.structures.futures", "{}"),
        ("hzproto_gevent", "hzproto.structures.futures", "{}"),
        ("hzproto_twisted", "hzproto_twisted.structures", "{}"),
        ("hzproto_asyncio", "hzproto_asyncio.structures", "Reply[{}]"),
    ],
)
def test_getters_show_the_classes_of_their_package(package: str, classes: str, shown: str) -> None:
    get_map = import_module(package).HazelcastClient.get_map
    get_lock = import_module(classes).CPSubsystem.get_lock
    assert (returned(get_map), returned(get_lock)) == (shown.format("Map"), shown.format("FencedLock"))
    assert get_map.__doc__ == "Return the map called *name*."
    assert str(inspect.signature(get_lock)).startswith("(self, name: 'str')")


@pytest.mark.parametrize("package", ANSWERS)
def test_adapters_export_real_classes(package: str) -> None:
    module = import_module(package)
    for generic in GENERIC:
        exported: type[Any] = getattr(module, generic.__name__)
        assert inspect.isclass(exported)
        assert exported is not generic
        assert issubclass(exported, generic)
        assert inspect.getdoc(exported)


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
