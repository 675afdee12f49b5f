from __future__ import annotations

import random
from ctypes import addressof, c_char
from struct import Struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hzproto.config import Config
from hzproto.errors import LocalProtocolError, RemoteProtocolError
from hzproto.messages import MESSAGES as TABLES
from hzproto.serialization import SerializationService
from hzproto.wire.frames import (
    BEGIN_FRAGMENT,
    BEGIN_STRUCTURE,
    END_FRAGMENT,
    END_STRUCTURE,
    FINAL,
    FRAME_HEADER,
    LARGE,
    MARK,
    MAX_FRAGMENTED_MESSAGES,
    NULL,
    UNFRAGMENTED,
    FrameReader,
    iter_frames,
    split_into_fragments,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def frame(content: bytes, flags: int = 0) -> bytes:
    return FRAME_HEADER.pack(6 + len(content), flags) + content


def message(*contents: bytes, initial: bytes = bytes(13)) -> bytes:
    parts = [initial, *contents]
    flags = [UNFRAGMENTED, *[0] * len(contents)]
    flags[-1] |= FINAL
    return b"".join(map(frame, parts, flags))


def fragment(key: int, flags: int, *contents: bytes) -> bytes:
    body = [frame(content, FINAL if content is contents[-1] else 0) for content in contents]
    return frame(Struct("<q").pack(key), flags) + b"".join(body)


def chunks(data: bytes, sizes: Iterable[int]) -> list[bytes]:
    found: list[bytes] = []
    pos = 0
    for size in sizes:
        found.append(data[pos : pos + size])
        pos += size
    return [*found, data[pos:]]


def received(reader: FrameReader, parts: Iterable[bytes]) -> list[bytes]:
    return [bytes(found) for part in parts for found in reader.receive(part)]


def received_into(reader: FrameReader, data: bytes, sizes: Iterable[int]) -> list[bytes]:
    """Fill the reader's own buffer, as `recv_into` does."""
    found: list[bytes] = []
    pos = 0
    sizes = iter(sizes)
    while pos < len(data):
        buffer = reader.get_buffer()
        size = min(next(sizes, 1 << 20), len(buffer), len(data) - pos)
        buffer[:size] = data[pos : pos + size]
        pos += size
        found += map(bytes, reader.buffer_updated(size))
    return found


MESSAGES = [
    message(b"value"),
    message(),
    message(initial=bytes(30)),
    message(b"", b"a" * 300, b"b"),
    message(frame(b"", NULL)),
    message(*[b"x"] * 40),
    message(b"large" * LARGE),
    message(b"k", b"large" * LARGE, b"v", b"LARGE" * LARGE, b""),
    message(b"value"),
]
STREAM = b"".join(MESSAGES)

# Whole messages


def test_whole_messages_in_one_chunk() -> None:
    assert FrameReader().receive(STREAM) == MESSAGES


def test_small_messages_are_bytes_and_large_ones_views_of_their_own() -> None:
    small, large = message(bytes(LARGE - 26)), message(bytes(LARGE - 25))
    data = small + large
    first, second = FrameReader().receive(data)
    assert type(first) is bytes
    assert isinstance(second, memoryview)
    assert second.obj is not data
    assert len(memoryview(second.obj)) == LARGE


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_kind_of_chunk(kind: type[bytes | bytearray | memoryview]) -> None:
    assert FrameReader().receive(kind(STREAM)) == MESSAGES


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 19, 24, 25, 1000])
def test_chunks_of_one_size(size: int) -> None:
    data = b"".join(MESSAGES[:6] * 3)
    parts = [data[pos : pos + size] for pos in range(0, len(data), size)]
    assert received(FrameReader(), parts) == MESSAGES[:6] * 3
    assert received_into(FrameReader(), data, [size] * len(parts)) == MESSAGES[:6] * 3


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 1, 3, 6, 19, 25, 100, 4096, LARGE, 1 << 19]), max_size=60))
def test_chunks_of_any_size(sizes: list[int]) -> None:
    assert received(FrameReader(), chunks(STREAM, sizes)) == MESSAGES
    assert received_into(FrameReader(), STREAM, [size or 1 for size in sizes]) == MESSAGES


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_both_ways_to_feed_a_reader_may_be_mixed(seed: int) -> None:
    rng = random.Random(seed)
    reader, found, pos = FrameReader(), list[bytes](), 0
    while pos < len(STREAM):
        size = min(rng.choice((1, 7, 5000, LARGE, 1 << 19)), len(STREAM) - pos)
        if rng.random() < 0.5:
            found += map(bytes, reader.receive(STREAM[pos : pos + size]))
        else:
            buffer = reader.get_buffer()
            if rng.random() < 0.2:  # nothing to receive after all
                buffer = reader.get_buffer()
            size = min(size, len(buffer))
            buffer[:size] = STREAM[pos : pos + size]
            found += map(bytes, reader.buffer_updated(size))
        pos += size
    assert found == MESSAGES


