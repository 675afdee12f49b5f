"""Writers that remember what the cluster has acknowledged."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any

from hzproto.errors import HazelcastError
from tests.contract.harness import Scene, Steps

WRITERS = 64

REPEATED_BY_MEMBERS = 5
"""So many writes may be found done already: members repeat what they have passed on to one that died. A client that
repeats what it must not comes to many more, with as many writes in flight as there are writers."""


class Writers:
    """As many callers, each with one write in flight at any time, until they are stopped."""

    def __init__(self, scene: Scene, store: Any) -> None:
        self.errors: Counter[str] = Counter()
        self.acknowledged = 0
        self.twice = 0
        """How many writes found their own value there already."""
        self.longest_pause = 0.0
        """The longest time in seconds without an acknowledgement; to be reset by whoever looks at it."""
        self._last = monotonic()
        self._scene = scene
        self._store = store
        self._counts = [0] * WRITERS  # writer i has tried the keys i, i + WRITERS, … up to its count
        self._unknown: set[int] = set()
        self._stopping = False
        self._running = [scene.harness.spawn(self._write(number)) for number in range(WRITERS)]

    def _write(self, number: int) -> Steps:
        while not self._stopping:
            key = number + WRITERS * self._counts[number]
            self._counts[number] += 1
            try:
                before = yield self._store.put(key, key)
            except HazelcastError as error:
                self.errors[type(error).__name__] += 1
                self._unknown.add(key)
            else:
                self.acknowledged += 1
                self.twice += before is not None
                now = monotonic()
                self.longest_pause = max(self.longest_pause, now - self._last)
                self._last = now

    def progress(self, count: int = 20 * WRITERS, timeout: float = 90.0) -> Steps:
        """Wait until *count* more writes are acknowledged."""
        enough = self.acknowledged + count
        yield from self._scene.until(lambda: self.acknowledged >= enough, timeout)

    def stop(self) -> Steps:
        """Wait until every write has ended, with an acknowledgement or a HazelcastError; anything else is raised."""
        self._stopping = True
        yield from self._running

    def verify(self) -> Steps:
        """Read every acknowledged write back; none was made twice, save by members."""
        assert self.twice <= REPEATED_BY_MEMBERS
        tried = [number + WRITERS * n for number in range(WRITERS) for n in range(self._counts[number])]
        for start in range(0, len(tried), 2000):
            keys = [key for key in tried[start : start + 2000] if key not in self._unknown]
            found = yield self._store.get_all(keys)
            assert found == {key: key for key in keys}


def aside(scene: Scene, function: Callable[[], object], timeout: float = 150.0) -> Steps:
    """Call a function that blocks, in a thread, while the client goes on."""
    errors: list[BaseException] = []

    def call() -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    yield from scene.until(lambda: not thread.is_alive(), timeout)
    if errors:
        raise errors[0]
