"""One fault after the other while writers write, and what each of them cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, TypeAlias

from tests.contract.harness import Scene, Steps
from tests.faults.workload import WRITERS, Writers, aside
from tests.members import Cluster
from tests.proxy import Proxy

OPTIONS: Final[Mapping[str, Any]] = {
    "fail_on_indeterminate_operation_state": True,
    "heartbeat_interval": 1,
    "heartbeat_timeout": 4,
    "retry_initial_backoff": 0.1,
    "retry_max_backoff": 1,
    "retry_multiplier": 2,
}
"""Of the client that the writers share."""


@dataclass
class Row:
    """What one fault cost: writes, their errors, and seconds."""

    fault: str
    acknowledged: int
    twice: int
    errors: dict[str, int]
    longest_pause: float
    recovery: float
    """From the moment when the whole cluster could be reached again to the next acknowledgement of every writer."""


@dataclass
class Report:
    style: str
    rows: list[Row] = field(default_factory=list[Row])

    def table(self) -> str:
        """The report as a table of Markdown."""
        lines = [
            f"| {self.style}: fault | acknowledged | twice | failed | longest pause, s | recovery, s |",
            "|---|---|---|---|---|---|",
        ]
        for row in self.rows:
            errors = ", ".join(f"{count} {name}" for name, count in sorted(row.errors.items())) or "none"
            seconds = f"{row.longest_pause:.2f} | {row.recovery:.2f}"
            lines.append(f"| {row.fault} | {row.acknowledged} | {row.twice} | {errors} | {seconds} |")
        total = sum(row.acknowledged for row in self.rows)
        return "\n".join([*lines, f"| all | {total} | | | | |", ""])


class Chaos:
    """A cluster, a proxy before it and a scene; each method that is a fault ends when the cluster can be reached."""

    def __init__(
        self,
        scene: Scene,
        cluster: Cluster | None,
        proxy: Proxy,
        calm: float = 2.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.calm = calm
        """How many seconds the writers have between two faults, and while one lasts."""
        self.clock = clock
        """Measures how long they take to recover."""
        self.scene = scene
        self.report = Report(scene.harness.name)
        self._cluster = cluster
        self._proxy = proxy

    def suffer(self, writers: Writers, name: str, fault: Fault) -> Steps:
        """Let *fault* happen to the *writers*; note what it cost."""
        yield from writers.progress(WRITERS)
        before, twice, errors = writers.acknowledged, writers.twice, writers.errors.copy()
        writers.longest_pause = 0.0
        yield from fault(self)
        healed = self.clock()
        yield from writers.progress(WRITERS)
        recovery = self.clock() - healed
        yield self.scene.harness.sleep(self.calm)
        self.report.rows.append(
            Row(
                name,
                writers.acknowledged - before,
                writers.twice - twice,
                dict(writers.errors - errors),
                writers.longest_pause,
                recovery,
            )
        )

    def _members(self) -> Cluster:
        assert self._cluster is not None
        return self._cluster

    # Faults of members

    def kill_each(self) -> Steps:
        cluster = self._members()
        for victim in list(cluster.members):
            victim.kill()
            yield self.scene.harness.sleep(self.calm)
            yield from aside(self.scene, victim.restart)
            yield from aside(self.scene, cluster.wait_safe)

    def restart_each(self) -> Steps:
        cluster = self._members()
        for victim in list(cluster.members):
            yield from aside(self.scene, victim.stop)
            yield from aside(self.scene, victim.restart)
            yield from aside(self.scene, cluster.wait_safe)

    def pause_one(self) -> Steps:
        victim = self._members().members[-1]
        victim.pause()
        try:
            yield self.scene.harness.sleep(6)
        finally:
            victim.resume()
        yield from aside(self.scene, self._members().wait_safe)

    def scale(self) -> Steps:
        cluster = self._members()
        others = cluster.members[1:]
        for victim in others:
            yield from aside(self.scene, victim.stop)
        yield self.scene.harness.sleep(self.calm)
        for victim in others:
            yield from aside(self.scene, victim.restart)
        yield from aside(self.scene, cluster.wait_safe)

    def move(self) -> Steps:
        cluster = self._members()
        victim = cluster.members.pop()
        victim.kill()
        yield from aside(self.scene, cluster.wait_safe)
        yield from aside(self.scene, cluster.add_member)
        yield from aside(self.scene, cluster.wait_safe)

    def restart_all(self) -> Steps:
        cluster = self._members()
        for victim in cluster.members:
            victim.kill()
        yield self.scene.harness.sleep(self.calm)
        for victim in cluster.members:
            yield from aside(self.scene, victim.restart)
        yield from aside(self.scene, cluster.wait_safe)

    # Faults of the network

    def delay(self) -> Steps:
        self._proxy.delay = 0.2
        yield self.scene.harness.sleep(self.calm)
        self._proxy.delay = 0.0

    def stall(self) -> Steps:
        self._proxy.stall()
        yield self.scene.harness.sleep(self.calm)
        self._proxy.flow()

    def cut_mid_frame(self) -> Steps:
        for size in (100, 1001, 10007):
            self._proxy.cut_after(size)
            yield self.scene.harness.sleep(self.calm / 4)

    def refuse(self, count: int = 9) -> Steps:
        refused = self._proxy.refused + count
        self._proxy.refuse(count)
        self._proxy.cut()
        yield from self.scene.until(lambda: self._proxy.refused >= refused, 60)


Fault: TypeAlias = Callable[[Chaos], Steps]

NETWORK_FAULTS: Final[Mapping[str, Fault]] = {
    "everything takes 200 ms longer": Chaos.delay,
    "nothing gets through for some seconds": Chaos.stall,
    "connections end in the middle of a frame": Chaos.cut_mid_frame,
    "connections end, and 9 more are refused": Chaos.refuse,
}

MEMBER_FAULTS: Final[Mapping[str, Fault]] = {
    "each member killed and started again": Chaos.kill_each,
    "rolling restart": Chaos.restart_each,
    "a member frozen for 6 s": Chaos.pause_one,
    "from 3 members to 1 and back, in order": Chaos.scale,
    "a member killed, and back under another port": Chaos.move,
}
