"""Bytes become the same messages however they are cut, and nothing but messages or RemoteProtocolError."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets import check_stream, read, read_into_buffers
from hzproto.errors import RemoteProtocolError
from hzproto.testing import strategies
from hzproto.wire.frames import FrameReader, iter_frames


@given(st.lists(strategies.messages(), max_size=5), st.data())
def test_messages_arrive_as_they_are(messages: list[bytes], data: st.DataObject) -> None:
    pieces = data.draw(strategies.cut(b"".join(messages)))
    assert read(pieces) == (messages, False)
    assert read_into_buffers(pieces) == (messages, False)


@given(strategies.fragmented(), st.data())
def test_fragments_are_put_together(sent: tuple[list[bytes], bytes], data: st.DataObject) -> None:
    messages, stream = sent
    pieces = data.draw(strategies.cut(stream))
    assert read(pieces) == (messages, False)
    assert read_into_buffers(pieces) == (messages, False)


@given(strategies.messages(), st.sampled_from([1 << 16, 1 << 17]), st.data())
def test_large_messages(message: bytes, size: int, data: st.DataObject) -> None:
    layout = b"".join(message[start:end] for start, end, _ in iter_frames(message))
    assert layout == message
    value = bytes(size)
    # A frame of its own in front of the last one: nobody asks here what the message means.
    *_, (start, _, _) = iter_frames(message)
    if start:
        message = message[:start] + (len(value) + 6).to_bytes(4, "little") + b"\0\0" + value + message[start:]
    pieces = data.draw(strategies.cut(message * 2))
    assert read(pieces) == ([message, message], False)
    assert read_into_buffers(pieces) == ([message, message], False)


@given(strategies.hostile_bytes(), st.data())
def test_any_bytes_are_messages_or_an_error(data: bytes, draw: st.DataObject) -> None:
    check_stream(data, [data[i : i + 1] for i in range(len(data))])
    check_stream(data, draw.draw(strategies.cut(data)))


@given(st.lists(strategies.hostile_bytes(), max_size=5), st.integers(19, 200))
def test_the_limit_holds(pieces: list[bytes], limit: int) -> None:
    messages, _ = read(pieces, limit)
    assert all(len(message) <= limit for message in messages)
    assert read_into_buffers(pieces, limit)[0] == messages


@given(strategies.hostile_bytes(), strategies.messages())
def test_a_broken_reader_stays_broken(data: bytes, message: bytes) -> None:
    reader = FrameReader()
    broken = False
    for piece in (data, message):
        try:
            reader.receive(piece)
            assert not broken
        except RemoteProtocolError:
            broken = True
        broken = broken or reader.error is not None
