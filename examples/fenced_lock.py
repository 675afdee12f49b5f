"""A lock over the whole cluster, with a fencing token for what it protects (open source members 4.0 to 5.4)."""

from __future__ import annotations

import sys

from hzproto_sync import HazelcastClient


def main(*members: str) -> None:
    with HazelcastClient(cluster_members=members) as client:
        lock = client.cp_subsystem.get_lock("my-lock").blocking()
        fence = lock.lock()
        try:
            # Whatever is written under the lock carries the token: a store that has seen a greater one must refuse it.
            print("Holding the lock with fencing token", fence)
        finally:
            lock.unlock()
        print("Locked now?", lock.is_locked())


if __name__ == "__main__":
    main(*sys.argv[1:])
