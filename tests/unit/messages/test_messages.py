from __future__ import annotations

import linecache
import os
import random
import subprocess
import sys
import traceback
from struct import Struct
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.messages import ERROR, MESSAGES, layout_of
from hzproto.wire.customs import CUSTOMS, custom_params
from hzproto.wire.frames import (
    BEGIN_STRUCTURE,
    END_STRUCTURE,
    FINAL,
    FRAME_HEADER,
    NULL,
    REQUEST_HEADER,
    iter_frames,
)
from hzproto.wire.params import NEWEST, version_tuple
from hzproto.wire.table import Layout
from hzproto.wire.types import FIXED
from tests.unit.messages.values import build, random_leaf

VERSIONS = ("2.0", "2.0.1", *(f"2.{minor}" for minor in range(1, 11)))
ALL = [layout for method in MESSAGES.values() for layout in (method.request, method.response, *method.events.values())]
ALL.append(ERROR)
ID = UUID(int=1 << 64 | 2)


def frame(content: bytes = b"", flags: int = 0) -> bytes:
    return FRAME_HEADER.pack(6 + len(content), flags) + content


def random_values(layout: Layout, version: str, rng: random.Random) -> dict[str, Any]:
    return {
        param.name: None
        if param.nullable and rng.random() < 0.2
        else build(param.type, version_tuple(version), random_leaf(rng), lambda: rng.choice((0, 1, 2, 5)))
        for param in layout.params
        if version_tuple(param.since) <= version_tuple(version)
    }


def reopened(message: bytes) -> bytes:
    """Take the flag off that says that the last frame is the message's last one."""
    start, _, flags = list(iter_frames(message))[-1]
    length = FRAME_HEADER.unpack_from(message, start)[0]
    return message[:start] + FRAME_HEADER.pack(length, flags & ~FINAL) + message[start + 6 :]


# The tables


def test_there_are_474_methods_with_different_types() -> None:
    assert len(MESSAGES) == len(list(MESSAGES)) == 474
    assert len({layout.id for layout in ALL}) == len(ALL)
    assert all(layout_of(layout.id) is layout for layout in ALL)


def test_what_no_table_has() -> None:
    assert "Map.get" in MESSAGES
    for name in ("Map.fly", "Moon.get", "Map", "", "Map.get.request"):
        assert name not in MESSAGES
        with pytest.raises(KeyError, match=repr(name)):
            MESSAGES[name]
    assert layout_of(0x00FF_0000) is None
    assert layout_of(0x0001_FF00) is None


def test_a_row() -> None:
    put = MESSAGES["Map.put"]
    assert (put.name, put.partition, put.retryable, put.since) == ("put", "key", False, "2.0")
    assert (put.request.id, put.response.id, put.events) == (0x010100, 0x010101, {})
    assert put.request.params[1] == ("key", "Data", False, "2.0")
    assert put.response.params == (("response", "Data", True, "2.0"),)
    assert MESSAGES["Map.get"].retryable
    assert MESSAGES["Map.size"].partition == -1
    assert list(MESSAGES["Client.addClusterViewListener"].events) == [
        "MembersView",
        "PartitionsView",
        "MemberGroupsView",
        "ClusterVersion",
    ]
    assert repr(put.request) == "<Layout Map.put.request, type 0x010100>"


def test_every_type_and_version_in_the_tables_is_known() -> None:
    customs = [param for name in CUSTOMS for param in custom_params(name, NEWEST)]
    for param in [*customs, *(param for layout in ALL for param in layout.params)]:
        assert version_tuple("2.0") <= version_tuple(param.since) <= NEWEST
        assert not param.nullable or param.type not in FIXED or param.type == "UUID"
    for layout in ALL:
        assert callable(layout.body)
        assert callable(layout.parse)


def test_versions_compare_by_their_numbers() -> None:
    assert version_tuple("2.10") > version_tuple("2.9") > version_tuple("2.0.1") > version_tuple("2.0")
    with pytest.raises(ValueError, match=r"a protocol version is numbers with dots, such as '2.8', not 'newest'"):
        MESSAGES["Map.size"].request.encode({"name": "m"}, "newest")