def test_nothing_is_kept_of_finished_messages() -> None:
    reader = FrameReader()
    first = reader.receive(STREAM)
    assert reader.receive(b"") == []
    assert reader.receive(STREAM) == first == MESSAGES


# Receiving into the reader's buffers


def test_the_buffer_is_used_again() -> None:
    reader = FrameReader()
    buffer = reader.get_buffer()
    assert len(buffer) == LARGE
    buffer[: len(MESSAGES[0])] = MESSAGES[0]
    assert reader.buffer_updated(len(MESSAGES[0])) == [MESSAGES[0]]
    assert reader.get_buffer().obj is buffer.obj


def test_the_rest_of_a_large_frame_goes_straight_into_its_message() -> None:
    large = message(bytes(range(256)) * 4096)
    reader = FrameReader()
    assert reader.receive(MESSAGES[0] + large[:1000]) == [MESSAGES[0]]
    buffer = reader.get_buffer()
    assert len(buffer) == len(large) - 1000
    own = buffer.obj
    buffer[:500] = large[1000:1500]
    assert reader.buffer_updated(500) == []
    rest = reader.get_buffer()
    assert rest.obj is own
    assert len(rest) == len(large) - 1500
    rest[:] = large[1500:]
    [found] = reader.buffer_updated(len(rest))
    assert found == large
    assert isinstance(found, memoryview)
    assert found.obj is own
    assert len(reader.get_buffer()) == LARGE


def receive_large(reader: FrameReader, large: bytes) -> memoryview:
    """Receive *large*, the first bytes of which come alone; return the message."""
    buffer = reader.get_buffer()
    buffer[:1000] = large[:1000]
    assert reader.buffer_updated(1000) == []
    assert reader.much_to_come
    rest = reader.get_buffer()
    rest[:] = large[1000:]
    [found] = reader.buffer_updated(len(rest))
    assert not reader.much_to_come
    assert isinstance(found, memoryview)
    assert found == large
    return found


@pytest.mark.parametrize("size", [3 * LARGE, 3 * LARGE - 1, 2 * LARGE])
def test_the_buffer_of_a_large_message_is_used_again_when_nobody_looks_at_it(size: int) -> None:
    reader = FrameReader()
    found = receive_large(reader, message(bytes(3 * LARGE)))
    buffer = found.obj
    found.release()
    again = receive_large(reader, message(b"x" * size))
    assert again.obj is buffer


def test_the_string_in_a_large_answer_begins_where_it_is_decoded_fastest() -> None:
    data = SerializationService(Config()).to_data("x" * 3 * LARGE)
    answer = TABLES["Map.get"].response.encode({"response": data})
    reader = FrameReader()
    for _ in range(2):  # the second one in the same buffer
        found = receive_large(reader, answer)
        start = answer.index(b"xxx")
        assert (addressof(c_char.from_buffer(found)) + start) % 8 == 0
        found.release()


def test_the_buffer_of_a_large_message_is_left_to_whoever_looks_at_it() -> None:
    reader = FrameReader()
    first = message(b"first" * LARGE)
    found = receive_large(reader, first)
    part = found[1000:]
    found.release()
    again = receive_large(reader, message(b"other" * LARGE))
    assert again.obj is not part.obj
    assert part == first[1000:]


def test_the_buffer_of_a_large_message_is_not_kept_for_a_larger_one() -> None:
    reader = FrameReader()
    receive_large(reader, message(bytes(2 * LARGE))).release()
    receive_large(reader, message(bytes(3 * LARGE)))


def test_the_buffer_of_a_large_message_is_kept_until_a_small_one_comes() -> None:
    reader = FrameReader()
    found = receive_large(reader, message(bytes(2 * LARGE)))
    buffer = found.obj
    found.release()
    assert received_into(reader, MESSAGES[0], []) == [MESSAGES[0]]
    assert receive_large(reader, message(bytes(2 * LARGE))).obj is not buffer


def test_a_receiver_may_keep_the_view() -> None:
    # Event loops hold the buffer while they call buffer_updated(), some of them even exported.
    large = message(b"first" * LARGE, b"second" * LARGE)
    reader = FrameReader()
    assert reader.receive(large[:100]) == []
    kept = reader.get_buffer()
    pos = 100 + len(kept)
    kept[:] = large[100:pos]
    with memoryview(kept):
        assert reader.buffer_updated(len(kept)) == []
    assert received_into(reader, large[pos:], []) == [large]


def test_when_little_is_missing_the_usual_buffer_is_used() -> None:
    large = message(bytes(2 * LARGE))
    reader = FrameReader()
    assert reader.receive(large[:-100]) == []
    assert received_into(reader, large[-100:] + MESSAGES[0], []) == [large, MESSAGES[0]]


