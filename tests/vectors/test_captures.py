"""What real members and clients sent is read, written again byte for byte, and refused when it is cut short."""

from __future__ import annotations

from typing import Any

import pytest

from hzproto.errors import RemoteProtocolError
from hzproto.messages import ERROR, MESSAGES
from hzproto.wire.frames import BACKUP_AWARE, FINAL, FRAME_HEADER, RESPONSE_HEADER, FrameReader, iter_frames
from hzproto.wire.params import version_tuple
from hzproto.wire.table import Layout
from tests.vectors.captures import PROTOCOLS, read

STRIDE = 13
SHORT = 400
SERVICES = {name.partition(".")[0] for name in MESSAGES}
NOT_ANSWERED = {
    "4.2.8": {"CPMap", "Experimental", "Jet", "VectorCollection"},
    "5.3.8": {"CPMap", "Experimental", "VectorCollection"},
    "5.7.0": {
        *("AtomicLong", "AtomicRef", "CountDownLatch", "CPGroup", "CPMap", "CPSession", "CPSubsystem", "FencedLock"),
        *("Semaphore", "Experimental", "VectorCollection"),
    },
}
"""Services that open source members of a version do not have."""
ALL_BYTES = pytest.mark.parametrize("everything", [False, pytest.param(True, marks=pytest.mark.long)])


def sample(version: str, *, everything: bool) -> list[tuple[Layout, bytes]]:
    """Everything, or some of the shorter messages, of each version other ones: for tests that take each byte."""
    if everything:
        return list(read(version))
    short = [(layout, message) for layout, message in read(version) if len(message) <= SHORT]
    return short[list(PROTOCOLS).index(version) :: STRIDE]


@pytest.mark.parametrize("version", PROTOCOLS)
def test_every_service_that_members_have_has_answered(version: str) -> None:
    answered = {layout.name.partition(".")[0] for layout, _ in read(version) if layout.kind == "response"}
    assert answered - {ERROR.name} == SERVICES - NOT_ANSWERED[version]


def again(layout: Layout, message: bytes, fields: dict[str, Any], protocol: str) -> bytes:
    """Encode the fields, with the ids that the message has."""
    _, flags, kind, correlation_id, acks = RESPONSE_HEADER.unpack_from(message)
    partition = int.from_bytes(message[18:22], "little", signed=True)
    ids = {"correlation_id": correlation_id, "partition_id": partition, "backup_acks": acks}
    encoded = bytearray(layout.encode(fields, protocol, **ids))
    encoded[5] |= (flags & BACKUP_AWARE) >> 8
    encoded[6:10] = kind.to_bytes(4, "little")  # some are of another type than the definitions say
    return bytes(encoded)


@pytest.mark.parametrize("version", PROTOCOLS)
def test_messages_are_written_as_they_were_read(version: str) -> None:
    protocol = PROTOCOLS[version]
    for layout, message in read(version):
        fields = layout.decode(message)
        known = {param.name for param in layout.params if version_tuple(param.since) <= version_tuple(protocol)}
        assert fields.keys() == known, layout
        assert RESPONSE_HEADER.unpack_from(message)[2] in (layout.id, layout.other_id), layout
        assert again(layout, message, fields, protocol) == message, layout


@ALL_BYTES
@pytest.mark.parametrize("version", PROTOCOLS)
def test_what_is_cut_short_is_refused_or_waited_for(version: str, everything: bool) -> None:
    for layout, message in sample(version, everything=everything):
        fields = layout.decode(message)
        for size in range(len(message)):
            cut = message[:size]
            assert FrameReader().receive(cut) == []
            try:
                found = layout.decode(cut)
            except RemoteProtocolError:
                with pytest.raises(RemoteProtocolError):
                    layout.parse(cut)
            else:
                assert found.items() <= fields.items(), layout


@pytest.mark.parametrize("version", PROTOCOLS)
def test_unknown_fields_are_skipped(version: str) -> None:
    for layout, message in read(version):
        fields = layout.decode(message)
        if fields.keys() != {param.name for param in layout.params}:
            continue  # what follows would be taken for the fields of newer members
        *_, (start, _, flags) = iter_frames(message)
        open_ended = bytearray(message)
        open_ended[start + 4 : start + 6] = (flags & ~FINAL).to_bytes(2, "little")
        longer = bytes(open_ended) + FRAME_HEADER.pack(10, FINAL) + b"more"
        assert layout.decode(longer) == fields, layout
        assert layout.parse(longer) == layout.parse(message), layout