def test_importing_the_tables_loads_nothing_that_only_a_message_needs() -> None:
    code = (
        "import sys; from hzproto.messages import MESSAGES; MESSAGES['Cache.get'].request.id;"
        "print(*(name for name in sys.modules if name.startswith(('hzproto.wire', 'hzproto.messages'))))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    loaded = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    ).stdout.split()
    assert "hzproto.messages.cache" in loaded
    assert not {"hzproto.messages.jet", "hzproto.wire.compiler", "hzproto.wire.types"} & set(loaded)


# Bytes


def test_a_request_byte_by_byte() -> None:
    request = MESSAGES["Map.put"].request
    values = {"name": "m", "key": b"key", "value": b"", "threadId": 7, "ttl": -1}
    body = Struct("<qq").pack(7, -1) + frame(b"m") + frame(b"key") + frame(b"", FINAL)
    header = REQUEST_HEADER.pack(22 + 16, 0xC000, 0x010100, 99, 5)
    assert request.encode(values, correlation_id=99, partition_id=5) == header + body
    assert request.body("m", b"key", b"", 7, -1) == body
    assert (request.size, request.flags) == (38, 0xC000)


def test_a_response_byte_by_byte() -> None:
    response = MESSAGES["Map.put"].response
    header = Struct("<iHiqB").pack(19, 0xC000, 0x010101, 99, 2)
    assert response.encode({"response": b"old"}, correlation_id=99, backup_acks=2) == header + frame(b"old", FINAL)
    assert response.body(None) == frame(b"", NULL | FINAL)


def test_the_flags_of_initial_frames() -> None:
    assert MESSAGES["Map.size"].response.flags == 0xE000
    assert MESSAGES["Client.localBackupListener"].events["backup"].flags == 0xE200
    assert MESSAGES["Client.ping"].request.flags == 0xE000
    assert MESSAGES["Client.ping"].request.body() == b""
    assert MESSAGES["Client.ping"].response.parse(MESSAGES["Client.ping"].response.encode({})) is None


def test_an_error_answer() -> None:
    trace = {"className": "a.B", "methodName": "c", "fileName": None, "lineNumber": 3}
    holder = {"errorCode": 14, "className": "x.Y", "message": None, "stackTraceElements": [trace]}
    custom = (
        frame(b"", BEGIN_STRUCTURE)
        + frame(Struct("<i").pack(14))
        + frame(b"x.Y")
        + frame(b"", NULL)
        + frame(b"", BEGIN_STRUCTURE)
        + (frame(b"", BEGIN_STRUCTURE) + frame(Struct("<i").pack(3)) + frame(b"a.B") + frame(b"c"))
        + (frame(b"", NULL) + frame(b"", END_STRUCTURE))
        + frame(b"", END_STRUCTURE)
        + frame(b"", END_STRUCTURE)
    )
    message = Struct("<iHiqB").pack(19, 0xC000, 0, 8, 0)
    message += frame(b"", BEGIN_STRUCTURE) + custom + frame(b"", END_STRUCTURE | FINAL)
    assert ERROR.encode({"errorHolders": [holder]}, correlation_id=8) == message
    assert ERROR.decode(message) == {"errorHolders": [holder]}
    assert ERROR.parse(message) == [holder]


def test_data_is_a_slice_of_the_same_kind_as_the_message() -> None:
    response = MESSAGES["Map.get"].response
    message = response.encode({"response": b"value"})
    assert type(response.parse(message)) is bytes
    view = response.parse(memoryview(message))
    assert isinstance(view, memoryview)
    assert view.obj is message
    assert view.tobytes() == b"value"
    entries = MESSAGES["Map.entrySet"].response
    message = entries.encode({"response": [(b"k", b"v")]})
    assert all(isinstance(part, memoryview) for part in entries.parse(memoryview(message))[0])


def test_what_collections_may_be_given_as() -> None:
    put_all = MESSAGES["Map.putAll"].request
    pairs = {"name": "m", "entries": [(b"k", b"v")], "triggerMapLoader": True}
    assert put_all.encode(pairs) == put_all.encode({**pairs, "entries": {b"k": b"v"}})
    get_all = MESSAGES["Map.getAll"].request
    assert get_all.body("m", [b"k"]) == get_all.body("m", (b"k",)) == get_all.body("m", iter([b"k"]))


def test_a_name_that_is_a_keyword_in_python() -> None:
    sub = MESSAGES["List.sub"].request
    values = {"name": "l", "from": 1, "to": 2}
    assert sub.decode(sub.encode(values)) == values
    assert sub.parse(sub.encode(values)) == ("l", 1, 2)


@pytest.mark.parametrize("seed", range(4))
def test_every_message_in_every_version_comes_back_as_it_was(seed: int) -> None:
    rng = random.Random(seed)
    for layout in ALL:
        version = rng.choice([v for v in VERSIONS if version_tuple(v) >= version_tuple(layout.since)])
        values = random_values(layout, version, rng)
        message = layout.encode(values, version)
        assert layout.decode(message) == values, (layout, version)
        fields = tuple(values.get(param.name) for param in layout.params)
        assert layout.parse(message) == (fields if len(fields) > 1 else fields[0] if fields else None), layout
        assert list(iter_frames(message))[-1][2] & FINAL


def test_the_body_is_the_message_without_its_header() -> None:
    rng = random.Random(5)
    for layout in ALL:
        values = random_values(layout, "2.10", rng)
        message = layout.encode(values)
        assert layout.body(*values.values()) == message[layout.header_size :]
        assert FRAME_HEADER.unpack_from(message) == (layout.size, layout.flags)


# Other versions


def test_fields_of_newer_members_are_skipped() -> None:
    rng = random.Random(6)
    for layout in ALL:
        values = random_values(layout, "2.10", rng)
        message = layout.encode(values)
        length, flags = FRAME_HEADER.unpack_from(message)
        longer = FRAME_HEADER.pack(length + 5, flags & ~FINAL) + message[6:length] + b"later"
        longer += reopened(message)[length:] + frame(b"more") + frame(b"", BEGIN_STRUCTURE)
        longer += frame(b"", NULL) + frame(b"", END_STRUCTURE | FINAL)
        assert layout.decode(longer) == values
        assert layout.parse(longer) == layout.parse(message)


@pytest.mark.parametrize("name", sorted(CUSTOMS))
def test_custom_types_of_newer_members_are_read_as_far_as_they_are_known(name: str) -> None:
    layout = Layout("response", 1, "newer", f"before: int, value: {name}, after: String", "2.0")
    for seed in range(8):
        values = random_values(layout, "2.10", random.Random(seed))
        message = layout.encode(values)
        frames = [message[start:end] for start, end, _ in iter_frames(message)]
        if any(param.type in FIXED for param in custom_params(name, NEWEST)):
            frames[2] = frame(frames[2][6:] + b"later", FRAME_HEADER.unpack_from(frames[2])[1])
        nested = [frame(b"", BEGIN_STRUCTURE), frame(b"x"), frame(b"", END_STRUCTURE)]
        frames[-2:-2] = [frame(b"more"), frame(b"", NULL), *nested]
        longer = b"".join(frames)
        assert layout.decode(longer) == values
        assert layout.parse(longer) == layout.parse(message)


def test_longer_custom_types_are_skipped() -> None:
    response = MESSAGES["Client.fetchSchema"].response
    nested = frame(b"", BEGIN_STRUCTURE) + frame(b"x") + frame(b"", END_STRUCTURE)
    descriptor = frame(b"", BEGIN_STRUCTURE) + frame(Struct("<i").pack(4) + b"longer") + frame(b"field") + 2 * nested
    message = response.encode({"schema": None})[:19]
    message += frame(b"", BEGIN_STRUCTURE) + frame(b"type")
    message += frame(b"", BEGIN_STRUCTURE) + descriptor + frame(b"", END_STRUCTURE) + frame(b"", END_STRUCTURE)
    message += frame(b"later") + frame(b"", END_STRUCTURE | FINAL)
    schema = {"typeName": "type", "fields": [{"fieldName": "field", "kind": 4}]}
    assert response.decode(message) == {"schema": schema}
    assert response.parse(message) == schema


def test_custom_types_may_end_early() -> None:
    response = MESSAGES["Map.getEntryView"].response
    head = response.encode({"response": None, "maxIdle": 5})[: response.size]
    cases: list[tuple[bytes, dict[str, Any]]] = [
        (b"", {}),
        (frame(Struct("<q").pack(1)), {"cost": 1}),
        (frame(bytes(80)) + frame(b"k"), {"key": b"k"}),
    ]
    for content, found in cases:
        message = head + frame(b"", BEGIN_STRUCTURE) + content + frame(b"", END_STRUCTURE | FINAL)
        view = response.decode(message)["response"]
        assert found.items() <= view.items()
        assert "value" not in view
        assert response.parse(message)[0] == view


def test_who_needs_a_field_that_a_custom_type_lacks_has_a_malformed_message() -> None:
    response = MESSAGES["Map.getEntryView"].response
    head = response.encode({"response": None, "maxIdle": 5})[: response.size]
    message = head + frame(b"", BEGIN_STRUCTURE) + frame(b"", END_STRUCTURE | FINAL)
    view = response.parse(message)[0]
    assert view.get("key") is None
    with pytest.raises(RemoteProtocolError, match="SimpleEntryView: key is missing"):
        view["key"]


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Map.project", "Map.projectWithPredicate"),
        ("List.listIterator", "List.iterator"),
        ("CountDownLatch.getCount", "CountDownLatch.getRound"),
        ("ReplicatedMap.addNearCacheEntryListener", "ReplicatedMap.addEntryListenerWithPredicate"),
        ("ReplicatedMap.putAllWithMetadata", "ReplicatedMap.putAll"),
    ],
)
def test_answers_that_members_give_the_type_of_others(name: str, like: str) -> None:
    response, other = MESSAGES[name].response, MESSAGES[like].response
    assert response.other_id == other.id
    leaf = random_leaf(random.Random(1))
    fields = {param.name: build(param.type, NEWEST, leaf, lambda: 2) for param in other.params}
    assert response.decode(other.encode(fields)) == fields


