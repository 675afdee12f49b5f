"""Operations that pass through a near cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hzproto.ops import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hzproto.near_cache.cache import NearCache, Reservation
    from hzproto.ops import Op, Request


class Fill(Watched[Any]):
    """A read whose values are kept."""

    __slots__ = ("_keys", "_near", "_request", "_reserved", "_values")

    def __init__(
        self,
        near: NearCache,
        request: Request[Any],
        keys: Sequence[bytes],
        values: Callable[[Any], Iterable[Any]],
    ) -> None:
        super().__init__(request)
        self._near = near
        self._request = request
        self._keys = keys
        self._values = values
        self._reserved: Mapping[bytes, Reservation] = {}

    def begin(self) -> None:
        self._reserved = self._near.reserve(self._keys)

    def end(self, *, success: bool) -> None:
        if self._reserved:
            values = self._values(self._request.method.response.parse(self._request.value)) if success else ()
            self._near.publish(self._reserved, values)


class Drop(Watched[Any]):
    """A change of entries that are not kept; nor are they when nobody knows whether it took place."""

    __slots__ = ("_keys", "_near")

    def __init__(self, near: NearCache, op: Op[Any], keys: Sequence[bytes] | None) -> None:
        super().__init__(op)
        self._near = near
        self._keys = keys

    def end(self, *, success: bool) -> None:
        if self._keys is None:
            self._near.invalidate_all()
        else:
            for key in self._keys:
                self._near.invalidate(key)


class Update(Watched[Any]):
    """A write whose values are kept."""

    __slots__ = ("_begun", "_entries", "_near", "_request", "_stored")

    def __init__(
        self,
        near: NearCache,
        request: Request[Any],
        entries: Sequence[tuple[bytes, bytes]],
        stored: Callable[[Any], bool] | None,
    ) -> None:
        super().__init__(request)
        self._near = near
        self._request = request
        self._entries = entries
        self._stored = stored
        self._begun = False

    def begin(self) -> None:
        self._begun = True
        for key, _ in self._entries:
            self._near.begin_write(key)

    def end(self, *, success: bool) -> None:
        if not self._begun:
            return
        kept = success and self._is_stored()
        for key, value in self._entries:
            self._near.end_write(key, value if kept else None)

    def _is_stored(self) -> bool:
        """Whether members have these values: surely, and once."""
        request = self._request
        if request.attempt > 1:
            return False
        return self._stored is None or self._stored(request.method.response.parse(request.value))
