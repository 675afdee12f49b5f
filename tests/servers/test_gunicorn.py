"""Clients in gunicorn's workers of every kind: they serve, survive a member's death, and end with their worker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

import pytest

from hzproto.testing import InMemoryCluster
from tests.members import Cluster

KINDS: Final = {
    "sync": ("tests.servers.wsgi:app", ["--workers", "2"]),
    "gthread": ("tests.servers.wsgi:app", ["--workers", "2", "--threads", "4"]),
    "gevent": ("tests.servers.greenlets:app", ["--workers", "2"]),
    "uvicorn.workers.UvicornWorker": ("tests.servers.asgi:app", ["--workers", "2"]),
}
CALLERS: Final = 4


class Server:
    """A running gunicorn, and what it has answered: a body of each worker."""

    def __init__(self, port: int, log: Path) -> None:
        self.answers: Counter[int] = Counter()
        self.bodies: set[bytes] = set()
        self._port = port
        self._log = log

    def ask(self, count: int, between: Callable[[], None] | None = None) -> None:
        """Make *count* requests; call *between* when half of them are answered."""
        self.answers.clear()
        callers = [threading.Thread(target=self._ask, args=(number, count // CALLERS)) for number in range(CALLERS)]
        for caller in callers:
            caller.start()
        if between is not None:
            while self.answers.total() < count // 2 and any(caller.is_alive() for caller in callers):
                time.sleep(0.005)
            between()
        for caller in callers:
            caller.join()
        assert self.answers.total() == count // CALLERS * CALLERS, self.log()

    def _ask(self, caller: int, count: int) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        for number in range(count):
            if number % 20 == 0:
                connection.close()  # so that every worker gets its share
            for _ in range(5):  # a worker that ends closes connections on which nothing is under way
                try:
                    connection.request("GET", f"/{caller}/{number}")
                    response = connection.getresponse()
                    body = response.read()
                except (HTTPException, OSError):
                    connection.close()
                else:
                    self.answers[response.status] += 1
                    if response.status == 200:
                        self.bodies.add(body)
                    break
        connection.close()

    def ask_until(self, condition: Callable[[], bool]) -> None:
        """Make requests until the condition is true."""
        until = time.monotonic() + 60
        self.ask(40)
        while not condition():
            assert time.monotonic() < until, (self.answers, self.bodies, self.log())
            self.ask(40)

    def log(self) -> str:
        return self._log.read_text()


@contextmanager
def gunicorn(
    kind: str, folder: Path, members: list[str], name: str = "dev", more: list[str] | None = None
) -> Generator[Server]:
    """Run gunicorn with workers of a kind; it must end well when it is told to."""
    app, arguments = KINDS[kind]
    log = folder / "log"
    environment = {
        **os.environ,
        "HZPROTO_MEMBERS": ",".join(members),
        "HZPROTO_CLUSTER": name,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("w") as output:
        port: int = listener.getsockname()[1]
        bound = ["--no-control-socket", "--bind", f"fd://{listener.fileno()}", "--worker-class", kind]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *bound, *arguments, *(more or []), app],
            env=environment,
            stdout=output,
            stderr=output,
            pass_fds=[listener.fileno()],
        )
    server = Server(port, log)
    try:
        yield server
        _stop(process)
        assert process.returncode == 0, server.log()
        assert "Traceback" not in server.log(), server.log()
        assert "SIGKILL" not in server.log(), server.log()
    finally:
        process.kill()
        process.wait()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Tell gunicorn to end, and workers again: one that has only just been forked misses what gunicorn tells it."""
    process.send_signal(signal.SIGTERM)
    while True:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            with suppress(OSError):  # they end just now
                for worker in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                    os.kill(int(worker), signal.SIGTERM)
        else:
            return


@pytest.mark.sockets
@pytest.mark.parametrize("kind", KINDS)
def test_workers_serve_and_are_replaced(kind: str, tmp_path: Path) -> None:
    with InMemoryCluster(members=3) as cluster:
        more = ["--max-requests", "90"] + (["--preload"] if kind == "gthread" else [])
        with gunicorn(kind, tmp_path, cluster.addresses, more=more) as server:
            server.ask(200, lambda: cluster.kill(2))
            assert server.answers[200] >= 190, server.answers
            server.ask_until(lambda: server.answers == {200: 40})
            server.ask_until(lambda: len(server.bodies) >= 3)  # a worker was replaced
            assert all((b"preloaded" in body) is (kind == "gthread") for body in server.bodies)
        until = time.monotonic() + 30
        while any(member.connections for member in cluster.members) and time.monotonic() < until:
            time.sleep(0.01)
        assert not any(member.connections for member in cluster.members)


@pytest.mark.long
@pytest.mark.members("5.3.8")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("preload", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_requests(kind: str, preload: bool, tmp_path: Path) -> None:
    with Cluster("5.3.8", 3, cp_members=0) as cluster:
        more = ["--max-requests", "3000", "--max-requests-jitter", "500"] + (["--preload"] if preload else [])
        with gunicorn(kind, tmp_path, cluster.addresses, cluster.name, more) as server:
            server.ask(10_000, cluster.members[2].kill)
            assert server.answers[200] >= 9_980, server.answers
            server.ask_until(lambda: server.answers == {200: 40})
