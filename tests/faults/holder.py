"""A program that takes a lock, prints its fencing token and waits to be killed: STYLE CLUSTER LOCK ADDRESS…"""

from __future__ import annotations

import sys

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
        sys.stdout.write(f"{fence}\n")
        sys.stdout.flush()
        yield scene.harness.sleep(60)

    scene.run(steps())


if __name__ == "__main__":
    main(*sys.argv[1:])
