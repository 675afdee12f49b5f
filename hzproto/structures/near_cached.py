"""What structures have in common that may have a near cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hzproto.structures.keyed import K, Keyed, V
from hzproto.surface import S_co

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hzproto.metrics import NearCacheStats
    from hzproto.ops import Flow, Known, Op, Request
    from hzproto.surface import Runtime

R = TypeVar("R")


class NearCached(Keyed[S_co, K, V]):
    """A structure that has a near cache if the option `near_caches` says so."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name)
        self._near = self._core.near_caches.of(self.service, name, runtime.wall_clock())
        self._now = runtime.now

    @property
    def near_cache_stats(self) -> NearCacheStats | None:
        """What the near cache of this structure has counted; None when it has none."""
        return None if self._near is None else self._near.stats()

    def _create(self) -> Flow[None]:
        yield from super()._create()
        if self._near is not None:
            yield from self._near.activate()

    def _destroy(self) -> Flow[bool]:
        if self._near is not None:
            yield from self._near.deactivate()
        return (yield from super()._destroy())

    def _hit(self, key: K) -> Known[V] | None:
        """The read of *key*, when its value is here."""
        return None if self._near is None else self._near.find(key, self._now())

    def _reading(self, request: Request[R], key: bytes) -> Op[R]:
        """A request for the value of *key*, which is kept."""
        if self._near is None:
            return request
        return self._near.read(request, (key,), lambda value: ((key, value),))

    def _storing(
        self,
        request: Request[R],
        entries: Sequence[tuple[bytes, bytes]],
        stored: Callable[[Any], bool] | None = None,
    ) -> Op[R]:
        """A request that stores *entries* if *stored* says so of its answer; None: surely."""
        return request if self._near is None else self._near.update(request, entries, stored)

    def _changing(self, operation: Op[R], keys: Iterable[K]) -> Op[R]:
        """An operation that changes entries of *keys*."""
        if self._near is None:
            return operation
        return self._near.write(operation, [self._to_data(key) for key in keys])

    def _changing_all(self, operation: Op[R]) -> Op[R]:
        """An operation that may change any entry."""
        return operation if self._near is None else self._near.write(operation, None)
