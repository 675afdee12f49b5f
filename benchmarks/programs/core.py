"""The core alone: `python core.py IN_FLIGHT-CONNECTIONS …`, with in-memory members and without sockets.

Only the client's own work is timed: the calls that begin an operation, taking what is to be sent, receiving, and
taking the value. What the members do in between is not.
"""

from __future__ import annotations

import time
from collections import deque
from random import Random
from typing import Any

from meter import KEYS, MAP, VALUE, Arguments, arguments, print_figures, warm_up

from hzproto import Client, Config
from hzproto.cluster.actions import OpenConnection
from hzproto.cluster.connection import Connection
from hzproto.ops import Done, Op
from hzproto.structures import map as maps
from hzproto.surface import Futures
from hzproto.testing import Cluster, ServerConnection

BATCH = 100


class Map(maps.Map[Futures, int, str]):
    """A map whose methods return the operation itself."""


class Runtime:
    """What structures need."""

    lazy = False
    anonymous = False
    wall_clock = staticmethod(time.time)
    now = staticmethod(time.monotonic)

    def __init__(self, core: Client) -> None:
        self.core = core

    def call(self, op: Op[Any], timeout: float | None) -> Op[Any]:
        op.waiter = True  # somebody waits
        self.core.submit(op, 0.0, timeout)
        return op

    call_blocking = call

    def caller(self) -> int:
        return 0

    def owner(self) -> int:
        return 1


class Wires:
    """Carries bytes between one client and its members. The time stands still."""

    def __init__(self, members: int) -> None:
        self.cluster = Cluster(members, rng=Random(0))
        addresses = [str(member.address) for member in self.cluster.members]
        self.client = Client(Config(cluster_members=addresses), rng=Random(1))
        self._servers: dict[Connection, ServerConnection] = {}
        self._connections: dict[ServerConnection, Connection] = {}
        started: Op[None] = Done(None)
        self.client.start(0.0, started)
        while self._act() or self.deliver(self.take()) or self.receive(self.answers()):
            pass
        if len(self._servers) != members:
            raise RuntimeError(f"{len(self._servers)} connections rather than {members}")

    def _act(self) -> bool:
        actions = self.client.actions()
        for action in actions:
            if not isinstance(action, OpenConnection):
                raise RuntimeError(f"{action} was not expected")
            member = next(member for member in self.cluster.members if member.address == action.address)
            server = member.accept(0.0)
            if server is None:
                raise RuntimeError(f"{member} refuses connections")
            self._servers[action.connection] = server
            self._connections[server] = action.connection
            self.client.connection_opened(action.connection, 0.0)
        return bool(actions)

    def take(self) -> list[tuple[Connection, bytes]]:
        """What the client sends."""
        return [(connection, b"".join(connection.data_to_send())) for connection in self.client.dirty()]

    def deliver(self, sent: list[tuple[Connection, bytes]]) -> bool:
        for connection, data in sent:
            self._servers[connection].receive_data(data, 0.0)
        return bool(sent)

    def answers(self) -> list[tuple[Connection, bytes]]:
        return [(self._connections[server], b"".join(server.data_to_send())) for server in self.cluster.dirty()]

    def receive(self, answers: list[tuple[Connection, bytes]]) -> bool:
        for connection, data in answers:
            connection.receive_data(data, 0.0)
        return bool(answers)


def main(given: Arguments) -> None:
    in_flight, _, members = given.workload.partition("-")
    batch = min(int(in_flight), BATCH)
    wires = Wires(int(members))
    some_map = Map(Runtime(wires.client), MAP)
    clock = time.thread_time  # others may have the processor in between
    spent = 0.0
    on_the_way: deque[list[tuple[Connection, bytes]]] = deque()

    def begin(get: Any = some_map.get) -> None:
        nonlocal spent
        began = clock()
        for key in range(batch):
            get(key)
        sent = wires.take()
        spent += clock() - began
        on_the_way.append(sent)

    def end() -> None:
        nonlocal spent
        wires.deliver(on_the_way.popleft())
        answers = wires.answers()
        began = clock()
        wires.receive(answers)
        for op in wires.client.completed():
            if op.result() != VALUE:
                raise RuntimeError("not the value that was stored")
        spent += clock() - began

    def run(operations: int) -> None:
        for _ in range(max(1, operations // batch)):
            begin()
            end()

    stored = [some_map.put(key, VALUE) for key in range(KEYS)]
    wires.deliver(wires.take())
    wires.receive(wires.answers())
    if not all(op.done for op in stored):
        raise RuntimeError("the values were not stored")
    wires.client.completed()
    for _ in range(int(in_flight) // batch - 1):
        begin()
    warm_up(given.operations, run)
    spent = 0.0
    run(given.operations)
    print_figures(cpu_us=spent / (max(1, given.operations // batch) * batch) * 1e6)


if __name__ == "__main__":
    main(arguments())
