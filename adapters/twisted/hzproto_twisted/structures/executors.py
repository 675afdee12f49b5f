"""Executors, as Twisted users see them."""

from __future__ import annotations

import hzproto.structures.durable_executor as durable_executors
import hzproto.structures.executor as executors
import hzproto.structures.scheduled_executor as scheduled_executors
from hzproto.surface import Tx


class DurableExecutor(durable_executors.DurableExecutor[Tx]): ...


class Executor(executors.Executor[Tx]): ...


class ScheduledExecutor(scheduled_executors.ScheduledExecutor[Tx]): ...
