"""The REST interface of a member, as far as tests need it."""

from __future__ import annotations

import http.client
import json
from typing import Any

from tests.members.configuration import HOST

# The CP subsystem answers only when it has a leader, and an election takes up to ten seconds.
_TIMEOUT = 15.0


class RestError(Exception):
    """The member refused a request or did not answer it."""


def get(port: int, path: str, *, timeout: float = _TIMEOUT) -> Any:
    """GET; the decoded JSON body, None for an empty one. Raises RestError for anything but a 200."""
    return _request(port, "GET", path, None, timeout)


def post(port: int, path: str, body: str = "") -> Any:
    """POST; as :func:`get`."""
    return _request(port, "POST", path, body, _TIMEOUT)


def _request(port: int, method: str, path: str, body: str | None, timeout: float) -> Any:
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        text = response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        raise RestError(f"{method} {HOST}:{port}{path}: {error!r}") from error
    finally:
        connection.close()
    if response.status != 200:
        raise RestError(f"{method} {HOST}:{port}{path}: {response.status} {text}")
    return json.loads(text) if text else None
