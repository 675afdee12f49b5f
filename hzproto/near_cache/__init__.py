"""Near caches: what was read of maps, kept by the client, without I/O and without a clock.

`Store` keeps the entries, `Partition` what is known of the invalidations of one partition; both are plain data. A
`NearCache` is fed by the core: reads and writes of the structure pass through it as they begin and end, and the events
of the members come in between, in the order in which they were received.
"""
