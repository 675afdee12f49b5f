"""Which build of the package is under test."""

from __future__ import annotations

from typing import Final

import pytest

import hzproto.ops

COMPILED: Final = not str(hzproto.ops.__file__).endswith(".py")
"""Whether it is the accelerated one (`./dev test --compiled`)."""

patches_compiled: Final = pytest.mark.skipif(COMPILED, reason="patches what the accelerated build has compiled")
