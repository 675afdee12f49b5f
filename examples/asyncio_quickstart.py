"""A map from asyncio: methods start at once and can be awaited, gathered and cancelled."""

from __future__ import annotations

import asyncio
import sys

from hzproto_asyncio import HazelcastClient


async def main(*members: str) -> None:
    async with HazelcastClient(cluster_members=members) as client:
        capitals = await client.get_map("capitals")
        await asyncio.gather(capitals.put("France", "Paris"), capitals.put("Norway", "Oslo"))

        async with asyncio.timeout(1):
            print("The capital of Norway is", await capitals.get("Norway"), "- of", await capitals.size(), "known")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
