"""The classes that members run for clients: entry processors, tasks, functions and the like.

Their sources are in ``tests/java/server``, their Python halves in ``tests.java.classes``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.members import java

SOURCES: Final = Path(__file__).parent.parent / "java" / "server"

CONFIGURATION: Final = """
  <serialization>
    <data-serializable-factories>
      <data-serializable-factory factory-id="900">hzproto.ServerClasses</data-serializable-factory>
    </data-serializable-factories>
  </serialization>
  <map name="stored-*">
    <map-store enabled="true" initial-mode="LAZY"><class-name>hzproto.MemoryStore</class-name></map-store>
  </map>
  <map name="stored-later-*">
    <map-store enabled="true" initial-mode="LAZY">
      <class-name>hzproto.MemoryStore</class-name>
      <write-delay-seconds>3600</write-delay-seconds>
    </map-store>
  </map>
"""
"""What members must be told of them."""


def server_classes(version: str) -> Path:
    """The directory of the classes, compiled for members of this version. Raises MembersUnavailable."""
    return java.compiled(version, SOURCES)
