"""What adapters export is loaded when it is first asked for."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

ADAPTERS = ["hzproto_sync", "hzproto_gevent", "hzproto_asyncio", "hzproto_twisted"]
STRUCTURES = ["hzproto.structures.futures", "hzproto_asyncio.structures", "hzproto_twisted.structures"]
LOADED = """
import sys, {package}
print(*(name for name in sys.modules if name.startswith(("hzproto.structures.", "{package}.structures."))))
"""


@pytest.mark.parametrize("package", [*ADAPTERS, *STRUCTURES])
def test_everything_that_is_promised_is_there(package: str) -> None:
    module = import_module(package)
    for name in module.__all__:
        assert getattr(module, name).__name__ in (name, "Reply")
    assert set(module.__all__) <= set(dir(module))
    assert len(set(module.__all__)) == len(module.__all__)


@pytest.mark.parametrize("package", [*ADAPTERS, *STRUCTURES])
def test_other_names_are_missed_as_usual(package: str) -> None:
    module = import_module(package)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Mop'"):
        module.Mop  # noqa: B018


@pytest.mark.parametrize("package", ADAPTERS)
def test_an_import_loads_no_structures(package: str) -> None:
    run = [sys.executable, "-c", LOADED.format(package=package)]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert {name.rpartition(".")[2] for name in loaded} <= {
        "base",
        "client",
        "futures",
        "partition_listeners",
        "services",
    }


@pytest.mark.parametrize("package", ADAPTERS)
def test_getters_give_the_exported_classes(package: str) -> None:
    client = import_module(package).HazelcastClient
    getters = {name: getattr(client, name) for name in dir(client) if name.startswith("get_")}
    getters = {name: getter for name, getter in getters.items() if hasattr(getter, "structure")}
    assert len(getters) == 15
    for name, getter in getters.items():
        assert hasattr(import_module(package), getter.structure)
        assert getter.structure.lower() == name.removeprefix("get_").replace("_", "")
