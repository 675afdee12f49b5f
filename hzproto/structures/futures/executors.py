"""Executors, as users of threads and gevent see them."""

from __future__ import annotations

import hzproto.structures.durable_executor as durable_executors
import hzproto.structures.executor as executors
import hzproto.structures.scheduled_executor as scheduled_executors
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures


class BlockingDurableExecutor(durable_executors.DurableExecutor[Blocking]): ...


class DurableExecutor(durable_executors.DurableExecutor[Futures], WithBlocking[BlockingDurableExecutor]): ...


class BlockingExecutor(executors.Executor[Blocking]): ...


class Executor(executors.Executor[Futures], WithBlocking[BlockingExecutor]): ...


class BlockingScheduledExecutor(scheduled_executors.ScheduledExecutor[Blocking]): ...


class ScheduledExecutor(scheduled_executors.ScheduledExecutor[Futures], WithBlocking[BlockingScheduledExecutor]): ...
