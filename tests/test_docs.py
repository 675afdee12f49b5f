"""The examples in the documentation run, and its table of methods is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import compare
from hzproto.testing import InMemoryCluster
from tests.members import Cluster

DOCS = Path(__file__).parent.parent / "docs"
MEMBERS = 'cluster_members=["127.0.0.1:5701"]'
"""The option in the examples, in place of which they get those of a cluster."""
ON_REAL_MEMBERS = ("executor", "durable-executor", "scheduled-executor", "sql", "db")
"""The pages of what the in-memory cluster does not have in earnest."""


def examples() -> Iterator[object]:
    for page in sorted(DOCS.rglob("*.md")):
        mark = pytest.mark.members("5.3.8") if page.stem in ON_REAL_MEMBERS else pytest.mark.sockets
        for number, code in enumerate(
            re.findall(r"^ *```python\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE), 1
        ):
            yield pytest.param(code, id=f"{page.relative_to(DOCS)}-{number}", marks=mark)


@pytest.fixture(scope="module")
def memory() -> Iterator[InMemoryCluster]:
    with InMemoryCluster(members=3) as cluster:
        yield cluster


@pytest.fixture
def options(request: pytest.FixtureRequest) -> str:
    """The options of a client for the cluster that an example is for, as they are written."""
    if request.node.get_closest_marker("members"):
        cluster: Cluster = request.getfixturevalue("cluster")
        return f"cluster_members={cluster.addresses}, cluster_name={cluster.name!r}"
    memory: InMemoryCluster = request.getfixturevalue("memory")
    return f"cluster_members={memory.addresses}"


@pytest.mark.parametrize("code", list(examples()))
def test_example(code: str, options: str) -> None:
    indent = re.match(" *", code)
    assert indent is not None
    program = re.sub(f"^{indent[0]}", "", code, flags=re.MULTILINE).replace(MEMBERS, options)
    if "react(" not in program:
        exec(compile(program, "<example>", "exec"), {"__name__": "__main__"})
        return
    # Twisted's reactor runs once in a process.
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=110, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_every_method_of_the_official_client_is_here_or_named_with_a_reason() -> None:
    assert compare.unexplained() == []


def test_the_page_of_methods_is_up_to_date() -> None:
    assert (DOCS / "methods.md").read_text() == compare.page(), "run docs/compare.py"
