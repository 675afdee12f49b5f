"""What may be given for the parameters of methods, and what may not."""

from __future__ import annotations

import inspect
import math
from typing import Any, Final, NamedTuple
from uuid import UUID

from hzproto import aggregator, predicate, projection
from hzproto.core import Address, CPGroupId, MemberInfo, MemberVersion
from hzproto.errors import HazelcastSerializationError
from hzproto.scheduled import ScheduledTaskHandler
from tests.java.classes import Add, AddNumber, Echo, PrefixInterceptor

NOBODY: Final = MemberInfo(Address("127.0.0.1", 1), UUID(int=1), {}, False, MemberVersion(5, 3, 8))
"""A member that no cluster has."""
UNSENDABLE: Final = object()
_UNTEXT: Final = "\ud800"
_LONG: Final = 2**63 - 1
_INT: Final = 2**31 - 1


class Wrong(NamedTuple):
    """A wrong value, and its error; in the text of that, `{}` is the parameter's name."""

    value: Any
    error: type[Exception]
    text: str = "{} must"


def _types(*values: object) -> list[Wrong]:
    return [Wrong(value, TypeError) for value in values]


def _values(*values: object) -> list[Wrong]:
    return [Wrong(value, ValueError) for value in values]


def _integers(minimum: int, maximum: int) -> list[Wrong]:
    return _values(minimum - 1, maximum + 1) + _types(1.5, "1", True, None)


def _times(*wrong: float, none: bool = False) -> list[Wrong]:
    return _values(*wrong, math.nan, math.inf, 1e300) + _types("1", True, *([] if none else [None]))


def _enum(value: int, *, none: bool = False) -> list[Wrong]:
    return _values(value, "SOMETHING") + _types(1.5, True, *([] if none else [None]))


_UNSENT: Final = Wrong(UNSENDABLE, HazelcastSerializationError, "object")
_SENT: Final = [Wrong(None, ValueError, "{} must not be None"), _UNSENT]
_MANY: Final = [
    *_types(5, None),
    Wrong(["a", None], ValueError, r"{}\[1\] must not be None"),
    Wrong([UNSENDABLE], HazelcastSerializationError, "object"),
]
_ENTRIES: Final = [
    *_types(5, [1], None),
    Wrong({None: 1}, ValueError, "a key of {} must not be None"),
    Wrong({"k": None}, ValueError, r"{}\['k'\] must not be None"),
    Wrong({"k": UNSENDABLE}, HazelcastSerializationError, "object"),
]
_FUNCTION: Final = _types("no function")
_REQUIRED: Final = [*_FUNCTION, *_types(None)]
_FUNCTIONS: Final = ("listener", "listener_func", "on_message", "on_state_change", "partition_lost_func")
_OPTIONAL_FUNCTIONS: Final = (
    *("added_func", "removed_func", "updated_func", "evicted_func", "evict_all_func", "clear_all_func"),
    *("merged_func", "expired_func", "loaded_func", "item_added_func", "item_removed_func"),
    *("migration_started", "migration_finished", "replica_migration_completed", "replica_migration_failed"),
    *("member_added", "member_removed", "availability_decreased", "majority_lost", "member_selector"),
)
_FLAG: Final = _types(1, None)
_MEMBER: Final = _types("127.0.0.1:5701", None)
_PAGES: Final = Wrong(predicate.paging(predicate.true(), 5), TypeError, "{} must be a predicate without pages")

