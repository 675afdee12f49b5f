"""A socket in a reactor for one connection of the core."""

from __future__ import annotations

from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, cast

from twisted.internet.abstract import FileDescriptor, isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import ISystemHandle, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone

if TYPE_CHECKING:
    from collections.abc import Callable

    from hzproto.cluster.actions import OpenConnection
    from hzproto.cluster.connection import Connection
    from hzproto_twisted.driver import Driver

_NEXT_ADDRESS: Final = 0.1  # seconds before the next address of a name is tried beside the first
_GRACE: Final = 1.0  # seconds that a socket may take to close in order


class Link(Protocol):
    """Dials for *connection*, then carries its bytes until either side closes.

    It is its transport's producer: while the transport has more than the socket takes, further output stays in the
    core.
    """

    transport: Any

    def __init__(self, driver: Driver, connection: Connection) -> None:
        self._driver = driver
        self._connection = connection
        self._dialling: Deferred[None] | None = None
        self._paused = True
        self._closed = False
        self._grace: Any = None
        self.gone = Deferred[None]()
        """Fires when there is no socket and no attempt to get one any more."""
        self._send_now: Any = None

    def dial(self, action: OpenConnection) -> None:
        """Begin to do what *action* asks for; a name is looked up anew."""
        self._dialling = Deferred.fromCoroutine(self._dial(action)).addErrback(self._not_connected)

    async def _dial(self, action: OpenConnection) -> None:
        driver = self._driver
        address = await driver.prepare(action)
        factory = Factory.forProtocol(lambda: self)
        factory.noisy = False
        no_timeout = None  # the core has one
        await _endpoint_for(address.host)(driver.reactor, address.host, address.port, no_timeout).connect(factory)

    def connectionMade(self) -> None:
        self._driver.thread = get_ident()
        transport = self.transport
        core = self._driver.core
        try:
            if cast("Any", ITCPTransport).providedBy(transport):
                transport.setTcpNoDelay(True)
            for option in core.config.socket_options:
                transport.getHandle().setsockopt(*option)
        except OSError as error:
            core.connection_failed(self._connection, error, self._driver.now())
            self.close()
            self._driver.pump()
            return
        transport.registerProducer(self, True)
        if isinstance(transport, FileDescriptor):
            # A write alone would leave the data until the reactor has its next turn.
            self._send_now = transport.doWrite
        self._paused = False
        core.connection_opened(self._connection, self._driver.now())
        self._driver.pump()

    def dataReceived(self, data: bytes) -> None:
        driver = self._driver
        self._connection.receive_data(data, driver.now())
        driver.pump()

    def flush(self) -> None:
        """Send what the core has for this connection, unless the socket is full."""
        if not self._paused and (data := self._connection.data_to_send()):
            self.transport.write(b"".join(data))
            if self._send_now is not None:
                self._send_now()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._paused = True

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._paused = False
        self.flush()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._paused = True  # the transport is about to report the loss of the connection

    def close(self) -> None:
        """Stop dialling, or close the socket: in order, by force when that takes long."""
        if self.gone.called:
            return
        self._closed = self._paused = True
        transport = self.transport
        if transport is not None:
            transport.unregisterProducer()
            transport.loseConnection()
            self._grace = self._driver.reactor.callLater(_GRACE, transport.abortConnection)
        elif self._dialling is not None:
            self._dialling.cancel()

    def abandon(self) -> None:
        """Close this process's copy of the socket and leave the connection to the process that forked."""
        self._closed = self._paused = True
        if cast("Any", ISystemHandle).providedBy(self.transport):
            self.transport.getHandle().close()

    def connectionLost(self, reason: Any = connectionDone) -> None:
        if self._grace is not None and self._grace.active():
            self._grace.cancel()
        clean = reason.check(ConnectionDone) is not None
        self._ended(self._driver.core.connection_lost, None if clean else reason.value)

    def _not_connected(self, failure: Any) -> None:
        self._ended(self._driver.core.connection_failed, failure.value)

    def _ended(self, report: Callable[[Connection, Any, float], None], error: BaseException | None) -> None:
        """There is no socket any more: the core hears of it unless it has closed the connection itself."""
        known = self._closed
        self._closed = self._paused = True
        self._driver.links.discard(self)
        self.gone.callback(None)
        if not known:
            report(self._connection, error, self._driver.now())
        self._driver.pump()


def _endpoint_for(host: str) -> Any:
    """Return the kind of endpoint that *host* needs: only names take a resolver and its thread."""
    if isIPAddress(host):
        return TCP4ClientEndpoint
    if isIPv6Address(host):
        return TCP6ClientEndpoint
    return partial(HostnameEndpoint, attemptDelay=_NEXT_ADDRESS)
