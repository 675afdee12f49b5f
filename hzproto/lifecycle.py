"""The states of a client that lifecycle listeners are told of."""

from __future__ import annotations

from enum import StrEnum


class LifecycleState(StrEnum):
    """A state of the client; each is equal to its name as a string."""

    STARTING = "STARTING"
    STARTED = "STARTED"
    CONNECTED = "CONNECTED"
    """The client is connected to a cluster and may be used."""
    DISCONNECTED = "DISCONNECTED"
    """The last connection to the cluster was lost, or is closed by `shutdown`."""
    SHUTTING_DOWN = "SHUTTING_DOWN"
    SHUTDOWN = "SHUTDOWN"