WRONG: Final[dict[str, list[Wrong]]] = {
    # Whatever is sent
    "expect": _SENT,
    "entry_processor": _SENT,
    "function": _SENT,
    "interceptor": _SENT,
    "item": _SENT,
    "key": _SENT,
    "message": _SENT,
    "new_value": _SENT,
    "obj": _SENT,
    "old_value": _SENT,
    "task": _SENT,
    "update": _SENT,
    "value": _SENT,
    "aggregator": _SENT,
    "projection": _SENT,
    "add_entry_listener.key": [_UNSENT],  # None: all keys
    "AtomicReference.expect": [_UNSENT],
    "AtomicReference.new_value": [_UNSENT],
    "AtomicReference.update": [_UNSENT],
    "AtomicReference.value": [_UNSENT],
    "filter": [_UNSENT],
    "params": [_UNSENT],
    "read_from_event_journal.predicate": [_UNSENT],
    "read_from_event_journal.projection": [_UNSENT],
    # Several of them
    "items": _MANY,
    "keys": _MANY,
    "load_all.keys": [wrong for wrong in _MANY if wrong.value is not None],
    "messages": _MANY,
    "map": _ENTRIES,
    "source": _ENTRIES,
    "multimap": [
        *_types(5, [1], None),
        Wrong({None: [1]}, ValueError, "a key of {} must not be None"),
        Wrong({"k": 5}, TypeError, r"{}\['k'\] must be"),
        Wrong({"k": [1, None]}, ValueError, r"{}\['k'\]\[1\] must not be None"),
        Wrong({"k": [UNSENDABLE]}, HazelcastSerializationError, "object"),
    ],
    "Ringbuffer.items": [*_MANY, Wrong([], ValueError), Wrong([1] * 1001, ValueError)],
    # Predicates
    "predicate": [*_types(5, "n = 1"), _PAGES],
    "remove_all.predicate": [*_types(5, None), _PAGES],
    **{f"Map.{method}.predicate": _types(5, "n = 1") for method in ("key_set", "values", "entry_set")},
    # Functions
    **dict.fromkeys(_OPTIONAL_FUNCTIONS, _FUNCTION),
    **dict.fromkeys(_FUNCTIONS, _REQUIRED),
    # Numbers
    "count": _integers(1, _INT),
    "cursor_buffer_size": _integers(1, _INT),
    "delta": _integers(-_LONG - 1, _LONG),
    "PNCounter.delta": _integers(-_LONG, _LONG),
    "durability": _integers(0, _INT),
    "from_index": _integers(0, _INT),
    "increase": _integers(0, _INT),
    "index": _integers(0, _INT),
    "init.permits": _integers(0, _INT),
    "max_count": _integers(0, 1000),
    "max_size": _integers(0, _INT),
    "min_count": _integers(0, 1000),
    "min_size": _integers(0, _INT),
    "page_size": _integers(1, _INT),
    "partition_id": _integers(0, 270),
    "permits": _integers(1, _INT),
    "Queue.max_size": _integers(-1, _INT),
    "reduction": _integers(0, _INT),
    "sequence": _integers(0, _LONG),
    "start_sequence": _integers(0, _LONG),
    "Map.start_sequence": _integers(-1, _LONG),
    "to_index": _integers(0, _INT),
    "unique_id": [*_integers(0, _LONG), *(wrong._replace(text="in {} must") for wrong in _values(271 << 32, 1 << 31))],
    **{f"AtomicLong.{name}": _integers(-_LONG - 1, _LONG) for name in ("expect", "update", "new_value")},
    "owner": [wrong for wrong in _integers(1, _LONG) if wrong.value is not None],
    # Times
    "delay": _times(-1),
    "initial_delay": _times(-1),
    "lease_time": _times(-1, none=True),
    "max_idle": _times(-1, none=True),
    "new_transaction.timeout": _times(0, -1),
    "period": _times(0, -1),
    "seconds": [wrong for wrong in _times(0, -1) if wrong.value != 1e300],
    "SqlService.timeout": _times(-2),
    "timeout": _times(-1),
    "ttl": _times(-1, none=True),
    "set_ttl.ttl": _times(-1),
    "ReplicatedMap.ttl": _times(-1),
    # One of some
    "expected_result_type": _enum(17),
    "index_type": _enum(17),
    "overflow_policy": _enum(2),
    "type": _enum(3),
    **dict.fromkeys(("auto_disposable", "fire_for_existing", "include_value", "replace_existing_values"), _FLAG),
    # Texts
    "registration_id": [*_types(5, None, []), *_values(_UNTEXT)],
    "service_name": [*_types(5, None), *_values(_UNTEXT)],
    "schema": [*_types(5), *_values(_UNTEXT)],
    "sql": [*_types(5, None), *_values(_UNTEXT)],
    "name": [*_types(5, None), *_values("", _UNTEXT)],
    "ScheduledExecutor.name": [*_types(5), *_values(_UNTEXT)],
    "add_index.name": [*_types(5), *_values(_UNTEXT)],
    "CPSubsystem.name": [*_types(5, None), *_values("", "@g", "n@", "a@b@c", "n@METADATA", _UNTEXT)],
    "attributes": [
        *_types(None, 5, "name"),
        Wrong([1], TypeError, r"{}\[0\] must"),
        Wrong([""], ValueError, r"{}\[0\] must"),
        Wrong([], ValueError, "the number of attributes must"),
        Wrong([f"a{n}" for n in range(256)], ValueError, "the number of attributes must"),
        *_values(["a", "this.a"]),
    ],
    "bitmap_index_options": _values({"unique_key": "k"}),  # of an index that is sorted
    # Objects
    "group_id": _types("default", None),
    "handler": [
        *_types("task", None),
        *(
            Wrong(ScheduledTaskHandler("scheduler", "task", partition, None), ValueError, "{}.partition_id must")
            for partition in (-1, 271)
        ),
    ],
    "member": _MEMBER,
    "members": [*_types(NOBODY, None), Wrong([5], TypeError, r"{}\[0\] must")],
    "target_list": _types((1, 2), None),
}
"""By parameter, or method and parameter, or class and parameter, or all three: the most exact one counts."""

