"""What is loaded when it is first asked for, and not before."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from hzproto.later import made_later

ADAPTERS = ["hzproto_sync", "hzproto_gevent", "hzproto_asyncio", "hzproto_twisted"]
STRUCTURES = ["hzproto.structures.futures", "hzproto_asyncio.structures", "hzproto_twisted.structures"]
SERIALIZATION = ["hzproto.serialization", "hzproto.serialization.api"]

SELDOM = {
    *("dataclasses", "datetime", "decimal", "json", "pickle", "ssl", "urllib.parse"),
    *(
        "hzproto.aggregator",
        "hzproto.events",
        "hzproto.keywords",
        "hzproto.metrics",
        "hzproto.predicate",
        "hzproto.sql",
    ),
    *("hzproto.cluster.backpressure", "hzproto.cluster.statistics", "hzproto.cluster.tls"),
    *("hzproto.cluster.transactions", "hzproto.cp", "hzproto.near_cache.cache", "hzproto.near_cache.store"),
    *("hzproto.serialization.compact.kinds", "hzproto.serialization.custom", "hzproto.serialization.decimals"),
    *("hzproto.serialization.identified", "hzproto.serialization.payloads", "hzproto.serialization.portable"),
    *("hzproto.serialization.temporal", "hzproto.sql", "hzproto.testing"),
}
"""What most programs do without."""
LOADED = """
import asyncio, sys
from random import Random
before = set(sys.modules)
import {package}
from hzproto import Client, Config
{program}
print(*(set(sys.modules) - before))
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


@pytest.mark.parametrize("program", ["", "Client(Config(), rng=Random(1))"], ids=["import", "client"])
@pytest.mark.parametrize("package", ADAPTERS)
def test_nothing_is_loaded_that_few_programs_need(package: str, program: str) -> None:
    run = [sys.executable, "-c", LOADED.format(package=package, program=program)]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    structures = {name for name in loaded if name.startswith(("hzproto.structures.", f"{package}.structures."))}
    assert {name.rpartition(".")[2] for name in structures} <= {"base", "client", "futures", "services"}
    ours = {name for name in loaded if name.startswith("hzproto")}
    assert SELDOM.intersection(ours if package in ("hzproto_gevent", "hzproto_twisted") else loaded) == set()


@pytest.mark.parametrize("package", SERIALIZATION)
def test_serialization_has_what_it_promises(package: str) -> None:
    module = import_module(package)
    assert all(hasattr(module, name) for name in module.__all__)
    assert set(module.__all__) <= set(dir(module))


def test_an_attribute_is_made_once() -> None:
    made: list[object] = []

    class Thing:
        @made_later
        def part(self) -> object:
            """A part."""
            made.append(object())
            return made[-1]

    thing = Thing()
    assert not made
    assert thing.part is thing.part is made[0]
    assert len(made) == 1
    assert Thing().part is not thing.part
    assert Thing.part.__doc__ == "A part."


def test_what_another_thread_made_meanwhile_is_kept() -> None:
    class Thing:
        @made_later
        def part(self) -> object:
            vars(self)["part"] = "of the other thread"
            return "late"

    assert Thing().part == "of the other thread"


@pytest.mark.parametrize("package", ADAPTERS)
def test_getters_give_the_exported_classes(package: str) -> None:
    client = import_module(package).HazelcastClient
    getters = {name: getattr(client, name) for name in dir(client) if name.startswith("get_")}
    getters = {name: getter for name, getter in getters.items() if hasattr(getter, "structure")}
    assert len(getters) == 15
    for name, getter in getters.items():
        assert hasattr(import_module(package), getter.structure)
        assert getter.structure.lower() == name.removeprefix("get_").replace("_", "")
