"""Clusters that many tests share; their members have the classes of :mod:`tests.members.classes`."""

from __future__ import annotations

from tests.members.cluster import Cluster

# Those with a CP subsystem have it in earnest; of another version, one member is enough to see how it speaks.
_SIZES = {"4.2.8": 3, "5.3.8": 3, "5.4.0": 3}

_STRUCTURES = """
  <queue name="bounded-*"><max-size>2</max-size></queue>
  <ringbuffer name="small-*"><capacity>10</capacity></ringbuffer>
  <ringbuffer name="keeping-*"><capacity>4</capacity><time-to-live-seconds>600</time-to-live-seconds></ringbuffer>
  <ringbuffer name="brief-*"><capacity>4</capacity><time-to-live-seconds>1</time-to-live-seconds></ringbuffer>
  <list name="bounded-*"><max-size>2</max-size></list>
  <set name="bounded-*"><max-size>2</max-size></set>
  <map name="journaled-*"><event-journal enabled="true"/></map>
  <executor-service name="tight-*"><pool-size>1</pool-size><queue-capacity>1</queue-capacity></executor-service>
  <durable-executor-service name="tight-*"><capacity>1</capacity></durable-executor-service>
  <flake-id-generator name="outside-*"><node-id-offset>65536</node-id-offset></flake-id-generator>
"""
_LOCKS = """
  <locks><fenced-lock><name>limited-*</name><lock-acquire-limit>1</lock-acquire-limit></fenced-lock></locks>
"""


class Clusters:
    """The shared clusters of a test run: at most one a version, started when first asked for."""

    def __init__(self) -> None:
        self._running: dict[str, Cluster] = {}

    def get(self, version: str) -> Cluster:
        """The running cluster of this version."""
        if version not in self._running:
            self._running[version] = Cluster(
                version, _SIZES.get(version, 1), server_classes=True, extra_xml=_STRUCTURES, cp_xml=_LOCKS
            ).start()
        return self._running[version]

    def stop(self, version: str) -> None:
        """Stop the cluster of this version, if it runs."""
        if cluster := self._running.pop(version, None):
            cluster.stop()

    def stop_all(self) -> None:
        for version in list(self._running):
            self.stop(version)
