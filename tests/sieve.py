"""Messages of chosen types that get lost on their way from a member to a client."""

from __future__ import annotations

from collections.abc import Callable

from hzproto.wire.frames import FINAL, FRAME_HEADER


class Sieve:
    """Takes the bytes that a member sends over one connection, and returns those that are to arrive.

    *loses* says of the type of each message whether it gets lost.
    """

    def __init__(self, loses: Callable[[int], bool]) -> None:
        self._loses = loses
        self._held = bytearray()

    def pass_on(self, data: bytes) -> bytes:
        """Return what arrives of the messages that are whole by now."""
        self._held += data
        arrived = bytearray()
        while (end := self._end()) is not None:
            message = self._held[:end]
            del self._held[:end]
            if not self._loses(int.from_bytes(message[6:10], "little", signed=True)):
                arrived += message
        return bytes(arrived)

    def _end(self) -> int | None:
        """Where the first message ends, if it is whole."""
        at = 0
        while at + FRAME_HEADER.size <= len(self._held):
            length, flags = FRAME_HEADER.unpack_from(self._held, at)
            at += length
            if flags & FINAL:
                return at if at <= len(self._held) else None
        return None
