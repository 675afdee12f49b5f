"""Carrying out plans, and making those shorter that break a promise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count

from tests.simulation.plan import KEYS, LAST_STEP, Plan, Step
from tests.simulation.steps import MAP, heal, read, write
from tests.simulation.violation import Violation
from tests.simulation.world import World
from tests.unit.network import leftovers

_OPTIONS = {
    "heartbeat_interval": 3.0,
    "heartbeat_timeout": 6.0,
    "connection_timeout": 2.0,
    "cluster_connect_timeout": -1.0,
    "retry_initial_backoff": 0.05,
    "retry_max_backoff": 1.0,
    "retry_multiplier": 1.5,
    "retry_jitter": 0.2,
}
SETTLING = 11.0
"""Seconds after which clients have noticed that all faults are healed: heartbeat_timeout, a login, some retries."""
ANSWERING = 8.0
"""Seconds after which everything is answered, on the slowest network."""


def run(plan: Plan, note: Callable[[str], None] | None = None) -> None:
    """Carry out a plan. Raises Violation."""
    world = begin(plan, note)
    for step in plan.steps:
        world.at(step.at, partial(world.do, step))
    world.run_until(LAST_STEP)
    finish(world)


def begin(plan: Plan, note: Callable[[str], None] | None = None) -> World:
    """Make the world of a plan, its clients starting."""
    world = World(replace(plan, options={**_OPTIONS, **plan.options}), note)
    for client in world.clients:
        client.start()
    return world


def finish(world: World) -> None:
    """Heal all faults, see that everything works again, and shut down."""
    world.note("heal")
    heal(world)
    world.run_until(world.now + SETTLING)
    _check_settled(world)
    for client in world.clients:
        for key in range(KEYS):
            read(world, client, key)
    probes = _probe(world)
    world.run_until(world.now + ANSWERING)
    _check_prompt(world)
    _check_events(world, probes)
    world.note("shut down")
    for client in world.clients:
        client.shut_down()
    world.run_until(world.now + ANSWERING)
    _check_over(world)


def _check_settled(world: World) -> None:
    _check_prompt(world)
    cluster = world.cluster
    alive = {member.uuid for member in cluster.members}
    owners = tuple(cluster.owner(partition).uuid for partition in range(cluster.partition_count))
    for client in world.clients:
        core = client.core
        if not core.running:
            raise Violation("the client has given up")
        if set(core.routing.members.members) != alive:
            raise Violation("the client does not know the members")
        if core.routing.partitions.owners != owners:
            raise Violation("the client does not know the owners of the partitions")
        connected = set(core.connector.ready)
        if len(connected) != 1 if not core.config.smart_routing else connected != alive:
            raise Violation("the client is not connected as it should be")
        if len(client.links) != len(connected):
            raise Violation("the client has more connections than it should have")


def _check_prompt(world: World) -> None:
    """Whatever does not wait for locks must have ended by now."""
    for call in world.calls:
        if call.prompt or call.what == "start":
            raise Violation(f"{call.what} is still under way, although nothing is in its way")
        if call.deadline < world.now:
            raise Violation(f"{call.what} is still under way after its deadline")


def _probe(world: World) -> list[int]:
    """Have every member send events; return the values that they are about."""
    client = world.clients[0]
    store = client.map(MAP)
    values: list[int] = []
    partitions: set[int] = set()
    for key in count(KEYS):
        if len(partitions) == world.cluster.partition_count:
            break
        partition = client.core.partition_of(client.core.serialization.to_data(key))
        if partition not in partitions:
            partitions.add(partition)
            write(world, client, key, partial(store.set, key))
            values.append(world.histories[key].writes[-1].value)
    return values


def _check_events(world: World, probes: list[int]) -> None:
    writes = [write for history in world.histories.values() for write in history.writes]
    once = {write.value for write in writes if not write.loose and not world.killed}
    for subscription in world.subscriptions:
        for value in probes:
            heard = subscription.heard[value]
            if subscription.id is not None and heard == 0:
                raise Violation("an active listener did not hear of a change")
            if heard > (subscription.id is not None):
                raise Violation(f"a listener heard of a change {heard} times")
        if any(heard > 1 and value in once for value, heard in subscription.heard.items()):
            raise Violation("a listener heard of a change twice")


def _check_over(world: World) -> None:
    for client in world.clients:
        if client.unfinished:
            raise Violation(f"{[call.what for call in client.unfinished]} never ended")
        if left := leftovers(client.core):
            raise Violation(f"the client left {left} behind")
        if client.links:
            raise Violation("connections are still open")
    if any(member.connections for member in world.cluster.members):
        raise Violation("members still have connections")


def failure(plan: Plan) -> str | None:
    """What goes wrong with a plan, None if nothing does."""
    try:
        run(plan)
    except Exception as error:  # noqa: BLE001 - whatever breaks in the core is a finding
        return f"{type(error).__name__}: {error}"
    return None


def shrink(plan: Plan) -> Plan:
    """Leave out what a failing plan does not need to fail in the same way."""
    wanted = _kind(failure(plan))
    size = max(1, len(plan.steps) // 2)
    while size:
        for shorter in _without(plan, size):
            if _kind(failure(shorter)) == wanted:
                plan = shorter
                break
        else:
            size //= 2
    return plan


def _kind(message: str | None) -> str | None:
    return message and re.sub(r"\d+", "", message)


def _without(plan: Plan, size: int) -> Iterator[Plan]:
    steps: tuple[Step, ...] = plan.steps
    for start in range(0, len(steps), size):
        yield replace(plan, steps=steps[:start] + steps[start + size :])
