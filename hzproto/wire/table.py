"""The form of the message tables: services, methods, events, and the layouts of their messages.

A table is written for reading; nothing in it is parsed before a message is used for the first time::

    Service(0x01, "Map", [
        Method(0x02, "get", "name: String, key: Data, threadId: long", "response: Data?", partition="key"),
    ])

A list of fields is text: `name: Type`, with `?` behind the type where null is allowed and `@2.8` where a protocol
version newer than the method's own added the field.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from hzproto.wire.frames import EVENT, FINAL, REQUEST_HEADER, RESPONSE_HEADER, UNFRAGMENTED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hzproto.wire.compiler import Encoder
    from hzproto.wire.params import Param

# Importing a table is to be cheap: what is needed only when a message is used is imported then.

NEWEST_PROTOCOL: Final = "2.10"
"""The newest protocol version that the tables know."""


class Layout:
    """How one kind of message is laid out: a request, a response or an event.

    Its compiled functions are made when they are first used, by functions that then step aside: every request passes
    through them, and plain attributes are what is found fastest. :attr:`encode` and :attr:`decode` are for whole
    messages as dictionaries, :attr:`body`, :attr:`bind` and :attr:`parse` for speed.
    """

    body: Callable[..., bytes]
    """A function of the fields, by position, to what follows the header of the message.

    The header (see :data:`~hzproto.wire.frames.REQUEST_HEADER`) is packed for each attempt: type, correlation id and
    partition are in it, so a body can be sent again as it is. Wrong values raise
    :class:`~hzproto.errors.LocalProtocolError`.
    """
    bind: Callable[[str], Callable[..., bytes]]
    """A function of the first field to :attr:`body` for all others: faster for those who send one name again and again.

    Only for layouts that begin with a String.
    """
    parse: Callable[[bytes | memoryview], Any]
    """A function of a message to its fields: None, the only field, or a tuple.

    A field that a later protocol version added is None where it is absent. `Data` and byte arrays are slices of the
    message. Malformed messages, also those without a field that is as old as the message, raise
    :class:`~hzproto.errors.RemoteProtocolError`.
    """

    def __init__(
        self,
        kind: Literal["request", "response", "event"],
        id: int,  # noqa: A002
        name: str,
        text: str,
        since: str,
        other_id: int | None = None,
    ) -> None:
        self.kind: Final = kind
        self.id: Final = id
        """The message type."""
        self.other_id: Final = other_id
        """The type that members really give such messages, some of them or all, where it is not `id`."""
        self.name: Final = name
        self._text = text
        self.since: Final = since
        """The protocol version that added the message."""
        self._encoders: dict[tuple[int, ...], Encoder] = {}
        self.body = self._first_body
        self.bind = self._first_bind
        self.parse = self._first_parse

    def __repr__(self) -> str:
        return f"<Layout {self.name}, type {self.id:#08x}>"

    @cached_property
    def params(self) -> tuple[Param, ...]:
        """The fields, in the order of the protocol definitions."""
        from hzproto.wire.params import parse_params

        return parse_params(self._text, self.since)

    @property
    def header_size(self) -> int:
        """Where the fixed-size fields begin in a message, in bytes."""
        return RESPONSE_HEADER.size if self.kind == "response" else REQUEST_HEADER.size

    def _encoder(self, protocol: str) -> Encoder:
        from hzproto.wire.params import version_tuple

        version = version_tuple(protocol)
        if version not in self._encoders:
            from hzproto.wire.compiler import Encoder

            self._encoders[version] = Encoder(self, version)
        return self._encoders[version]

    @cached_property
    def size(self) -> int:
        """The length of the initial frame with its header, in bytes, in the newest protocol version."""
        return self._encoder(NEWEST_PROTOCOL).size

    @cached_property
    def flags(self) -> int:
        """The flags of the initial frame, in the newest protocol version."""
        return self._encoder(NEWEST_PROTOCOL).flags

    def _first_body(self, *fields: Any) -> bytes:
        if self.body == self._first_body:  # else it was called by somebody who has kept this function
            self.body = self._encoder(NEWEST_PROTOCOL).body
        return self.body(*fields)

    def _first_bind(self, name: str) -> Callable[..., bytes]:
        if self.bind == self._first_bind:
            self.bind = self._encoder(NEWEST_PROTOCOL).binder()
        return self.bind(name)

    def _first_parse(self, message: bytes | memoryview) -> Any:
        if self.parse == self._first_parse:
            from hzproto.wire.compiler import compile_parse

            self.parse = compile_parse(self)
        return self.parse(message)

    def encode(
        self,
        values: Mapping[str, Any],
        protocol: str = NEWEST_PROTOCOL,
        *,
        correlation_id: int = 0,
        partition_id: int = -1,
        backup_acks: int = 0,
    ) -> bytes:
        """Return a whole message with the fields that the version `protocol` has.

        `backup_acks` goes into responses, `partition_id` into requests and events. Custom types are mappings of their
        fields. Raises :class:`~hzproto.errors.LocalProtocolError` for fields that are missing, unknown or wrong.
        """
        encoder = self._encoder(protocol)
        body = encoder.body_of(values)
        if self.kind == "response":
            header = RESPONSE_HEADER.pack(encoder.size, encoder.flags, self.id, correlation_id, backup_acks)
        else:
            header = REQUEST_HEADER.pack(encoder.size, encoder.flags, self.id, correlation_id, partition_id)
        return header + body

    def decode(self, data: bytes | bytearray | memoryview) -> dict[str, Any]:
        """Return the fields of a whole message; those that are absent on the wire are absent here.

        Whatever newer members add is skipped. Raises :class:`~hzproto.errors.RemoteProtocolError` for what is no
        such message.
        """
        from hzproto.wire.compiler import decode

        return decode(self, bytes(data))

    def initial_flags(self, *, final: bool) -> int:
        """Return the flags of the initial frame; `final` says that no other frame follows."""
        return UNFRAGMENTED | (FINAL if final else 0) | (EVENT if self.kind == "event" else 0)


class Event:
    """A row of a method's events: the fields, and the protocol version that added it, None for the method's own."""

    __slots__ = ("name", "since", "text")

    def __init__(self, name: str, text: str, *, since: str | None = None) -> None:
        self.name: Final = name
        self.text: Final = text
        self.since: Final = since


class Method:
    """A row of a service's table: a request, its response, and the events that it asks for."""

    _type: int
    _path: str
    request: Layout
    response: Layout
    answer: int
    """The message type of the response."""
    other_answer: int | None
    """The message type of another method, with which members answer all the same."""
    header: tuple[int, int, int] | None = None
    """Length, flags and type in a request's header: what `prepare` returns, once it has been called."""

    def __init__(
        self,
        id: int,  # noqa: A002
        name: str,
        request: str,
        response: str,
        *,
        partition: str | int = -1,
        retryable: bool = False,
        since: str = "2.0",
        events: Sequence[Event] = (),
        answer_id: int | None = None,
    ) -> None:
        self.id: Final = id
        self.name: Final = name
        self.partition: Final = partition
        """What decides about the partition, usually the name of a field; -1 where nothing does."""
        self.retryable: Final = retryable
        """Whether the request may be sent again while it is unknown whether it was executed."""
        self.since: Final = since
        self._request = request
        self._response = response
        self._events = events
        self.other_answer = answer_id

    def bind(self, service: Service) -> None:
        """Take the place in the table of `service`."""
        self._type = service.id << 16 | self.id << 8
        self._path = f"{service.name}.{self.name}"
        self.request = Layout("request", self._type, f"{self._path}.request", self._request, self.since)
        self.answer = self._type + 1
        name = f"{self._path}.response"
        self.response = Layout("response", self.answer, name, self._response, self.since, self.other_answer)

    def prepare(self) -> tuple[int, int, int]:
        """Fill and return `header`."""
        self.header = (self.request.size, self.request.flags, self._type)
        return self.header

    def __repr__(self) -> str:
        return f"<Method {self._path}>"

    @cached_property
    def events(self) -> dict[str, Layout]:
        """The events by their names."""
        return {
            event.name: Layout("event", type_, f"{self._path}.{event.name}", event.text, event.since or self.since)
            for type_, event in enumerate(self._events, self._type + 2)
        }


class Service:
    """The table of a service: its methods by their names."""

    def __init__(self, id: int, name: str, methods: Sequence[Method]) -> None:  # noqa: A002
        self.id: Final = id
        self.name: Final = name
        self.methods: Final = {method.name: method for method in methods}
        for method in methods:
            method.bind(self)

    def __getitem__(self, name: str) -> Method:
        return self.methods[name]

    @cached_property
    def layouts(self) -> dict[int, Layout]:
        """The layouts of all messages by their types."""
        return {
            layout.id: layout
            for method in self.methods.values()
            for layout in (method.request, method.response, *method.events.values())
        }

    def __repr__(self) -> str:
        return f"<Service {self.name}>"
