"""A clock for what must not take long, on machines that are busy with something else."""

from __future__ import annotations

import threading
from time import monotonic
from types import TracebackType
from typing import Final, Self

_TICK: Final = 0.005
_MOST: Final = 0.1


class PatientClock:
    """Tells for how many seconds it has been running, in steps; it hardly moves while this process stands still."""

    def __init__(self) -> None:
        self._now = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def __call__(self) -> float:
        return self._now

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        before = monotonic()
        while not self._stopped.wait(_TICK):
            now = monotonic()
            self._now += min(now - before, _MOST)
            before = now
