"""What a test needs of a calling style.

The body of a test is a generator, its steps: what it yields is waited for in the way of the adapter at hand, and the
yield gives the value or raises the error. Helpers with steps of their own are called with ``yield from``.
"""

from __future__ import annotations

import functools
import inspect
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from time import monotonic
from typing import Any, ClassVar, TypeAlias, overload

Steps: TypeAlias = Generator[Any, Any, Any]


class Harness(ABC):
    """A calling style of an adapter."""

    name: ClassVar[str]
    returns_values = False
    """Whether the methods of structures wait and return the values themselves."""
    has_callers = True
    """Whether the adapter knows who calls, so that locks belong to callers."""
    limit = 240.0
    """Seconds that the steps of a test may take."""
    cancelled: type[BaseException]
    """What an operation ends with that was cancelled."""

    @abstractmethod
    def run(self, steps: Steps) -> None:
        """Run a whole test."""

    @abstractmethod
    def connect(self, options: dict[str, Any]) -> Any:
        """Start a client; to be yielded."""

    @abstractmethod
    def spawn(self, steps: Steps) -> Any:
        """Run steps beside the others, as a thread, task, greenlet or chain of Deferreds; to be yielded later."""

    @abstractmethod
    def sleep(self, seconds: float) -> Any:
        """Wait; to be yielded."""

    @abstractmethod
    def give_up(self, structure: Any, seconds: float, call: Callable[[Any], Any]) -> Any:
        """Call a method of *structure*, but wait for it *seconds* only, then cancel; to be yielded.

        Raises the builtin TimeoutError in the end, unless the call ended before it was cancelled.
        """

    @abstractmethod
    def listener(self, body: Callable[..., Steps]) -> Callable[..., Any]:
        """Make a function for events of one whose steps may wait."""

    def in_block(self, structure: Any, body: Callable[[], Steps]) -> Any:
        """Run steps while a lock or a permit is held, where the style has a way to say so; to be yielded."""
        raise NotImplementedError

    def view(self, structure: Any) -> Any:
        """The structure with methods of this style."""
        return structure


def drive(steps: Steps, wait: Callable[[Any], Any]) -> Any:
    """Run steps where one can block: *wait* returns the value of what was yielded."""
    try:
        item = next(steps)
        while True:
            try:
                value = wait(item)
            except BaseException as error:  # noqa: BLE001 - the steps are to see every error
                item = steps.throw(error)
            else:
                item = steps.send(value)
    except StopIteration as end:
        return end.value


async def adrive(steps: Steps) -> Any:
    """Run steps in a coroutine."""
    try:
        item = next(steps)
        while True:
            try:
                value = await item if inspect.isawaitable(item) else item
            except BaseException as error:  # noqa: BLE001 - the steps are to see every error
                item = steps.throw(error)
            else:
                item = steps.send(value)
    except StopIteration as end:
        return end.value


class Scene:
    """A calling style and a cluster: where a test takes place."""

    def __init__(self, harness: Harness, options: dict[str, Any], label: str, cluster: str = "") -> None:
        self.harness = harness
        self.options = options
        self.cluster = cluster
        """Which cluster it is, as `scenario` has it; all its members can be reached then."""
        self._label = label
        self._numbers = itertools.count()
        self._clients: list[Any] = []

    def run(self, steps: Steps) -> None:
        """Run a test and close its clients."""
        self.harness.run(self._closing(steps))

    def _closing(self, steps: Steps) -> Steps:
        try:
            yield from steps
        finally:
            for client in self._clients:
                yield client.shutdown()

    def client(self, **options: Any) -> Steps:
        """Return a new client of the cluster, connected to all members that can be reached."""
        options = {**self.options, **options}
        client = yield self.harness.connect(options)
        self._clients.append(client)
        if self.cluster and options.get("smart_routing", True):
            # To start is not to wait for slow ones, whose events would be missed.
            yield from self.until(lambda: client.metrics().connections >= client.metrics().members)
        return client

    def new_name(self, prefix: str = "") -> str:
        """A name that no structure of the cluster has had; a prefix may be one that the cluster is configured for."""
        return f"{prefix}{self._label}-{next(self._numbers)}"

    def structure(self, source: Any, kind: str, name: str | None = None) -> Steps:
        """Return what the getter of a *kind* gives, such as "queue", of a client or of its CP subsystem.

        It is a new one unless it is named.
        """
        return self.harness.view((yield getattr(source, f"get_{kind}")(name or self.new_name())))

    def map(self, client: Any, name: str | None = None) -> Steps:
        """Return a map, a new one unless it is named."""
        return (yield from self.structure(client, "map", name))

    def lock(self, client: Any, name: str | None = None) -> Steps:
        """Return a fenced lock, a new one unless it is named."""
        return (yield from self.structure(client.cp_subsystem, "lock", name))

    def until(self, condition: Callable[[], object], timeout: float = 60.0) -> Steps:
        """Wait until the condition is true."""
        give_up = monotonic() + timeout
        while not condition():
            assert monotonic() < give_up, "not true in time"
            yield self.harness.sleep(0.002)

    def settles(self, call: Callable[[], Any], value: object, timeout: float = 60.0) -> Steps:
        """Call a method until it returns *value*."""
        give_up = monotonic() + timeout
        while (last := (yield call())) != value:
            assert monotonic() < give_up, f"still {last!r}, not {value!r}"
            yield self.harness.sleep(0.005)

    def gather(self, *many: Steps) -> Steps:
        """Run steps beside each other, each as a caller of its own; return their values."""
        running = [self.harness.spawn(steps) for steps in many]
        values: list[Any] = []
        for one in running:
            value = yield one
            values.append(value)
        return values


Body: TypeAlias = Callable[..., Steps]
Test: TypeAlias = Callable[..., None]


@overload
def scenario(body: Body) -> Test: ...
@overload
def scenario(
    *,
    versions: tuple[str, ...] = (),
    on: tuple[str, ...] = ("memory", "5.3.8"),
    where: Callable[[type[Harness]], bool] | None = None,
) -> Callable[[Body], Test]: ...
def scenario(
    body: Body | None = None,
    *,
    versions: tuple[str, ...] = (),
    on: tuple[str, ...] = ("memory", "5.3.8"),
    where: Callable[[type[Harness]], bool] | None = None,
) -> Test | Callable[[Body], Test]:
    """Make a test of steps that take a `Scene`.

    It runs against the clusters that *on* names and those of *versions* beside; *where* chooses the calling styles.
    """

    def made(steps: Body) -> Test:
        @functools.wraps(steps)
        def test(*case: object, scene: Scene, **others: Any) -> None:
            scene.run(steps(*case, scene=scene, **others))

        vars(test).update(clusters=(*on, *versions), where=where)
        return test

    return made if body is None else made(body)