def test_a_buffer_that_was_not_asked_for() -> None:
    with pytest.raises(LocalProtocolError, match=r"buffer_updated\(\) was called before get_buffer\(\)"):
        FrameReader().buffer_updated(1)


# Fragments


def test_a_fragmented_message() -> None:
    whole = message(b"first", b"second", b"third")
    parts = split_into_fragments(whole, 40, 7)
    assert len(parts) == 3
    assert FrameReader().receive(b"".join(parts)) == [whole]
    starts = [FRAME_HEADER.unpack_from(part) for part in parts]
    assert starts == [(14, BEGIN_FRAGMENT), (14, 0), (14, END_FRAGMENT)]
    assert all(list(iter_frames(part))[-1][2] & FINAL for part in parts)


def test_splitting_leaves_alone_what_fits_or_has_one_frame() -> None:
    assert split_into_fragments(message(b"x"), 26, 1) == [message(b"x")]
    assert split_into_fragments(message(), 5, 1) == [message()]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_fragments_of_several_messages_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    sent = [message(*[rng.randbytes(rng.randrange(200)) for _ in range(rng.randrange(1, 9))]) for _ in range(5)]
    queues = [split_into_fragments(whole, rng.randrange(20, 300), key) for key, whole in enumerate(sent)]
    order = [key for key, queue in enumerate(queues) for _ in queue]
    rng.shuffle(order)
    stream = b"".join(queues[key].pop(0) for key in order)
    sizes = [rng.randrange(1, 200) for _ in range(50)]
    assert sorted(received(FrameReader(), chunks(stream, sizes))) == sorted(sent)


def test_a_large_fragmented_message_is_a_view() -> None:
    whole = message(*[bytes(1000)] * 100)
    [found] = FrameReader().receive(b"".join(split_into_fragments(whole, 5000, 1)))
    assert isinstance(found, memoryview)
    assert found == whole


def test_ids_can_be_used_again() -> None:
    whole = message(b"first", b"second", b"third")
    reader = FrameReader(max_message_size=100)
    for _ in range(10):
        assert reader.receive(b"".join(split_into_fragments(whole, 40, 7))) == [whole]


FIRST = bytes(13)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (fragment(1, 0, b"x"), "the first fragment of the sequence 1 is missing"),
        (fragment(1, END_FRAGMENT, b"x"), "the first fragment of the sequence 1 is missing"),
        (fragment(1, BEGIN_FRAGMENT, FIRST) * 2, "the sequence of fragments 1 begins twice"),
        (fragment(1, BEGIN_FRAGMENT | FINAL), "a fragment of the sequence 1 is empty"),
        (fragment(1, BEGIN_FRAGMENT, b"x"), "a fragmented message begins with 7 bytes"),
        (frame(bytes(7), BEGIN_FRAGMENT), "a message begins with a frame of 13 bytes, flags 0x8000"),
    ],
)
def test_wrong_fragments(data: bytes, reason: str) -> None:
    with pytest.raises(RemoteProtocolError, match=reason):
        FrameReader().receive(data)


def test_the_number_of_fragmented_messages_is_limited() -> None:
    reader = FrameReader()
    assert (
        reader.receive(b"".join(fragment(key, BEGIN_FRAGMENT, FIRST) for key in range(MAX_FRAGMENTED_MESSAGES))) == []
    )
    with pytest.raises(RemoteProtocolError, match="more than 1024 fragmented messages are under way"):
        reader.receive(fragment(MAX_FRAGMENTED_MESSAGES, BEGIN_FRAGMENT, FIRST))


def test_the_size_of_all_fragments_is_limited() -> None:
    reader = FrameReader(max_message_size=200)
    assert reader.receive(b"".join(fragment(key, BEGIN_FRAGMENT, FIRST) for key in range(10))) == []
    with pytest.raises(RemoteProtocolError, match="a message of 209 bytes or more is over the limit of 200 bytes"):
        reader.receive(fragment(11, BEGIN_FRAGMENT, FIRST))


