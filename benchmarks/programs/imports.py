"""What an import takes: `python imports.py MODULE …`, `operations` times, each in a process of its own.

Also what it takes beyond `import asyncio`. With bytecode caches, which the first import of all fills.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from statistics import median

from meter import arguments, print_figures

PROGRAM = """
import json
import time
begin = time.perf_counter()
import asyncio
middle = time.perf_counter()
import {module}
end = time.perf_counter()
print(json.dumps([end - begin, end - middle]))
"""


def main() -> None:
    given = arguments()
    with tempfile.TemporaryDirectory() as caches:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": caches}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def once() -> tuple[float, float]:
            command = [sys.executable, "-c", PROGRAM.format(module=given.workload)]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
            whole, extra = json.loads(done.stdout)
            return whole * 1000, extra * 1000

        once()
        measured = [once() for _ in range(given.operations)]
    whole, extra = (median(each) for each in zip(*measured, strict=True))
    print_figures(import_ms=whole, extra_ms=extra)


if __name__ == "__main__":
    main()
