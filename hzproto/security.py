"""Tokens by which a client shows the members who it is."""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING

from hzproto.checks import refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from hzproto.core import Address


class TokenProvider:
    """Where a client gets its tokens from; a subclass of the user's overrides `token`."""

    def token(self, address: Address | None = None) -> bytes | str | Awaitable[bytes | str]:
        """Return the token for the member at *address*: bytes, or a string that is sent as UTF-8.

        Called for each attempt to connect, where it may block. In asyncio and Twisted clients it may be a coroutine
        function, too. What it raises makes the attempt fail.
        """
        raise NotImplementedError


class BasicTokenProvider(TokenProvider):
    """The same token for every member."""

    def __init__(self, token: str | bytes = "") -> None:
        self._token = token_bytes(token)

    def token(self, address: Address | None = None) -> bytes:
        """Return the token."""
        return self._token


def token_bytes(token: object) -> bytes:
    """Return a *token* as it is sent. Raises TypeError when it is neither bytes nor a string."""
    if isinstance(token, bytes):
        return token
    if isinstance(token, str):
        return token.encode()
    if isinstance(token, CoroutineType):
        token.close()
        raise TypeError("a token must be bytes or a string; only asyncio and Twisted clients take coroutine functions")
    raise refusal(TypeError, "a token", type(token), "bytes or a string")
