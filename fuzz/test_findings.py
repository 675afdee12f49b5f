"""What once broke a target does so no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.targets import TARGETS

FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


@pytest.mark.parametrize("file", FINDINGS, ids=lambda file: file.name)
def test_findings(file: Path) -> None:
    target, _, _ = file.name.partition("-")
    TARGETS[target](file.read_bytes())
