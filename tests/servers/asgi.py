"""An ASGI application: the client lives as long as the worker serves."""

from __future__ import annotations

import os
from typing import Any

from hzproto.errors import HazelcastError
from hzproto_asyncio import HazelcastClient
from tests.servers import options


class App:
    """Starts a client when the server starts it, and closes it when the server does."""

    def __init__(self) -> None:
        self._client: HazelcastClient | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            status, body = await self._answer(scope["path"])
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": body.encode()})

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                name = f"web-{os.getpid()}"
                self._client = await HazelcastClient.create_and_start(client_name=name, **options())
                await send({"type": "lifespan.startup.complete"})
            else:
                assert self._client is not None
                await self._client.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, key: str) -> tuple[int, str]:
        assert self._client is not None
        try:
            visits = await self._client.get_map("visits")
            await visits.set(key, os.getpid())
            return 200, str(await visits.get(key))
        except HazelcastError as error:
            return 503, repr(error)


app = App()
