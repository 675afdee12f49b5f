"""What a client tells of itself and of its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hzproto.checks import boolean, function, given_functions, integer, text
from hzproto.errors import ClientOfflineError
from hzproto.structures.base import missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from hzproto.cluster.client import Client
    from hzproto.core import MemberInfo


class LifecycleService:
    """Whether the client runs, and listeners for the states that it goes through."""

    def __init__(self, core: Client) -> None:
        self._core = core

    def is_running(self) -> bool:
        """Whether the client was started and is not shutting down."""
        return self._core.running

    def add_listener(self, on_state_change: Callable[[str], object]) -> str:
        """Call *on_state_change* with each `LifecycleState` that is entered from now on; return the listener's id."""
        listener_id = str(self._core.new_uuid())
        self._core.lifecycle_listeners[listener_id] = function("on_state_change", on_state_change)
        return listener_id

    def remove_listener(self, registration_id: str) -> bool:
        """End the listener of this id; return whether there was one."""
        return self._core.lifecycle_listeners.pop(text("registration_id", registration_id), None) is not None


class ClusterService:
    """The members of the cluster, as this client last heard of them."""

    def __init__(self, core: Client) -> None:
        self._core = core

    def add_listener(
        self,
        member_added: Callable[[MemberInfo], object] | None = None,
        member_removed: Callable[[MemberInfo], object] | None = None,
        fire_for_existing: bool = False,
    ) -> str:
        """Call the functions with each member that is added or removed from now on; return the listener's id.

        With *fire_for_existing*, *member_added* is called at once, by the caller, for the members that are there.
        """
        given_functions(member_added=member_added, member_removed=member_removed)
        listener_id = str(self._core.new_uuid())
        members = self.get_members()
        self._core.membership_listeners[listener_id] = (member_added, member_removed)
        if boolean("fire_for_existing", fire_for_existing) and member_added is not None:
            for member in members:
                member_added(member)
        return listener_id

    def remove_listener(self, registration_id: str) -> bool:
        """End the listener of this id; return whether there was one."""
        return self._core.membership_listeners.pop(text("registration_id", registration_id), None) is not None

    def get_members(self, member_selector: Callable[[MemberInfo], bool] | None = None) -> list[MemberInfo]:
        """Return the members, or those for which *member_selector* is true."""
        members = list(self._core.routing.members.members.values())
        if member_selector is None:
            return members
        function("member_selector", member_selector)
        return [member for member in members if member_selector(member)]


class PartitionService:
    """The partitions, over which the members share the data."""

    def __init__(self, core: Client) -> None:
        self._core = core

    def get_partition_owner(self, partition_id: int) -> UUID | None:
        """Return the UUID of the member that owns the partition; None while it has no owner."""
        checked = integer(0, max(0, self.get_partition_count() - 1))("partition_id", partition_id)
        owners = self._core.routing.partitions.owners
        return owners[checked] if checked < len(owners) else None

    def get_partition_id(self, key: object) -> int:
        """Return the partition that *key* belongs to. Raises ClientOfflineError until the client has been connected."""
        if key is None:
            raise missing("key")
        if not self._core.partition_count:
            raise ClientOfflineError
        return self._core.partition_of(self._core.serialization.to_data(key))

    def get_partition_count(self) -> int:
        """Return the number of partitions; 0 until the client has been connected."""
        return self._core.partition_count
