"""What a client tells the members of itself, for those who watch the cluster."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from enum import IntEnum
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hzproto.cluster.authentication import CLIENT_TYPE, CLIENT_VERSION
from hzproto.messages import MESSAGES
from hzproto.ops import Request

if TYPE_CHECKING:
    from types import ModuleType

    from hzproto.cluster.client import Client
    from hzproto.metrics import NearCacheStats

_STATISTICS: Final = MESSAGES["Client.statistics"]

# The metrics as members take them: a dictionary of all words, and metrics that name their words by number.
_VERSION: Final = 1
_NO_WORD: Final = -1
_LONG: Final = 0
_DOUBLE: Final = 1
_EVERYTHING: Final = 0  # of the fields that a metric may share with the one before
_NO_TARGETS: Final = 0
_NO_TAGS: Final = 0
_LONGEST_WORD: Final = 255
_header: Final = Struct(">hi").pack
_int: Final = Struct(">i").pack
_word: Final = Struct(">iBB").pack
_descriptor: Final = Struct(">BiiiibBBB").pack
_long: Final = Struct(">q").pack
_double: Final = Struct(">d").pack


class Unit(IntEnum):
    """What a metric counts, by the protocol's numbers."""

    BYTES = 0
    MS = 1
    NS = 2
    PERCENT = 3
    COUNT = 4


class Metric(NamedTuple):
    """A number with a name, such as `os.processCpuTime`; with the name of the thing that it is about where needed."""

    name: str
    value: float
    unit: Unit
    about: tuple[str, str] | None = None
    """Such as ("name", "a map")."""

    def words(self) -> tuple[str, ...]:
        """The prefix and the rest of the name, and what it is about; all at most 255 characters long."""
        prefix, _, name = self.name.rpartition(".")
        return prefix, name, *(self.about or ("", ""))


def compress(metrics: Iterable[Metric]) -> bytes:
    """Return the metrics in the compressed form that members read."""
    known = list(metrics)
    numbers = {word: number for number, word in enumerate(sorted(set(chain(*(m.words() for m in known))) - {""}))}
    body = b"".join(_encode(metric, numbers) for metric in known)
    words = zlib.compress(_dictionary(list(numbers)))
    return b"".join((_header(_VERSION, len(words)), words, _int(len(known)), zlib.compress(body)))


def _encode(metric: Metric, numbers: Mapping[str, int]) -> bytes:
    words = (numbers.get(word, _NO_WORD) for word in metric.words())
    is_long = isinstance(metric.value, int)
    descriptor = _descriptor(_EVERYTHING, *words, metric.unit, _NO_TARGETS, _NO_TAGS, _LONG if is_long else _DOUBLE)
    return descriptor + (_long(int(metric.value)) if is_long else _double(metric.value))


def _dictionary(words: Iterable[str]) -> bytes:
    """The words, in order, each without what it shares with the one before."""
    encoded: list[bytes] = []
    last = ""
    for number, word in enumerate(words):
        shared = next(
            (i for i, (a, b) in enumerate(zip(word, last, strict=False)) if a != b), min(len(word), len(last))
        )
        encoded.append(_word(number, shared, len(word) - shared) + word[shared:].encode("utf-16-be"))
        last = word
    return _int(len(encoded)) + b"".join(encoded)


def attributes(facts: Mapping[str, object]) -> str:
    """Return facts in the textual form that members read."""
    return ",".join(f"{name}={_escape(str(value))}" for name, value in facts.items())


def _escape(text: str) -> str:
    for character in "\\,=.":
        text = text.replace(character, "\\" + character)
    return text


def _of_near_cache(stats: NearCacheStats) -> list[tuple[str, int, Unit]]:
    return [
        ("creationTime", int(stats.creation_time * 1000), Unit.MS),
        ("evictions", stats.evictions, Unit.COUNT),
        ("hits", stats.hits, Unit.COUNT),
        ("misses", stats.misses, Unit.COUNT),
        ("ownedEntryCount", stats.owned_entry_count, Unit.COUNT),
        ("expirations", stats.expirations, Unit.COUNT),
        ("invalidations", stats.invalidations, Unit.COUNT),
        ("invalidationRequests", stats.invalidation_requests, Unit.COUNT),
        ("ownedEntryMemoryCost", stats.owned_entry_memory_cost, Unit.BYTES),
    ]


