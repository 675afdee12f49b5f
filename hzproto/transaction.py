"""The kinds of transactions."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class TransactionType(IntEnum):
    """How a transaction commits."""

    TWO_PHASE = 1
    """It prepares on all members concerned first, so that they take part or none does."""
    ONE_PHASE = 2
    """It commits at once on one after the other: faster, but a failure in between leaves it half done."""


TWO_PHASE: Final = TransactionType.TWO_PHASE
ONE_PHASE: Final = TransactionType.ONE_PHASE
