"""SQL, as Twisted users see them."""

from __future__ import annotations

import hzproto.structures.sql as sql
from hzproto.surface import Tx


class SqlService(sql.SqlService[Tx]): ...
