"""What users do and what goes wrong: the steps of a plan by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from hzproto.ops import Op, Request
from tests.simulation.world import Subscription, World

if TYPE_CHECKING:
    from tests.simulation.client import Call, SimulatedClient

MAP: Final = "m"
LOCKED_MAP: Final = "locks"

Step = Callable[..., None]


# Users: entries


def _map(client: SimulatedClient, timeout: float | None = None, name: str = MAP) -> Any:
    found = client.map(name)
    return found if timeout is None else found.with_timeout(timeout)


def _put(world: World, number: int, key: int, timeout: float | None) -> None:
    client = world.clients[number]
    write(world, client, key, lambda value: _map(client, timeout).put(key, value))


def _set(world: World, number: int, key: int, timeout: float | None) -> None:
    client = world.clients[number]
    write(world, client, key, lambda value: _map(client, timeout).set(key, value))


def write(world: World, client: SimulatedClient, key: int, begin: Callable[[int], Op[Any]]) -> Call:
    """Write a new value."""
    value = next(world.values)
    record = world.histories[key].write(value, world.now)

    def finished(call: Call) -> None:
        once = isinstance(call.op, Request) and call.op.attempt == 1
        if call.op.error is None and once and world.plan.strict:
            record.end = world.now
        else:
            record.loose = True

    return client.call(f"write {value} to {key}", lambda: begin(value), finished, prompt=True)


def _get(world: World, number: int, key: int, timeout: float | None) -> None:
    read(world, world.clients[number], key, timeout)


def read(world: World, client: SimulatedClient, key: int, timeout: float | None = None) -> Call:
    """Read a key and judge what is found."""
    begin = world.now

    def finished(call: Call) -> None:
        if call.op.error is None and world.plan.strict:
            world.histories[key].check(call.op.result(), begin, world.now)

    return client.call(f"read {key}", lambda: _map(client, timeout).get(key), finished, prompt=True)


def _size(world: World, number: int) -> None:
    client = world.clients[number]
    client.call("size", lambda: _map(client).size(), prompt=True)


# Users: locks


def _lock_key(world: World, number: int, lock: int, held: float, timeout: float | None) -> None:
    client = world.clients[number]
    view = _map(client, timeout, LOCKED_MAP).with_owner()
    _acquire(world, client, f"key {lock}", held, lambda: view.lock(lock), lambda: view.unlock(lock))


def _lock(world: World, number: int, lock: int, held: float, timeout: float | None) -> None:
    client = world.clients[number]
    view = client.lock(f"lock {lock}").with_owner()
    limited = view if timeout is None else view.with_timeout(timeout)
    _acquire(world, client, f"lock {lock}", held, limited.lock, view.unlock)


def _try_lock(world: World, number: int, lock: int, held: float, timeout: float) -> None:
    client = world.clients[number]
    view = client.lock(f"lock {lock}").with_owner()
    _acquire(world, client, f"lock {lock}", held, lambda: view.try_lock(timeout), view.unlock)


def _acquire(
    world: World, client: SimulatedClient, lock: str, held: float, begin: Callable[[], Any], end: Callable[[], Any]
) -> None:
    epoch = world.epoch
    of_partition = lock.startswith("key")  # whose backups may be missing

    def acquired(call: Call) -> None:
        fence = 0 if call.op.error is not None or of_partition else call.op.result()
        if call.op.error is not None or (fence == 0 and not of_partition):
            return
        if world.epoch == epoch and (world.plan.strict or not of_partition):
            world.holders.acquired(lock, call, fence)
        world.after(held, lambda: release(call))

    def release(call: Call) -> None:
        world.holders.releasing(lock, call)
        client.call(f"release {lock}", end)

    client.call(f"acquire {lock}", begin, acquired)


# Users: listeners and second thoughts


def _listen(world: World, number: int) -> None:
    client = world.clients[number]
    subscription = Subscription(client)

    def heard(event: Any) -> None:
        subscription.heard[event.value] += 1

    def registered(call: Call) -> None:
        if call.op.error is None:
            subscription.id = call.op.result()
            world.subscriptions.append(subscription)

    client.call(
        "listen",
        lambda: _map(client).add_entry_listener(include_value=True, added_func=heard, updated_func=heard),
        registered,
    )


def _stop_listening(world: World, number: int) -> None:
    active = [subscription for subscription in world.subscriptions if subscription.id is not None]
    if active:
        subscription = active[number % len(active)]
        listener, subscription.id = subscription.id, None
        client = subscription.client
        client.call("stop listening", lambda: _map(client).remove_entry_listener(listener))


def _cancel(world: World, number: int) -> None:
    calls = [(client, call) for client in world.clients for call in client.unfinished if call.what != "start"]
    if calls:
        client, call = calls[number % len(calls)]
        client.cancel(call)


# Faults


def _link(world: World, number: int, member: int) -> Any:
    links = world.clients[number].links.values()
    return next((link for link in links if link.server.member is world.cluster.members[member]), None)


def _cut(world: World, number: int, member: int) -> None:
    if (link := _link(world, number, member)) is not None:
        link.cut()


def _swallow(world: World, number: int, member: int) -> None:
    if (link := _link(world, number, member)) is not None:
        link.swallows = True


def _kill(world: World, member: int) -> None:
    victim = world.cluster.members[member]
    if victim.alive:
        world.killed = True
        world.cluster.kill(victim, world.now)
        if world.plan.backups == 0 or not any(other.alive for other in world.cluster.members):
            world.lost_data()


def _restart(world: World, member: int) -> None:
    if not world.cluster.members[member].alive:
        world.cluster.restart(world.cluster.members[member], world.now)


def _pause(world: World, member: int) -> None:
    world.cluster.members[member].pause()


def _resume(world: World, member: int) -> None:
    world.cluster.members[member].resume(world.now)


def _refuse(world: World, member: int) -> None:
    world.cluster.members[member].refuse = not world.cluster.members[member].refuse


def _migrate(world: World, number: int) -> None:
    world.cluster.migrate(world.now, number)


def _repeat_view(world: World, number: int) -> None:
    for client in world.clients:
        for link in list(client.links.values()):
            if link.views:
                link.inject(link.views[number % len(link.views)])


def _delay_acks(world: World, seconds: float) -> None:
    world.cluster.faults.delay = (lambda message: seconds if message.kind == "ack" else 0.0) if seconds else 0.0


def _drop_acks(world: World, drop: bool) -> None:
    world.cluster.faults.drop_acks = drop


def _repeat_acks(world: World, repeat: bool) -> None:
    # With more than one backup nobody could tell a repeated ack from another member's.
    world.repeating_acks = repeat and world.plan.backups == 1


def _delay_hops(world: World, seconds: float) -> None:
    world.cluster.faults.hop_delay = seconds


def heal(world: World) -> None:
    """Put everything in order; connections that swallow bytes are for the clients to notice."""
    world.healed = True
    world.repeating_acks = False
    faults = world.cluster.faults
    faults.delay, faults.drop_acks, faults.hop_delay = 0.0, False, 0.0
    for index, member in enumerate(world.cluster.members):
        member.refuse = False
        if member.paused:
            member.resume(world.now)
        _restart(world, index)
    world.flush()


STEPS: Final[dict[str, Step]] = {
    "put": _put,
    "set": _set,
    "get": _get,
    "size": _size,
    "lock_key": _lock_key,
    "lock": _lock,
    "try_lock": _try_lock,
    "listen": _listen,
    "stop_listening": _stop_listening,
    "cancel": _cancel,
    "cut": _cut,
    "swallow": _swallow,
    "kill": _kill,
    "restart": _restart,
    "pause": _pause,
    "resume": _resume,
    "refuse": _refuse,
    "migrate": _migrate,
    "repeat_view": _repeat_view,
    "delay_acks": _delay_acks,
    "drop_acks": _drop_acks,
    "repeat_acks": _repeat_acks,
    "delay_hops": _delay_hops,
}
