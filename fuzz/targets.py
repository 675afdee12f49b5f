"""What must hold for any bytes: one function for each target, whoever makes the bytes. What is wrong is raised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from random import Random
from struct import pack_into
from typing import Any, Final

from hzproto.cluster.actions import Delivery
from hzproto.config import Config
from hzproto.errors import HazelcastError, HazelcastSerializationError, LocalProtocolError, RemoteProtocolError
from hzproto.messages import ERROR, MESSAGES, layout_of
from hzproto.ops import Op
from hzproto.serialization import SerializationService
from hzproto.serialization.api import IdentifiedDataSerializable, ObjectDataInput, Portable, PortableReader
from hzproto.testing import Cluster
from hzproto.wire.frames import REQUEST_HEADER, FrameReader, iter_frames
from hzproto.wire.table import Layout
from tests.unit.network import Network
from tests.unit.serialization.test_compact import KINDS, VALUES, Record, RecordSerializer

# Frames


def read(pieces: Sequence[bytes], limit: int = 1 << 20) -> tuple[list[bytes], bool]:
    """Feed pieces; return the messages and whether the input was malformed."""
    reader = FrameReader(limit)
    messages: list[bytes] = []
    for piece in pieces:
        try:
            messages += map(bytes, reader.receive(piece))
        except RemoteProtocolError:
            return messages, True
    return messages, reader.error is not None


def read_into_buffers(pieces: Sequence[bytes], limit: int = 1 << 20) -> tuple[list[bytes], bool]:
    """As `read`, by way of the buffers that the reader gives."""
    reader = FrameReader(limit)
    messages: list[bytes] = []
    for piece in pieces:
        while piece:
            buffer = reader.get_buffer(len(piece))
            size = min(len(buffer), len(piece))
            buffer[:size] = piece[:size]
            piece = piece[size:]
            try:
                messages += map(bytes, reader.buffer_updated(size))
            except RemoteProtocolError:
                return messages, True
    return messages, reader.error is not None


def check_stream(stream: bytes, pieces: Sequence[bytes]) -> None:
    """However a stream is cut, it is the same messages or the same error."""
    whole = read([stream])
    assert read_into_buffers([stream]) == whole
    assert read(pieces) == read_into_buffers(pieces) == whole
    for message in whole[0]:
        assert b"".join(message[start:end] for start, end, _ in iter_frames(message)) == message


CUTS: Final = 4


def frames(data: bytes) -> None:
    """A stream, behind bytes that say where it is cut."""
    where, stream = data[:CUTS], data[CUTS:]
    cuts = sorted(byte * len(stream) // 255 for byte in where)
    check_stream(stream, [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])])
    limit = 19 + sum(where)
    small, _ = read([stream], limit)
    assert all(len(message) <= limit for message in small)
    assert read_into_buffers([stream], limit)[0] == small


# Messages


def positional(layout: Layout, fields: Mapping[str, Any]) -> Any:
    """The fields as `Layout.parse` returns them."""
    values = [fields.get(param.name) for param in layout.params]
    return None if not values else values[0] if len(values) == 1 else tuple(values)


def check_message(layout: Layout, message: bytes) -> None:
    """Bytes are fields, the same in both ways of reading them, or the one error; fields can be written again."""
    try:
        fields = layout.decode(message)
    except RemoteProtocolError:
        fields = None
    try:
        parsed = layout.parse(message)
    except RemoteProtocolError:
        assert fields is None or any(p.name not in fields and p.since == layout.since for p in layout.params)
    else:
        assert fields is None or repr(parsed) == repr(positional(layout, fields))  # in which NaN equals itself
    if fields is None or len(fields) < len(layout.params) or "nan" in repr(fields):
        return
    try:
        again = layout.encode(fields)
    except LocalProtocolError:  # fields inside may be absent, as from an older peer, or null against the rules
        return
    assert layout.decode(again) == fields


def all_layouts() -> Iterator[Layout]:
    yield ERROR
    for name in MESSAGES:
        method = MESSAGES[name]
        yield method.request
        yield method.response
        yield from method.events.values()


LAYOUTS: Final[list[Layout]] = list(all_layouts())


def messages(data: bytes) -> None:
    """A message; a type that does not exist is made one that does."""
    if len(data) < REQUEST_HEADER.size:
        return
    kind: int = REQUEST_HEADER.unpack_from(data)[2]
    layout = layout_of(kind)
    if layout is None:
        message = bytearray(data)
        layout = LAYOUTS[kind % len(LAYOUTS)]
        pack_into("<i", message, 6, layout.id)
        data = bytes(message)
    check_message(layout, data)


# Serialization


class AnyPortable(Portable):
    """Reads whatever fields there are, and what the definition of a class does not describe."""

    def read_portable(self, reader: PortableReader) -> None:
        for name in sorted(reader.get_field_names()):
            getattr(reader, f"read_{reader.get_field_type(name).name.lower()}")(name)
        read_everything(reader.get_raw_data_input())


class AnyIdentified(IdentifiedDataSerializable):
    """Reads values of all types."""

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        read_everything(object_data_input)


def read_everything(inp: ObjectDataInput) -> None:
    for name in TYPES:
        getattr(inp, f"read_{name}")()
    inp.read_into(bytearray(inp.read_unsigned_byte()))
    inp.skip_bytes(inp.read_int())
    while inp.position() < inp.size():
        inp.read_object()


NUMBERS: Final = ("boolean", "byte", "char", "double", "short", "float", "int", "long")
TYPES: Final = (*NUMBERS, "string", *[f"{name}_array" for name in (*NUMBERS, "string")])


def new_service(*, big_endian: bool) -> SerializationService:
    """A service that knows classes of every kind."""
    options = Config(
        is_big_endian=big_endian,
        data_serializable_factories={1: {1: AnyIdentified}},
        portable_factories={1: {1: AnyPortable, 2: AnyPortable}},
    )
    service = SerializationService(options)
    for schema in COMPACT.schemas.all():
        service.schemas.add_fetched(schema.schema_id, schema)
    return service


COMPACT: Final = SerializationService(Config(compact_serializers=[RecordSerializer(KINDS)]))
EVERY_KIND: Final = COMPACT.to_data(Record(**VALUES))
"""A compact object with fields of every kind."""
SERVICES: Final = [new_service(big_endian=big) for big in (True, False)]


def check_object(service: SerializationService, data: bytes) -> None:
    """Bytes are an object or the one error; an object that can be written is read back as what is written the same."""
    for buffer in (data, memoryview(data)):
        try:
            obj = service.to_object(buffer)
        except HazelcastSerializationError:
            continue
        try:
            written = service.to_data(obj)
        except (HazelcastSerializationError, TypeError, NotImplementedError):  # some can only be read
            continue
        assert service.to_data(service.to_object(written)) == written


def serialization(data: bytes) -> None:
    """A serialized object, behind a byte that says in which byte order."""
    if data:
        check_object(SERVICES[data[0] & 1], data[1:])


# Connection


PATIENCE: Final[dict[str, Any]] = {
    "cluster_connect_timeout": 30.0,
    "invocation_timeout": 20.0,
    "heartbeat_interval": 10.0,
    "heartbeat_timeout": 25.0,
}
MANY_STEPS: Final = 2_000
CORRELATION_ID: Final = 10  # where it is in a message


class Watched(Network):
    """A network on which nobody may go round in circles without time passing."""

    steps = 0

    def advance(self, seconds: float) -> None:
        self.steps = 0
        super().advance(seconds)

    def _step(self) -> bool:
        self.steps += 1
        assert self.steps < MANY_STEPS, "client and cluster go round in circles"
        return super()._step()


def new_network() -> Network:
    network = Watched(Cluster(members=2, partition_count=3, rng=Random(2)), **PATIENCE)
    events = network.client.events
    vars(network.client)["events"] = lambda: [Delivery(event.listener, partial(tolerate, event)) for event in events()]
    return network


def tolerate(event: Delivery) -> None:
    """Do as adapters do: what is wrong with one event is logged and nothing more."""
    try:
        event.call()
    except HazelcastError:
        pass


def listener(_event: object) -> None:
    pass


def check_ended(network: Network, ops: Sequence[Op[Any]]) -> None:
    """Every operation has ended, as operations do, and the client leaves nothing behind."""
    network.scripts.clear()
    for op in ops:
        assert op.done
        try:
            op.result()
        except HazelcastError:
            pass
    network.check_nothing_left()


def check_connection_in_use(which: int, pieces: Sequence[tuple[int, bytes]]) -> None:
    """Receive *pieces*, each with a number for the correlation id to put into it, on one of a client's connections."""
    network = new_network()
    network.start()
    m = network.map()
    m.add_entry_listener(True, added_func=listener)
    network.hold("Map.put", "Map.get")
    ops = [m.put(1, "a"), m.get(2), m.get(3)]
    connection = list(network.links)[which % len(network.links)]
    known = [*connection.pending, *connection.handlers, 0, -1]
    reader = FrameReader()
    for number, piece in pieces:
        if (index := number % (len(known) + 1)) < len(known):
            piece = with_correlation_id(piece, known[index])
        connection.receive_data(piece, network.now)
        network.run()
        if reader.error is None and malformed(reader, piece):
            assert connection.closed
            assert connection not in network.links  # the client had it closed
    network.scripts.clear()
    ops.append(m.put(4, "c"))
    network.advance(60)
    check_ended(network, ops)


def with_correlation_id(message: bytes, correlation_id: int) -> bytes:
    """Put a correlation id where messages have theirs, if there is room for it."""
    if len(message) < CORRELATION_ID + 8:
        return message
    changed = bytearray(message)
    pack_into("<q", changed, CORRELATION_ID, correlation_id)
    return bytes(changed)


def malformed(reader: FrameReader, data: bytes) -> bool:
    try:
        reader.receive(data)
    except RemoteProtocolError:
        return True
    return reader.error is not None


MANY_PIECES: Final = 4
PIECE_HEADER: Final = 3


def connection(data: bytes) -> None:
    """A byte for the connection, then pieces: a byte for the correlation id, two for the length, the bytes."""
    pieces: list[tuple[int, bytes]] = []
    rest = data[1:]
    while len(rest) > PIECE_HEADER and len(pieces) < MANY_PIECES:
        size = int.from_bytes(rest[1:PIECE_HEADER], "little")
        pieces.append((rest[0], rest[PIECE_HEADER : PIECE_HEADER + size]))
        rest = rest[PIECE_HEADER + size :]
    if pieces:
        check_connection_in_use(data[0], pieces)


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "frames": frames,
    "messages": messages,
    "serialization": serialization,
    "connection": connection,
}
