"""The accelerated build, for those who ask for it: the hot path as C extensions, made of the same sources by mypyc.

    HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 pip install .

It takes a C compiler and a minute. Without the variable the package is what it is: Python.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = (
    "hzproto/cluster/backpressure.py",
    "hzproto/cluster/connection.py",
    "hzproto/cluster/invocations.py",
    "hzproto/cluster/routing.py",
    "hzproto/cluster/timers.py",
    "hzproto/cluster/tls.py",
    "hzproto/near_cache/operations.py",
    "hzproto/ops.py",
    "hzproto/serialization/partition.py",
    "hzproto/serialization/text.py",
    "hzproto/wire/frames.py",
    "adapters/sync/hzproto_sync/driver.py",
    "adapters/sync/hzproto_sync/lead.py",
    "adapters/sync/hzproto_sync/sockets.py",
    "adapters/sync/hzproto_sync/transport.py",
)
"""What every operation passes through, and what inherits from that: compiled classes have compiled subclasses only."""


class CompiledBuild(BuildHookInterface[Any]):
    """Puts the extensions into the wheel, beside the sources that they are preferred to."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            raise RuntimeError("HATCH_BUILD_HOOK_ENABLE_CUSTOM: an editable installation cannot be compiled")
        self._library = TemporaryDirectory()
        library = Path(self._library.name)
        compile_into(library)
        files = {str(file): str(file.relative_to(library)) for file in library.rglob("*") if file.is_file()}
        build_data.update(pure_python=False, infer_tag=True)
        build_data["force_include"].update(files)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self._library.cleanup()


def compile_into(library: Path) -> None:
    """Make the extension modules of the project in the working directory, placed in *library* as in a wheel."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    options = ["--config-file=pyproject.toml", "--ignore-missing-imports", "--follow-imports=silent"]
    with TemporaryDirectory() as objects:
        extensions = mypycify([*options, *COMPILED], group_name="hzproto", target_dir=objects)
        command = Distribution({"name": "hzproto", "ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(library), objects
        command.ensure_finalized()
        command.run()


def compile_in_place() -> None:
    """Put the extensions beside their sources, in the working directory."""
    with TemporaryDirectory() as directory:
        library = Path(directory)
        compile_into(library)
        for file in library.glob("*.so"):
            shutil.move(file, ".")
        for source in map(Path, COMPILED):
            place = source.relative_to(Path(*source.parts[:2])) if source.parts[0] == "adapters" else source
            for file in library.glob(f"{place.with_suffix('')}.*.so"):
                shutil.move(file, source.parent)


if __name__ == "__main__":
    compile_in_place()
