"""Errors of the state that something is in, and those that only members can find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hzproto import predicate
from hzproto.errors import (
    CancellationError,
    ClassCastError,
    DistributedObjectDestroyedError,
    DuplicateTaskError,
    HazelcastError,
    HazelcastSerializationError,
    IllegalArgumentError,
    IllegalMonitorStateError,
    IllegalStateError,
    IndexOutOfBoundsError,
    LockAcquireLimitReachedError,
    OperationTimeoutError,
    RejectedExecutionError,
    StaleSequenceError,
    StaleTaskError,
    StaleTaskIdError,
    TargetNotMemberError,
    TopicOverloadError,
    TransactionError,
    TransactionNotActiveError,
    TransactionTimedOutError,
    UnsupportedOperationError,
)
from hzproto.sql import HazelcastSqlError
from tests.contract.errors.parameters import NOBODY
from tests.contract.errors.rows import Row, fails, waits
from tests.contract.errors.subjects import CP_OBJECTS, STRUCTURES, TRANSACTIONAL, all_fail, made
from tests.contract.harness import Scene, Steps
from tests.contract.short_transactions import short_transaction, time_is_over
from tests.java.classes import AppendText, Echo, FailingProcessor, FailingTask, ServerClass, Sleep


class Missing(ServerClass):
    """An object that members have no class for."""

    class_id = 999


@dataclass(frozen=True)
class Case:
    """An object of a class in some state, and the calls that fail then."""

    name: str
    rows: list[Row]
    prepare: Callable[[Scene, Any], Steps]
    """Makes the object; with a scene and a client."""
    members: bool = True
    """Whether members have these errors."""
    memory: bool = True
    """Whether the in-memory cluster has these errors."""
    free: Callable[[Any], Any] = lambda _: None
    """Frees the object, so that the client which is shut down need not wait for what was given up."""


def _new(name: str, prefix: str = "") -> Callable[[Scene, Any], Steps]:
    """Makes a new object, under a name with a prefix that the cluster is configured for."""

    def prepare(scene: Scene, client: Any) -> Steps:
        if name in STRUCTURES:
            return (yield from scene.structure(client, STRUCTURES[name], scene.new_name(prefix)))
        if name in CP_OBJECTS:
            return (yield from scene.structure(client.cp_subsystem, CP_OBJECTS[name], scene.new_name(prefix)))
        return (yield from made(scene, client, name))

    return prepare


def _with_a_locked_key(name: str) -> Callable[[Scene, Any], Steps]:
    def prepare(scene: Scene, client: Any) -> Steps:
        m = yield from _new(name)(scene, client)
        yield m.put("k", "v")
        yield m.lock("locked", owner=7)
        return m

    return prepare


def _filled(name: str, prefix: str, items: list[Any]) -> Callable[[Scene, Any], Steps]:
    def prepare(scene: Scene, client: Any) -> Steps:
        collection = yield from _new(name, prefix)(scene, client)
        yield collection.add_all(items)
        return collection

    return prepare


def _full_topic(scene: Scene, client: Any) -> Steps:
    name = scene.new_name("keeping-")
    strict = yield from scene.client(reliable_topics={name: {"overload_policy": "ERROR"}})
    topic = yield from scene.structure(strict, "reliable_topic", name)
    yield topic.publish_all([1, 2, 3, 4])
    return topic


def _scheduled(scene: Scene, client: Any) -> Steps:
    """A scheduled executor that has a task wherever another one could be put."""
    executor = yield from _new("ScheduledExecutor")(scene, client)
    yield executor.schedule_on_all_members(Echo(1), 600, name="there")
    yield executor.schedule(Echo(1), 600, name="there")
    yield executor.schedule_on_key_owner(Echo(1), "k", 600, name="there")
    return executor


def _shut_down(name: str) -> Callable[[Scene, Any], Steps]:
    def prepare(scene: Scene, client: Any) -> Steps:
        executor = yield from _new(name)(scene, client)
        yield executor.shutdown()
        return executor

    return prepare


def _future(task: Any, then: Callable[[Any], Any] | None = None) -> Callable[[Scene, Any], Steps]:
    def prepare(scene: Scene, client: Any) -> Steps:
        executor = yield from _new("ScheduledExecutor")(scene, client)
        future = yield executor.schedule(task, 0 if then is None else 600)
        if then is not None:
            yield then(future)
        return future

    return prepare


def _destroyed(name: str) -> Callable[[Scene, Any], Steps]:
    def prepare(scene: Scene, client: Any) -> Steps:
        structure = yield from _new(name)(scene, client)
        yield structure.destroy()
        return structure

    return prepare


def _taken_lock(scene: Scene, client: Any) -> Steps:
    lock = yield from _new("FencedLock")(scene, client)
    yield lock.lock(owner=7)
    return lock


def _limited_lock(scene: Scene, client: Any) -> Steps:
    lock = yield from _new("FencedLock", "limited-")(scene, client)
    yield lock.lock(owner=7)
    return lock


def _full_executor(scene: Scene, client: Any) -> Steps:
    executor = yield from _new("DurableExecutor", "tight-")(scene, client)
    yield executor.submit_to_key_owner(Sleep(60_000), "k")
    return executor


def _initialized(scene: Scene, client: Any) -> Steps:
    permits = yield from _new("Semaphore")(scene, client)
    yield permits.init(1)
    return permits


def _transaction(end: str) -> Callable[[Scene, Any], Steps]:
    """Makes a transaction that has come to its end in some way, if at all."""

    def prepare(scene: Scene, client: Any) -> Steps:
        transaction = client.new_transaction(timeout=0.02 if end == "time" else 120)
        if end == "new":
            return transaction
        yield transaction.begin()
        if end == "time":
            yield from time_is_over(scene, transaction)
        elif end != "begun":
            yield getattr(transaction, end)()
        return transaction

    return prepare


def _in_transaction(name: str, end: str) -> Callable[[Scene, Any], Steps]:
    """Makes a structure of such a transaction."""

    def prepare(scene: Scene, client: Any) -> Steps:
        def get(transaction: Any) -> Steps:
            return (yield getattr(transaction, f"get_{TRANSACTIONAL[name]}")(scene.new_name()))

        timeout = 0.2 if end == "time" else 120.0
        _, transaction, structure = yield from short_transaction(scene, client, timeout, get)
        if end == "time":
            yield from time_is_over(scene, transaction)
        else:
            yield getattr(transaction, end)()
        return structure

    return prepare


def _result(statement: str, *, close: bool = False) -> Callable[[Scene, Any], Steps]:
    def prepare(scene: Scene, client: Any) -> Steps:
        service = scene.harness.view(client.sql)
        result = yield service.execute(statement)
        if close:
            yield result.close()
        return result

    return prepare


def _schedules(error: type[Exception], text: str, **keywords: Any) -> list[Row]:
    return [
        Row(row.method, error, text, row.arguments, {**row.keywords, **keywords})
        for row in all_fail("ScheduledExecutor", error, text, where=lambda method: method.startswith("schedule"))
        if "member" not in row.keywords and "members" not in row.keywords
    ]


_FUNCTIONS: Final = ("alter", "alter_and_get", "get_and_alter", "apply")
_NOT_ASKED: Final = ("destroy", "with_timeout", "with_owner", "unlock", "release")
"""What does not get as far as a CP object that was destroyed."""

CASES: Final[list[Case]] = [
    # Maps
    Case(
        "Map",
        [
            *fails("add_entry_listener", ValueError, "at least one function must be given: added_func"),
            *fails("unlock", IllegalMonitorStateError, "", "k"),
            *fails("unlock", IllegalMonitorStateError, "", "locked", owner=8),
            *waits("lock", OperationTimeoutError, "in time", "locked", owner=8),
            *waits("put set replace put_if_absent put_transient", OperationTimeoutError, "", "locked", 1),
            *waits("remove delete", OperationTimeoutError, "", "locked"),
            *fails("subscribe_to_event_journal", UnsupportedOperationError, "journal", 0),
            *fails("read_from_event_journal", UnsupportedOperationError, "journal", 0, 0, 1, 0),
            *fails("read_from_event_journal", ValueError, "min_size must be at most max_size", 0, 2, 1, 0),
        ],
        _with_a_locked_key("Map"),
        free=lambda m: m.unlock("locked", owner=7),
    ),
    Case(
        "Map",
        [
            *fails("load_all", IllegalArgumentError, "store"),
            *fails("key_set values entry_set remove_all", HazelcastSerializationError, "n >", predicate.sql("n >")),
            *fails("execute_on_key submit_to_key", IllegalStateError, "broken", "k", FailingProcessor("broken")),
            *fails("execute_on_keys", IllegalStateError, "broken", ["k"], FailingProcessor("broken")),
            *fails("execute_on_entries", IllegalStateError, "broken", FailingProcessor("broken")),
            *fails("execute_on_key submit_to_key", HazelcastSerializationError, "999", "k", Missing()),
            *fails("execute_on_keys", HazelcastSerializationError, "999", ["k"], Missing()),
            *fails("execute_on_entries replace_all add_interceptor", HazelcastSerializationError, "999", Missing()),
            *fails("aggregate project", HazelcastSerializationError, "999", Missing()),
            *fails("aggregate project execute_on_entries add_interceptor", ClassCastError, "", "a text"),
        ],
        _with_a_locked_key("Map"),
        memory=False,
    ),
    Case(
        "MultiMap",
        [
            *fails("add_entry_listener", ValueError, "at least one function must be given: added_func"),
            *fails("unlock", IllegalMonitorStateError, "", "k"),
            *fails("unlock", IllegalMonitorStateError, "", "locked", owner=8),
            *waits("lock", OperationTimeoutError, "in time", "locked", owner=8),
            *waits("put remove", OperationTimeoutError, "", "locked", 1),
            *waits("remove_all", OperationTimeoutError, "", "locked"),
        ],
        _with_a_locked_key("MultiMap"),
        free=lambda m: m.unlock("locked", owner=7),
    ),
    Case(
        "ReplicatedMap",
        fails("add_entry_listener", ValueError, "at least one function must be given: added_func"),
        _new("ReplicatedMap"),
    ),
    # Collections
    Case(
        "Queue",
        [
            *fails("add_listener", ValueError, "at least one of item_added_func"),
            *fails("add", IllegalStateError, "is full", 3),
            *fails("add_all", IllegalStateError, "", [3]),
            *waits("put", OperationTimeoutError, "", 3),
        ],
        _filled("Queue", "bounded-", [1, 2]),
    ),
    Case(
        "FlakeIdGenerator",
        fails("new_id", HazelcastError, "node ID out of range"),
        _new("FlakeIdGenerator", "outside-"),
        memory=False,
    ),
    Case("Queue", waits("take", OperationTimeoutError, ""), _new("Queue")),
    Case(
        "List",
        [
            *fails("add_listener", ValueError, "at least one of item_added_func"),
            *fails("get remove_at", IndexOutOfBoundsError, "", 2),
            *fails("add_at set_at", IndexOutOfBoundsError, "", 3, "i"),
            *fails("add_all_at", IndexOutOfBoundsError, "", 3, ["i"]),
            *fails("sub_list", IndexOutOfBoundsError, "", 0, 3),
            *fails("sub_list", ValueError, r"from_index \(2\) must not be greater than to_index \(1\)", 2, 1),
            *fails("list_iterator", IllegalArgumentError, "", 3),
        ],
        _filled("List", "", [1, 2]),
    ),
    Case("Set", fails("add_listener", ValueError, "at least one of item_added_func"), _new("Set")),
    Case(
        "Ringbuffer",
        [
            *fails("read_one", StaleSequenceError, "", 0),
            *fails("read_one", IllegalArgumentError, "", 17),
            *waits("read_one", OperationTimeoutError, "", 12),
            *fails("read_many", ValueError, r"min_count \(2\) must not be greater than max_count \(1\)", 2, 2, 1),
            *fails(
                "read_many", ValueError, r"min_count \(11\) must not be greater than the capacity \(10\)", 2, 11, 11
            ),
            *waits("read_many", OperationTimeoutError, "", 11, 2, 2),
        ],
        _filled("Ringbuffer", "small-", list(range(12))),
    ),
    Case(
        "Ringbuffer",
        fails("read_many", HazelcastSerializationError, "999", 2, 1, 1, Missing()),
        _filled("Ringbuffer", "small-", list(range(12))),
        memory=False,
    ),
    # Topics
    Case(
        "ReliableTopic",
        [
            *fails("publish", TopicOverloadError, "is full", 5),
            *fails("publish_all", TopicOverloadError, "is full", [5, 6]),
        ],
        _full_topic,
    ),
    # Executors
    Case(
        "Executor",
        [
            *fails("execute_on_key_owner", IllegalStateError, "broken", "k", FailingTask("broken")),
            *fails("execute_on_all_members", IllegalStateError, "broken", FailingTask("broken")),
            *fails("execute_on_key_owner", HazelcastSerializationError, "999", "k", Missing()),
            *fails("execute_on_all_members", HazelcastSerializationError, "999", Missing()),
            *fails("execute_on_key_owner", ClassCastError, "", "k", "a text"),
            *fails("execute_on_all_members", ClassCastError, "", "a text"),
            *waits("execute_on_key_owner", OperationTimeoutError, "", "k", Sleep(60_000)),
        ],
        _new("Executor"),
        memory=False,
    ),
    Case(
        "Executor",
        [
            *fails("execute_on_member", TargetNotMemberError, "", NOBODY, Echo(1)),
            *fails("execute_on_members", TargetNotMemberError, "", [NOBODY], Echo(1)),
        ],
        _new("Executor"),
    ),
    Case(
        "DurableExecutor",
        [
            *fails("submit", ClassCastError, "", "a text"),
            *fails("submit_to_key_owner", ClassCastError, "", "a text", "k"),
            *fails("submit", HazelcastSerializationError, "999", Missing()),
            *fails("submit_to_key_owner", HazelcastSerializationError, "999", Missing(), "k"),
            *fails("retrieve_result dispose_result retrieve_and_dispose_result", StaleTaskIdError, "", 5),
        ],
        _new("DurableExecutor"),
        memory=False,
    ),
    Case(
        "DurableExecutor",
        fails("submit_to_key_owner", RejectedExecutionError, "", Echo(1), "k"),
        _full_executor,
        memory=False,
    ),
    Case(
        "ScheduledExecutor",
        [
            *_schedules(DuplicateTaskError, "there", name="there"),
            *fails("schedule", HazelcastSerializationError, "999", Missing(), 600),
            *fails("schedule", ClassCastError, "", "a text", 600),
        ],
        _scheduled,
        memory=False,
    ),
    Case(
        "ScheduledExecutor",
        [
            *fails("schedule_on_member", TargetNotMemberError, "", Echo(1), NOBODY, 600),
            *fails("schedule_on_members", TargetNotMemberError, "", Echo(1), [NOBODY], 600),
            *fails("schedule_on_member_at_fixed_rate", TargetNotMemberError, "", Echo(1), NOBODY, 600, 600),
            *fails("schedule_on_members_at_fixed_rate", TargetNotMemberError, "", Echo(1), [NOBODY], 600, 600),
        ],
        _new("ScheduledExecutor"),
    ),
    Case(
        "ScheduledExecutor",
        _schedules(RejectedExecutionError, ""),
        _shut_down("ScheduledExecutor"),
        memory=False,
    ),
    Case(
        "ScheduledFuture",
        all_fail("ScheduledFuture", StaleTaskError, "", where=lambda method: method != "with_timeout"),
        _future(Echo(1), lambda future: future.dispose()),
        memory=False,
    ),
    Case(
        "ScheduledFuture",
        fails("get", CancellationError, ""),
        _future(Echo(1), lambda future: future.cancel()),
        memory=False,
    ),
    Case("ScheduledFuture", fails("get", IllegalStateError, "broken"), _future(FailingTask("broken")), memory=False),
    # CP
    *(
        Case(
            name,
            all_fail(
                name,
                DistributedObjectDestroyedError,
                "",
                where=lambda method: method not in _NOT_ASKED and method not in _FUNCTIONS,
            ),
            _destroyed(name),
        )
        for name in CP_OBJECTS
        if name != "CPMap"
    ),
    *(
        Case(
            name,
            all_fail(name, DistributedObjectDestroyedError, "", where=lambda method: method in _FUNCTIONS),
            _destroyed(name),
            memory=False,
        )
        for name in ("AtomicLong", "AtomicReference")
    ),
    Case(
        "CPMap",
        all_fail("CPMap", UnsupportedOperationError, "not supported", where=lambda method: method != "with_timeout"),
        _new("CPMap"),
        memory=False,
    ),
    *(
        Case(name, fails(" ".join(_FUNCTIONS), HazelcastSerializationError, "999", Missing()), _new(name), memory=False)
        for name in ("AtomicLong", "AtomicReference")
    ),
    Case(
        "AtomicLong", fails(" ".join(_FUNCTIONS), ClassCastError, "", AppendText("a")), _new("AtomicLong"), memory=False
    ),
    Case(
        "Semaphore",
        [
            *fails("release", IllegalStateError, "holds 0 permit"),
            *fails("release", IllegalStateError, "cannot release 2", 2),
            *waits("acquire", OperationTimeoutError, "", 2),
        ],
        _initialized,
        free=lambda permits: permits.increase_permits(2),
    ),
    Case("FencedLock", fails("lock", LockAcquireLimitReachedError, "as often", owner=7), _limited_lock, memory=False),
    Case(
        "FencedLock",
        [
            *fails("unlock", IllegalMonitorStateError, "not held by the caller", owner=8),
            *waits("lock", OperationTimeoutError, "", owner=8),
        ],
        _taken_lock,
        free=lambda lock: lock.unlock(owner=7),
    ),
    Case(
        "CPSubsystem",
        [
            *fails("add_membership_listener", ValueError, "at least one of member_added"),
            *fails("add_group_availability_listener", ValueError, "at least one of availability_decreased"),
            *all_fail(
                "CPSubsystem",
                UnsupportedOperationError,
                r"listed by open source members 5\.4",
                where=lambda method: method in ("get_cp_group_ids", "get_object_infos", "get_tombstone_infos"),
            ),
        ],
        _new("CPSubsystem"),
        memory=False,
    ),
    # Transactions
    *(
        Case(
            "Transaction",
            [
                *fails("commit rollback", TransactionNotActiveError, text),
                *fails("get_list get_map get_multi_map get_queue get_set", TransactionNotActiveError, text, "n"),
            ],
            _transaction(end),
        )
        for end, text in (("new", "has not begun"), ("commit", "was committed"), ("rollback", "was rolled back"))
    ),
    Case(
        "Transaction",
        [
            *fails("begin", TransactionError, "only once"),
            *fails("commit", TransactionTimedOutError, "took more than"),
            *fails("get_list get_map get_multi_map get_queue get_set", TransactionTimedOutError, "took more than", "n"),
        ],
        _transaction("time"),
    ),
    *(
        Case(
            name,
            all_fail(name, error, text, where=lambda method: method != "with_timeout"),
            _in_transaction(name, end),
        )
        for name in TRANSACTIONAL
        for end, error, text in (
            ("commit", TransactionNotActiveError, "was committed"),
            ("rollback", TransactionNotActiveError, "was rolled back"),
        )
    ),
    Case(
        "TransactionalMap",
        all_fail(
            "TransactionalMap",
            TransactionTimedOutError,
            "took more than",
            where=lambda method: method != "with_timeout",
        ),
        _in_transaction("TransactionalMap", "time"),
    ),
    # SQL
    Case("SqlService", fails("execute", HazelcastSqlError, "", "SELECT 1"), _new("SqlService"), members=False),
    Case(
        "SqlService",
        [
            *fails("execute", HazelcastSqlError, "", ""),
            *fails("execute", HazelcastSqlError, "", "SELEC"),
            *fails("execute", HazelcastSqlError, "nothing_of_this_name", "SELECT * FROM nothing_of_this_name"),
            *fails("execute", HazelcastSqlError, "parameter", "SELECT CAST(? AS INT)"),
            *fails("execute", HazelcastSqlError, "update count", "SELECT 1", expected_result_type="UPDATE_COUNT"),
        ],
        _new("SqlService"),
        memory=False,
    ),
    Case(
        "SqlResult",
        fails("next_page", HazelcastSqlError, "closed"),
        _result("SELECT * FROM TABLE(generate_stream(1))", close=True),
        memory=False,
    ),
    Case(
        "SqlResult",
        fails("next_page get_row_metadata", ValueError, "update count and no rows"),
        _result("DROP MAPPING IF EXISTS nothing_of_this_name"),
        memory=False,
    ),
    # The client
    Case(
        "Client",
        fails("add_migration_listener", ValueError, "at least one of migration_started"),
        _new("Client"),
    ),
    Case(
        "ClusterService",
        fails("add_listener", ValueError, "at least one of member_added"),
        _new("ClusterService"),
    ),
]
