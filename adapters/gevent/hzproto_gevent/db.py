"""SQL through the Python Database API 2.0 (PEP 249), for gevent.

from hzproto_gevent.db import connect

with connect(cluster_members=["127.0.0.1:5701"]) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT __key, this FROM cities WHERE __key > ?", [0])
    for key, city in cursor:
        print(key, city)
"""

from __future__ import annotations

from typing import Final

from hzproto import db
from hzproto.db import *  # noqa: F403 - both adapters export the same
from hzproto.db import connection
from hzproto_gevent.client import HazelcastClient

__all__ = ["Connection", "connect", "threadsafety"]
__all__ += db.__all__

threadsafety: Final = 1  # a client belongs to one thread, whose greenlets may share connections


class Connection(connection.Connection[HazelcastClient]):
    __doc__ = connection.Connection.__doc__

    _client_class = HazelcastClient


connect = Connection.connect
