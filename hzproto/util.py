"""Load balancers: which member gets an operation that any member can carry out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hzproto.core import MemberInfo


class Members(Protocol):
    """What a load balancer sees of the client's `ClusterService`."""

    def get_members(self) -> Sequence[MemberInfo]: ...


class LoadBalancer(ABC):
    """Chooses among the members; a subclass of the user's overrides `next`.

    One load balancer serves one client. It is called on the client's I/O path and must be quick.
    """

    _cluster_service: Members

    def init(self, cluster_service: Members) -> None:
        """Called once with the `ClusterService` of the client, before it connects."""
        self._cluster_service = cluster_service

    @abstractmethod
    def next(self) -> MemberInfo | None:
        """Return the member for the next operation; None: whichever the client has a connection to.

        A member without a connection counts as None. What this raises makes the operation fail that was to be sent.
        """


class RoundRobinLB(LoadBalancer):
    """Takes the members in turn."""

    def __init__(self) -> None:
        self._turn = -1

    def next(self) -> MemberInfo | None:
        members = self._cluster_service.get_members()
        if not members:
            return None
        self._turn = (self._turn + 1) % len(members)
        return members[self._turn]


class RandomLB(LoadBalancer):
    """Takes a random member each time."""

    def __init__(self) -> None:
        from random import Random  # not cheap to import

        self._random = Random()

    def next(self) -> MemberInfo | None:
        members = self._cluster_service.get_members()
        return self._random.choice(members) if members else None
