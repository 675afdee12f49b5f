"""Try many seeds: python -m tests.simulation --seeds N [--seed FIRST] [--jobs N] [--trace]"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator

from tests.simulation.plan import Plan, make_plan
from tests.simulation.run import failure, run, shrink

_BLOCK = 20  # seeds that a process is given at a time


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds to try (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="the first of them (default: 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (default: one a processor)")
    parser.add_argument("--trace", action="store_true", help="show what happens, with the first seed only")
    options = parser.parse_args()
    if options.trace:
        run(make_plan(options.seed), print)
        return 0
    logging.disable()
    begin = time.monotonic()
    tried = 0
    for seed, tried in _failures(range(options.seed, options.seed + options.seeds), options.jobs):
        if seed is not None:
            _report(make_plan(seed))
            return 1
        print(f"\r{tried} seeds, {time.monotonic() - begin:.1f} s", end="", file=sys.stderr, flush=True)
    print(f"\n{tried} seeds without a violation in {time.monotonic() - begin:.1f} s")
    return 0


def _failures(seeds: range, jobs: int) -> Iterator[tuple[int | None, int]]:
    """After each block of seeds: the first one of it that fails, and how many have been tried."""
    blocks = [seeds[start : start + _BLOCK] for start in range(0, len(seeds), _BLOCK)]
    with multiprocessing.Pool(jobs) as pool:
        tried = 0
        for block, seed in zip(blocks, pool.imap(_first_failure, blocks), strict=True):
            tried += len(block)
            yield seed, tried


def _first_failure(seeds: range) -> int | None:
    return next((seed for seed in seeds if failure(make_plan(seed)) is not None), None)


def _report(plan: Plan) -> None:
    print(f"\nseed {plan.seed} fails: {failure(plan)}\nshortening its {len(plan.steps)} steps …", flush=True)
    short = shrink(plan)
    print(f"{len(short.steps)} are enough: {failure(short)}")
    print(f"{short.members} members, {short.backups} backups, {short.clients} clients, {dict(short.options)}")
    try:
        run(short, print)
    except Exception as error:  # noqa: BLE001 - the finding
        print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
