"""What ringbuffers take and give, by the names of the official client."""

from __future__ import annotations

from typing import Final

from hzproto.structures.ringbuffer import MAX_BATCH_SIZE, OverflowPolicy, ReadResult

OVERFLOW_POLICY_OVERWRITE: Final = OverflowPolicy.OVERWRITE
OVERFLOW_POLICY_FAIL: Final = OverflowPolicy.FAIL

__all__ = ["MAX_BATCH_SIZE", "OVERFLOW_POLICY_FAIL", "OVERFLOW_POLICY_OVERWRITE", "OverflowPolicy", "ReadResult"]
