"""Wrong arguments: every method refuses them, and names the argument."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from tests.contract.errors.parameters import valid_arguments, wrong_values
from tests.contract.errors.rows import Row, walk
from tests.contract.errors.subjects import CLASSES, made, methods
from tests.contract.harness import Scene, Steps, scenario


def wrong_arguments(name: str) -> Iterator[Row]:
    """A row for each wrong value of each parameter of each method of a class."""
    for method, signature in methods(name).items():
        _, valid = valid_arguments(name, method, signature)
        for parameter in list(signature.parameters.values())[1:]:
            for value, error, text in wrong_values(name, method, parameter.name):
                text = text.format(parameter.name)
                if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                    yield Row(method, error, text, (*valid.values(), value))
                else:
                    yield Row(method, error, text, (), {**valid, parameter.name: value})


@pytest.mark.parametrize("name", CLASSES)
@scenario
def test_wrong_arguments(name: str, scene: Scene) -> Steps:
    if name == "SqlResult" and scene.cluster == "memory":
        return  # there is no SQL
    client = yield from scene.client()
    subject = yield from made(scene, client, name)
    wrong = yield from walk(subject, wrong_arguments(name))
    assert not wrong, "\n".join(wrong)
