"""Runs the programs: with the official client, or with ours after changing their imports."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol, TypeAlias

HERE: Final = Path(__file__).parent
OFFICIAL_PYTHON: Final = HERE.parent.parent / ".venv-official" / "bin" / "python"
"""Of the environment with the official client that `./dev bench` makes."""
SOURCES: Final = HERE / "programs"
PROGRAMS: Final = ("threads", "tasks")

IMPORTS: Final = {
    "import hazelcast": "import hzproto_sync as hazelcast",
    "from hazelcast import": "from hzproto_sync import",
    "from hazelcast.asyncio import": "from hzproto_asyncio import",
    "from hazelcast.": "from hzproto.",
}
"""What to change in a program, as docs/migration.md says: beginnings of its lines, of which the first one that fits."""

Results: TypeAlias = dict[str, str]
"""What each call gave."""

_numbers = itertools.count()


class Target(Protocol):
    """The cluster that the programs use: that of version 5.3.8 which tests share."""

    @property
    def name(self) -> str: ...
    @property
    def addresses(self) -> list[str]: ...


def changed(source: str) -> str:
    """The source of a program for the official client, with imports of ours."""
    beginnings = "|".join(map(re.escape, IMPORTS))
    return re.sub(rf"^(?:{beginnings})", lambda found: IMPORTS[found[0]], source, flags=re.MULTILINE)


def run_official(program: str, cluster: Target) -> Results:
    return _run(str(OFFICIAL_PYTHON), SOURCES / f"{program}.py", cluster)


def run_ours(program: str, cluster: Target) -> Results:
    with TemporaryDirectory() as directory:
        for file in SOURCES.glob("*.py"):
            Path(directory, file.name).write_text(changed(file.read_text()))
        return _run(sys.executable, Path(directory, f"{program}.py"), cluster)


def recorded(program: str) -> Results:
    """What the official client gave when it was recorded."""
    found: Results = json.loads(_record(program).read_text())
    return found


def record(program: str, results: Results) -> None:
    _record(program).write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")


def _record(program: str) -> Path:
    return HERE / f"{program}.json"


def _run(python: str, file: Path, cluster: Target) -> Results:
    # All runs share a cluster, so each has structures of its own.
    prefix = f"compat-{os.getpid()}-{next(_numbers)}-"
    done = subprocess.run(
        [python, str(file), cluster.name, ",".join(cluster.addresses), prefix],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the program failed: {done.stderr[-4000:]}")
    calls: list[tuple[str, str]] = json.loads(done.stdout)
    results = dict(calls)
    assert len(results) == len(calls), "the calls of a program need names of their own"
    return results
