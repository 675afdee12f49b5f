"""How atheris changes the bytes of a target: frames as a whole, so that their lengths stay right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final, TypeAlias

from hzproto.wire.frames import (
    BEGIN_FRAGMENT,
    BEGIN_STRUCTURE,
    END_FRAGMENT,
    END_STRUCTURE,
    EVENT,
    FINAL,
    FRAME_HEADER,
    NULL,
)

Change: TypeAlias = Callable[[bytes], bytes]
"""What changes bytes without knowing what they are."""
Mutate: TypeAlias = Callable[[Random, bytes, Change], bytes]
Frame: TypeAlias = tuple[int, bytes]
"""Flags and content."""

FLAGS: Final = (BEGIN_FRAGMENT, END_FRAGMENT, FINAL, BEGIN_STRUCTURE, END_STRUCTURE, NULL, EVENT)


def split(stream: bytes) -> tuple[list[Frame], bytes]:
    """Return the frames that a stream begins with, and the rest."""
    frames: list[Frame] = []
    while len(stream) >= FRAME_HEADER.size:
        length, flags = FRAME_HEADER.unpack_from(stream)
        if not FRAME_HEADER.size <= length <= len(stream):
            break
        frames.append((flags, stream[FRAME_HEADER.size : length]))
        stream = stream[length:]
    return frames, stream


def join(frames: list[Frame]) -> bytes:
    """Undo `split`."""
    return b"".join(FRAME_HEADER.pack(len(content) + FRAME_HEADER.size, flags) + content for flags, content in frames)


def mutate_frames(rng: Random, stream: bytes, change: Change) -> bytes:
    """Change one frame of a stream: its content or a flag; or remove it, repeat it, or move it."""
    frames, rest = split(stream)
    if not frames:
        return change(stream)
    index = rng.randrange(len(frames))
    flags, content = frames.pop(index)
    match rng.randrange(6):
        case 0:
            frames.insert(index, (flags ^ rng.choice(FLAGS), content))
        case 1:
            pass
        case 2:
            frames[index:index] = [(flags, content)] * 2
        case 3:
            frames.insert(rng.randint(0, len(frames)), (flags, content))
        case _:
            frames.insert(index, (flags, change(content)))
    return join(frames) + rest


def behind(size: int) -> Mutate:
    """Make a mutator of frames behind *size* other bytes."""

    def mutate(rng: Random, data: bytes, change: Change) -> bytes:
        head, stream = data[:size], data[size:]
        if rng.randrange(8) == 0:
            head = rng.randbytes(size)
        return head + mutate_frames(rng, stream, change)

    return mutate


def mutate_pieces(rng: Random, data: bytes, change: Change) -> bytes:
    """Change one piece of the target "connection"."""
    head, rest = data[:1] or b"\0", data[1:]
    pieces: list[tuple[int, bytes]] = []
    while len(rest) > 3:
        size = int.from_bytes(rest[1:3], "little")
        pieces.append((rest[0], rest[3 : 3 + size]))
        rest = rest[3 + size :]
    if not pieces:
        return change(data)
    index = rng.randrange(len(pieces))
    number, piece = pieces[index]
    match rng.randrange(6):
        case 0:
            pieces[index] = (rng.randrange(16), piece)
        case 1:
            pieces.insert(rng.randint(0, len(pieces)), (number, piece))
        case 2:
            del pieces[index]
        case _:
            pieces[index] = (number, mutate_frames(rng, piece, change))
    return head + b"".join(bytes([number]) + len(piece).to_bytes(2, "little") + piece for number, piece in pieces)


MUTATORS: Final[Mapping[str, Mutate | None]] = {
    "frames": behind(4),
    "messages": behind(0),
    "serialization": None,
    "connection": mutate_pieces,
}
"""How the bytes of each target are changed; None: as atheris does it with any bytes."""
