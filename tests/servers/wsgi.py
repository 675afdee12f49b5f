"""A WSGI application for workers with threads; the client is made where the server preloads the application, too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from hzproto.errors import HazelcastClientNotActiveError, HazelcastError
from hzproto_sync import HazelcastClient
from tests.servers import options


@cache
def client_of(process: int) -> HazelcastClient:
    """Return the client of this process, which no child of it may use."""
    return HazelcastClient(client_name=f"web-{process}", **options())


inherited = client_of(os.getpid())


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    process = os.getpid()
    try:
        visits = client_of(process).get_map("visits").blocking()
        key = environ["PATH_INFO"]
        visits.set(key, process)
        answer = f"{visits.get(key)}"
        if inherited is not client_of(process):  # the server has preloaded this module
            try:
                inherited.get_map("visits")
            except HazelcastClientNotActiveError:
                answer += " preloaded"
    except HazelcastError as error:
        start_response("503 Service Unavailable", [])
        return [repr(error).encode()]
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
