"""What the core asks of its adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hzproto.cluster.connection import Connection
    from hzproto.config import AddressTranslator
    from hzproto.core import Address
    from hzproto.security import TokenProvider


class OpenConnection(NamedTuple):
    """Dial what `prepare()` returns and report `connection_opened` or `connection_failed`.

    Where `asks_user`, `prepare` calls functions of the user's: call it where it may block. The token that it leaves in
    the connection may be an awaitable, in whose place those who can are to put what it yields. Names are resolved anew
    for each attempt.
    """

    connection: Connection
    address: Address
    translator: AddressTranslator | None = None
    token_provider: TokenProvider | None = None

    @property
    def asks_user(self) -> bool:
        """Whether `prepare` may take its time."""
        return self.translator is not None or self.token_provider is not None

    def prepare(self) -> Address:
        """Return the address to dial, and get the token for it."""
        connection = self.connection
        if self.translator is not None:
            connection.dialled = self.translator(self.address)
        if self.token_provider is not None:
            connection.token = self.token_provider.token(connection.dialled)
        return connection.dialled


class LookUp(NamedTuple):
    """Call `get` where it may block, and report `looked_up` with what it returns."""

    work: Callable[[], bytes]
    """What is to be done: something with files or the network, by modules that the core may not import."""
    answered: Callable[[bytes | BaseException], object]
    """What the core does with the answer."""

    def get(self) -> bytes | Exception:
        """Do the work; return what it yields, or why it failed."""
        try:
            return self.work()
        except Exception as error:  # noqa: BLE001 - the core is told of whatever went wrong
            return error


class CloseConnection(NamedTuple):
    """Close the connection's socket, or give up dialling; nothing need be reported."""

    connection: Connection


Action: TypeAlias = OpenConnection | LookUp | CloseConnection


class Delivery(NamedTuple):
    """An event for a function of the user's.

    `call()` decodes the event and runs the function. Deliveries of one `listener` are made one after the other, in
    order, off the I/O path.
    """

    listener: Hashable
    call: Callable[[], object]
