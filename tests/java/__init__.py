"""Java beside Python: classes that members run for clients.

The sources under ``server``, and for members from 5.2 on ``records``, are compiled against each version of the member,
and the members of the shared clusters (``cluster`` and ``clusters.get(version)``, so those of the contract suite too)
have them on their class path; other tests say ``Cluster(version, server_classes=True)``. `tests.java.classes` has their
Python halves::

    from tests.java.classes import Add

    assert client.get_map("numbers").blocking().execute_on_key("k", Add(5)) == 5

Maps named ``stored-…`` have a store (``MemoryStore``) that is written at once, maps named ``stored-later-…`` one that
is written when they are flushed.

A new class takes an id in ``ServerClasses.java`` or ``RecordClasses.java``, its Java half, and its Python half.
"""

from __future__ import annotations
