"""`python -m benchmarks [--only ROW] [--quick] [--plot]`: all contenders, interleaved, on one real cluster.

Every measurement is a process of its own. Prints a table of medians and writes `benchmarks/results/*.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias
from venv import EnvBuilder

from benchmarks.rows import ROWS, Row
from tests.members import Cluster

HERE = Path(__file__).resolve().parent
OFFICIAL = HERE.parent / ".venv-official"
OFFICIAL_PACKAGES = ("hazelcast-python-client==5.7.0", "gevent", "uvloop")
MEMBERS = "5.3.8"

Measured: TypeAlias = dict[str, float]
Results: TypeAlias = dict[str, dict[str, list[Measured]]]  # by row and contender, one of each round


def official_python() -> str:
    """The interpreter of the environment with the official client, which is made when it is not there."""
    python = OFFICIAL / "bin" / "python"
    stamp = OFFICIAL / "packages"
    if not stamp.exists() or stamp.read_text() != str(OFFICIAL_PACKAGES):
        EnvBuilder(with_pip=True, clear=True).create(OFFICIAL)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *OFFICIAL_PACKAGES], check=True)
        stamp.write_text(str(OFFICIAL_PACKAGES))
    return str(python)


def measure(row: Row, contender: str, cluster: Cluster, operations: int) -> Measured:
    """Run the program that makes *contender* do the work of *row*."""
    program, workload = row.program, row.name
    if contender == "raw":
        program = "raw"
    elif contender == "asyncio":
        program, workload = "aio", "asyncio-1000"
    python = official_python() if contender == "official" else sys.executable
    command = [python, f"{program}.py", workload, cluster.name, ",".join(cluster.addresses), str(operations)]
    done = subprocess.run(command, cwd=HERE / "programs", capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    measured: Measured = json.loads(done.stdout.splitlines()[-1])
    return measured


def run(rows: list[Row], cluster: Cluster, rounds: int, share: float) -> Results:
    results: Results = {row.name: {contender: [] for contender in row.contenders} for row in rows}
    for number in range(rounds):
        for row in rows:
            for contender in row.contenders:
                print(f"\rround {number + 1} of {rounds}: {row.title}, {contender}\033[K", end="", file=sys.stderr)
                operations = max(2_000, int(row.operations * share))
                results[row.name][contender].append(measure(row, contender, cluster, operations))
    print("\r\033[K", end="", file=sys.stderr)
    return results


def of(measured: list[Measured], figure: str) -> float:
    return median(one[figure] for one in measured)


def table(rows: list[Row], results: Results) -> str:
    lines = [
        "| workload | hzproto: wall, CPU µs/op | official | floor | speed-up (in CPU), goal | CPU / floor, goal |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        measured = results[row.name]
        ours = measured["hzproto"]
        cells = [row.title, pair(ours)]
        speedup = floor = ""
        official = measured.get("official")
        if official and row.speedup:
            wall, cpu = (of(official, figure) / of(ours, figure) for figure in ("wall_us", "cpu_us"))
            met = "met" if max(wall, cpu) >= row.speedup else "MISSED"
            speedup = f"{wall:.2f}x ({cpu:.2f}x), {row.speedup}x: {met}"
        bottom = measured.get(row.floor)
        if bottom and row.cpu_over_floor:
            over = of(ours, "cpu_us") / of(bottom, "cpu_us")
            floor = f"{over:.2f}x, {row.cpu_over_floor}x: {'met' if over <= row.cpu_over_floor else 'MISSED'}"
        cells += [pair(official) if official else "-", pair(bottom) if bottom else "-", speedup, floor]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def pair(measured: list[Measured]) -> str:
    return f"{of(measured, 'wall_us'):.1f}, {of(measured, 'cpu_us'):.1f}"


def plot(rows: list[Row], results: Results, file: Path) -> None:
    pyplot: Any = import_module("matplotlib.pyplot")
    drawn = [row for row in rows if "official" in results[row.name]]
    figure, axes = pyplot.subplots(figsize=(9, 0.5 * len(drawn) + 1.5))
    for offset, contender in ((-0.2, "official"), (0.2, "hzproto")):
        values = [of(results[row.name][contender], "wall_us") for row in drawn]
        axes.barh([place + offset for place in range(len(drawn))], values, height=0.38, label=contender)
    axes.set_yticks(range(len(drawn)), [row.title for row in drawn])
    axes.invert_yaxis()
    axes.set_xlabel("wall time, µs per operation")
    axes.legend()
    figure.tight_layout()
    figure.savefig(file)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--only", metavar="ROW", help="only workloads whose name begins so")
    parser.add_argument("--quick", action="store_true", help="two short rounds rather than five")
    parser.add_argument("--plot", action="store_true", help="draw the result (needs matplotlib)")
    given = parser.parse_args()
    rows = [row for row in ROWS if row.name.startswith(given.only or "")]
    if not rows:
        parser.error(f"no workload begins with {given.only!r}; there are: {', '.join(row.name for row in ROWS)}")
    with Cluster(MEMBERS, 3) as cluster:
        results = run(rows, cluster, 2 if given.quick else 5, 0.2 if given.quick else 1.0)
    print(table(rows, results))
    now = datetime.now(UTC)
    file = HERE / "results" / f"{now:%Y%m%d-%H%M%S}.json"
    file.parent.mkdir(exist_ok=True)
    machine = {"cpus": os.cpu_count(), "python": sys.version.split()[0], "members": MEMBERS}
    file.write_text(json.dumps({"when": f"{now:%Y-%m-%dT%H:%M:%SZ}", "machine": machine, "results": results}, indent=1))
    if given.plot:
        plot(rows, results, file.with_suffix(".png"))


if __name__ == "__main__":
    main()
