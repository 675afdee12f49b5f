"""The cluster's state machine: connections, members, partitions, routing, invocations, listeners."""
