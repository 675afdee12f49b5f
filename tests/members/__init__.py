"""Real Hazelcast members on this machine: fetched once from Maven Central, run with Java, on loopback.

``with Cluster("5.3.8", 3) as cluster: …`` gives a ready cluster; ``cluster.addresses`` and ``cluster.name`` are what a
client needs. ``python -m tests.members VERSION [N]`` runs one for a person to play with.
"""

from __future__ import annotations

from tests.members.cluster import Cluster, Member, MemberError
from tests.members.java import MembersUnavailable
from tests.members.shared import Clusters

__all__ = ["Cluster", "Clusters", "Member", "MemberError", "MembersUnavailable"]
