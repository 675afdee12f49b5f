"""Entry processors: code of the members that reads and changes entries where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.checks import each
from hzproto.messages import MESSAGES
from hzproto.ops import All, Op, Request
from hzproto.structures.base import missing, nothing
from hzproto.structures.keyed import K, V
from hzproto.structures.maps.base import MapBase
from hzproto.structures.maps.queries import condition
from hzproto.surface import S_co, op

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hzproto.predicate import Predicate
    from hzproto.wire.table import Method

_ON_KEY = MESSAGES["Map.executeOnKey"]
_SUBMIT = MESSAGES["Map.submitToKey"]
_ON_KEYS = MESSAGES["Map.executeOnKeys"]
_ON_ALL = MESSAGES["Map.executeOnAllKeys"]
_WITH_PREDICATE = MESSAGES["Map.executeWithPredicate"]
_REPLACE_ALL = MESSAGES["Map.replaceAll"]


class Processing(MapBase[S_co, K, V]):
    """What runs on the members.

    An entry processor is any object that can be serialized and whose class on the members implements
    ``com.hazelcast.map.EntryProcessor``. Each runs in the partition of its entry, alone.
    """

    @op
    def execute_on_key(self, key: K, entry_processor: Any) -> Op[Any]:
        """Run *entry_processor* on the entry of *key*, which need not exist; return its result.

        While another owner has locked *key*, it waits.
        """
        return self._process(_ON_KEY, key, entry_processor)

    @op
    def submit_to_key(self, key: K, entry_processor: Any) -> Op[Any]:
        """Run *entry_processor* like `execute_on_key`, by the message of Java's asynchronous `submitToKey`."""
        return self._process(_SUBMIT, key, entry_processor)

    def _process(self, method: Method, key: K, entry_processor: Any) -> Op[Any]:
        if key is None:
            raise missing("key")
        processor, data = self._given("entry_processor", entry_processor), self._to_data(key)
        body = self._body[method](processor, data, self._caller())
        return self._changing(Request(method, body, self._core.partition_of(data), self._to_object), (key,))

    @op
    def execute_on_keys(self, keys: Iterable[K], entry_processor: Any) -> Op[list[tuple[K, Any]]]:
        """Run *entry_processor* on the entries of *keys*; return pairs of keys and results."""
        processor = self._given("entry_processor", entry_processor)
        data = each(self._given, "keys", keys)
        if not data:
            return All([], combine=list)
        request = Request[Any](_ON_KEYS, self._body[_ON_KEYS](processor, data), convert=self._pairs)
        return request if self._near is None else self._near.write(request, data)

    @op
    def execute_on_entries(self, entry_processor: Any, predicate: Predicate | None = None) -> Op[list[tuple[K, Any]]]:
        """Run *entry_processor* on all entries, or those that pass *predicate*; return pairs of keys and results.

        Entries whose result is None are left out.
        """
        processor = self._given("entry_processor", entry_processor)
        if predicate is None:
            return self._changing_all(Request(_ON_ALL, self._body[_ON_ALL](processor), convert=self._pairs))
        data = self._to_data(condition(predicate))
        body = self._body[_WITH_PREDICATE](processor, data)
        return self._changing_all(Request(_WITH_PREDICATE, body, convert=self._pairs))

    @op
    def replace_all(self, function: Any) -> Op[None]:
        """Replace every value by what *function* makes of its key and value (members 5.1 and newer).

        The function is serialized, and its class on the members implements ``java.util.function.BiFunction``. Not
        atomic: when an error ends it, some values may have been replaced.
        """
        body = self._body[_REPLACE_ALL](self._given("function", function))
        partitions = range(self._partition_count())
        requests = (Request[None](_REPLACE_ALL, body, partition) for partition in partitions)
        return self._changing_all(All(requests, combine=nothing))
