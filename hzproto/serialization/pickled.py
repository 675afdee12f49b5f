"""Pickled objects, which only Python reads, and only where the user allows it: loading them can run any code."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final

from hzproto.errors import HazelcastSerializationError
from hzproto.serialization.kinds import TypeId, packer, sized_reader

if TYPE_CHECKING:
    from hzproto.serialization.kinds import Buffer, Order, Prefix, Reader, Writer

_PROTOCOL: Final = 0  # what other Python clients read


def pickle_writer(order: Order, prefix: Prefix) -> Writer:
    """Make the writer of any object that can be pickled."""
    head = packer(order, prefix(TypeId.PYTHON_PICKLE), "i")

    def write(value: object) -> bytes:
        try:
            content = pickle.dumps(value, _PROTOCOL)
        except Exception as error:
            raise HazelcastSerializationError(
                f"A value of type {type(value).__module__}.{type(value).__qualname__} cannot be pickled: {error}."
            ) from error
        return head(len(content)) + content

    return write


def pickle_reader(order: Order) -> Reader:
    """Make the reader of pickled objects."""
    return sized_reader(order, _load)


def _load(content: Buffer) -> Any:
    try:
        return pickle.loads(content)  # noqa: S301 - the user allows it
    except Exception as error:
        raise HazelcastSerializationError(f"A pickled value cannot be loaded: {error}.") from error
