"""A WSGI application for workers with greenlets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from hzproto.errors import HazelcastError
from hzproto_gevent import HazelcastClient
from tests.servers import options


@cache
def client_of(process: int) -> HazelcastClient:
    return HazelcastClient(client_name=f"web-{process}", **options())


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    process = os.getpid()
    try:
        visits = client_of(process).get_map("visits").blocking()
        key = environ["PATH_INFO"]
        visits.set(key, process)
        answer = f"{visits.get(key)}"
    except HazelcastError as error:
        start_response("503 Service Unavailable", [])
        return [repr(error).encode()]
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer.encode()]