def test_absent_fields_are_absent_or_none() -> None:
    response = MESSAGES["Client.authentication"].response
    old = {
        "status": 0,
        "address": None,
        "memberUuid": ID,
        "serializationVersion": 1,
        "serverHazelcastVersion": "4.2.8",
        "partitionCount": 271,
        "clusterId": ID,
        "failoverSupported": False,
    }
    message = response.encode(old, "2.2")
    assert response.decode(message) == old
    assert response.parse(message) == (*old.values(), None, None, None, None, None, None, None)


def test_fields_as_old_as_their_message_cannot_be_absent() -> None:
    response = MESSAGES["CPSession.createSession"].response
    message = response.encode({"sessionId": 1, "ttlMillis": 2, "heartbeatMillis": 3})
    short = FRAME_HEADER.pack(len(message) - 8, FRAME_HEADER.unpack_from(message)[1]) + message[6:-8]
    assert response.decode(short) == {"sessionId": 1, "ttlMillis": 2}
    with pytest.raises(RemoteProtocolError, match=r"CPSession\.createSession\.response: heartbeatMillis is missing"):
        response.parse(short)


def test_a_null_where_a_member_may_send_one_all_the_same() -> None:
    # A refused authentication carries no id of the cluster, though the tables say that it is never null.
    response = MESSAGES["CPGroup.createCPGroup"].response
    assert response.params[0].nullable is False
    listener = MESSAGES["Map.addEntryListener"].response
    message = listener.encode({"response": ID})
    message = message[:19] + b"\1" + bytes(16)
    assert listener.parse(message) is None
    assert listener.decode(message) == {"response": None}


