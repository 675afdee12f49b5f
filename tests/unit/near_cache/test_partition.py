"""What is concluded from the numbers of invalidations."""

from __future__ import annotations

from uuid import UUID

import pytest

from hzproto.near_cache.partition import Partition

ONE, OTHER = UUID(int=1), UUID(int=2)


def partition(sequence: int = 10) -> Partition:
    made = Partition()
    assert made.confirmed(ONE, sequence, 0, 0)
    return made


def test_invalidations_one_after_the_other() -> None:
    known = partition()
    assert not any(known.invalidated(ONE, sequence, 0) for sequence in (11, 12, 13))
    assert not known.confirmed(ONE, 13, 13, 0)


@pytest.mark.parametrize("tolerated", [0, 1, 10])
def test_more_lost_invalidations_than_tolerated(tolerated: int) -> None:
    known = partition()
    assert not known.invalidated(ONE, 11, tolerated)
    assert not known.invalidated(ONE, 12 + tolerated, tolerated)  # so many are missing
    assert known.invalidated(ONE, 14 + tolerated, tolerated)
    assert not known.invalidated(ONE, 15 + tolerated, tolerated)  # begun anew


def test_lost_invalidations_are_seen_when_the_owner_is_asked() -> None:
    known = partition()
    assert known.confirmed(ONE, 11, 10, 0)
    assert not known.confirmed(ONE, 11, 11, 0)


def test_misses_add_up() -> None:
    known = partition()
    assert [known.invalidated(ONE, sequence, 2) for sequence in (12, 14, 16)] == [False, False, True]


def test_late_invalidations_are_not_lost() -> None:
    known = partition()
    assert not known.confirmed(ONE, 13, 10, 3)  # three are on their way
    assert not any(known.invalidated(ONE, sequence, 3) for sequence in (11, 12, 13))
    assert not known.confirmed(ONE, 16, 13, 3)  # again three


def test_the_order_does_not_matter() -> None:
    known = partition()
    assert not any(known.invalidated(ONE, sequence, 2) for sequence in (13, 11, 12, 15, 14))
    assert not known.confirmed(ONE, 15, 15, 0)


def test_another_uuid_begins_anew() -> None:
    known = partition()
    assert known.invalidated(OTHER, 3, 100)
    assert not known.invalidated(OTHER, 4, 0)
    assert known.confirmed(ONE, 11, 4, 100)


def test_numbers_that_go_back_begin_anew() -> None:
    known = partition()
    assert known.confirmed(ONE, 9, 10, 100)
    assert not known.invalidated(ONE, 10, 0)


def test_an_answer_that_was_overtaken_is_no_step_back() -> None:
    known = partition()
    assert not known.invalidated(ONE, 11, 0)
    assert not known.confirmed(ONE, 10, 10, 0)
    assert known.sequence == 11


def test_after_a_loss_nothing_is_known() -> None:
    known = partition()
    known.until = 100
    known.lose()
    assert known.until < 0
    assert known.confirmed(ONE, 10, 0, 100)
