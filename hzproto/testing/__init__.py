"""A stand-in for a Hazelcast cluster, for tests and demonstrations without Java.

It is no data grid: its members share one process and one memory, it knows only the messages that this package's own
tests need, and nothing in it is made for data that matters. In return it starts in milliseconds, does the same thing
each time it is given the same seed, and fails on demand: see `Faults` and the methods of `Cluster`.

`InMemoryCluster` listens on loopback ports, for any client. `Cluster` is the same without sockets and clock, to be
driven by hand or by a simulated network.
"""

from __future__ import annotations

from hzproto.testing.cluster import Cluster
from hzproto.testing.connection import ServerConnection
from hzproto.testing.faults import Faults, Outgoing
from hzproto.testing.member import Member
from hzproto.testing.runner import InMemoryCluster

__all__ = ["Cluster", "Faults", "InMemoryCluster", "Member", "Outgoing", "ServerConnection"]
