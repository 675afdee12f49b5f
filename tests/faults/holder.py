"""A program that takes a lock and keeps it until it is killed: STYLE CLUSTER LOCK ADDRESS…

It prints its fencing token, and when it is told that it has lost the lock, the error.
"""

from __future__ import annotations

import sys

from hzproto.errors import HazelcastError
from tests.contract.harness import Harness, Scene, Steps


def _harness(name: str) -> Harness:
    if name == "sync-futures":
        from tests.contract.harness_sync import SyncFutures

        return SyncFutures()
    if name == "asyncio":
        from tests.contract.harness_asyncio import Asyncio

        return Asyncio()
    if name == "gevent-futures":
        from tests.contract.harness_gevent import GeventFutures

        return GeventFutures()
    from tests.contract.harness_twisted import Twisted

    return Twisted()


def main(style: str, cluster: str, name: str, *addresses: str) -> None:
    scene = Scene(_harness(style), {"cluster_members": list(addresses), "cluster_name": cluster}, name)

    def steps() -> Steps:
        lock = yield from scene.lock((yield from scene.client()), name)
        fence = yield lock.lock()
        tell(fence)
        try:
            while True:
                yield lock.is_locked()
                yield scene.harness.sleep(0.1)
        except HazelcastError as error:
            tell(type(error).__name__)

    def tell(text: object) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    scene.run(steps())


if __name__ == "__main__":
    main(*sys.argv[1:])
