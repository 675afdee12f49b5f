"""The cluster on loopback sockets."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, Self, TypeVar, Unpack

from hzproto.core import Address
from hzproto.testing.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from hzproto.testing.cluster import ClusterOptions
    from hzproto.testing.connection import ServerConnection
    from hzproto.testing.faults import Faults
    from hzproto.testing.member import Member

_T = TypeVar("_T")

_logger = logging.getLogger(__name__)
_HOST: Final = "127.0.0.1"
_CHUNK: Final = 256 * 1024
_LOOK: Final = 1.0  # seconds after which a caller looks whether the serving thread lives


class InMemoryCluster:
    """A `Cluster` that listens on free ports of 127.0.0.1, served by one daemon thread.

    ::

        with InMemoryCluster(members=3) as cluster:
            client = HazelcastClient(cluster_members=cluster.addresses)

    The options are those of `Cluster`. All methods may be called from any thread; members are named by their index,
    which they keep when they are started again. Functions given to `faults` run on the serving thread.
    """

    def __init__(self, members: int = 3, **options: Unpack[ClusterOptions]) -> None:
        self._count = members
        self._options = options
        self._server: _Server | None = None

    def start(self) -> Self:
        """Open the ports and serve."""
        if self._server is not None:
            raise RuntimeError("the cluster is running already")
        self._server = _Server(self._count, self._options)
        return self

    def stop(self) -> None:
        """Close all sockets and end the thread; again is harmless."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def cluster(self) -> Cluster:
        """The cluster itself. Only `call` may use it while it is running; its `faults` may be set from anywhere."""
        return self._running().cluster

    @property
    def faults(self) -> Faults:
        """What goes wrong on the way to clients and between members."""
        return self.cluster.faults

    @property
    def members(self) -> list[Member]:
        """The members by index; their attributes may be read, and `refuse` set, from any thread."""
        return list(self.cluster.members)

    @property
    def addresses(self) -> list[str]:
        """Where the members listen, as "127.0.0.1:port", by index."""
        return [str(member.address) for member in self.members]

    def call(self, function: Callable[[Cluster, float], _T]) -> _T:
        """Return `function(cluster, now)`, called on the serving thread: for what the other methods do not offer."""
        server = self._running()
        return server.call(lambda: function(server.cluster, time.monotonic()))

    def kill(self, index: int) -> None:
        """End a member at once; its connections are closed when this returns, and new ones are refused."""
        self.call(lambda cluster, now: cluster.kill(cluster.members[index], now))

    def restart(self, index: int) -> None:
        """Start a dead member again, on its old port."""
        self.call(lambda cluster, now: cluster.restart(cluster.members[index], now))

    def pause(self, index: int) -> None:
        """Let a member keep its sockets but do nothing any more, like with SIGSTOP."""
        self.call(lambda cluster, now: cluster.members[index].pause())

    def resume(self, index: int) -> None:
        """Let a paused member go on."""
        self.call(lambda cluster, now: cluster.members[index].resume(now))

    def refuse(self, index: int, refuse: bool = True) -> None:
        """Let a member close new connections at once, or take them again."""
        self.members[index].refuse = refuse

    def cut(self, index: int) -> None:
        """Close all connections of a member; it takes new ones."""

        def cut_all(cluster: Cluster, now: float) -> None:
            member = cluster.members[index]
            for connection in list(member.connections):
                member.cut(connection, now)

        self.call(cut_all)

    def _running(self) -> _Server:
        if self._server is None:
            raise RuntimeError("the cluster is not running: use it in a with statement, or start() it")
        return self._server


