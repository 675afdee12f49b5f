"""Hashes as the members' own function gives them."""

from __future__ import annotations

import pytest

from hzproto.serialization.hash64 import hash64

# Of 8 bytes of header and a payload of so many bytes, where byte i is i * 37 + the length of the payload.
EXPECTED = {
    0: 9168145165656307917,
    1: 703083828600852198,
    7: 4593110082066573075,
    8: 1144371708569330702,
    9: 6070235775424895801,
    15: 4425332214369738488,
    16: -1756204750975464973,
    17: -8927572222692244918,
    31: 5686812017550923416,
    32: -2633968498002695246,
    39: -796217107650084096,
}


@pytest.mark.parametrize("length", EXPECTED)
def test_hashes(length: int) -> None:
    data = bytes((index * 37 + length) & 255 for index in range(8 + length))
    assert hash64(data) == EXPECTED[length]
