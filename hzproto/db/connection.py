"""A connection: a client of the cluster, as PEP 249 sees it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar, Unpack
from weakref import WeakSet

from hzproto.checks import refusal
from hzproto.db import errors
from hzproto.db.cursor import Cursor
from hzproto.db.options import config_of
from hzproto.errors import InvalidConfigurationError

if TYPE_CHECKING:
    from types import TracebackType

    from hzproto.config import Config
    from hzproto.keywords import ConfigKeywords
    from hzproto.structures.sql import SqlService
    from hzproto.surface import Blocking


class WithBlockingSql(Protocol):
    """A service of SQL that has a blocking view."""

    def blocking(self) -> SqlService[Blocking]: ...


class SqlClient(Protocol):
    """What a connection needs of a client."""

    def __init__(self, config: Config | None = None) -> None: ...
    @property
    def sql(self) -> WithBlockingSql: ...
    def shutdown(self) -> None: ...


ClientT = TypeVar("ClientT", bound=SqlClient)


class Connection(Generic[ClientT]):
    """A connection to a cluster, made by `connect`. Leaving a `with` block closes it.

    The errors of PEP 249 are attributes, too.
    """

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    _client_class: type[ClientT]

    def __init__(self, client: ClientT, *, owned: bool) -> None:
        self._client = client
        self._owned = owned
        self._sql = client.sql.blocking()
        self._cursors = WeakSet[Cursor]()
        self._closed = False

    @classmethod
    def connect(
        cls,
        config: Config | None = None,
        *,
        dsn: str | None = None,
        user: str | None = None,
        password: str | None = None,
        host: str | None = None,
        port: int | None = None,
        client: ClientT | None = None,
        **options: Unpack[ConfigKeywords],
    ) -> Self:
        """Connect to a cluster, and wait for that.

        Takes a `Config`, or its options as keywords, with short forms of some: *dsn*
        (``hz://[user:password@][host[:port][,…]][?option=value[&…]]``), *user* and *password*, *host* and *port*. Or it
        takes a *client* that is there already, which is not shut down with the connection.

        Raises InterfaceError for wrong options, OperationalError when no member could be reached within
        `cluster_connect_timeout` or the login was refused.
        """
        with errors.translated(errors.InterfaceError):
            resolved = config_of(config, dsn, user, password, host, port, options)
            if client is None:
                return cls(cls._client_class(resolved), owned=True)
            if not isinstance(client, cls._client_class):
                raise refusal(TypeError, "client", client, f"a {cls._client_class.__module__}.HazelcastClient or None")
            if resolved is not None:
                raise InvalidConfigurationError("Give either client or options, not both.")
            return cls(client, owned=False)

    @property
    def client(self) -> ClientT:
        """The client, whose structures may be used at the same time."""
        return self._client

    @property
    def closed(self) -> bool:
        """Whether the connection has been closed."""
        return self._closed

    def cursor(self, *, cursor_buffer_size: int = 4096, timeout: float = -1, schema: str | None = None) -> Cursor:
        """Return a new cursor.

        Its rows come over the network *cursor_buffer_size* at a time. A statement that takes longer than *timeout*
        seconds fails; 0 means no limit, -1 what the member is configured for. Tables are looked for in *schema* before
        the default ones.
        """
        self._check_open()
        cursor = Cursor(
            self, partial(self._sql.execute, cursor_buffer_size=cursor_buffer_size, timeout=timeout, schema=schema)
        )
        self._cursors.add(cursor)
        return cursor

    def commit(self) -> None:
        """Do nothing: each statement takes effect by itself."""
        self._check_open()

    def rollback(self) -> None:
        """Raise NotSupportedError: there are no transactions in SQL, each statement takes effect by itself."""
        self._check_open()
        raise errors.NotSupportedError("there are no transactions in SQL: what was carried out stays")

    def close(self) -> None:
        """Close the cursors, and shut the client down unless it was given; more calls do no harm."""
        if self._closed:
            return
        self._closed = True
        if self._owned:
            self._client.shutdown()  # members forget its results
        else:
            for cursor in list(self._cursors):
                cursor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise errors.InterfaceError("the connection has been closed")