class Statistics:
    """Sends the statistics of one client while it is connected. `time` and `psutil` are the modules of those names."""

    def __init__(self, client: Client, time: ModuleType, psutil: ModuleType | None) -> None:
        self._client = client
        self._wall_clock = time.time
        self._period = client.config.statistics_period
        self._psutil = psutil
        self._process: Any = None if psutil is None else psutil.Process()
        self._online_since = 0
        self._running = False

    def went_online(self) -> None:
        """From now on send."""
        self._online_since = self._now()
        if not self._running:
            self._running = True
            self._send()

    def _now(self) -> int:
        return int(self._wall_clock() * 1000)

    def _send(self) -> None:
        client = self._client
        self._running = client.running
        if not self._running:
            return
        for connection in client.connector.ready.values():
            metrics = [*self._of_system(), *self._of_client()]
            facts: dict[str, object] = {
                "lastStatisticsCollectionTime": (now := self._now()),
                "enterprise": "false",
                "clientType": CLIENT_TYPE,
                "clientVersion": CLIENT_VERSION,
                "clusterConnectionTimestamp": self._online_since,
                "clientName": client.name,
            }
            facts |= {metric.name: metric.value for metric in metrics}
            for name, stats in client.near_caches.stats().items():
                counted = _of_near_cache(stats)
                facts |= {f"nc.{_escape(name)}.{counter}": value for counter, value, _ in counted}
                if len(name) <= _LONGEST_WORD:
                    metrics += (
                        Metric(f"nearcache.{counter}", value, unit, ("name", name)) for counter, value, unit in counted
                    )
            body = _STATISTICS.request.body(now, attributes(facts), compress(metrics))
            client.invocations.start(Request[None](_STATISTICS, body, target=connection))
            break
        client.timers.after(self._period, self._send)

    def _of_client(self) -> Iterable[Metric]:
        metrics = self._client.metrics()
        yield Metric("tcp.bytesSend", metrics.bytes_sent, Unit.BYTES)
        yield Metric("tcp.bytesReceived", metrics.bytes_received, Unit.BYTES)

    def _of_system(self) -> Iterable[Metric]:
        """What psutil knows of the machine and of this process."""
        psutil, process = self._psutil, self._process
        if psutil is None:
            return
        memory, swap, own = psutil.virtual_memory(), psutil.swap_memory(), process.memory_info()
        yield Metric("os.totalPhysicalMemorySize", memory.total, Unit.BYTES)
        yield Metric("os.freePhysicalMemorySize", memory.free, Unit.BYTES)
        yield Metric("os.committedVirtualMemorySize", own.vms, Unit.BYTES)
        yield Metric("os.totalSwapSpaceSize", swap.total, Unit.BYTES)
        yield Metric("os.freeSwapSpaceSize", swap.free, Unit.BYTES)
        yield Metric("os.systemLoadAverage", float(psutil.getloadavg()[0]), Unit.COUNT)
        if hasattr(process, "num_fds"):  # not on Windows
            yield Metric("os.openFileDescriptorCount", process.num_fds(), Unit.COUNT)
        if hasattr(process, "rlimit"):  # on Linux
            yield Metric("os.maxFileDescriptorCount", process.rlimit(psutil.RLIMIT_NOFILE)[0], Unit.COUNT)
        times = process.cpu_times()
        yield Metric("os.processCpuTime", int((times.user + times.system) * 1e9), Unit.NS)
        yield Metric("runtime.availableProcessors", psutil.cpu_count(), Unit.COUNT)
        yield Metric("runtime.usedMemory", own.rss, Unit.BYTES)
        yield Metric("runtime.uptime", self._now() - int(process.create_time() * 1000), Unit.MS)
