"""Every public method, each of its parameters and every error that is documented has a row in the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.contract.errors.cases import CASES
from tests.contract.errors.parameters import wrong_values
from tests.contract.errors.rows import Row
from tests.contract.errors.subjects import CLASSES, methods
from tests.contract.errors.test_arguments import wrong_arguments
from tests.contract.errors.test_states import after_the_end

WITHOUT_ERRORS: Final = {
    "Client.metrics",
    "Client.new_transaction",
    "LifecycleService.is_running",
    "PNCounter.reset",
    "PartitionService.get_partition_count",
    "SqlResult.close",
    "SqlResult.is_row_set",
    "SqlResult.update_count",
}
"""Methods that no argument and no state makes fail."""

ELSEWHERE: Final[dict[str, str]] = {
    "CPSubsystem: UnsupportedOperationError": "contract/test_cp.py",
    "Client: UnsupportedOperationError": "unit/structures/test_partition_listeners.py",
    "ClientOfflineError": "contract/test_client.py",
    "ConsistencyLostError": "unit/structures/test_counters.py",
    "DurableExecutor: RejectedExecutionError": "the row of submit_to_key_owner, which chooses the partition",
    "Executor: RejectedExecutionError": "contract/test_executors.py",
    "IndeterminateOperationStateError": "unit/cluster/test_invocations.py",
    "LockOwnershipLostError": "faults/test_locks.py",
    "NoDataMemberInClusterError": "unit/structures/test_counters.py",
    "OperationTimeoutError": "contract/test_client.py",
    "Pages: IllegalStateError": "contract/test_map_queries.py",
    "SqlResult: IllegalStateError": "unit/structures/test_sql.py",
    "TargetDisconnectedError": "unit/structures/test_counters.py",
    "Transaction: TransactionError": "contract/test_transactions.py",
}
"""Errors, perhaps of one class, that take more than one call of one caller or other members; and where they are."""


def rows(name: str) -> Iterator[Row]:
    """All rows of a class."""
    yield from wrong_arguments(name)
    yield from after_the_end(name)
    for case in CASES:
        if case.name == name:
            yield from case.rows


def documented(name: str, thing: Any) -> set[str]:
    """The errors that a class or a method of it says it raises, but for those that are tested elsewhere."""
    errors: set[str] = set(re.findall(r"\b[A-Z]\w*Error\b", thing.__doc__ or ""))
    return {error for error in errors if not {error, f"{name}: {error}"} & ELSEWHERE.keys()}


@pytest.mark.parametrize("name", CLASSES)
def test_every_method_has_a_row(name: str) -> None:
    tested = {row.method for row in rows(name)}
    assert {f"{name}.{method}" for method in methods(name) if method not in tested} <= WITHOUT_ERRORS


@pytest.mark.parametrize("name", CLASSES)
def test_every_parameter_has_wrong_values(name: str) -> None:
    for method, signature in methods(name).items():
        for parameter in list(signature.parameters)[1:]:
            assert wrong_values(name, method, parameter), f"{name}.{method}: {parameter}"


@pytest.mark.parametrize("name", CLASSES)
def test_every_documented_error_has_a_row(name: str) -> None:
    tested = {(row.method, row.error.__name__) for row in rows(name)}
    for method in methods(name):
        undone = {error for error in documented(name, getattr(CLASSES[name], method)) if (method, error) not in tested}
        assert undone == set(), f"{name}.{method}"
    assert documented(name, CLASSES[name]) <= {error for _, error in tested}


def test_rows_are_of_methods() -> None:
    assert [case.name for case in CASES if case.name not in CLASSES] == []
    for name in CLASSES:
        assert {row.method for row in rows(name)} <= methods(name).keys()
    assert {f"{name}.{method}" for name in CLASSES for method in methods(name)} >= WITHOUT_ERRORS
