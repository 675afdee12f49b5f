"""Objects survive serialization; any bytes are an object or HazelcastSerializationError."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets import SERVICES, check_object
from hzproto.config import Config, IntType
from hzproto.errors import HazelcastSerializationError
from hzproto.serialization import SerializationService
from hzproto.testing import strategies

services = st.sampled_from(SERVICES)


@given(services, strategies.serializable_values())
def test_objects_survive(service: SerializationService, obj: Any) -> None:
    data = service.to_data(obj)
    assert service.to_object(data) == obj
    assert service.to_object(memoryview(data)) == obj


@given(st.sampled_from(IntType), st.integers())
def test_integers_survive_or_are_refused(kind: IntType, number: int) -> None:
    service = SerializationService(Config(default_int_type=kind))
    try:
        data = service.to_data(number)
    except HazelcastSerializationError:
        assert kind not in {IntType.VAR, IntType.BIG_INT}
    else:
        assert service.to_object(data) == number


TYPE_IDS = st.integers(-140, 10) | st.integers(-(2**31), 2**31 - 1)


@given(services, TYPE_IDS, st.binary(max_size=60))
def test_any_bytes_are_an_object_or_an_error(service: SerializationService, type_id: int, payload: bytes) -> None:
    check_object(service, struct.pack(">ii", 0, type_id) + payload)


@given(services, st.data())
def test_broken_objects_are_an_object_or_an_error(service: SerializationService, data: st.DataObject) -> None:
    check_object(service, data.draw(strategies.mutated(strategies.serializable_values().map(service.to_data))))


@given(services, st.binary(max_size=12))
def test_short_bytes(service: SerializationService, data: bytes) -> None:
    check_object(service, data)
