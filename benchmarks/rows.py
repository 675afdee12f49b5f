"""Everything that is measured, and what is aimed at."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.plan import Contender, Goal, Row, Table, cpu_over, speedup
from benchmarks.serialization import SERIALIZATION


def _pair(program: str, workload: str) -> tuple[Contender, Contender]:
    return (Contender("hzproto", program, workload), Contender("official", program, workload, build="official"))


def _with_raw(program: str, workload: str) -> tuple[Contender, ...]:
    return (*_pair(program, workload), Contender("raw", "raw", workload))


def _variants(program: str, workloads: dict[str, str]) -> tuple[Contender, ...]:
    return tuple(Contender(name, program, workload) for name, workload in workloads.items())


_PER_OPERATION = ("wall_us", "cpu_us")
_LATENCY = ("p50_us", "p99_us")

THROUGHPUT = Table(
    "throughput",
    "`get` with int keys and values of 100 characters",
    _PER_OPERATION + _LATENCY,
    (
        Row(
            "blocking-1",
            "threads, blocking, 1",
            10_000,
            _with_raw("threads", "blocking-1"),
            (speedup(2.5), cpu_over(1.5)),
        ),
        Row("blocking-8", "threads, blocking, 8", 20_000, _pair("threads", "blocking-8"), (speedup(4),)),
        Row("blocking-32", "threads, blocking, 32", 20_000, _pair("threads", "blocking-32"), (speedup(2.2),)),
        Row(
            "futures",
            "threads, 1000 futures, then `result()` of each",
            100_000,
            _with_raw("threads", "futures"),
            (speedup(6.5),),
        ),
        Row(
            "callbacks",
            "threads, callbacks, a window of 1000",
            60_000,
            _pair("threads", "callbacks"),
            (speedup(4),),
        ),
        Row("asyncio-1", "asyncio, 1 task", 10_000, _with_raw("aio", "asyncio-1"), (speedup(1.7), cpu_over(1.5))),
        Row(
            "asyncio-1000",
            "asyncio, 1000 tasks",
            100_000,
            _with_raw("aio", "asyncio-1000"),
            (speedup(4), cpu_over(1.6)),
        ),
        Row(
            "uvloop-1000",
            "asyncio on uvloop, 1000 tasks",
            100_000,
            _with_raw("aio", "uvloop-1000"),
            (speedup(5), cpu_over(1.6)),
        ),
        Row("gevent-1", "gevent, 1 greenlet", 10_000, _pair("greenlets", "gevent-1"), (speedup(2),)),
        Row("gevent-100", "gevent, 100 greenlets", 40_000, _pair("greenlets", "gevent-100"), (speedup(5),)),
        Row("gevent-1000", "gevent, 1000 greenlets", 60_000, _pair("greenlets", "gevent-1000"), (speedup(6),)),
        Row(
            "twisted-1000",
            "twisted, 1000 Deferreds",
            60_000,
            (
                Contender("hzproto", "deferreds", "twisted-1000"),
                Contender("asyncio", "aio", "asyncio-1000"),
            ),
            (cpu_over(1.5, "asyncio"),),
        ),
    ),
)


def _compiled(row: Row) -> Row:
    """The same row, with the accelerated build, which has the goals."""
    compiled = replace(row.contenders[0], name="compiled", build="compiled")
    goals = tuple(replace(goal, contender="compiled") for goal in row.goals)
    return replace(row, name=f"compiled-{row.name}", contenders=(compiled, *row.contenders), goals=goals)


COMPILED = Table(
    "compiled",
    f"{THROUGHPUT.title}, with the accelerated build",
    THROUGHPUT.figures,
    tuple(_compiled(row) for row in THROUGHPUT.rows if row.contenders[0].program in ("threads", "aio")),
)

SIZES = Table(
    "sizes",
    "Blocking `get` and `set` of larger values (strings), one thread",
    ("get_wall_us", "get_cpu_us", "set_wall_us", "set_cpu_us"),
    (
        Row("size-1k", "1 kB", 5_000, _pair("sizes", "1000")),
        Row("size-64k", "64 kB", 2_000, _pair("sizes", "64000")),
        Row("size-1m", "1 MB", 200, _pair("sizes", "1000000")),
    ),
)

BULK = Table(
    "bulk",
    "Bulk operations and events, for each entry",
    _PER_OPERATION,
    (
        Row("put-all", "`put_all` of 10,000 entries", 10_000, _pair("bulk", "put-all")),
        Row("get-all", "`get_all` of 10,000 entries", 10_000, _pair("bulk", "get-all")),
        Row("entry-set", "`entry_set` of 100,000 entries", 100_000, _pair("bulk", "entry-set")),
        Row("events", "an entry listener, with values", 20_000, _pair("bulk", "events")),
    ),
)

LARGE = Table(
    "large",
    "A value of 16 MB (a byte array), `get` for `get`",
    _PER_OPERATION,
    (
        Row(
            "large-threads",
            "threads, blocking; raw: `recv_into` a new buffer",
            20,
            (*_pair("large", "threads"), Contender("raw", "raw_large", "threads")),
            (Goal(("wall_us",), 1.3, "raw"),),
        ),
        Row(
            "large-asyncio",
            "asyncio; raw: `BufferedProtocol` with a new buffer",
            20,
            (Contender("hzproto", "large", "asyncio"), Contender("raw", "raw_large", "asyncio")),
            (Goal(("wall_us",), 1.3, "raw"),),
        ),
    ),
)

_ADAPTERS = {name: name for name in ("threads", "asyncio", "gevent", "twisted")}

MEMORY = Table(
    "memory",
    "Memory that Python allocates",
    ("bytes",),
    (
        Row(
            "memory-operation",
            "an operation in flight (a `put`), beyond the bytes of key and value",
            10_000,
            (
                *_variants("memory", {name: f"operation-{name}" for name in _ADAPTERS}),
                Contender("official", "memory", "operation-threads", build="official"),
            ),
            tuple(Goal(("bytes",), 1024, contender=name) for name in _ADAPTERS),
            rounds=1,
        ),
        Row(
            "memory-client",
            "a further client, connected to three members",
            10,
            (
                *_variants("memory", {name: f"client-{name}" for name in _ADAPTERS}),
                Contender("official", "memory", "client-threads", build="official"),
            ),
            rounds=1,
        ),
    ),
)

IMPORTS = Table(
    "imports",
    "Importing, with bytecode caches",
    ("import_ms", "extra_ms"),
    (
        Row(
            "import",
            "import",
            10,
            (
                *_variants(
                    "imports",
                    {
                        name: name
                        for name in ("asyncio", "hzproto_asyncio", "hzproto_sync", "hzproto_gevent", "hzproto_twisted")
                    },
                ),
                Contender("official", "imports", "hazelcast", build="official"),
            ),
            (Goal(("extra_ms",), 60, contender="hzproto_asyncio"),),
            members=False,
        ),
    ),
)

IDLE = Table(
    "idle",
    "A connected client with nothing to do",
    ("cpu_percent",),
    (
        Row(
            "idle",
            "30 s",
            30,
            (*_variants("idle", _ADAPTERS), Contender("official", "idle", "threads", build="official")),
            tuple(Goal(("cpu_percent",), 0.1, contender=name) for name in _ADAPTERS),
            rounds=1,
        ),
    ),
)

CHOICES = Table(
    "choices",
    "What joined sends and backup acks are worth",
    _PER_OPERATION,
    (
        Row(
            "coalescing-threads",
            "threads, 1000 futures: sends joined or not",
            60_000,
            _variants("threads", {"joined": "futures", "one by one": "futures:apart"}),
        ),
        Row(
            "coalescing-asyncio",
            "asyncio, 1000 tasks: sends joined or not",
            60_000,
            _variants("aio", {"joined": "asyncio-1000", "one by one": "asyncio-1000:apart"}),
        ),
        Row(
            "acks-threads",
            "threads, blocking `set`, 1: backups acknowledged to the client, or to the member that owns the entry",
            5_000,
            _variants("sets", {"client": "blocking", "owner": "blocking:owner"}),
        ),
        Row(
            "acks-futures",
            "threads, `set`, 1000 futures: the same",
            30_000,
            _variants("sets", {"client": "futures", "owner": "futures:owner"}),
        ),
    ),
)

_HITS = {
    "threads, blocking": "blocking",
    "threads, `result()`": "futures",
    "asyncio, `await`": "asyncio",
    "gevent, blocking": "gevent",
    "twisted, `await`": "await",
    "twisted, callback": "callback",
}


def _hits(in_memory_format: str) -> Row:
    goals = tuple(Goal(("cpu_us",), 2, contender=name) for name in _HITS)
    styles = {**_HITS, "twisted, `inlineCallbacks`": "inline"}
    contenders = (
        *_variants("near", {name: f"{style}-{in_memory_format}" for name, style in styles.items()}),
        Contender("official, blocking", "near", f"blocking-{in_memory_format}", build="official"),
    )
    return Row(f"near-cache-{in_memory_format.lower()}", in_memory_format, 1_000_000, contenders, goals)


NEAR_CACHE = Table(
    "near-cache",
    "A `get` that a near cache answers, with int keys and values of 100 characters",
    ("cpu_us",),
    (
        _hits("OBJECT"),
        _hits("BINARY"),
        Row(
            "near-cache-list",
            "BINARY, a list of 10 int, made anew for each read",
            1_000_000,
            (
                *_variants(
                    "near", {"threads, blocking": "blocking-BINARY-list", "asyncio, `await`": "asyncio-BINARY-list"}
                ),
                Contender("official, blocking", "near", "blocking-BINARY-list", build="official"),
            ),
        ),
        Row(
            "near-cache-twisted",
            "without a client: Deferreds that have fired",
            1_000_000,
            _variants("near", {"twisted, `inlineCallbacks`": "alone-OBJECT"}),
        ),
    ),
)

CORE = Table(
    "core",
    "The core alone, without sockets: a `get`, from the call to the value",
    ("cpu_us",),
    (
        Row(
            "in-flight",
            "operations in flight, on 3 connections",
            200_000,
            _variants("core", {str(number): f"{number}-3" for number in (1, 100, 10_000, 100_000)}),
            (Goal(("cpu_us",), 1.3, against="100", contender="100000"),),
            members=False,
        ),
        Row(
            "connections",
            "connections, 100 operations in flight",
            100_000,
            _variants("core", {str(number): f"100-{number}" for number in (1, 3, 50)}),
            members=False,
        ),
    ),
)

TABLES = (THROUGHPUT, COMPILED, SIZES, BULK, LARGE, MEMORY, IMPORTS, IDLE, NEAR_CACHE, CHOICES, CORE, SERIALIZATION)
