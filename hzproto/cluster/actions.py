"""What the core asks of its adapter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hzproto.cluster.connection import Connection
    from hzproto.core import Address


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """Dial `address` and report `connection_opened` or `connection_failed`.

    Where `Config.address_translator` is set, dial what it makes of the address. It is the user's: call it where it may
    block. Names are resolved anew for each attempt.
    """

    connection: Connection
    address: Address


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """Close the connection's socket, or give up dialling; nothing need be reported."""

    connection: Connection


Action: TypeAlias = OpenConnection | CloseConnection


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event for a function of the user's.

    `call()` decodes the event and runs the function. Deliveries of one `listener` are made one after the other, in
    order, off the I/O path.
    """

    listener: Hashable
    call: Callable[[], object]
