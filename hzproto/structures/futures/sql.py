"""SQL, as users of threads and gevent see them."""

from __future__ import annotations

import hzproto.structures.sql as sql
from hzproto.structures.futures.views import WithBlocking
from hzproto.surface import Blocking, Futures


class BlockingSqlService(sql.SqlService[Blocking]): ...


class SqlService(sql.SqlService[Futures], WithBlocking[BlockingSqlService]): ...