# Errors of the caller


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("Map.put", {"ttl": None}, "Map.put.request: ttl must be long, not None"),
        ("Map.put", {"ttl": 1 << 63}, "Map.put.request: ttl must be long, not 9223372036854775808"),
        ("Map.put", {"ttl": 1.5}, "Map.put.request: ttl must be long, not 1.5"),
        ("Map.put", {"key": None}, "Map.put.request: key must be Data, not None"),
        ("Map.put", {"key": "k"}, "Map.put.request: key must be Data, not a value of type str"),
        ("Map.put", {"name": b"m"}, "Map.put.request: name must be String, not a value of type bytes"),
        ("Map.put", {"name": "\ud800"}, "Map.put.request: name must be String, not a value of type str"),
        ("Map.putAll", {"triggerMapLoader": 1}, "Map.putAll.request: triggerMapLoader must be boolean, not 1"),
        ("Map.putAll", {"entries": "ab"}, "entries must be EntryList_Data_Data, not a value of type str"),
        ("Map.putAll", {"entries": [b"ab"]}, "entries must be EntryList_Data_Data, not a value of type list"),
        ("Map.getAll", {"keys": b"key"}, "keys must be List_Data, not a value of type bytes"),
        ("Client.removeMigrationListener", {"registrationId": 5}, "registrationId must be UUID, not 5"),
        ("Client.sendSchema", {"schema": 5}, "schema must be Schema, not 5"),
        ("Client.sendSchema", {"schema": {}}, "schema: Schema: the field typeName is missing"),
        (
            "Client.sendSchema",
            {"schema": {"typeName": "t", "fields": [{"fieldName": "f", "kind": "k"}]}},
            "sendSchema.request: schema: Schema: fields: FieldDescriptor: kind must be int, not a value of type str",
        ),
        ("PNCounter.get", {"replicaTimestamps": [(5, 5)]}, "replicaTimestamps must be EntryList_UUID_Long"),
        ("FlakeIdGenerator.newIdBatch", {"batchSize": [1]}, "batchSize must be int, not a value of type list"),
    ],
)
def test_wrong_values_are_named(name: str, changes: dict[str, Any], message: str) -> None:
    request = MESSAGES[name].request
    rng = random.Random(1)
    values = {p.name: build(p.type, NEWEST, random_leaf(rng), lambda: 1) for p in request.params} | changes
    with pytest.raises(LocalProtocolError) as caught:
        request.encode(values)
    assert message in str(caught.value)
    if "boolean" not in message:  # which body() takes as true or false, for speed
        with pytest.raises(LocalProtocolError) as caught:
            request.body(*values.values())
        assert message in str(caught.value)


