"""Runs the measured programs, each in a process of its own, all contenders of a row in turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from venv import EnvBuilder

from benchmarks.plan import Contender, Figures, Results, Row

HERE = Path(__file__).resolve().parent
OFFICIAL = HERE.parent / ".venv-official"
OFFICIAL_PACKAGES = ("hazelcast-python-client==5.7.0", "gevent", "uvloop")


class Target(Protocol):
    """The cluster that the programs use."""

    @property
    def name(self) -> str: ...
    @property
    def addresses(self) -> list[str]: ...


def official_python() -> str:
    """The interpreter of the environment with the official client, which is made when it is not there."""
    python = OFFICIAL / "bin" / "python"
    stamp = OFFICIAL / "packages"
    if not stamp.exists() or stamp.read_text() != str(OFFICIAL_PACKAGES):
        EnvBuilder(with_pip=True, clear=True).create(OFFICIAL)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *OFFICIAL_PACKAGES], check=True)
        stamp.write_text(str(OFFICIAL_PACKAGES))
    return str(python)


def measure(contender: Contender, cluster: Target, operations: int) -> Figures:
    """Have *contender* do its work once."""
    python = official_python() if contender.official else sys.executable
    target = (cluster.name, ",".join(cluster.addresses))
    command = [python, f"{contender.program}.py", contender.workload, *target, str(operations)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, cwd=HERE / "programs", env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(rows: Sequence[Row], cluster: Target, rounds: int, share: float) -> dict[str, Results]:
    """Do *share* of the operations of each row, in at most so many *rounds*."""
    results: dict[str, dict[str, list[Figures]]] = {
        row.name: {contender.name: [] for contender in row.contenders} for row in rows
    }
    for number in range(rounds):
        for row in rows:
            if number >= row.rounds:
                continue
            for contender in row.contenders:
                _show(f"round {number + 1} of {rounds}: {row.title}, {contender.name}")
                operations = max(1, int(row.operations * share))
                results[row.name][contender.name].append(measure(contender, cluster, operations))
    _show("")
    return dict(results)


def _show(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{progress}\033[K", end="", file=sys.stderr, flush=True)
