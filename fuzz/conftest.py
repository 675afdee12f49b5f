"""How hard the property tests look: a little and always the same by default, or with `--hypothesis-profile`.

"fuzz" is for rounds that are repeated with new input each time, "long" for a single thorough run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

_common = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _common, max_examples=50, derandomize=True, database=None)
settings.register_profile("fuzz", _common, max_examples=1_000, print_blob=True)
settings.register_profile("long", _common, max_examples=20_000, print_blob=True)
settings.load_profile("quick")


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    """No log: pytest would keep every record of thousands of connections that nonsense ended, and what it refers to."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