def test_missing_and_unknown_fields_are_named() -> None:
    request = MESSAGES["Map.size"].request
    with pytest.raises(LocalProtocolError, match=r"^Map\.size\.request: the field name is missing$"):
        request.encode({})
    with pytest.raises(LocalProtocolError, match=r"^Map\.size\.request has no field 'nmae'; its fields: name$"):
        request.encode({"name": "m", "nmae": 1})


def test_fields_that_the_version_lacks_are_left_out() -> None:
    request = MESSAGES["Jet.submitJob"].request
    values = {"jobId": 1, "dag": b"d", "jobConfig": None, "lightJobCoordinator": ID}
    assert request.decode(request.encode(values, "2.9")) == values
    del values["lightJobCoordinator"]
    assert request.encode({**values, "lightJobCoordinator": ID}, "2.2") == request.encode(values, "2.2")


def test_tracebacks_show_the_text_of_compiled_functions() -> None:
    with pytest.raises(LocalProtocolError) as caught:
        MESSAGES["Map.size"].request.body(5)
    text = "".join(traceback.format_exception(caught.value))
    assert "<hzproto body Map.size.request" in text
    assert "_content0 = name.encode()" in text
    linecache.checkcache()
    assert "_content0 = name.encode()" in "".join(traceback.format_exception(caught.value))


# Malformed messages


