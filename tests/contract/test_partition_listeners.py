"""Listeners for partitions that move and for those that are lost: what is the same everywhere.

What they hear of is in `tests/faults/test_partitions.py`.
"""

from __future__ import annotations

import pytest

from tests.contract.harness import Scene, Steps, scenario


@scenario(versions=("4.2.8", "5.7.0"))
def test_listeners_come_and_go(scene: Scene) -> Steps:
    client = yield from scene.client()
    migrations = yield client.add_migration_listener(migration_started=print)
    lost = yield client.add_partition_lost_listener(print)
    assert isinstance(migrations, str)
    assert isinstance(lost, str)
    assert (yield client.remove_migration_listener(migrations)) is True
    assert (yield client.remove_migration_listener(migrations)) is False
    assert (yield client.remove_partition_lost_listener(lost)) is True
    assert (yield client.remove_partition_lost_listener(lost)) is False


@scenario(on=("memory",))
def test_functions_are_checked(scene: Scene) -> Steps:
    client = yield from scene.client()
    with pytest.raises(ValueError, match="migration_started"):
        yield client.add_migration_listener()
    with pytest.raises(TypeError, match="migration_finished"):
        yield client.add_migration_listener(migration_finished="not a function")
    with pytest.raises(TypeError, match="partition_lost_func"):
        yield client.add_partition_lost_listener(None)
