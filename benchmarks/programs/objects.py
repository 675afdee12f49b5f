"""Serialization alone: `python objects.py KIND[/how]`, with hzproto or the official client. Needs no cluster.

KIND/bare is what Python itself takes for a string, KIND/answer has the object read from the answer of a `get`.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from meter import Arguments, arguments, print_figures

OURS = find_spec("hzproto") is not None

api: Any = import_module("hzproto.serialization.api" if OURS else "hazelcast.serialization.api")
config: Any = import_module("hzproto.config" if OURS else "hazelcast.config")
service: Any = import_module("hzproto.serialization" if OURS else "hazelcast.serialization")

FACTORY, CLASS = 1, 1
SHARE = 0.003  # seconds: the best of many short turns is what others on the machine disturb least
TURNS = 60

KINDS = ("int", "long", "double", "boolean", "string")
SAMPLES: dict[str, Any] = {"int": 123456, "long": 2**40, "double": 0.5, "boolean": True, "string": "some text"}
FIELDS = [(f"field{number}", KINDS[number % len(KINDS)]) for number in range(50)]
COMPACT_KINDS = {"int": "int32", "long": "int64", "double": "float64", "boolean": "boolean", "string": "string"}


class Record:
    """Has the 50 fields, in this order."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values


class PortableRecord(Record, api.Portable):  # type: ignore[misc]
    def __init__(self, values: Any = ()) -> None:
        super().__init__(list(values))

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return CLASS

    def write_portable(self, writer: Any) -> None:
        methods = {kind: getattr(writer, f"write_{kind}") for kind in KINDS}
        for (name, kind), value in zip(FIELDS, self.values, strict=True):
            methods[kind](name, value)

    def read_portable(self, reader: Any) -> None:
        methods = {kind: getattr(reader, f"read_{kind}") for kind in KINDS}
        self.values = [methods[kind](name) for name, kind in FIELDS]


class RecordSerializer(api.CompactSerializer):  # type: ignore[misc]
    def write(self, writer: Any, obj: Record) -> None:
        methods = {kind: getattr(writer, f"write_{of}") for kind, of in COMPACT_KINDS.items()}
        for (name, kind), value in zip(FIELDS, obj.values, strict=True):
            methods[kind](name, value)

    def read(self, reader: Any) -> Record:
        methods = {kind: getattr(reader, f"read_{of}") for kind, of in COMPACT_KINDS.items()}
        return Record([methods[kind](name) for name, kind in FIELDS])

    def get_class(self) -> type[Record]:
        return Record

    def get_type_name(self) -> str:
        return "record"


class Numbers(api.IdentifiedDataSerializable):  # type: ignore[misc]
    """An array of numbers of a kind."""

    kind: str

    def __init__(self, values: Any = None) -> None:
        self.values = values

    def get_factory_id(self) -> int:
        return FACTORY

    def get_class_id(self) -> int:
        return KINDS.index(self.kind)

    def write_data(self, object_data_output: Any) -> None:
        getattr(object_data_output, f"write_{self.kind}_array")(self.values)

    def read_data(self, object_data_input: Any) -> None:
        self.values = getattr(object_data_input, f"read_{self.kind}_array")()


class Ints(Numbers):
    kind = "int"


class Doubles(Numbers):
    kind = "double"


def sample(kind: str) -> Any:
    """The object of a workload; `int-array:list` is one whose numbers are in a plain list."""
    kind, _, container = kind.partition(":")
    values = [SAMPLES[of] for _, of in FIELDS]
    match kind.split("-"):
        case ["int"]:
            return 123456
        case ["float"]:
            return 0.5
        case ["str", size]:
            return "x" * int(size)
        case ["text", size]:
            return "ä中x" * (int(size) // 3)
        case ["list"]:
            return [123456, "some text"] * 500
        case ["list", of]:
            return [SAMPLES[of]] * 1000
        case ["portable"]:
            return PortableRecord(values)
        case ["compact"]:
            return Record(values)
        case [of, "array"]:
            numbers = [SAMPLES[of] + number for number in range(10_000)]
            made = Ints if of == "int" else Doubles
            return made(numbers if container else array("i" if of == "int" else "d", numbers))
        case _:
            raise SystemExit(f"{kind} is not known")


def answer(data: bytes) -> Any:
    """The answer of a `get`, as it is when it has been received."""
    message = import_module("hzproto.messages").MESSAGES["Map.get"].response.encode({"response": data})
    reader = import_module("hzproto.wire.frames").FrameReader()
    while True:
        buffer = reader.get_buffer()
        size = min(len(buffer), len(message))
        buffer[:size] = message[:size]
        message = message[size:]
        for received in reader.buffer_updated(size):
            return received


def functions(*, from_answer: bool = False) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """From objects to their serialized form, and back."""
    options: dict[str, Any] = {
        "portable_factories": {FACTORY: {CLASS: PortableRecord}},
        "data_serializable_factories": {FACTORY: {KINDS.index(made.kind): made for made in (Ints, Doubles)}},
        "compact_serializers": [RecordSerializer()],
    }
    if OURS:
        own = service.SerializationService(config.Config(**options))
        return own.to_data, own.object_in if from_answer else own.to_object
    given = config.Config()
    for name, value in options.items():
        setattr(given, name, value)
    other = service.SerializationServiceV1(given)
    try:
        other.to_data(Record([SAMPLES[kind] for _, kind in FIELDS]))
    except import_module("hazelcast.serialization.compact").SchemaNotReplicatedError as error:
        other.compact_stream_serializer.register_schema_to_type(error.schema, error.clazz)
    return other.to_data, other.to_object


def bare() -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """What Python itself takes for strings."""
    return str.encode, lambda content: content.decode()


def best(call: Callable[[Any], Any], argument: Any) -> float:
    """The least time of a call, in microseconds."""
    call(argument)
    began = time.perf_counter()
    call(argument)
    calls = max(1, int(SHARE / (time.perf_counter() - began)))
    shortest = float("inf")
    for _ in range(TURNS):
        began = time.perf_counter()
        for _ in range(calls):
            call(argument)
        shortest = min(shortest, (time.perf_counter() - began) / calls)
    return shortest * 1e6


def main(given: Arguments) -> None:
    kind, _, how = given.workload.partition("/")
    encode, decode = bare() if how == "bare" else functions(from_answer=how == "answer")
    obj = sample(kind)
    data = answer(encode(obj)) if how == "answer" else encode(obj)
    print_figures(encode_us=best(encode, obj), decode_us=best(decode, data))


if __name__ == "__main__":
    main(arguments())
