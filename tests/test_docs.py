"""The examples in the documentation run, each as a program of its own, and its table of methods is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import compare
from hzproto.testing import InMemoryCluster

DOCS = Path(__file__).parent.parent / "docs"
ADDRESS = "127.0.0.1:5701"
"""The address in the examples, in place of which they get that of a cluster."""


def examples() -> Iterator[object]:
    for page in sorted(DOCS.rglob("*.md")):
        for number, code in enumerate(
            re.findall(r"^ *```python\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE), 1
        ):
            yield pytest.param(code, id=f"{page.relative_to(DOCS)}-{number}")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with InMemoryCluster(members=3) as cluster:
        yield cluster.addresses[0]


@pytest.mark.sockets
@pytest.mark.parametrize("code", list(examples()))
def test_example(code: str, address: str) -> None:
    indent = re.match(" *", code)
    assert indent is not None
    program = re.sub(f"^{indent[0]}", "", code, flags=re.MULTILINE).replace(ADDRESS, address)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_every_method_of_the_official_client_is_here_or_named_with_a_reason() -> None:
    assert compare.unexplained() == []


def test_the_page_of_methods_is_up_to_date() -> None:
    assert (DOCS / "methods.md").read_text() == compare.page(), "run docs/compare.py"