# Malformed input


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (FRAME_HEADER.pack(18, UNFRAGMENTED), "a message begins with a frame of 18 bytes"),
        (FRAME_HEADER.pack(0, UNFRAGMENTED), "a message begins with a frame of 0 bytes"),
        (FRAME_HEADER.pack(-5, UNFRAGMENTED), "a message begins with a frame of -5 bytes"),
        (FRAME_HEADER.pack(19, UNFRAGMENTED | NULL), "a message begins with a frame of 19 bytes, flags 0xc400"),
        (FRAME_HEADER.pack(19, UNFRAGMENTED | BEGIN_STRUCTURE), "flags 0xd000"),
        (FRAME_HEADER.pack(19, UNFRAGMENTED | END_STRUCTURE), "flags 0xc800"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "a message begins with a frame of 1347703880 bytes"),
        (frame(FIRST, UNFRAGMENTED) + FRAME_HEADER.pack(5, FINAL), "a frame of 5 bytes is shorter than its header"),
        (frame(FIRST, UNFRAGMENTED) + FRAME_HEADER.pack(-9, 0), "a frame of -9 bytes is shorter than its header"),
        (frame(FIRST, UNFRAGMENTED) + FRAME_HEADER.pack(2**31 - 1, 0), "a message of 2147483666 bytes or more"),
        (FRAME_HEADER.pack(2**31 - 1, UNFRAGMENTED), "is over the limit of 268435456 bytes"),
    ],
)
def test_malformed_input(data: bytes, reason: str) -> None:
    for parts in ([data], [data[pos : pos + 1] for pos in range(len(data))]):
        reader = FrameReader()
        with pytest.raises(RemoteProtocolError, match=reason):
            received(reader, parts)
        assert reader.error is not None
        with pytest.raises(RemoteProtocolError, match=reason):
            reader.receive(b"")
        reader.get_buffer()
        with pytest.raises(RemoteProtocolError, match=reason):
            reader.buffer_updated(1)


def test_messages_before_a_fault_are_returned() -> None:
    reader = FrameReader()
    assert reader.receive(MESSAGES[0] + MESSAGES[1] + b"nonsense") == MESSAGES[:2]
    assert reader.error is not None
    with pytest.raises(RemoteProtocolError, match=str(reader.error)):
        reader.receive(b"")


@pytest.mark.parametrize("whole", [True, False])
def test_messages_over_the_limit(whole: bool) -> None:
    limit = 100
    allowed, refused = message(b"", bytes(limit - 31)), message(b"", bytes(limit - 30))
    for data, fits in ((allowed, True), (refused, False)):
        reader = FrameReader(max_message_size=limit)
        parts = [data] if whole else chunks(data, [1] * len(data))
        if fits:
            assert received(reader, parts) == [data]
        else:
            with pytest.raises(RemoteProtocolError, match="a message of 101 bytes or more is over the limit of 100"):
                received(reader, parts)


def test_a_size_over_the_limit_takes_no_memory() -> None:
    reader = FrameReader(max_message_size=1 << 20)
    with pytest.raises(RemoteProtocolError, match="over the limit"):
        reader.receive(frame(FIRST, UNFRAGMENTED) + FRAME_HEADER.pack(1 << 30, FINAL))
    assert len(reader.get_buffer()) == LARGE


def test_a_limit_that_no_message_can_keep() -> None:
    with pytest.raises(ValueError, match="max_message_size must be at least 19 bytes, got 18"):
        FrameReader(max_message_size=18)


@settings(deadline=None)
@given(st.binary(max_size=300), st.lists(st.integers(1, 40), max_size=20))
def test_any_bytes_give_the_same_however_they_are_cut(tail: bytes, sizes: list[int]) -> None:
    data = MESSAGES[0] + MESSAGES[3] + tail

    def outcome(parts: list[bytes]) -> tuple[list[bytes], str | None]:
        reader = FrameReader(max_message_size=1000)
        found: list[bytes] = []
        for part in parts:
            try:
                found += map(bytes, reader.receive(part))
            except RemoteProtocolError:
                break
        return found, None if reader.error is None else str(reader.error)

    whole, cut = outcome([data]), outcome(chunks(data, sizes))
    assert whole[0] == cut[0]
    # A size over the limit can be seen early, before all of a chunk's frames are known.
    assert (whole[1] is None) == (cut[1] is None)


def test_frames_must_fill_their_message() -> None:
    assert [flags for _, _, flags in iter_frames(message(b"x"))] == [UNFRAGMENTED, FINAL]
    for data in (b"abc", message(b"x")[:-1], message() + FRAME_HEADER.pack(5, 0)):
        with pytest.raises(RemoteProtocolError):
            list(iter_frames(data))


@given(
    st.lists(st.binary(max_size=40) | st.sampled_from([bytes([MARK]), b"x" * LARGE + bytes([MARK])]), max_size=5),
    st.lists(st.integers(0, 60), max_size=20),
)
def test_messages_with_the_mark_are_told(contents: list[bytes], sizes: list[int]) -> None:
    reader = FrameReader()
    for chunk in chunks(b"".join(map(message, contents)), sizes):
        buffer = reader.get_buffer()
        if len(buffer) >= len(chunk):
            buffer[: len(chunk)] = chunk
            found = reader.buffer_updated(len(chunk))
        else:
            found = reader.receive(chunk)
        assert reader.marked or not any(MARK in bytes(one) for one in found)
    assert reader.receive(message(b"x"))
    assert not reader.marked