_VALID: Final[dict[str, Any]] = {
    "aggregator": aggregator.count(),
    "attributes": ["a"],
    "count": 1,
    "delay": 600,
    "delta": 1,
    "entry_processor": Add(1),
    "expect": 1,
    "from_index": 0,
    "function": AddNumber(1),
    "group_id": CPGroupId("default", 0, 0),
    "handler": ScheduledTaskHandler("scheduler", "task", 0, None),
    "increase": 1,
    "index": 0,
    "initial_delay": 600,
    "interceptor": PrefixInterceptor("p"),
    "item": "i",
    "items": ["i"],
    "key": "k",
    "keys": ["k"],
    "listener": print,
    "listener_func": print,
    "map": {"k": "v"},
    "max_count": 1,
    "max_size": 1,
    "member": NOBODY,
    "members": [NOBODY],
    "message": "m",
    "messages": ["m"],
    "min_count": 0,
    "min_size": 0,
    "multimap": {"k": ["v"]},
    "name": "n",
    "new_value": 1,
    "obj": "o",
    "old_value": 1,
    "on_message": print,
    "on_state_change": print,
    "partition_id": 0,
    "partition_lost_func": print,
    "period": 600,
    "permits": 1,
    "predicate": predicate.true(),
    "projection": projection.identity(),
    "reduction": 1,
    "registration_id": str(UUID(int=1)),
    "seconds": 1,
    "sequence": 0,
    "service_name": "hz:raft:lockService",
    "source": {"k": "v"},
    "sql": "SELECT 1",
    "start_sequence": 0,
    "target_list": [],
    "task": Echo(1),
    "timeout": 1,
    "to_index": 0,
    "ttl": 0,
    "unique_id": 0,
    "update": 1,
    "value": "v",
}
"""What can be given for the parameters that have no default."""

_NEEDED: Final[dict[str, dict[str, Any]]] = {
    "Client.add_migration_listener": {"migration_started": print},
    "ClusterService.add_listener": {"member_added": print},
    "CPSubsystem.add_group_availability_listener": {"majority_lost": print},
    "CPSubsystem.add_membership_listener": {"member_added": print},
    "Map.add_index": {"attributes": ["a"]},
    **{f"{name}.add_listener": {"item_added_func": print} for name in ("List", "Queue", "Set")},
    **{f"{name}.add_entry_listener": {"added_func": print} for name in ("Map", "MultiMap", "ReplicatedMap")},
}
"""What must be given all the same, as one function of several."""


def wrong_values(name: str, method: str, parameter: str) -> list[Wrong]:
    """What must not be given for a parameter of a method of a class."""
    for key in (f"{name}.{method}.{parameter}", f"{name}.{parameter}", f"{method}.{parameter}"):
        if key in WRONG:
            return WRONG[key]
    return WRONG[parameter]


def valid_arguments(name: str, method: str, signature: inspect.Signature) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments that a method of a class takes."""
    given = {
        parameter.name: _VALID[parameter.name]
        for parameter in list(signature.parameters.values())[1:]
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
    }
    return (), given | _NEEDED.get(f"{name}.{method}", {})
