"""The vocabulary of the measurements: who does what, and what is aimed at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, TypeAlias

Figures: TypeAlias = Mapping[str, float]
"""What one run of a program measured."""
Results: TypeAlias = Mapping[str, Sequence[Figures]]
"""Of one row: by contender, the figures of each round."""

FIGURES: Mapping[str, str] = {
    "wall_us": "wall µs",
    "cpu_us": "CPU µs",
    "p50_us": "p50 µs",
    "p99_us": "p99 µs",
    "get_wall_us": "get: wall µs",
    "get_cpu_us": "get: CPU µs",
    "set_wall_us": "set: wall µs",
    "set_cpu_us": "set: CPU µs",
    "encode_us": "write: µs",
    "decode_us": "read: µs",
    "bytes": "bytes",
    "import_ms": "ms",
    "extra_ms": "ms beyond asyncio's",
    "cpu_percent": "CPU, % of a core",
}
"""The figures that there are, and what tables call them. The less the better, in all of them."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Who takes part in a row: the program in `programs/` that does the work, and what it is told to do.

    `build` names the environment that it runs in: that of this process, of the accelerated build or of the official
    client.
    """

    name: str
    program: str
    workload: str
    build: Literal["pure", "compiled", "official"] = "pure"


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for one of `figures`: for the figure itself, or where there is somebody to compare with, for a ratio.

    The ratio is that of the contender's figure to the other's and has to be at most `limit`; with `at_least` it is
    the other's figure to the contender's, and has to be at least that. Any of the figures may reach the goal.
    """

    figures: tuple[str, ...]
    limit: float
    against: str | None = None
    contender: str = "hzproto"
    at_least: bool = False

    def value(self, figure: str, results: Results) -> float:
        """What is compared with the limit."""
        mine = typical(results[self.contender], figure)
        if self.against is None:
            return mine
        other = typical(results[self.against], figure)
        return other / mine if self.at_least else mine / other

    def met(self, results: Results) -> bool:
        values = [self.value(figure, results) for figure in self.figures]
        return max(values) >= self.limit if self.at_least else min(values) <= self.limit

    def text(self, results: Results) -> str:
        """How the goal was met or missed, in the words of a table."""
        unit = "" if self.against is None else "x"
        values = ", ".join(f"{FIGURES[each]} {self.value(each, results):.2f}{unit}" for each in self.figures)
        to_whom = "" if self.against is None else f" {'better than' if self.at_least else 'of'} {self.against}"
        side = "at least" if self.at_least else "at most"
        return f"{values}{to_whom}; {side} {self.limit:g}{unit}: {'met' if self.met(results) else '**missed**'}"


def speedup(limit: float) -> Goal:
    """So many times the throughput of the official client; where the members are the limit, the CPU time counts."""
    return Goal(("wall_us", "cpu_us"), limit, "official", at_least=True)


def cpu_over(limit: float, floor: str = "raw") -> Goal:
    """At most so many times the CPU time of the floor."""
    return Goal(("cpu_us",), limit, floor)


@dataclass(frozen=True, slots=True)
class Row:
    """One workload. `operations` is its size; what of, its program says. Without `members` it needs no cluster."""

    name: str
    title: str
    operations: int
    contenders: tuple[Contender, ...]
    goals: tuple[Goal, ...] = ()
    rounds: int = 5
    members: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are shown together, with the figures that they have in common."""

    name: str
    title: str
    figures: tuple[str, ...]
    rows: tuple[Row, ...]


def typical(measured: Sequence[Figures], figure: str) -> float:
    """The median of a figure over the rounds."""
    return median(one[figure] for one in measured)


def chosen(tables: Sequence[Table], beginning: str) -> list[Row]:
    """The rows of the table called *beginning*, or else those whose names begin so."""
    for table in tables:
        if table.name == beginning:
            return list(table.rows)
    return [row for table in tables for row in table.rows if row.name.startswith(beginning)]