class _Server:
    """The serving thread and its sockets."""

    def __init__(self, members: int, options: ClusterOptions) -> None:
        self._ports: list[socket.socket] = []
        self._peers: dict[ServerConnection, _Peer] = {}
        self._calls: deque[Callable[[], None]] = deque()
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        try:
            self._wake_reader.setblocking(False)
            self._selector.register(self._wake_reader, selectors.EVENT_READ, self._woken)
            for index in range(members):
                self._ports.append(_bind(0))
                self._listen(index)
            addresses = [Address(_HOST, port.getsockname()[1]) for port in self._ports]
            self.cluster = Cluster(addresses=addresses, **options)
            self._listening = [True] * members
        except BaseException:
            self._close()
            raise
        self._thread = threading.Thread(target=self._run, name="hzproto-in-memory-cluster", daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], _T]) -> _T:
        """Return what `function` returns on the serving thread."""
        if threading.current_thread() is self._thread:
            return function()
        done = threading.Event()
        results: list[_T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(function())
                self._follow()
            except BaseException as error:  # noqa: BLE001 - it is raised where the function came from
                errors.append(error)
            done.set()

        self._calls.append(run)
        self._wake()
        while not done.wait(_LOOK):
            if not self._thread.is_alive():
                raise RuntimeError("the cluster is not running any more")
        if errors:
            raise errors[0]
        return results[0]

    def stop(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join()

    def _wake(self) -> None:
        try:
            self._wake_writer.send(b"\0")
        except OSError:
            pass  # the thread has ended

    def _woken(self, _mask: int) -> None:
        self._wake_reader.recv(4096)

    def _run(self) -> None:
        cluster, select = self.cluster, self._selector.select
        try:
            while not self._stopping:
                deadline = cluster.next_deadline()
                ready = select(None if deadline is None else max(0.0, deadline - time.monotonic()))
                try:
                    try:
                        for key, mask in ready:
                            key.data(mask)
                        if deadline is not None:
                            cluster.handle_timer(time.monotonic())
                    finally:  # the next event, which might make up for it, may not come
                        while self._calls:
                            self._calls.popleft()()
                        self._follow()
                except Exception:
                    _logger.exception("The in-memory cluster failed")
        finally:
            self._close()

    def _follow(self) -> None:
        """Bring the sockets where the cluster is."""
        for index, member in enumerate(self.cluster.members):
            if member.alive is not self._listening[index]:
                self._listening[index] = member.alive
                if member.alive:
                    self._listen(index)
                else:
                    # Bound but not listening, the port refuses connections and stays ours.
                    port = self._ports[index].getsockname()[1]
                    self._selector.unregister(self._ports[index])
                    _close(self._ports[index])
                    self._ports[index] = _bind(port)
        for connection in self.cluster.dirty():
            peer = self._peers.get(connection)
            if peer is not None and (connection.closed or not peer.flush()):
                self._drop(peer)

    def _listen(self, index: int) -> None:
        port = self._ports[index]
        port.listen(128)
        self._selector.register(port, selectors.EVENT_READ, partial(self._accept, index))

    def _accept(self, index: int, _mask: int) -> None:
        try:
            while True:
                sock, _ = self._ports[index].accept()
                connection = self.cluster.members[index].accept(time.monotonic())
                if connection is None:
                    sock.close()
                else:
                    peer = _Peer(self._selector, sock, connection, self._drop)
                    self._peers[connection] = peer
        except OSError:
            pass  # nobody (any more) to accept

    def _drop(self, peer: _Peer) -> None:
        if self._peers.pop(peer.connection, None) is not None:
            peer.close()
            peer.connection.lost(time.monotonic())

    def _close(self) -> None:
        for peer in list(self._peers.values()):
            self._drop(peer)
        for port in self._ports:
            port.close()
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()


class _Peer:
    """A client's socket."""

    __slots__ = ("_drop", "_queued", "_rest", "_selector", "_sock", "_waiting", "connection")

    def __init__(
        self,
        selector: selectors.BaseSelector,
        sock: socket.socket,
        connection: ServerConnection,
        drop: Callable[[_Peer], None],
    ) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector = selector
        self._sock = sock
        self._drop = drop
        self._queued: list[bytes] = []
        self._rest = memoryview(b"")  # of what is being sent
        self._waiting = False  # for the socket to take more
        self.connection = connection
        selector.register(sock, selectors.EVENT_READ, self._ready)

    def _ready(self, mask: int) -> None:
        try:
            alive = self._read() if mask & selectors.EVENT_READ else True
            if alive and mask & selectors.EVENT_WRITE:
                alive = self._send()
        except Exception:
            _logger.exception("The in-memory cluster failed; it closes the connection")
            alive = False
        if not alive:
            self._drop(self)

    def _read(self) -> bool:
        try:
            data = self._sock.recv(_CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if data:
            self.connection.receive_data(data, time.monotonic())
        return bool(data)

    def flush(self) -> bool:
        """Send what can be sent; False when the connection is broken."""
        self._queued += self.connection.data_to_send()
        return self._waiting or self._send()

    def _send(self) -> bool:
        while self._rest or self._queued:
            if not self._rest:
                self._rest = memoryview(b"".join(self._queued))
                self._queued.clear()
            try:
                self._rest = self._rest[self._sock.send(self._rest) :]
            except BlockingIOError:
                break
            except OSError:
                return False
        waiting = bool(self._rest)
        if waiting is not self._waiting:
            self._waiting = waiting
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting else 0)
            self._selector.modify(self._sock, events, self._ready)
        return True

    def close(self) -> None:
        self._selector.unregister(self._sock)
        _close(self._sock)


def _bind(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((_HOST, port))
    return sock


def _close(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)  # a forked child may have the descriptor, too
    except OSError:
        pass  # it is not connected any more
    sock.close()
