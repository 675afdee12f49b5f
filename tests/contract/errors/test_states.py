"""Errors of the state that something is in, those that only members can find, and those of a client that has ended."""

from __future__ import annotations

from typing import Any, Final

import pytest

from hzproto.errors import HazelcastClientNotActiveError
from tests.contract.errors.cases import CASES
from tests.contract.errors.rows import Row, fails, walk
from tests.contract.errors.subjects import CLASSES, GETTERS, TRANSACTIONAL, all_fail, made
from tests.contract.harness import Scene, Steps, scenario


@pytest.mark.parametrize("name", dict.fromkeys(case.name for case in CASES))
@scenario
def test_states(name: str, scene: Scene) -> Steps:
    client = yield from scene.client()
    wrong: list[str] = []
    for case in CASES:
        if case.name == name and (case.memory if scene.cluster == "memory" else case.members):
            subject = yield from case.prepare(scene, client)
            wrong += yield from walk(subject, case.rows)
            yield case.free(subject)
    assert not wrong, "\n".join(wrong)


_ASKS_NOBODY: Final = {
    *("ClusterService", "LifecycleService", "PartitionService", "SqlResult"),
    *("iterate_entries", "iterate_keys", "iterate_values", "metrics", "new_transaction", "reset", "unlock"),
    *("with_owner", "with_timeout"),
}
"""Classes and methods that a client which was shut down has no part in."""


def after_the_end(name: str) -> list[Row]:
    """Rows of the methods of a class that need the client."""
    if name in _ASKS_NOBODY:
        return []
    if name == "Transaction":
        return fails("commit", HazelcastClientNotActiveError, "")
    return all_fail(name, HazelcastClientNotActiveError, "", where=lambda method: method not in _ASKS_NOBODY)


@scenario
def test_after_the_client_has_ended(scene: Scene) -> Steps:
    client = yield from scene.client()
    transaction = client.new_transaction()
    yield transaction.begin()
    subjects: dict[str, Any] = {}
    for name in CLASSES:
        if name in TRANSACTIONAL:
            subjects[name] = yield getattr(transaction, f"get_{TRANSACTIONAL[name]}")(scene.new_name())
        elif name != "Transaction" and after_the_end(name):
            subjects[name] = yield from made(scene, client, name)
    yield client.shutdown()
    lazy = scene.harness.name == "twisted"
    wrong: list[str] = []
    for name, subject in subjects.items():
        rows = (row for row in after_the_end(name) if not (lazy and row.method in GETTERS))
        wrong += yield from walk(subject, rows)
    wrong += yield from walk(transaction, after_the_end("Transaction"))
    assert not wrong, "\n".join(wrong)
