"""What goes wrong: leaders of CP groups that die or stand still, and connections that are cut."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any, Final

from hzproto_asyncio import HazelcastClient
from tests.members import Cluster, Member

FAULTS: Final = ("kill", "pause", "cut")

CP_CONFIGURATION: Final = (
    "<fail-on-indeterminate-operation-state>true</fail-on-indeterminate-operation-state>"
    "<raft-algorithm><leader-heartbeat-period-in-millis>1000</leader-heartbeat-period-in-millis>"
    "<max-missed-leader-heartbeat-count>3</max-missed-leader-heartbeat-count></raft-algorithm>"
)
"""Members do not carry an operation out once more when the leader died before its answer, as they would by default;
leaders that stand still are replaced within seconds."""


def _is_led(cluster: Cluster, group: str) -> bool:
    return any(member.cp_term_led(group) for member in cluster.members)


def leader(cluster: Cluster, group: str) -> Member:
    """The member that was elected leader of a CP group last."""
    led = {member: member.cp_term_led(group) for member in cluster.members}
    member = max(led, key=lambda member: led[member])
    assert led[member], f"nobody leads {group}"
    return member


async def inflict(
    fault: str, cluster: Cluster, clients: Sequence[HazelcastClient], group: str, rng: random.Random
) -> None:
    """Let something go wrong, and put it right again."""
    if fault == "cut":
        for _ in range(8):
            cut(rng.choice(clients))
            await asyncio.sleep(2)
        return
    await asyncio.to_thread(cluster.wait_until, lambda: _is_led(cluster, group), f"somebody leads {group}", 120)
    victim = leader(cluster, group)
    if fault == "pause":
        await asyncio.to_thread(victim.pause)
        await asyncio.sleep(14)  # longer than a session lives
        victim.resume()
    else:
        await asyncio.to_thread(victim.kill)
        await asyncio.sleep(3)
        await asyncio.to_thread(cluster.revive, victim, 120)


def cut(client: Any) -> None:
    """Cut all connections of a client at once."""
    for connection in list(client._core.connector.ready.values()):
        connection.transport.abort()
