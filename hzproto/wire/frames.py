"""Bytes from and to messages: the frames of the protocol.

A message is a sequence of frames. Each frame begins with a header of six bytes, its length (header included) and its
flags; the last one carries :data:`FINAL`. The content of the initial frame begins with the message's type and
correlation id. All numbers are little endian.

A message may travel in fragments. Each begins with a frame of its own that holds the id of the sequence, and its flags
say whether it is the first, a middle or the last one; the fragments of several messages may be mixed.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from hzproto.errors import LocalProtocolError, RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN_FRAGMENT: Final = 1 << 15
END_FRAGMENT: Final = 1 << 14
UNFRAGMENTED: Final = BEGIN_FRAGMENT | END_FRAGMENT
FINAL: Final = 1 << 13
BEGIN_STRUCTURE: Final = 1 << 12
END_STRUCTURE: Final = 1 << 11
NULL: Final = 1 << 10
EVENT: Final = 1 << 9
BACKUP_AWARE: Final = 1 << 8
BACKUP_EVENT: Final = 1 << 7

SPECIAL: Final = BEGIN_STRUCTURE | END_STRUCTURE | NULL
"""The flags of frames that carry no value: where a structure begins or ends, and nulls."""

FRAME_HEADER: Final = Struct("<iH")
"""Length (this header included) and flags of a frame."""
REQUEST_HEADER: Final = Struct("<iHiqi")
"""Length, flags, message type, correlation id and partition id: how requests and events begin."""
RESPONSE_HEADER: Final = Struct("<iHiqB")
"""Length, flags, message type, correlation id and number of backup acks to wait for: how responses begin."""

MAX_MESSAGE_SIZE: Final = 256 * 1024 * 1024
"""The default limit for the size of a received message, in bytes."""
MAX_FRAGMENTED_MESSAGES: Final = 1024
"""How many fragmented messages may be under way on one connection."""
LARGE: Final = 64 * 1024
"""From this size on a message gets a buffer of its own, and its values can be used without a copy."""

MARK: Final = 0xC9
"""A byte of the type id of compact objects, in either byte order: what lacks it has no such object."""

_FRAME_HEADER_SIZE: Final = 6
_MIN_INITIAL_FRAME: Final = 19
_FRAGMENT_FRAME: Final = Struct("<iHq")
_ALIGNMENT: Final = 3
"""Bytes in front of large messages: most answers have 37 in front of a long string, and Python decodes what begins at a
multiple of 8 a third faster."""
_TWO_HEADERS: Final = Struct(f"<iH{_MIN_INITIAL_FRAME - _FRAME_HEADER_SIZE}xiH")


class FrameReader:
    """Turns received bytes into whole messages, however the bytes are cut.

    Each message comes as one contiguous piece, the header of its initial frame first: `bytes` for small messages, a
    `memoryview` over a buffer that belongs to the message alone from :data:`LARGE` on.

    Feed it either with :meth:`receive`, or with :meth:`get_buffer` and :meth:`buffer_updated`.

    `max_message_size` limits the size of a message in bytes, and also what all unfinished fragmented messages hold
    together. Malformed input breaks the reader: the messages before the fault are still returned, :attr:`error` is
    set, and then every call raises :class:`~hzproto.errors.RemoteProtocolError`.
    """

    __slots__ = (
        "_buffer",
        "_direct",
        "_end",
        "_filled",
        "_flags",
        "_frame",
        "_header",
        "_held",
        "_large",
        "_limit",
        "_sequences",
        "_sequences_size",
        "_spare",
        "error",
        "marked",
    )

    def __init__(self, max_message_size: int = MAX_MESSAGE_SIZE) -> None:
        if max_message_size < _MIN_INITIAL_FRAME:
            raise ValueError(f"max_message_size must be at least {_MIN_INITIAL_FRAME} bytes, got {max_message_size}")
        self.error: RemoteProtocolError | None = None
        """Why the reader is broken, None while it is not."""
        self.marked = False
        """Whether the messages returned last may have the byte :data:`MARK` in them: one look at all of them."""
        self._limit = max_message_size
        self._large = min(LARGE, max_message_size + 1)  # what is smaller needs no look
        self._buffer: memoryview | None = None
        self._direct: memoryview | None = None  # the view of _held that get_buffer() gave out
        self._spare: bytearray | None = None  # of the last large message, until a small one comes
        self._sequences: dict[int, bytearray] = {}
        self._sequences_size = 0
        self._reset()

    def _reset(self) -> None:
        # The unfinished message: the bytes at hand, the offset of the last frame whose header is known, that frame's
        # flags, and where it ends. A frame header of which only a part has come waits in _header.
        self._held = bytearray()
        self._filled = 0
        self._frame = 0
        self._flags = 0
        self._end = 0
        self._header = b""

    def receive(self, data: bytes | bytearray | memoryview) -> list[bytes | memoryview]:
        """Take received bytes, return the messages that they complete."""
        self._release()
        return self._take(data if type(data) is bytes else bytes(data))

    @property
    def much_to_come(self) -> bool:
        """Whether a large part of a frame is known to be missing, which its sender has under way."""
        return self._end - self._filled >= LARGE

    def get_buffer(self, sizehint: int = -1) -> memoryview:
        """Return the buffer to receive into; `sizehint` is ignored.

        Usually it is one of 64 KiB that is used again. While much of a large frame is missing, it is the rest of the
        buffer of that frame's message.
        """
        self._release()
        if self._end - self._filled >= LARGE:
            if len(self._held) < self._end:
                held = self._large_buffer(self._end)
                held[: self._filled] = self._held
                self._held = held
            self._direct = memoryview(self._held)[self._filled :]
            return self._direct
        if self._buffer is None:
            self._buffer = memoryview(bytearray(LARGE))
        return self._buffer

    def buffer_updated(self, nbytes: int) -> list[bytes | memoryview]:
        """Take the first `nbytes` bytes of the buffer that :meth:`get_buffer` returned last, as :meth:`receive`."""
        if self._direct is not None:
            self._filled += nbytes
            self.marked = True
            return self._take(b"") if self._filled == self._end else []
        if self._buffer is None:
            raise LocalProtocolError("buffer_updated() was called before get_buffer()")
        spare = self._spare
        messages = self._take(bytes(self._buffer[:nbytes]))
        if messages and self._spare is spare:  # only small messages: large ones do not follow each other closely
            self._spare = None
        return messages

    def _large_buffer(self, size: int) -> bytearray:
        """Return a buffer of `size` bytes: that of the last large message, if nobody has a view of it any more.

        To get new memory from the system for each of several large messages takes longer than to receive them.
        """
        spare, self._spare = self._spare, None
        if spare is not None and len(spare) >= size:
            try:
                del spare[size - 1 :]  # at least one byte, which is refused while there is a view
            except BufferError:
                pass
            else:
                spare.append(0)
                return spare
        buffer = bytearray(_ALIGNMENT + size)
        del buffer[:_ALIGNMENT]  # moves nothing
        return buffer

    def _release(self) -> None:
        # A bytearray cannot grow while there is a view of it, and whoever receives may keep the view until the next
        # call.
        if self._direct is not None:
            self._direct.release()
            self._direct = None

    def _take(self, data: bytes) -> list[bytes | memoryview]:
        if self.error is not None:
            raise RemoteProtocolError(str(self.error))
        messages: list[bytes | memoryview] = []
        self.marked = MARK in data or (self.marked and bool(self._end or self._header or self._sequences))
        try:
            self._receive(data, messages)
        except RemoteProtocolError as error:
            self.error = error
            self._sequences.clear()
            self._reset()
            if not messages:
                raise
        return messages

    def _receive(self, data: bytes, messages: list[bytes | memoryview]) -> None:
        if self._header:
            data = self._header + data
            self._header = b""
        pos = self._resume(data, messages) if self._end else 0
        unpack, unpack_two = FRAME_HEADER.unpack_from, _TWO_HEADERS.unpack_from
        append = messages.append
        size = len(data)
        last = size - _FRAME_HEADER_SIZE
        last_two = size - _TWO_HEADERS.size
        large = self._large
        while pos <= last:
            start = frame = pos
            if pos <= last_two:
                # Most replies are an initial frame without fixed fields, then one frame with the value.
                length, flags, value_length, value_flags = unpack_two(data, pos)
                if length == _MIN_INITIAL_FRAME and flags == UNFRAGMENTED and value_flags & FINAL:
                    end = pos + _MIN_INITIAL_FRAME + value_length
                    if value_length >= _FRAME_HEADER_SIZE and end <= size and end - pos < large:
                        append(data[pos:end])
                        pos = end
                        continue
            else:
                length, flags = unpack(data, pos)
            whole = flags & (UNFRAGMENTED | SPECIAL) == UNFRAGMENTED
            if not whole or length < _MIN_INITIAL_FRAME:
                _check_first_frame(length, flags)
            pos += length
            while not flags & FINAL and pos <= last:
                frame = pos
                length, flags = unpack(data, pos)
                if length < _FRAME_HEADER_SIZE:
                    raise _short_frame(length)
                pos += length
            if pos > size or not flags & FINAL:
                self._hold(data, start, frame - start, flags, pos - start)
                return
            if whole and pos - start < large:
                append(data[start:pos])
            else:
                self._finish(data[start:pos], frame - start, messages)
        if pos < size:
            self._header = data[pos:]

    def _resume(self, data: bytes, messages: list[bytes | memoryview]) -> int:
        """Go on with the unfinished message; return where in `data` the next message begins."""
        size = len(data)
        held, frame, flags = self._filled, self._frame, self._flags
        pos = self._end - held
        while not flags & FINAL and pos <= size - _FRAME_HEADER_SIZE:
            frame = held + pos
            length, flags = FRAME_HEADER.unpack_from(data, pos)
            if length < _FRAME_HEADER_SIZE:
                raise _short_frame(length)
            pos += length
        self._hold(data, 0, frame, flags, held + pos)
        if pos > size or not flags & FINAL:
            return size
        message = self._held
        self._reset()
        self._finish(message, frame, messages)
        if len(message) >= LARGE:
            self._spare = message
        return pos

    def _hold(self, data: bytes, start: int, frame: int, flags: int, end: int) -> None:
        """Keep what `data` has from `start` on of the unfinished message, whose known frames go up to its `end`."""
        self._check_size(end)
        stop = start + end - self._filled
        part = data[start:stop]
        filled = self._filled + len(part)
        self._held[self._filled : filled] = part
        self._filled = filled
        self._frame = frame
        self._flags = flags
        self._end = end
        if not flags & FINAL:
            self._header = data[stop:]

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise RemoteProtocolError(f"a message of {size} bytes or more is over the limit of {self._limit} bytes")

    def _finish(self, message: bytes | bytearray, last_frame: int, messages: list[bytes | memoryview]) -> None:
        """Hand over a message that is large or comes from several chunks, or add a fragment to its sequence."""
        self._check_size(len(message))
        _, flags = FRAME_HEADER.unpack_from(message)
        if flags & UNFRAGMENTED != UNFRAGMENTED:
            whole = self._add_fragment(message, flags, last_frame)
            if whole is None:
                return
            message = whole
        messages.append(memoryview(message) if len(message) >= LARGE else bytes(message))

    def _add_fragment(self, fragment: bytes | bytearray, flags: int, last_frame: int) -> bytearray | None:
        """Return the message if `fragment` is its last one."""
        length, _, key = _FRAGMENT_FRAME.unpack_from(fragment)
        body = bytearray(memoryview(fragment)[length:])
        if not body:
            raise RemoteProtocolError(f"a fragment of the sequence {key} is empty")
        sequences = self._sequences
        if flags & BEGIN_FRAGMENT:
            if key in sequences:
                raise RemoteProtocolError(f"the sequence of fragments {key} begins twice")
            if len(sequences) >= MAX_FRAGMENTED_MESSAGES:
                raise RemoteProtocolError(f"more than {MAX_FRAGMENTED_MESSAGES} fragmented messages are under way")
            length, first_flags = FRAME_HEADER.unpack_from(body)
            if first_flags & SPECIAL or length < _MIN_INITIAL_FRAME:
                raise RemoteProtocolError(f"a fragmented message begins with {length} bytes, flags {first_flags:#06x}")
        elif key not in sequences:
            raise RemoteProtocolError(f"the first fragment of the sequence {key} is missing")
        self._sequences_size += len(body)
        self._check_size(self._sequences_size)
        if not flags & END_FRAGMENT:
            flags_high_byte = last_frame - len(fragment) + len(body) + 5
            body[flags_high_byte] &= ~(FINAL >> 8)  # the message goes on in the next fragment
        message = sequences.setdefault(key, bytearray())
        message += body
        if not flags & END_FRAGMENT:
            return None
        del sequences[key]
        self._sequences_size -= len(message)
        return message


def _short_frame(length: int) -> RemoteProtocolError:
    return RemoteProtocolError(f"a frame of {length} bytes is shorter than its header")


def _check_first_frame(length: int, flags: int) -> None:
    fragment = flags & UNFRAGMENTED != UNFRAGMENTED
    if flags & SPECIAL or length < (_FRAGMENT_FRAME.size if fragment else _MIN_INITIAL_FRAME):
        raise RemoteProtocolError(f"a message begins with a frame of {length} bytes, flags {flags:#06x}")


def iter_frames(message: bytes | memoryview) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and flags of each frame of a whole message.

    Raises :class:`~hzproto.errors.RemoteProtocolError` when the frames do not fill `message` exactly.
    """
    pos, size = 0, len(message)
    while pos < size:
        if size - pos < _FRAME_HEADER_SIZE:
            raise RemoteProtocolError(f"the last {size - pos} bytes of a message are no frame")
        length, flags = FRAME_HEADER.unpack_from(message, pos)
        if not _FRAME_HEADER_SIZE <= length <= size - pos:
            raise RemoteProtocolError(f"a frame of {length} bytes, where {size - pos} bytes are left of its message")
        yield pos, pos + length, flags
        pos += length


def split_into_fragments(message: bytes | memoryview, size: int, fragment_id: int) -> list[bytes]:
    """Cut a whole message into fragments of at most `size` bytes, ids and headers included.

    Frames are never cut: one that is larger makes a fragment of its own, and a message that fits stays as it is.
    """
    if len(message) <= size:
        return [bytes(message)]
    bodies: list[bytearray] = []
    last_frames: list[int] = []
    for start, end, _ in iter_frames(message):
        if not bodies or _FRAGMENT_FRAME.size + len(bodies[-1]) + end - start > size:
            bodies.append(bytearray())
            last_frames.append(0)
        last_frames[-1] = len(bodies[-1])
        bodies[-1] += message[start:end]
    if len(bodies) == 1:
        return [bytes(message)]
    fragments: list[bytes] = []
    for index, (body, last_frame) in enumerate(zip(bodies, last_frames, strict=True)):
        body[last_frame + 5] |= FINAL >> 8
        flags = (BEGIN_FRAGMENT if index == 0 else 0) | (END_FRAGMENT if index == len(bodies) - 1 else 0)
        fragments.append(_FRAGMENT_FRAME.pack(_FRAGMENT_FRAME.size, flags, fragment_id) + body)
    return fragments
