from __future__ import annotations

from hzproto.cluster.timers import Timers


def test_timers_run_in_order_when_they_are_due() -> None:
    timers = Timers()
    ran: list[str] = []
    timers.at(2, lambda: ran.append("b"))
    timers.at(2, lambda: ran.append("c"))
    timers.at(1, lambda: ran.append("a"))
    timers.at(3, lambda: ran.append("d"))
    assert timers.next_deadline() == 1
    timers.now = 2
    timers.run()
    assert ran == ["a", "b", "c"]
    assert timers.next_deadline() == 3


def test_a_cancelled_timer_neither_runs_nor_wakes_anybody() -> None:
    timers = Timers()
    ran: list[str] = []
    first = timers.after(1, lambda: ran.append("a"))
    timers.after(2, lambda: ran.append("b"))
    first.cancel()
    assert timers.next_deadline() == 2
    timers.now = 5
    timers.run()
    assert ran == ["b"]
    assert timers.next_deadline() is None


def test_a_timer_that_another_cancels_in_the_same_run_does_not_run() -> None:
    timers = Timers()
    ran: list[str] = []
    timers.at(1, lambda: second.cancel())  # noqa: PLW0108 - it is not there yet
    second = timers.at(1, lambda: ran.append("b"))
    timers.now = 1
    timers.run()
    assert ran == []


def test_a_timer_set_for_now_by_another_waits_for_the_next_run() -> None:
    timers = Timers()
    ran: list[str] = []

    def first() -> None:
        timers.after(0, lambda: ran.append("late"))

    timers.at(1, first)
    timers.now = 1
    timers.run()
    assert ran == []
    timers.run()
    assert ran == ["late"]


def test_cancelled_timers_take_no_room() -> None:
    timers = Timers()
    kept = [timers.at(n, lambda: None) for n in range(100)]
    for n in range(100_000):
        timers.at(1000 + n, lambda: None).cancel()
    assert len(timers._heap) < 3 * len(kept)  # pyright: ignore[reportPrivateUsage]
    assert timers.next_deadline() == 0
