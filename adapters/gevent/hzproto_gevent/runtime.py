"""Calls into the core: submitting operations and waiting for them."""

from __future__ import annotations

from time import monotonic, time
from typing import TYPE_CHECKING, Any

from gevent import Timeout
from gevent.local import local
from greenlet import getcurrent

from hzproto.future import Future
from hzproto.ops import Done
from hzproto_gevent.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.client import Client
    from hzproto.ops import Op


class _Identity(local):
    """As whom the current greenlet owns locks; 0 until it is given an identity."""

    owner = 0


class Runtime:
    """What the structures and the futures of a client need of gevent."""

    lazy = False
    anonymous = False
    wall_clock = staticmethod(time)
    now = staticmethod(monotonic)

    def __init__(self, core: Client) -> None:
        self.core = core
        self._driver = Driver(core)
        self._hub = self._driver.hub
        self._identity = _Identity()

    # The life of the client

    def start(self) -> None:
        """Connect to the cluster; block until the client is connected, or not at all with `async_start`."""
        op = Done(None)
        self.core.start(monotonic(), op)
        self._await(op)
        op.result()

    def shut_down(self) -> None:
        """Close everything; block until that is done, which takes some seconds at most. May be called again."""
        if self._driver.forked:
            return  # all that was the child's is closed already
        self._driver.check()
        op = Done(None)
        self.core.shut_down(monotonic(), op)
        self._await(op)
        self._driver.close()

    # For the structures

    def call(self, op: Op[Any], timeout: float | None) -> Future[Any]:
        """Submit *op*; return the future of its result."""
        self._driver.check()
        if not op.done:
            self.core.submit(op, monotonic(), timeout)
            self._driver.react(waits=False)
        return Future(op, self)

    def call_blocking(self, op: Op[Any], timeout: float | None) -> Any:
        """Submit *op*, wait, and return its result; an exception meanwhile (a timeout, a kill, Ctrl-C) cancels it."""
        self._driver.check()
        if not op.done:
            self.core.submit(op, monotonic(), timeout)
            self._await(op)
        return op.result()

    def _await(self, op: Op[Any]) -> None:
        try:  # around all of it: an operation that Ctrl-C ends must not wake its greenlet from another wait later
            op.waiter = [getcurrent()]
            self._driver.react(waits=True)
            while not op.done:
                self._hub.switch()
        except BaseException:
            op.waiter = None
            self.core.cancel(op, monotonic())
            self._driver.react(waits=False)
            self._driver.catch_up()
            raise
        op.waiter = None

    def caller(self) -> int:
        """Return the identity of the current greenlet, 0 when it has none."""
        return self._identity.owner

    def owner(self) -> int:
        """Return the identity of the current greenlet, which gets one if it has none."""
        if not self._identity.owner:
            self._identity.owner = self.core.new_owner()
        return self._identity.owner

    # For the futures

    def wait(self, op: Op[Any], timeout: float | None) -> bool:
        """Block until *op* is done; False when *timeout* seconds pass before that."""
        self._driver.check()
        current = getcurrent()
        expiry = Timeout.start_new(timeout)
        try:
            self._driver.add_waiter(op, current)
            while not op.done:
                self._hub.switch()
        except BaseException as error:
            if error is not expiry:
                self._driver.catch_up()
                raise
        finally:
            expiry.close()
            if op.waiter and current in op.waiter:
                op.waiter.remove(current)
        return op.done

    def watch(self, op: Op[Any], call: Callable[[], object]) -> None:
        """Have *call* run in a greenlet for callbacks, when *op* is done or if it already is."""
        self._driver.check()
        if op.done and not op.waiter:
            self._driver.callbacks.ready.append(call)
            self._driver.callbacks.start()
        else:
            self._driver.add_waiter(op, call)

    def finish(self, op: Op[Any], value: object, error: BaseException | None) -> None:
        """Finish *op*, which the core does not know, unless it is done."""
        if not op.done:
            op.value = value
            op.error = error
            op.done = True
            self._driver.hand_out(op)

    def cancel(self, op: Op[Any]) -> None:
        """Cancel *op* in the core, unless it is done."""
        self._driver.check()
        self.core.cancel(op, monotonic())
        self._driver.react(waits=False)
