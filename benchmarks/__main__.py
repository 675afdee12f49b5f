"""`python -m benchmarks`: all contenders, interleaved, on one real cluster.

Prints tables of medians and writes `benchmarks/results/*.json`.
"""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from importlib.util import find_spec

from benchmarks import docs, records
from benchmarks.plan import chosen
from benchmarks.plot import plot
from benchmarks.report import report
from benchmarks.rows import TABLES
from benchmarks.running import run
from tests.members import Cluster

MEMBERS = "5.3.8"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--only", metavar="ROW", default="", help="only one table, or the rows whose names begin so")
    parser.add_argument("--quick", action="store_true", help="two short rounds rather than five")
    parser.add_argument("--plot", action="store_true", help="draw each table, too (needs matplotlib)")
    parser.add_argument("--write-docs", action="store_true", help="measure nothing: put what is recorded into the docs")
    parser.add_argument("--list", action="store_true", help="say what can be measured")
    given = parser.parse_args()
    if given.list:
        for table in TABLES:
            print(f"{table.name}: {', '.join(row.name for row in table.rows)}")
    elif given.write_docs:
        docs.FILE.write_text(docs.fill(docs.FILE.read_text(), TABLES, records.newest()))
    else:
        if given.plot and find_spec("matplotlib") is None:
            parser.error("--plot needs matplotlib: install the extra 'bench'")
        rows = chosen(TABLES, given.only)
        if not rows:
            parser.error(f"nothing is called {given.only!r}: see --list")
        # The compiler that quick starts do without makes members faster.
        cluster = Cluster(MEMBERS, 3, heap_mb=768, jvm_options=("-XX:+UseSerialGC",))
        with cluster if any(row.members for row in rows) else nullcontext():
            results = run(rows, cluster, 2 if given.quick else 5, 0.2 if given.quick else 1.0)
        file = records.write(results, f"{given.only or 'all'}{'-quick' if given.quick else ''}", MEMBERS)
        for table in TABLES:
            if text := report(table, results):
                print(f"{table.title}\n\n{text}\n")
                if given.plot:
                    plot(table, results, file.with_name(f"{file.stem}-{table.name}.png"))
        print(f"recorded in {file}")


if __name__ == "__main__":
    main()