@pytest.mark.parametrize("layout", [layout for layout in ALL if layout.params], ids=lambda layout: layout.name)
def test_damaged_messages_give_values_or_protocol_errors(layout: Layout) -> None:
    rng = random.Random(layout.id)
    message = layout.encode(random_values(layout, "2.10", rng))
    for _ in range(12):
        damaged = bytearray(message)
        for _ in range(rng.choice((1, 1, 2, 5))):
            match rng.randrange(4):
                case 0:
                    damaged[rng.randrange(len(damaged))] = rng.choice((0, 1, 4, 8, 16, 0x7F, 0x80, 0xFF))
                case 1:
                    del damaged[rng.randrange(len(damaged)) :][:4]
                case 2:
                    at = rng.randrange(len(damaged))
                    damaged[at : at + rng.randrange(8)] = rng.randbytes(rng.randrange(8))
                case _:
                    start, _, flags = rng.choice(list(iter_frames(message)))
                    flags ^= 1 << rng.randrange(16)
                    damaged[start : start + 6] = FRAME_HEADER.pack(rng.randrange(-10, 60), flags)
            if not damaged:
                break
        for function in (layout.decode, layout.parse):
            try:
                function(bytes(damaged))
            except RemoteProtocolError:
                pass


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(ALL))
def test_any_bytes_give_values_or_protocol_errors(data: bytes, layout: Layout) -> None:
    head = layout.encode(random_values(layout, "2.10", random.Random(1)))[: layout.size]
    for message in (data, head + data):
        for function in (layout.decode, layout.parse):
            try:
                function(message)
            except RemoteProtocolError:
                pass


def test_the_wrong_message_is_refused() -> None:
    message = MESSAGES["Map.put"].response.encode({"response": None})
    with pytest.raises(RemoteProtocolError, match=r"Map\.get\.response: message type 0x010101 instead of 0x010201"):
        MESSAGES["Map.get"].response.decode(message)


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("Map.get", frame(b"", BEGIN_STRUCTURE | FINAL)),
        ("Map.get", frame(b"", END_STRUCTURE | FINAL)),
        ("Map.get", FRAME_HEADER.pack(5, FINAL)),
        ("Map.get", FRAME_HEADER.pack(7, FINAL)),
        ("Map.get", FRAME_HEADER.pack(-1, FINAL)),
        ("Map.keySet", frame(b"", NULL | FINAL)),
        ("Map.keySet", frame(b"", BEGIN_STRUCTURE) + frame(b"k", FINAL)),
        ("Map.keySet", frame(b"", BEGIN_STRUCTURE) + frame(b"", NULL) + frame(b"", END_STRUCTURE | FINAL)),
        ("Map.entrySet", frame(b"", BEGIN_STRUCTURE) + frame(b"k") + frame(b"", END_STRUCTURE | FINAL)),
        ("Client.sendSchema", frame(b"", BEGIN_STRUCTURE) + frame(b"", END_STRUCTURE | FINAL)),
        ("Client.sendSchema", frame(bytes(18), FINAL)),
        ("Topic.addMessageListener", b""),
        ("Client.fetchSchema", frame(b"", BEGIN_STRUCTURE) + frame(b"\xff") + frame(b"", END_STRUCTURE | FINAL)),
    ],
)
def test_malformed_values_are_refused(name: str, frames: bytes) -> None:
    response = MESSAGES[name].response
    message = Struct("<iHiqB").pack(19, 0xC000, response.id, 0, 0) + frames
    if name == "Topic.addMessageListener":
        message = Struct("<iHiqB").pack(22, 0xE000, response.id, 0, 0) + b"\0\0\0"
    for function in (response.decode, response.parse):
        with pytest.raises(RemoteProtocolError, match=response.name):
            function(message)


def test_keys_and_values_that_lie_apart_must_match() -> None:
    event = MESSAGES["Client.addClusterViewListener"].events["PartitionsView"]
    message = event.encode({"version": 1, "partitions": [(ID, [1, 2])]})
    keys = list(iter_frames(message))[-1][0]
    message = message[:keys] + frame(message[keys + 6 :] * 2, FINAL)
    with pytest.raises(RemoteProtocolError, match="2 keys, but 1 values"):
        event.decode(message)
