"""SQL, as asyncio users see them."""

from __future__ import annotations

import hzproto.structures.sql as sql
from hzproto.surface import Aio


class SqlService(sql.SqlService[Aio]): ...
