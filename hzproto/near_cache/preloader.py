"""The keys of a near cache in a file, so that the next client of the same map begins with what this one had."""

from __future__ import annotations

import logging
from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from hzproto.cluster.actions import LookUp
from hzproto.messages import MESSAGES
from hzproto.ops import All, FlowOp, Op, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hzproto.cluster.client import Client
    from hzproto.near_cache.cache import NearCache
    from hzproto.ops import Flow

logger = logging.getLogger(__name__)

_MAGIC: Final = b"hzproto near cache keys 1\n"
_size: Final = Struct("<i")
_BATCH: Final = 200
"""How many keys are loaded at a time."""

_GET_ALL = MESSAGES["Map.getAll"]
_GET = MESSAGES["ReplicatedMap.get"]


def encode_keys(keys: Iterable[bytes]) -> bytes:
    """Return the contents of a file with serialized keys."""
    return _MAGIC + b"".join(_size.pack(len(key)) + key for key in keys)


def decode_keys(contents: bytes) -> list[bytes]:
    """Return the keys of a file; those of one that is not whole, as far as it goes. Raises ValueError for others."""
    if not contents.startswith(_MAGIC):
        raise ValueError("this is no file of keys of a near cache")
    keys: list[bytes] = []
    at = len(_MAGIC)
    while at + _size.size <= len(contents):
        (size,) = _size.unpack_from(contents, at)
        at += _size.size + max(0, size)
        if size < 8 or at > len(contents):
            break
        keys.append(contents[at - size : at])
    return keys


def load_map(core: Client, near: NearCache, keys: Iterable[bytes]) -> Op[Any]:
    """Read entries of a map through its near cache."""
    parts: dict[int, list[bytes]] = {}
    for key in keys:
        parts.setdefault(core.partition_of(key), []).append(key)
    body = _GET_ALL.request.body
    return All(
        near.read(Request[Any](_GET_ALL, body(near.name, part), number), part, list) for number, part in parts.items()
    )


def load_replicated_map(core: Client, near: NearCache, keys: Iterable[bytes]) -> Op[Any]:
    """Read entries of a replicated map through its near cache."""

    def read(key: bytes) -> Op[Any]:
        request = Request[Any](_GET, _GET.request.body(near.name, key), core.partition_of(key))
        return near.read(request, [key], lambda value: [(key, value)])

    return All(map(read, keys))


_LOADS: Final[Mapping[str, Callable[[Client, NearCache, Iterable[bytes]], Op[Any]]]] = {
    "hz:impl:mapService": load_map,
    "hz:impl:replicatedMapService": load_replicated_map,
}


class Preloader:
    """Loads the entries of the keys in the file, once; stores the keys that there are, from time to time."""

    def __init__(self, core: Client, near: NearCache) -> None:
        self._core = core
        self._near = near
        self._loaded = False

    def begin(self) -> None:
        """The near cache is in use, for the first time or again."""
        if not self._loaded:
            self._loaded = True
            self._look_up(self._read, self._found)
            self._core.timers.after(self._near.config.preloader_store_initial_delay, self._store)

    def _look_up(self, work: Callable[[], bytes], answered: Callable[[bytes | BaseException], object]) -> None:
        self._core.pending_actions.append(LookUp(work, answered))

    def _path(self) -> Any:
        kind = self._near.service.rpartition(":")[2]
        name = self._core.load("urllib.parse").quote(self._near.name, safe="")
        return self._core.load("pathlib").Path(self._near.config.preloader_directory, f"{kind}-{name}.keys")

    # Loading

    def _read(self) -> bytes:
        path = self._path()
        return bytes(path.read_bytes()) if path.exists() else encode_keys(())

    def _found(self, contents: bytes | BaseException) -> None:
        if isinstance(contents, BaseException):
            logger.warning("The keys of the near cache of %s could not be read: %s", self._near.name, contents)
        elif not self._near.closed:
            self._core.invocations.start(FlowOp(self._load(contents)))

    def _load(self, contents: bytes) -> Flow[None]:
        try:
            keys = decode_keys(contents)
            del keys[: -self._near.config.eviction_max_size]
            for first in range(0, len(keys), _BATCH):
                batch = keys[first : first + _BATCH]
                yield from self._core.invocations.bounded(_LOADS[self._near.service](self._core, self._near, batch))
        except Exception as error:  # noqa: BLE001 - whatever it is, the entries are read when they are needed
            logger.warning("Loading the near cache of %s failed: %s", self._near.name, error)

    # Storing

    def _store(self) -> None:
        if self._near.closed:
            return
        if keys := self._near.cached_keys():
            self._look_up(partial(self._write, encode_keys(keys)), self._written)
        self._core.timers.after(self._near.config.preloader_store_interval, self._store)

    def _write(self, contents: bytes) -> bytes:
        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{self._core.uuid}")
        unfinished.write_bytes(contents)
        unfinished.replace(path)
        return contents

    def _written(self, contents: bytes | BaseException) -> None:
        if isinstance(contents, BaseException):
            logger.warning("The keys of the near cache of %s could not be stored: %s", self._near.name, contents)
