"""Recorded results: one JSON file a run, in `benchmarks/results`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.plan import Results

DIRECTORY = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Record:
    """What one run measured: when, on what, and the results of its rows by their names."""

    when: str
    machine: Mapping[str, Any]
    rows: Mapping[str, Results]


def write(rows: Mapping[str, Results], what: str, members: str, directory: Path = DIRECTORY) -> Path:
    """Record the results of a run: *what* was measured becomes part of the file's name."""
    now = datetime.now(UTC)
    machine = {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "members": members,
    }
    directory.mkdir(exist_ok=True)
    file = directory / f"{now:%Y%m%d-%H%M%S}-{what}.json"
    file.write_text(json.dumps({"when": f"{now:%Y-%m-%dT%H:%M:%SZ}", "machine": machine, "rows": rows}, indent=1))
    return file


def read(file: Path) -> Record:
    """Read what `write` has written."""
    return Record(**json.loads(file.read_text()))


def newest(directory: Path = DIRECTORY) -> dict[str, Record]:
    """For each row that has been measured in full the latest record that has it."""
    files = sorted(file for file in directory.glob("*.json") if not file.stem.endswith("-quick"))
    return {name: record for record in map(read, files) for name in record.rows}
