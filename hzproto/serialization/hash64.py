"""The hash of serialized values by which members estimate how many different ones there are.

It is an early form of MurmurHash3, for which no library is kept: 128 bits of state, mixed with constants that change
from block to block, and bytes of the last block taken as signed.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

_MASK: Final = (1 << 64) - 1
_SEED: Final = 0x01000193
_unpack_block: Final = Struct("<QQ").unpack_from


def hash64(data: bytes) -> int:
    """Return the hash of a serialized value, a signed number of 64 bits."""
    payload = memoryview(data)[8:]
    length = len(payload)
    h1, h2 = 0x9368E53C2F6AF274 ^ _SEED, 0x586DCD208F7CD3FD ^ _SEED
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
    for offset in range(0, length & ~15, 16):
        k1, k2 = _unpack_block(payload, offset)
        h1, h2 = _mix(h1, h2, k1, k2, c1, c2)
        c1, c2 = (c1 * 5 + 0x7B7D159C) & _MASK, (c2 * 5 + 0x6BCE6396) & _MASK
    if length & 15:
        tail = payload[length & ~15 :].cast("b")
        h1, h2 = _mix(h1, h2, _word(tail[:8]), _word(tail[8:]), c1, c2)
    h2 ^= length
    h1 = (h1 + h2) & _MASK
    h2 = (h2 + h1) & _MASK
    result = (_finish(h1) + _finish(h2)) & _MASK
    return result - (1 << 64) if result >> 63 else result


def _mix(h1: int, h2: int, k1: int, k2: int, c1: int, c2: int) -> tuple[int, int]:
    h1 = (h1 ^ _rotate(k1 * c1, 23) * c2) + h2 & _MASK
    h2 = (_rotate(h2, 41) ^ _rotate(k2 * c2, 23) * c1) + h1 & _MASK
    return (h1 * 3 + 0x52DCE729) & _MASK, (h2 * 3 + 0x38495AB5) & _MASK


def _rotate(value: int, bits: int) -> int:
    value &= _MASK
    return (value << bits | value >> 64 - bits) & _MASK


def _word(tail: memoryview[int]) -> int:
    word = 0
    for index, byte in enumerate(tail):
        word ^= byte << 8 * index
    return word & _MASK


def _finish(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33
