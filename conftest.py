"""How Hypothesis works in this project: never by the clock, the same each time, and at random in ``./dev fuzz``."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The health check would measure how fast the machine is.
settings.register_profile("tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("tests"), max_examples=5_000, derandomize=False)
settings.load_profile("tests")
