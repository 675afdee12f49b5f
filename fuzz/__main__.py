"""``python -m fuzz TARGET [OPTIONS OF LIBFUZZER]``: feed a target with atheris; needs the package atheris.

What was interesting is kept in `.fuzz/TARGET`, and what broke the target in `fuzz/findings`, where the tests find it.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random
from types import FunctionType
from typing import Any, Final

atheris: Any = import_module("atheris")
with atheris.instrument_imports(include=["hzproto"]):
    from fuzz.mutations import MUTATORS
    from fuzz.seeds import SEEDS
    from fuzz.targets import TARGETS

ROOT: Final = Path(__file__).resolve().parent
LIMITS: Final = ("-max_len=4096", "-timeout=20", "-rss_limit_mb=1024")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Feed a target with bytes that atheris makes.")
    parser.add_argument("target", choices=sorted(TARGETS))
    chosen, options = parser.parse_known_args()
    name: str = chosen.target
    corpus = ROOT.parent / ".fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS[name]():
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    logging.disable()
    follow_compiled_functions()
    mutate: Callable[..., bytes] | None = MUTATORS[name]
    arguments = [sys.argv[0], str(corpus), f"-artifact_prefix={ROOT}/findings/{name}-", *LIMITS, *options]
    atheris.Setup(arguments, TARGETS[name], **({} if mutate is None else {"custom_mutator": mutator(mutate)}))
    atheris.Fuzz()


def mutator(mutate: Callable[[Random, bytes, Callable[[bytes], bytes]], bytes]) -> Callable[[bytes, int, int], bytes]:
    """Make what atheris calls: half of the changes are its own."""

    def change(data: bytes, max_size: int, seed: int) -> bytes:
        rng = Random(seed)
        if rng.random() < 0.5:
            return bytes(atheris.Mutate(data, max_size))
        return mutate(rng, data, lambda part: bytes(atheris.Mutate(part, len(part) + 16)))[:max_size]

    return change


def follow_compiled_functions() -> None:
    """Have the functions that are compiled at run time followed, too."""
    from hzproto.wire import compiler

    source: Any = vars(compiler)["_Source"]
    function = source.function

    def instrumented(self: Any, arguments: str) -> FunctionType:
        made: FunctionType = atheris.instrument_func(function(self, arguments))
        return made

    source.function = instrumented


if __name__ == "__main__":
    main()
