"""TLS without sockets: one implementation for every adapter, which brings the module `ssl`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from hzproto.cluster.connection import Connection
from hzproto.errors import AuthenticationError, InvalidConfigurationError, TargetDisconnectedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext
    from types import ModuleType

    from hzproto.cluster.connection import ConnectionOwner
    from hzproto.config import Config
    from hzproto.core import Address

_CHUNK = 65536


class Tls:
    """What the secure connections of a client share: the module `ssl`, and the context of the configuration."""

    def __init__(self, config: Config, ssl: ModuleType) -> None:
        self.ssl = ssl
        self.context = _context_of(config, ssl)

    def new_connection(
        self, owner: ConnectionOwner, slot: int, address: Address, max_message_size: int
    ) -> SecureConnection:
        """Make a secure connection."""
        return SecureConnection(owner, slot, address, max_message_size, self)


def _context_of(config: Config, ssl: ModuleType) -> SSLContext:
    """Return the context that the `ssl_` options describe. Reads the files; errors name the option."""
    if config.ssl_context is not None:
        return config.ssl_context
    context: SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which verifies
    context.minimum_version = ssl.TLSVersion[config.ssl_protocol.name]
    context.check_hostname = config.ssl_check_hostname
    if config.ssl_cafile is None:
        context.load_default_certs()
    else:
        _apply("ssl_cafile", config.ssl_cafile, context.load_verify_locations)
    if config.ssl_certfile is not None:
        key, password = config.ssl_keyfile, config.ssl_password or _no_password
        _apply("ssl_certfile", config.ssl_certfile, lambda file: context.load_cert_chain(file, key, password))
    if config.ssl_ciphers is not None:
        _apply("ssl_ciphers", config.ssl_ciphers, context.set_ciphers)
    return context


def _apply(name: str, value: str, use: Callable[[str], object]) -> None:
    try:
        use(value)
    except OSError as error:  # as which ssl's own errors count
        raise InvalidConfigurationError(f"{name}: {value!r} cannot be used: {error}") from error


def _no_password() -> NoReturn:  # or OpenSSL would ask the terminal
    raise InvalidConfigurationError("The private key is encrypted: ssl_password is needed.")


class SecureConnection(Connection):
    """A connection whose bytes are encrypted on their way out and decrypted on their way in."""

    __slots__ = ("_buffer", "_incoming", "_outgoing", "_shaken", "_ssl", "_tls", "_wrap")

    def __init__(self, owner: ConnectionOwner, slot: int, address: Address, max_message_size: int, tls: Tls) -> None:
        super().__init__(owner, slot, address, max_message_size)
        self._ssl = tls.ssl
        self._incoming = tls.ssl.MemoryBIO()
        self._outgoing = tls.ssl.MemoryBIO()
        self._wrap = tls.context.wrap_bio
        self._tls: Any = None
        self._shaken = False
        self._buffer = memoryview(bytearray(_CHUNK))

    def begin(self) -> bool:
        self._tls = self._wrap(self._incoming, self._outgoing, server_hostname=self.dialled.host)
        self._shake_hands()
        return False

    def get_buffer(self, sizehint: int = -1) -> memoryview:
        return self._buffer

    def buffer_updated(self, size: int, now: float) -> None:
        self.receive_data(self._buffer[:size], now)

    def receive_data(self, data: bytes | bytearray | memoryview, now: float) -> None:
        if self.closed:
            return
        self._timers.now = self.last_read = now
        self._incoming.write(data)
        try:
            if not self._shaken and not self._shake_hands():
                return
            while not self.closed:
                buffer = super().get_buffer(_CHUNK)
                super().buffer_updated(self._tls.read(len(buffer), buffer), now)
        except self._ssl.SSLWantReadError:
            self._send_pending()
        except self._ssl.SSLZeroReturnError:
            self._owner.connection_broken(self, TargetDisconnectedError(f"{self.address} closed the connection."))
        except self._ssl.SSLError as error:
            self._broken(error)

    def data_to_send(self) -> list[bytes]:
        if self._shaken:
            for data in _joined(super().data_to_send()):
                sent = 0
                while sent < len(data):
                    sent += self._tls.write(data[sent:])
        return [self._outgoing.read()] if self._outgoing.pending else []

    def _shake_hands(self) -> bool:
        """Go on with the handshake; return whether it is over."""
        try:
            self._tls.do_handshake()
        except self._ssl.SSLWantReadError:
            self._send_pending()
        except (self._ssl.SSLError, ValueError) as error:  # the latter: a host name that cannot be one
            self._broken(error)
        else:
            self._shaken = True
            self._owner.connection_secured(self)
            self._send_pending()
        return self._shaken

    def _send_pending(self) -> None:
        """Have what TLS itself has to say sent, and what waited for the end of the handshake."""
        if (self._outgoing.pending or self.out) and not self.closed and self not in self._owner.dirty_connections:
            self._owner.dirty_connections.append(self)

    def _broken(self, error: Any) -> None:
        if isinstance(error, self._ssl.SSLCertVerificationError):
            failure: Exception = AuthenticationError(
                f"The certificate of {self.dialled} is not trusted: {error.verify_message}"
            )
        else:
            failure = TargetDisconnectedError(f"TLS with {self.dialled} failed: {error}")
        failure.__cause__ = error
        self._owner.connection_broken(self, failure)


def _joined(pieces: list[bytes]) -> list[memoryview]:
    """Put small pieces together, so that they share records."""
    joined: list[memoryview] = []
    run: list[bytes] = []
    size = 0
    for piece in pieces:
        run.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            joined.append(memoryview(b"".join(run) if len(run) > 1 else piece))
            run, size = [], 0
    if run:
        joined.append(memoryview(b"".join(run) if len(run) > 1 else run[0]))
    return joined
