"""TLS between the core and a member, without sockets."""

from __future__ import annotations

import ssl
from importlib import import_module
from random import Random
from typing import Any

import pytest

from hzproto.cluster.actions import CloseConnection, OpenConnection
from hzproto.cluster.client import Client
from hzproto.cluster.connection import Connection, ConnectionState
from hzproto.config import Config
from hzproto.errors import (
    AuthenticationError,
    IllegalStateError,
    InvalidConfigurationError,
    LocalProtocolError,
    TargetDisconnectedError,
)
from hzproto.ops import Done, Op
from hzproto.testing import Cluster
from tests.certificates import certificates


class Pipe:
    """A client's only connection, TLS on the member's side of it, and the member; time stands still."""

    def __init__(self, server: ssl.SSLContext, piece: int = 1 << 20, **options: Any) -> None:
        self.piece = piece
        self.cluster = Cluster(1)
        self.client = Client(
            Config(cluster_members=["127.0.0.1:5701"], ssl_enabled=True, retry_max_backoff=1, **options),
            rng=Random(0),
            load=import_module,
        )
        self.started: Op[None] = Done(None)
        self.started.waiter = self
        self.client.start(0.0, self.started)
        (action,) = self.client.actions()
        assert isinstance(action, OpenConnection)
        action.prepare()
        self.connection: Connection = action.connection
        self.member = self.cluster.members[0].accept(0.0)
        assert self.member is not None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = server.wrap_bio(self._in, self._out, server_side=True)
        self._shaken = False

    def run(self) -> None:
        self.client.connection_opened(self.connection, 0.0)
        while self.client.dirty() and not self.connection.closed:
            for data in self.connection.data_to_send():
                self._in.write(data)
            self._serve()
            answer = self._out.read()
            for start in range(0, len(answer), self.piece):
                part = answer[start : start + self.piece]
                if start % 2:
                    self.connection.receive_data(part, 0.0)
                else:
                    self.connection.get_buffer()[: len(part)] = part
                    self.connection.buffer_updated(len(part), 0.0)

    def _serve(self) -> None:
        member = self.member
        assert member is not None
        try:
            if not self._shaken:
                self._tls.do_handshake()
                self._shaken = True
            while True:
                member.receive_data(self._tls.read(1 << 16), 0.0)
                self.cluster.dirty()
                if data := b"".join(member.data_to_send()):
                    self._tls.write(data)
        except ssl.SSLWantReadError:
            pass


@pytest.mark.parametrize("piece", [1, 7, 1000, 1 << 20])
def test_a_client_is_admitted_whatever_the_pieces(piece: int) -> None:
    pipe = Pipe(certificates().server(), piece, ssl_cafile=certificates().authority)
    pipe.run()
    assert pipe.connection.state is ConnectionState.READY
    assert pipe.started.done
    assert pipe.started.error is None


def test_large_messages_go_both_ways() -> None:
    pipe = Pipe(certificates().server(), ssl_cafile=certificates().authority)
    pipe.run()
    sent = b"x" * 300_000
    pipe.connection.send(sent + sent)
    (encrypted,) = pipe.connection.data_to_send()
    assert 600_000 < len(encrypted) < 610_000
    assert sent[:100] not in encrypted
    assert pipe.connection.data_to_send() == []


@pytest.mark.parametrize(
    ("hosts", "options", "message"),
    [
        ((), {}, "self.signed|unable to get"),
        ((), {"ssl_cafile": "stranger"}, "self.signed|unable to get"),
        (("elsewhere.example",), {"ssl_cafile": "authority"}, "127.0.0.1"),
    ],
)
def test_a_certificate_that_is_not_trusted_ends_the_start(
    hosts: tuple[str, ...], options: dict[str, str], message: str
) -> None:
    files = {name: getattr(certificates(), file) for name, file in options.items()}
    pipe = Pipe(certificates().server(*hosts), **files)
    pipe.run()
    assert isinstance(pipe.started.error, AuthenticationError)
    assert isinstance(pipe.started.error.__cause__, ssl.SSLCertVerificationError)
    with pytest.raises(AuthenticationError, match=message):
        raise pipe.started.error


def test_the_host_name_may_go_unchecked() -> None:
    pipe = Pipe(
        certificates().server("elsewhere.example"), ssl_cafile=certificates().authority, ssl_check_hostname=False
    )
    pipe.run()
    assert pipe.connection.state is ConnectionState.READY


def test_the_host_name_is_that_which_was_dialled() -> None:
    pipe = Pipe(
        certificates().server("elsewhere.example"),
        ssl_cafile=certificates().authority,
        address_translator={"127.0.0.1:5701": "elsewhere.example:1"},
    )
    pipe.run()
    assert pipe.connection.state is ConnectionState.READY


def test_mutual_tls() -> None:
    files = certificates()
    pipe = Pipe(
        files.server(mutual=True),
        ssl_cafile=files.authority,
        ssl_certfile=files.client,
        ssl_keyfile=files.client_key,
        ssl_protocol="TLSv1_3",
        ssl_password="not needed",
    )
    pipe.run()
    assert pipe.connection.state is ConnectionState.READY


def test_a_context_of_the_users_own() -> None:
    context = ssl.create_default_context(cafile=certificates().authority)
    pipe = Pipe(certificates().server(), ssl_context=context)
    pipe.run()
    assert pipe.connection.state is ConnectionState.READY


def test_too_old_a_version_is_refused() -> None:
    server = certificates().server()
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    pipe = Pipe(server, ssl_cafile=certificates().authority, ssl_protocol="TLSv1_3", cluster_connect_timeout=0)
    with pytest.raises(ssl.SSLError):
        pipe.run()


def test_what_is_no_tls_costs_the_connection() -> None:
    pipe = Pipe(certificates().server(), ssl_cafile=certificates().authority, cluster_connect_timeout=0)
    pipe.client.connection_opened(pipe.connection, 0.0)
    pipe.connection.receive_data(b"HTTP/1.1 400 Bad Request\r\n\r\n", 0.0)
    assert pipe.connection.closed
    assert CloseConnection(pipe.connection) in pipe.client.actions()
    assert isinstance(pipe.started.error, IllegalStateError)
    assert isinstance(pipe.started.error.__cause__, TargetDisconnectedError)
    assert isinstance(pipe.started.error.__cause__.__cause__, ssl.SSLError)


def test_the_handshake_counts_for_the_connection_timeout() -> None:
    pipe = Pipe(certificates().server(), ssl_cafile=certificates().authority, cluster_connect_timeout=5)
    pipe.client.connection_opened(pipe.connection, 0.0)
    pipe.client.handle_timer(5.0)
    assert pipe.connection.closed
    with pytest.raises(IllegalStateError, match=r"127\.0\.0\.1:5701"):
        pipe.started.result()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ssl_cafile": "/no/such/file"}, "ssl_cafile: '/no/such/file'"),
        ({"ssl_certfile": "/no/such/file"}, "ssl_certfile: '/no/such/file'"),
        ({"ssl_ciphers": "nonsense"}, "ssl_ciphers: 'nonsense'"),
    ],
)
def test_what_cannot_be_used_is_named(options: Any, message: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=message):
        Client(Config(ssl_enabled=True, **options), rng=Random(0), load=import_module)


def test_tls_is_never_left_out() -> None:
    with pytest.raises(LocalProtocolError, match="ssl"):
        Client(Config(ssl_enabled=True), rng=Random(0))
