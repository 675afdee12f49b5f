"""How Hypothesis works in this project: never by the clock, and far longer in ``./dev fuzz``."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("tests", deadline=None)
settings.register_profile("fuzz", deadline=None, max_examples=5_000, derandomize=False)
settings.load_profile("tests")
