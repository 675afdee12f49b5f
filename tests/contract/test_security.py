"""TLS, credentials, and the other ways to members that are not simply there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hzproto.core import Address
from hzproto.errors import AuthenticationError, IllegalStateError
from hzproto.security import BasicTokenProvider, TokenProvider
from hzproto.testing import InMemoryCluster
from hzproto.util import LoadBalancer, RandomLB, RoundRobinLB
from tests.certificates import certificates
from tests.contract.harness import Scene, Steps, scenario
from tests.proxy import Proxy

IN_MEMORY = ("memory",)


def _connected(client: Any, members: int) -> Callable[[], bool]:
    return lambda: client._core.counters.connections_opened == members


class TestTls:
    @scenario
    def test_mutual(self, scene: Scene) -> Steps:
        files = certificates()
        with Proxy(scene.options["cluster_members"], files.server(mutual=True)) as proxy:
            options: dict[str, Any] = {
                "address_translator": proxy.table,
                "retry_initial_backoff": 0.05,
                "ssl_enabled": True,
                "ssl_cafile": files.authority,
                "ssl_certfile": files.client,
                "ssl_keyfile": files.client_key,
            }
            client = yield from scene.client(**options)
            m = yield from scene.map(client)
            events: list[Any] = []
            yield m.add_entry_listener(include_value=True, added_func=events.append)
            yield m.put("large", "x" * 1_000_000)
            assert (yield m.get("large")) == "x" * 1_000_000
            yield m.put_all({key: key for key in range(200)})
            assert (yield m.get_all(range(200))) == {key: key for key in range(200)}
            yield from scene.until(lambda: len(events) == 201)
            proxy.cut()
            assert (yield m.get(1)) == 1
            yield client.shutdown()
            with pytest.raises(AuthenticationError, match="certificate"):
                yield from scene.client(**options | {"ssl_cafile": files.stranger})
            with pytest.raises(IllegalStateError):
                yield from scene.client(
                    **options | {"ssl_certfile": None, "ssl_keyfile": None}, cluster_connect_timeout=0
                )
            with pytest.raises(IllegalStateError):
                yield from scene.client(address_translator=proxy.table, cluster_connect_timeout=0.2)


class Tokens(TokenProvider):
    """Notes the addresses that it is asked for."""

    def __init__(self, token: Any) -> None:
        self.asked: set[Address | None] = set()
        self._token = token

    def token(self, address: Address | None = None) -> Any:
        self.asked.add(address)
        return self._token


class SlowTokens(TokenProvider):
    async def token(self, address: Address | None = None) -> bytes:
        return b"open sesame"


class NoTokens(TokenProvider):
    def token(self, address: Address | None = None) -> bytes:
        raise LookupError("no token today")


class TestCredentials:
    @scenario(on=IN_MEMORY)
    def test_name_and_password(self, scene: Scene) -> Steps:
        with InMemoryCluster(members=2, credentials=("me", "secret")) as cluster:
            scene.options["cluster_members"] = cluster.addresses
            client = yield from scene.client(creds_username="me", creds_password="secret")
            assert (yield (yield from scene.map(client)).put("k", 1)) is None
            yield client.shutdown()
            with pytest.raises(AuthenticationError, match="credentials"):
                yield from scene.client()
            with pytest.raises(AuthenticationError, match="other credentials"):
                yield from scene.client(creds_username="me", creds_password="wrong")

    @scenario(on=IN_MEMORY)
    def test_tokens(self, scene: Scene) -> Steps:
        with InMemoryCluster(members=2, credentials=b"open sesame") as cluster:
            scene.options["cluster_members"] = cluster.addresses
            scene.options["cluster_connect_timeout"] = 0
            asked = Tokens("open sesame")
            for provider in (BasicTokenProvider("open sesame"), asked):
                client = yield from scene.client(token_provider=provider)
                yield from scene.until(_connected(client, 2))
                yield client.shutdown()
            assert sorted(map(str, asked.asked)) == sorted(cluster.addresses)
            with pytest.raises(AuthenticationError):
                yield from scene.client(token_provider=BasicTokenProvider("open barley"))
            with pytest.raises(IllegalStateError) as caught:
                yield from scene.client(token_provider=NoTokens())
            assert isinstance(caught.value.__cause__, LookupError)
            with pytest.raises(IllegalStateError) as caught:
                yield from scene.client(token_provider=Tokens(5))
            assert isinstance(caught.value.__cause__, TypeError)
            if scene.harness.name in ("asyncio", "uvloop", "twisted"):
                client = yield from scene.client(token_provider=SlowTokens())
                yield client.shutdown()
            else:
                with pytest.raises(IllegalStateError) as caught:
                    yield from scene.client(token_provider=SlowTokens())
                assert "coroutine" in str(caught.value.__cause__)


class Always(LoadBalancer):
    """Always takes the same member, or raises."""

    def __init__(self, uuid: Any = None) -> None:
        self.uuid = uuid
        self.asked = 0

    def next(self) -> Any:
        self.asked += 1
        if self.uuid is None:
            raise LookupError("no member today")
        return next(member for member in self._cluster_service.get_members() if member.uuid == self.uuid)


class TestLoadBalancers:
    @scenario(on=IN_MEMORY)
    def test_choose(self, scene: Scene) -> Steps:
        mine = Always()
        for balancer in (RoundRobinLB(), RandomLB(), mine):
            client = yield from scene.client(
                load_balancer=balancer, heartbeat_interval=600, heartbeat_timeout=1200
            )  # nothing but operations has members answer
            yield from scene.until(_connected(client, 3))
            if balancer is mine:
                mine.uuid = client.cluster_service.get_members()[1].uuid
            m = yield from scene.map(client)
            connections = client._core.connector.ready
            before = {uuid: connection.bytes_received for uuid, connection in connections.items()}
            for _ in range(40):
                yield m.size()
            used = {uuid for uuid, size in before.items() if connections[uuid].bytes_received > size}
            assert used == ({mine.uuid} if balancer is mine else set(before))
        asked = mine.asked
        mine.uuid = None
        with pytest.raises(LookupError, match="no member today"):
            yield m.size()
        assert mine.asked == asked + 1
        yield m.put("k", 1)  # the owner of the key is chosen by nobody


@contextmanager
def discovery_service(answers: Mapping[str, list[dict[str, str]]]) -> Generator[str]:
    """Run a stand-in of the cloud's discovery service, with answers by path; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.get(self.path)
            body = b"" if found is None else json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class TestCloud:
    @scenario(on=IN_MEMORY)
    def test_members_are_reached_at_their_public_addresses(self, scene: Scene) -> Steps:
        members = scene.options.pop("cluster_members")
        with Proxy(members) as proxy:
            entries = [{"private-address": private, "public-address": proxy.table[private]} for private in members]
            answers = {"/cluster/discovery?token=a%20token": entries[:1]}
            with discovery_service(answers) as url:
                options = {"cloud_discovery_url": url, "cloud_discovery_token": "a token"}
                client = yield scene.harness.connect({**scene.options, **options, "retry_initial_backoff": 0.05})
                answers["/cluster/discovery?token=a%20token"] = entries
                yield from scene.until(_connected(client, 3))
                reached = {str(connection.address) for connection in client._core.connector.ready.values()}
                assert reached == set(proxy.addresses)
                assert (yield (yield from scene.map(client)).put("k", 1)) is None
                yield client.shutdown()
                with pytest.raises(IllegalStateError) as caught:
                    yield from scene.client(cluster_connect_timeout=0, **options | {"cloud_discovery_token": "other"})
                assert "404" in str(caught.value.__cause__)
