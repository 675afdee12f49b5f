"""The core in an event loop of your own: here the standard `selectors` module, one thread, no adapter.

python examples/embed_selectors.py 127.0.0.1:5701
"""

from __future__ import annotations

import random
import selectors
import socket
import sys
import time
from typing import Any, TypeVar

from hzproto import Client, Config
from hzproto.cluster.actions import CloseConnection, OpenConnection
from hzproto.cluster.connection import Connection
from hzproto.ops import Op
from hzproto.structures.map import Map
from hzproto.surface import Blocking

R = TypeVar("R")


class Loop:
    """Drives one client; it is the `Runtime` of the structures, too."""

    lazy = True  # structures are created by their first operation
    anonymous = False
    wall_clock = staticmethod(time.time)
    now = staticmethod(time.monotonic)

    def __init__(self, config: Config) -> None:
        self.core = Client(config, rng=random.Random())
        self.selector = selectors.DefaultSelector()
        self.unsent: dict[Connection, bytes] = {}

    # What structures need

    def call(self, op: Op[R], timeout: float | None) -> R:
        op.waiter = self
        self.core.submit(op, time.monotonic(), timeout)
        return self.run_until(op)

    call_blocking = call

    def caller(self) -> int:
        return 1  # one thread, one owner of locks

    owner = caller

    # What the core needs

    def run_until(self, op: Op[R]) -> R:
        while True:
            for action in self.core.actions():
                if isinstance(action, OpenConnection):
                    self.dial(action)
                elif isinstance(action, CloseConnection):
                    self.hang_up(action.connection)
            for connection in self.core.dirty():
                self.send(connection, b"".join(connection.data_to_send()))
            for delivery in self.core.events():
                delivery.call()
            self.core.completed()  # one operation at a time: it is the one that we wait for
            if op.done:
                return op.result()
            deadline = self.core.next_deadline()
            timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
            for key, events in self.selector.select(timeout):
                self.ready(key.data, events)
            self.core.handle_timer(time.monotonic())

    def dial(self, action: OpenConnection) -> None:
        address = action.prepare()  # a fuller adapter does this and the next where nobody has to wait for it
        family, kind, proto, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, proto)
        sock.setblocking(False)
        sock.connect_ex(where)
        action.connection.transport = sock
        self.selector.register(sock, selectors.EVENT_WRITE, action.connection)

    def ready(self, connection: Connection, events: int) -> None:
        sock: socket.socket = connection.transport
        now = time.monotonic()
        try:
            if connection.state.name == "CONNECTING":
                if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    raise OSError(error, "connecting failed")
                self.selector.modify(sock, selectors.EVENT_READ, connection)
                self.core.connection_opened(connection, now)
            elif events & selectors.EVENT_WRITE:
                self.send(connection, b"")
            elif size := sock.recv_into(connection.get_buffer()):
                connection.buffer_updated(size, now)
            else:
                raise EOFError("closed by the member")
        except (OSError, EOFError) as error:
            self.hang_up(connection)
            self.core.connection_lost(connection, error, now)

    def send(self, connection: Connection, data: bytes) -> None:
        data = self.unsent.pop(connection, b"") + data
        if rest := data[connection.transport.send(data) :]:
            self.unsent[connection] = rest
        interest = selectors.EVENT_READ | (selectors.EVENT_WRITE if rest else 0)
        self.selector.modify(connection.transport, interest, connection)

    def hang_up(self, connection: Connection) -> None:
        self.selector.unregister(connection.transport)
        connection.transport.close()


def main(*members: str) -> None:
    loop = Loop(Config(cluster_members=members))
    for step in (loop.core.start, loop.core.shut_down):
        op: Op[Any] = Op()
        op.waiter, op.value = loop, None
        step(time.monotonic(), op)
        loop.run_until(op)
        if step == loop.core.start:
            capitals = Map[Blocking, str, str](loop, "capitals")
            capitals.put("France", "Paris")
            print("The capital of France is", capitals.get("France"), "- entries:", capitals.size())


if __name__ == "__main__":
    main(*sys.argv[1:])
