"""The client's core against simulated members, on a virtual clock and a virtual network, all driven by a seed.

A `Plan`, made from a seed, says what users do and what goes wrong, and when. A `World` carries it out: it has the real
`Client` cores, the in-memory cluster, and the network between them with its delays. Whatever must not happen is a
`Violation`: at the moment it happens, or at the end, when all faults are healed and the clients are shut down.

`python -m tests.simulation --seeds 2000` tries many seeds and shortens the plan of the first one that fails.
"""
