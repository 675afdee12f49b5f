"""The classes that members run for clients: entry processors, tasks, functions and the like.

Their sources are in ``tests/java/server`` and, for members from 5.2 on, in ``tests/java/records``, their Python halves
in ``tests.java.classes``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.members import java

SOURCES: Final = Path(__file__).parent.parent / "java" / "server"

_RECORDS: Final = SOURCES.parent / "records"
_MAPS: Final = """
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


def configuration(version: str) -> str:
    """What members of this version must be told of the classes, in XML."""
    factories = {900: "ServerClasses", **({902: "RecordClasses"} if _has_records(version) else {})}
    rows = (
        f'<data-serializable-factory factory-id="{id_}">hzproto.{name}</data-serializable-factory>'
        for id_, name in factories.items()
    )
    return f"""
  <serialization>
    <data-serializable-factories>
      {"".join(rows)}
    </data-serializable-factories>
  </serialization>
{_MAPS}"""


def server_classes(version: str) -> Path:
    """The directory of the classes, compiled for members of this version. Raises MembersUnavailable."""
    return java.compiled(version, SOURCES, *([_RECORDS] if _has_records(version) else []))


def _has_records(version: str) -> bool:
    """Whether members of this version read objects of unknown classes as what these classes take."""
    return tuple(map(int, version.split(".")[:2])) >= (5, 2)
