"""Executors, as asyncio users see them."""

from __future__ import annotations

import hzproto.structures.durable_executor as durable_executors
import hzproto.structures.executor as executors
import hzproto.structures.scheduled_executor as scheduled_executors
from hzproto.surface import Aio


class DurableExecutor(durable_executors.DurableExecutor[Aio]): ...


class Executor(executors.Executor[Aio]): ...


class ScheduledExecutor(scheduled_executors.ScheduledExecutor[Aio]): ...
