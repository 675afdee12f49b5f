"""Runs the measured programs, each in a process of its own, all contenders of a row in turn."""

from __future__ import annotations

import hashlib
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
ROOT = HERE.parent
OFFICIAL_PACKAGES = ("hazelcast-python-client==5.7.0", "gevent", "uvloop")


class Target(Protocol):
    """The cluster that the programs use."""

    @property
    def name(self) -> str: ...
    @property
    def addresses(self) -> list[str]: ...


def interpreter(contender: Contender) -> str:
    """The Python that runs *contender*; its environment is made when it is not there."""
    if contender.build == "official":
        return _environment(".venv-official", OFFICIAL_PACKAGES, str(OFFICIAL_PACKAGES))
    if contender.build == "compiled":
        return _environment(".venv-compiled", (f"{ROOT}[uvloop]",), _digest(), HATCH_BUILD_HOOK_ENABLE_CUSTOM="1")
    return sys.executable


def _environment(name: str, packages: Sequence[str], stamp: str, **variables: str) -> str:
    """The interpreter of a virtual environment with *packages*, which is made anew when *stamp* is another one."""
    directory = ROOT / name
    python = str(directory / "bin" / "python")
    made = directory / "made"
    if not made.exists() or made.read_text() != stamp:
        EnvBuilder(with_pip=True, clear=True).create(directory)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True, env=os.environ | variables)
        made.write_text(stamp)
    return python


def _digest() -> str:
    """What changes with the sources of the package."""
    sources = sorted(file for place in ("hzproto", "adapters") for file in (ROOT / place).rglob("*.py"))
    return hashlib.sha256(b"".join(map(Path.read_bytes, [ROOT / "hatch_build.py", *sources]))).hexdigest()


def measure(contender: Contender, cluster: Target, operations: int) -> Figures:
    """Have *contender* do its work once."""
    target = (cluster.name, ",".join(cluster.addresses))
    command = [interpreter(contender), f"{contender.program}.py", contender.workload, *target, str(operations)]
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
