"""The examples run as a new user would run them, on an in-memory cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hzproto.testing import InMemoryCluster

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = {
    "sync_quickstart.py": "Oslo",
    "asyncio_quickstart.py": "Oslo",
    "gevent_quickstart.py": "Oslo",
    "twisted_quickstart.py": "Oslo",
    "fenced_lock.py": "fencing token",
    "embed_selectors.py": "Paris",
}

pytestmark = [pytest.mark.sockets, pytest.mark.timeout(300)]


def run(*command: str) -> str:
    paths = [ROOT, *(ROOT / "adapters" / name for name in ("sync", "asyncio", "gevent", "twisted"))]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT / "examples",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_example(program: str) -> None:
    with InMemoryCluster(members=3) as cluster:
        assert PROGRAMS[program] in run(program, *cluster.addresses)


def test_demo_does_the_same_work_through_all_adapters() -> None:
    with InMemoryCluster(members=3) as cluster:
        shown = run("demo.py", "--members", ",".join(cluster.addresses))
    for line in ("3 members", "read back, over all 271 partitions", "events, the last", "gets, ", "fencing token"):
        assert shown.count(line) == 4
